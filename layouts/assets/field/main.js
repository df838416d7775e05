/* The grid worker's page, kept in the phone. */
import "../core/drafts.js";
import "./field.js";
import "./check.js";
