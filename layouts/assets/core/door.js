/* The way to the login page for whoever a page finds shut out; who signs in there comes back here. Whoever logs out is
   on the way to a login page already, one that calls nobody back and forgets what was typed: that way is not crossed
   by this one. */
const PATIENCE_MS = 10_000; // a log-out that was stopped half-way must not leave anybody on a page without a login
let out = false;
document.addEventListener(
  "submit",
  (event) => {
    if (/** @type {HTMLElement} */ (event.target).getAttribute("action") === "/logout") out = true;
  },
  true,
);
// also the page that the back button brings back
window.addEventListener("pageshow", () => {
  out = false;
});
export const shutOut = () => {
  if (out) setTimeout(() => location.replace("/login"), PATIENCE_MS);
  else location.replace("/login?next=" + encodeURIComponent(location.pathname + location.search));
};
