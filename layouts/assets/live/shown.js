/* How fresh the page is, as its own element says it for styles and tests, and told to whoever draws. */
import { tell } from "./listeners.js";
import { age, state, still } from "./pulse.js";

export const shown = { state: "offline", still: "" };

/* Look again; say it only where it changed. */
export function show() {
  const word = state();
  const seconds = age();
  const parts = still().join(" ");
  const element = document.querySelector('[id$="-live"]');
  if (element) {
    const text = seconds === Infinity ? "" : String(Math.floor(seconds));
    if (element.dataset.age !== text) element.dataset.age = text;
    if (element.dataset.state !== word) element.dataset.state = word;
    if ((element.dataset.still || "") !== parts) element.dataset.still = parts;
  }
  if (word === shown.state && parts === shown.still) return;
  Object.assign(shown, { state: word, still: parts });
  tell("state", word);
}
