/* The page on which anybody reports and follows a report. */
import "../core/drafts.js";
import "./report.js";
