/* A button of the desk's head that stands there only while there is something to count, and opens what was counted. */
import { byId, el, say } from "../core/dom.js";

/** @param {string} id @param {string} words @param {number} n @param {() => void} open @param {string} [key] */
export const countButton = (id, words, n, open, key) => {
  const slot = byId(id);
  if (!slot.firstChild) {
    const made = slot.appendChild(el("button", "d-objections"));
    made.type = "button";
    made.append(el("span", "", words), el("b", "num"), ...(key ? [el("kbd", "", key)] : []));
    made.addEventListener("click", open);
  }
  say(slot.querySelector("b"), String(n));
  /** @type {HTMLElement} */ (slot.firstChild).hidden = !n;
};
