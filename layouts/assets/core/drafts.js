/* What people typed and did not send stays in this browser while they are logged in, and not for whoever sits here
   next: logging out clears it, so does the login page after a log-out, and another name at the login. What waits to be
   sent is no draft. */

const OURS = /^(draft:|check:|field:last$|field:.+:draft$)/;
/** @param {(name: string) => boolean} spare */
const forget = (spare) => {
  try {
    for (const name of Object.keys(localStorage)) if (OURS.test(name) && !spare(name)) localStorage.removeItem(name);
  } catch (_closed) {
    /* a browser that keeps nothing has nothing to forget */
  }
};
const all = () => forget(() => false);
if (location.pathname === "/login" && !new URLSearchParams(location.search).has("next")) all();
document.addEventListener(
  "submit",
  (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.getAttribute("action") === "/logout") all();
    if (form.id !== "login-form") return;
    const name = /** @type {HTMLInputElement} */ (form.elements.namedItem("username")).value.trim();
    forget((key) => key.startsWith(`draft:${name}:`) || key === `field:${name}:draft`);
  },
  true,
);
