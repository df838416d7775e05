/* Administration: screens and accounts, locks at the login, the health of the product. */
import "../core/drafts.js";
import "../core/idle.js";
import "../live/feed.js";
import "../live/still.js";
import "./admin.js";
import "./health.js";
