/* The page of one event. */
import "../core/drafts.js";
import "../core/idle.js";
import "../live/feed.js";
import "../live/still.js";
import "../act/act.js";
import "./event.js";
import "./presence.js";
