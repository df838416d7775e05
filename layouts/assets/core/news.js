/* Something said in the corner of the page for a while. */
import { byId, el } from "./dom.js";

const NEWS_MS = 6000;
let newsEnds = 0;

/** Say something; kind is ok, warn or bad. @param {string} text @param {string} [kind] @param {number} [ms] */
export const tellNews = (text, kind, ms) => {
  const box = byId("desk-news") || byId("event-news");
  if (!box) return;
  clearTimeout(newsEnds);
  box.replaceChildren(...(text ? [el("p", "d-news__p d-news--" + (kind || "ok"), text)] : []));
  if (text && ms !== Infinity) newsEnds = setTimeout(() => box.replaceChildren(), ms || NEWS_MS);
};
