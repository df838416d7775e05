/* Boards, points and KPIs. */
import "../core/drafts.js";
import "../core/idle.js";
import "../live/feed.js";
import "../live/still.js";
import { beginScores } from "./scores.js";

beginScores();
