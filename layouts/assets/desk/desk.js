/* The desk's spine: which event is chosen, who is told of it, which key does what, what is said.
   The other desk scripts hang on desk; nothing here draws an event. */

import { byId, say, whenDrawn } from "../core/dom.js";
import { tellNews } from "../core/news.js";
import { page } from "../core/page.js";
import { clockTime } from "../core/time.js";
import { t } from "../core/words.js";
import { linkSaid } from "../live/link.js";
import { live } from "../live/live.js";

const REDRAW_MS = 250;
const CHOOSE_MS = 40; // a held arrow key passes events by without drawing each
/** @type {Record<"choose" | "change" | "select", Set<(...facts: any[]) => void>>} */
const listeners = { choose: new Set(), change: new Set(), select: new Set() };
/** @type {Map<string, number>} */
const ids = new Map(); // number → id in the live store
/** @type {DeskKey[]} */
const keys = []; // {key, label, group, run}
/** @type {HTMLElement} */
let root = null;
/** @type {{begin(first: DeskFirst): void}[]} */
let parts = []; // of the page, each with `begin`
/** @type {DeskFirst} */
let first = null;
let number = "";
let version = 0;
let seq = 0;
let redraw = 0;

/** @param {"choose" | "change" | "select"} name @param {...any} facts */
const tell = (name, ...facts) => {
  for (const fn of listeners[name]) fn(...facts);
};
const row = () => (ids.has(number) ? live.get(ids.get(number)) : null);

/** Ask Dash to draw the chosen event; soon changes share one drawing. @param {boolean} soon */
const draw = (soon) => {
  if (!number) return;
  clearTimeout(redraw);
  redraw = setTimeout(
    () => {
      window.dash_clientside.set_props("event-chosen", { data: { number, version, seq: ++seq } });
    },
    soon ? REDRAW_MS : CHOOSE_MS,
  );
};

/** @param {string} wanted */
const choose = (wanted) => {
  if (!wanted || wanted === number) return;
  number = wanted;
  const found = row();
  version = found ? found.version : 0;
  draw(false);
  history.replaceState(history.state, "", "/desk?event=" + encodeURIComponent(number));
  tell("choose", number, found);
};

/** @param {number[]} changed */
const took = (changed) => {
  for (const id of changed) {
    const one = live.get(id);
    if (one) ids.set(one.number, id);
  }
  if (!number || !changed.includes(ids.get(number))) return;
  const found = row();
  if (found && found.version === version) return;
  version = found ? found.version : version + 1; // it left the live set: closed, rejected or merged
  draw(true);
  tell("change", found);
};

/* ---- keys: one letter each, never while somebody types, never a combination of the browser's ---- */
/** @param {HTMLElement} node */
const typing = (node) => node.closest("input, textarea, select, [contenteditable=true]") !== null;
/** @param {KeyboardEvent} event */
const held = (event) => event.ctrlKey || event.altKey || event.metaKey;
/** @param {string} pressed @param {string} label @param {DeskKey["run"]} run @param {string} group */
const key = (pressed, label, run, group) => keys.push({ key: pressed, label, run, group: group || "" });

/** @param {KeyboardEvent} event */
const press = (event) => {
  if (
    !root ||
    !root.isConnected ||
    event.defaultPrevented ||
    held(event) ||
    event.isComposing ||
    typing(/** @type {HTMLElement} */ (event.target))
  )
    return;
  if (/** @type {HTMLElement} */ (event.target).closest("dialog, [data-own-keys]")) return;
  const found = keys.find((one) => one.key === event.key);
  if (!found) return;
  event.preventDefault();
  found.run(event);
};

const PANELS = ["dispatch-body", "event-body"];
/** @param {string} id */
const boxOf = (id) => byId(id) && byId(id).querySelector("[data-event][data-version]");

/* The chosen event as it stands in a panel, or null: while it is fetched, the one before it still stands there. */
/** @param {string} id */
const drawn = (id) => {
  const box = boxOf(id);
  return box && box.dataset.event === number ? box : null;
};

/* The button of an action on the chosen event: in the panel of dispatch, else in the event. */
/** @param {string} action */
const buttonOf = (action) => {
  for (const box of PANELS.map(drawn)) {
    const found = box && box.querySelector(`[data-action="${action}"]:not(:disabled)`);
    if (found) return found;
  }
  return null;
};

/** Why an action cannot be done at this moment. @param {string} word */
const notNow = (word) => {
  if (!number) return t("请先在队列里选一件事件");
  if (PANELS.some((id) => boxOf(id) && !drawn(id))) return t("{number} 正在打开，看到后再办", { number });
  return t("这件事件现在不能“{action}”", { action: word });
};

const letters = () => {
  for (const [action, letter] of Object.entries(first.letters)) {
    const word = first.rules[action] ? first.rules[action].word : first.actions[action] || action;
    key(
      letter,
      word,
      () => {
        const button = buttonOf(action);
        if (button) button.click();
        else tellNews(notNow(word), "warn");
      },
      t("办理"),
    );
  }
};

/* ---- time and link ---- */
const beat = () => {
  if (!root || !root.isConnected) return;
  const link = byId("desk-live");
  if (link) {
    say(link, linkSaid());
    link.classList.toggle("live--lost", live.state !== "live");
  }
  root.classList.toggle("desk--lost", live.link !== "live");
  say(byId("desk-clock"), clockTime(live.now(), first.time_zone));
};

const look = () => {
  const found = byId("desk");
  if (!found || found === root || !byId("event-body")) return;
  root = found;
  first = JSON.parse(root.getAttribute("data-initial"));
  desk.first = first;
  page.first = first; // what the alarm's sound and voice read on every page
  letters();
  live.on("rows", took);
  setInterval(beat, 1000);
  beat();
  for (const part of parts) part.begin(first);
  if (first.event) choose(first.event);
};

/** @type {DeskPage} */
export const desk = {
  first: null,
  choose,
  number: () => number,
  chosen: row,
  version: () => version,
  redraw: () => draw(false),
  drawn,
  notNow,
  on: (name, fn) => {
    listeners[name].add(fn);
    return () => listeners[name].delete(fn);
  },
  emit: tell,
  tell: tellNews,
  key,
  keys: () => keys.slice(),
  press: (action) => {
    const button = buttonOf(action);
    if (button) button.click();
    return Boolean(button);
  },
};
/* Begin as soon as the desk is drawn; every part's `begin` is called in the order given. */
/** @param {{begin(first: DeskFirst): void}[]} given */
export const beginDesk = (given) => {
  parts = given;
  document.addEventListener("keydown", press);
  whenDrawn(look);
};
document.addEventListener("outdated", (event) => {
  if (event.detail.number === number) draw(false);
});
