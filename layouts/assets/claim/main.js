/* The unit's page: everything on it, and in which order its parts begin. */
import "../core/drafts.js";
import "../core/idle.js";
import "../live/feed.js";
import "../live/still.js";
import "../act/act.js";
import "../event/event.js";
import * as alert from "./alert.js";
import { beginClaim } from "./claim.js";
import * as mine from "./mine.js";
import * as points from "./points.js";
import * as pool from "./pool.js";

beginClaim([alert, mine, points, pool]);
