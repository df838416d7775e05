/* Rows that do not fit take turns: a page every eight seconds, nothing is hidden for good and nothing scrolls. */
import { page } from "../core/page.js";

const TURN_MS = 8000;

/* The rows a box shows now, of those given; `room` is how many fit. Remembers the page on the box. */
/** @param {HTMLElement} box @param {any[]} rows @param {number} room */
export const paged = (box, rows, room) => {
  const size = Math.max(1, room);
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const now = performance.now();
  const kept = box._page || (box._page = { at: 0, since: now, pages });
  kept.pages = pages;
  if (pages === 1 || page.frozen()) {
    kept.at = 0;
    kept.since = now;
  } else if (now - kept.since >= TURN_MS) {
    kept.at += 1;
    kept.since = now;
    // a page turns at once, without a row arriving
    for (const list of [box, box.querySelector("tbody")]) if (list) list._drawn = false;
  }
  kept.at %= pages;
  return rows.slice(kept.at * size, (kept.at + 1) * size);
};

/** "2/3" beside a note, nothing when all fit. @param {HTMLElement} box */
export const pageWords = (box) =>
  box._page && box._page.pages > 1 ? " · " + (box._page.at + 1) + "/" + box._page.pages : "";

/** True when a box on the wall is due to turn its page. @param {HTMLElement[]} boxes */
export const pagesDue = (boxes) =>
  boxes.some((box) => box && box._page && box._page.pages > 1 && performance.now() - box._page.since >= TURN_MS);
