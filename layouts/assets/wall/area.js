/* The area the wall shows, from the whole district down to a grid: one value, kept in the address, followed by every
   panel. */
import { el, mark } from "../core/dom.js";
import { page } from "../core/page.js";
import { t } from "../core/words.js";
import { codesOf } from "./names.js";

const listeners = new Set();
/** @type {Map<string, ShownArea>} */
const areas = new Map(); // code → {code, name, parent, depth}
/** @type {string} */
let chosen = null;
/** @type {string} */
let root = null;

/** @param {string} code */
const line = (code) => {
  /** @type {ShownArea[]} */
  const found = [];
  for (let area = areas.get(code); area && found.length < 12; area = areas.get(area.parent)) found.unshift(area);
  return found;
};

/* The address keeps what is shown, so that a reload and a neighbouring screen show the same. */
/** @param {string} name @param {string | null} value */
export const keepInAddress = (name, value) => {
  const address = new URL(location.href);
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
  if (address.href !== location.href) history.replaceState(history.state, "", address.href);
};

const crumb = () => {
  const box = document.getElementById("screen-crumb");
  if (!box) return;
  const path = line(chosen || root);
  const parts = path.map((area, at) => {
    const node = el("button", "w-crumb__b", area.name);
    node.type = "button";
    mark(node, "data-area", area.code);
    if (at === path.length - 1) mark(node, "aria-current", "location");
    return node;
  });
  const back = el("button", "w-crumb__back", "‹ " + t("返回"));
  back.type = "button";
  mark(back, "data-area", path.length > 1 ? path[path.length - 2].code : "");
  box.replaceChildren(...(path.length > 1 ? [back] : []), ...parts);
};

export const shownArea = {
  get code() {
    return chosen;
  },
  get path() {
    return line(chosen).map((one) => one.code);
  },
  get name() {
    return areas.has(chosen) ? areas.get(chosen).name : "";
  },
  /** @param {string} code */
  name_of: (code) => (areas.has(code) ? areas.get(code).name : ""),
  /** @param {string} code */
  depth_of: (code) => (areas.has(code) ? areas.get(code).depth : -1),
  /** @param {string} code */
  set(code) {
    const wanted = code && areas.has(code) && code !== root ? code : null;
    if (wanted === chosen) return;
    chosen = wanted;
    keepInAddress("area", chosen);
    crumb();
    for (const fn of listeners) fn(chosen);
  },
  /** @param {(code: string | null) => void} fn */
  on(fn) {
    listeners.add(fn);
    return () => listeners.delete(fn);
  },
  /** @param {EventRow} row */
  has: (row) => chosen === null || codesOf(row.path).includes(chosen),
  /** @param {AreaEntry[]} table */
  start(table) {
    areas.clear();
    for (const [code, name, parent, depth] of table) areas.set(code, { code, name, parent, depth });
    const tops = table.filter(([, , parent]) => !areas.has(parent));
    root = tops.length ? tops[0][0] : null;
    chosen = null;
    const asked = new URL(location.href).searchParams.get("area");
    crumb();
    // a screen set to an area that is gone shows what took its place
    if (asked) shownArea.set(areas.has(asked) ? asked : (page.first.heirs || {})[asked]);
  },
};

document.addEventListener("click", (pressed) => {
  const node =
    /** @type {HTMLElement} */ (pressed.target).closest &&
    /** @type {HTMLElement} */ (pressed.target).closest("[data-area]");
  if (node && node.closest(".wall") && !(/** @type {HTMLElement} */ (pressed.target).closest("[data-list]")))
    shownArea.set(node.getAttribute("data-area") || null);
});
