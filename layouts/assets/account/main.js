/* The pages of one's own login and of the audit: the login that ends by itself, and nothing typed left behind. */
import "../core/drafts.js";
import "../core/idle.js";
