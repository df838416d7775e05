/* The views the panels show: the socket's for the whole district, the selected area's over HTTP, at most every two
   seconds. */

import { call } from "../core/http.js";
import { page } from "../core/page.js";
import { live } from "../live/live.js";
import { shownArea } from "./area.js";

const PAUSE_MS = 2000;
const FAIL_MS = 6000; // after this long without an answer the old numbers of another area go away
/** @type {Record<string, any>} */
let whole = {};
/** @type {{code: string, views: Record<string, any>, position: string}} */
let here = null; // {code, views} of the selected area
let asked = -Infinity;
let waiting = 0;
let asking = false;
let chosenAt = 0;

const current = () => Boolean(here) && here.code === shownArea.code;

const fetchViews = async () => {
  const code = shownArea.code;
  waiting = 0;
  if (!code || asking) return;
  asking = true;
  asked = performance.now();
  const { ok, status, said } = await call("/api/v1/feed/views?area=" + encodeURIComponent(code));
  asking = false;
  if (!ok) console.warn("views of " + code + ": trying again", status);
  else if (code === shownArea.code) {
    /** @type {Record<string, any>} */
    const views = {};
    for (const [name, view] of Object.entries(said.views)) views[name] = view && "data" in view ? view.data : view;
    here = { code, views, position: said.position };
    page.dirty();
  }
  if (!current()) later();
};

const later = () => {
  if (!waiting) waiting = setTimeout(fetchViews, Math.max(0, PAUSE_MS - (performance.now() - asked)));
};

export const areaViews = {
  /** @param {Record<string, any>} views */
  begin(views) {
    whole = { ...views, ...whole };
  },
  /** @param {string} name @param {any} data */
  take(name, data) {
    whole = { ...whole, [name]: data };
    if (shownArea.code) later();
  },
  stir() {
    if (shownArea.code) later();
  },
  turn() {
    chosenAt = performance.now();
    if (!shownArea.code) {
      here = null;
      return;
    }
    asked = -Infinity;
    clearTimeout(waiting);
    waiting = 0;
    fetchViews();
  },
  /* While a new area's numbers are on their way the former ones stand, dimmed; soon they go rather than mislead. */
  shown() {
    if (!shownArea.code) return whole;
    if (current()) return here.views;
    return performance.now() - chosenAt < FAIL_MS ? (here ? here.views : whole) : {};
  },
  isFetching: () => Boolean(shownArea.code) && !current(),
  get position() {
    return current() ? here.position : live.position;
  },
};
