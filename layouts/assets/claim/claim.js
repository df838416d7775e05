/* The spine of the unit's page: which event is chosen, the clock, the keys; the other claim scripts hang on claim. */

import { byId, el, say, whenDrawn } from "../core/dom.js";
import { get } from "../core/http.js";
import { clockTime, longDate, weekdayName } from "../core/time.js";
import { t } from "../core/words.js";
import { linkSaid } from "../live/link.js";
import { live } from "../live/live.js";
import { claimAlert } from "./alert.js";
import { claimPool } from "./pool.js";

const REDRAW_MS = 250;
/** @type {((now: number, lost: boolean) => void)[]} */
const ticks = [];
/** @type {Map<string, number>} */
const ids = new Map(); // number → id in the live store
/** @type {HTMLElement} */
let root = null;
/** @type {{begin(first: ClaimFirst): void}[]} */
let parts = []; // of the page, each with `begin`
/** @type {ClaimFirst} */
let first = null;
let number = "";
let version = 0;
let seq = 0;
let redraw = 0;

/** @param {boolean} soon */
const draw = (soon) => {
  if (!number) return;
  clearTimeout(redraw);
  redraw = setTimeout(
    () => window.dash_clientside.set_props("event-chosen", { data: { number, version, seq: ++seq } }),
    soon ? REDRAW_MS : 0,
  );
};

/** Open an event beside the pool; an empty number closes it. @param {string} wanted */
const choose = (wanted) => {
  if (wanted === number) return;
  number = wanted;
  const row = ids.has(number) ? live.get(ids.get(number)) : null;
  version = row ? row.version : 0;
  root.classList.toggle("claim--open", Boolean(number));
  history.replaceState(history.state, "", number ? "/claim?event=" + encodeURIComponent(number) : "/claim");
  if (number) {
    draw(false);
    byId("event-body").focus({ preventScroll: true });
    byId("event-body").scrollTop = 0;
  }
  claim.mine();
};

/** @param {number[]} changed */
const took = (changed) => {
  for (const id of changed) {
    const row = live.get(id);
    if (row) ids.set(row.number, id);
  }
  if (!number || !changed.includes(ids.get(number))) return;
  const row = live.get(ids.get(number));
  if (row && row.version === version) return;
  version = row ? row.version : version + 1; // it left what this unit sees
  draw(true);
};

/** Whether an event is this unit's to handle: as the lead, or beside it. @param {EventRow} row */
const isMine = (row) => row.unit === first.unit.code || (row.co || []).includes(first.unit.code);

const names = new Map();
/** @param {EventRow} row */
const place = (row) => {
  const codes = (row.path || "").split("/").filter(Boolean);
  const areas = (first.levels.length > 1 ? codes.slice(1, 3) : codes).map((code) => names.get(code)).filter(Boolean);
  const said = row.address && areas.find((name) => row.address.includes(name)) ? "" : areas.join(" ");
  return [said, row.address].filter(Boolean).join(" · ") || t("位置待核实");
};

const beat = () => {
  if (!root || !root.isConnected) return;
  const now = live.now();
  const lost = live.link !== "live";
  const link = byId("claim-live");
  say(link, linkSaid());
  link.classList.toggle("live--lost", live.state !== "live");
  root.classList.toggle("claim--lost", lost);
  say(byId("claim-clock"), clockTime(now, first.time_zone));
  say(byId("claim-date"), `${longDate(now, first.time_zone)} ${weekdayName(now, first.time_zone)}`);
  for (const fn of ticks) fn(now, lost);
};

/* ---- the three views of a small screen ---- */
const views = () => {
  const box = byId("claim-views");
  for (const [name, word] of Object.entries(first.views)) {
    const tab = box.appendChild(el("button", "c-view"));
    tab.type = "button";
    tab.dataset.view = name;
    tab.setAttribute("role", "tab");
    tab.append(el("span", "", word), el("b", "num"));
    tab.addEventListener("click", () => view(name));
  }
  view("pool");
};
/** @param {string} name */
const view = (name) => {
  root.dataset.view = name;
  for (const tab of byId("claim-views").children)
    tab.setAttribute("aria-selected", String(/** @type {HTMLElement} */ (tab).dataset.view === name));
};
/** @param {string} name @param {string} n */
const count = (name, n) => {
  const tab = byId("claim-views").querySelector(`[data-view="${name}"] b`);
  if (tab) say(tab, n);
};

/** @param {HTMLElement} node */
const typing = (node) => node.closest("input, textarea, select, [contenteditable=true], dialog") !== null;
/** @param {KeyboardEvent} event */
const press = (event) => {
  if (
    !root ||
    !root.isConnected ||
    event.defaultPrevented ||
    event.ctrlKey ||
    event.altKey ||
    event.metaKey ||
    event.isComposing ||
    typing(/** @type {HTMLElement} */ (event.target))
  )
    return;
  if (event.key === "Escape" && number) {
    event.preventDefault();
    choose("");
  }
  if (/^[1-9]$/.test(event.key) && claimPool.press(Number(event.key))) event.preventDefault();
  if (event.key === "a" && claimAlert.press()) {
    event.preventDefault();
    return; // one press signs one thing
  }
  const action = number && Object.keys(first.rules).find((one) => first.rules[one].key === event.key);
  // while the chosen event is fetched, the one before it still stands there
  const drawn = document.querySelector("#event-body [data-event][data-version]");
  const button =
    action &&
    drawn &&
    drawn.dataset.event === number &&
    drawn.querySelector(`[data-action="${action}"]:not(:disabled)`);
  if (button) {
    event.preventDefault();
    button.click();
  }
};

const look = () => {
  const found = byId("claim");
  if (!found || found === root || !byId("event-body")) return;
  root = found;
  first = JSON.parse(root.getAttribute("data-initial"));
  claim.first = first;
  for (const [code, name] of first.areas) names.set(code, name);
  views();
  byId("claim-back").addEventListener("click", () => choose(""));
  live.on("rows", took);
  for (const part of parts) part.begin(first);
  setInterval(beat, 1000);
  beat();
  if (first.event) choose(first.event);
};

/** Ask the API; null when no answer came or it was refused. @param {string} path */
const ask = (path) => get(path, { shut: live.leave });

/** @type {ClaimPage} */
export const claim = {
  first: null,
  ask,
  log: () => undefined, // alert.js keeps the last lines at the foot
  choose,
  number: () => number,
  isMine,
  place,
  area: (code) => names.get(code) || "",
  onTick: (fn) => void ticks.push(fn),
  count,
  view,
  mine: () => undefined, // mine.js draws its list again
};
/* Begin as soon as the page is drawn; every part's `begin` is called in the order given. */
/** @param {{begin(first: ClaimFirst): void}[]} given */
export const beginClaim = (given) => {
  parts = given;
  document.addEventListener("keydown", press);
  whenDrawn(look);
};
document.addEventListener("outdated", (event) => {
  if (event.detail.number === number) draw(false);
});
document.addEventListener("acted", (event) => {
  if (event.detail.number === number) draw(true);
});
