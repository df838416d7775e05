/* The pages of one's own login and of the audit: nothing but the login that ends by itself. */
import "../core/idle.js";
