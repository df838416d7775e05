/* Which events the queue shows: tabs by what has to be decided, and filters by street, category, level and text.
   A tab's number is the number of rows that it shows when no filter is set. */

import { byId, el, mark, say } from "../core/dom.js";
import { timeState } from "../core/due.js";
import { exporting } from "../core/exporting.js";
import { grouped } from "../core/text.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { deskCells } from "./cells.js";
import { desk } from "./desk.js";
import { deskHead, deskParent, deskPlace } from "./head.js";
import { deskQueue } from "./queue.js";

const HOT = new Set(["late", "register", "dispatch"]); // what somebody has to decide
const COUNT_MS = 500;
const AGAIN_MS = 5000; // time alone moves events between tabs
const wanted = { street: "", category: "", text: "", levels: new Set() };
let tab = "all";
let waiting = 0;
/** @type {Record<string, any>} */
let counts = {};

/** @param {EventRow} row @param {number} now */
const late = (row, now) => ["soon", "over"].includes(timeState(row, now));

/* tab → [words, test]; the digit that opens it is its place */
/** @type {[string, Word, (row: EventRow, now: number) => boolean][]} */
const TABS = [
  ["register", () => t("待立案"), (row) => row.status === "reported"],
  ["dispatch", () => t("待派单"), (row) => row.status === "pending_dispatch"],
  [
    "border",
    () => t("交界待确认"),
    (row) => Boolean(row.border) && (row.status === "reported" || row.status === "pending_dispatch"),
  ],
  ["unsigned", () => t("未签收"), (row) => row.status === "dispatched"],
  ["late", () => t("临期/超期"), late],
  ["supervised", () => t("督办"), (row) => Boolean(row.supervision)],
  [
    "approval",
    () => t("待审批"),
    (row) => Boolean(row.request) || (row.status === "pending_dispatch" && row.declines > 0),
  ],
  ["all", () => t("全部"), () => true],
];
const TEST = Object.fromEntries(TABS.map(([name, , test]) => [name, test]));

/** @param {EventRow} row */
const haystack = (row) =>
  [row.number, row.title, row.address, row.category_name, deskPlace(row), deskCells.unit(row)].join(" ").toLowerCase();
/** @param {EventRow} row */
const filtered = (row) =>
  (!wanted.street || (row.path || "").includes("/" + wanted.street + "/")) &&
  (!wanted.category || row.category === wanted.category || deskParent(row.category) === wanted.category) &&
  (!wanted.levels.size || wanted.levels.has(row.level)) &&
  (!wanted.text || wanted.text.split(/\s+/).every((word) => haystack(row).includes(word)));

const apply = () => {
  const test = TEST[tab];
  deskQueue.passing((row) => test(row, live.now()) && filtered(row));
};

const count = () => {
  waiting = 0;
  const now = live.now();
  const found = Object.fromEntries(TABS.map(([name]) => [name, 0]));
  let over = 0;
  for (const row of live.rows()) {
    for (const [name, , test] of TABS) if (test(row, now)) found[name] += 1;
    if (timeState(row, now) === "over") over += 1;
  }
  const moved = found[tab] !== counts[tab] && tab === "late";
  counts = found;
  for (const node of byId("desk-tabs").querySelectorAll("button")) {
    const name = node.dataset.tab;
    say(node.querySelector("b"), grouped(found[name]));
    mark(node, "data-count", found[name]);
    node.classList.toggle("is-hot", HOT.has(name) && found[name] > 0);
  }
  deskHead.counts(found, over);
  deskTabs.counted(deskQueue.shown()); // the grid is silent where nothing ever came
  if (moved) apply();
};
const dirty = () => {
  if (!waiting) waiting = setTimeout(count, COUNT_MS);
};

/** @param {string} name */
const open = (name) => {
  tab = name;
  for (const node of byId("desk-tabs").children) {
    const on = /** @type {HTMLElement} */ (node).dataset.tab === name;
    mark(node, "aria-selected", on);
    /** @type {HTMLElement} */ (node).tabIndex = on ? 0 : -1;
  }
  apply();
};

/** @param {HTMLElement} box @param {string} label @param {Pairs} options @param {(value: string) => void} change */
const choice = (box, label, options, change) => {
  const select = el("select", "d-select");
  select.setAttribute("aria-label", label);
  for (const [code, name] of options) {
    const one = el("option", "", name);
    one.value = code;
    select.append(one);
  }
  select.addEventListener("change", () => change(select.value));
  box.append(select);
};

const filters = () => {
  const box = byId("desk-filter");
  const first = desk.first;
  const streets = first.areas
    .filter((one) => one[3] === Math.max(1, first.levels.indexOf("street")))
    .map(([code, name]) => /** @type {[string, string]} */ ([code, name]));
  choice(box, t("街道"), [["", t("全部街道")], ...streets], (code) => {
    wanted.street = code;
    apply();
  });
  const heads = first.categories
    .filter(([, , parent]) => !parent)
    .map(([code, name]) => /** @type {[string, string]} */ ([code, name]));
  choice(box, t("类别"), [["", t("全部类别")], ...heads], (code) => {
    wanted.category = code;
    apply();
  });
  for (const [level, look] of Object.entries(first.level_words)) {
    const button = el("button", "lv d-level " + look.class, look.word);
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      if (!wanted.levels.delete(level)) wanted.levels.add(level);
      mark(button, "aria-pressed", wanted.levels.has(level));
      box.classList.toggle("is-picking", wanted.levels.size > 0);
      apply();
    });
    box.append(button);
  }
  const text = el("input", "d-text");
  text.type = "search";
  text.id = "desk-text";
  text.placeholder = t("筛选：编号、文字、地点");
  text.setAttribute("aria-label", text.placeholder);
  text.addEventListener("input", () => filter(text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      filter("");
      text.blur();
    }
    if (event.key === "Enter") {
      text.blur();
      deskQueue.top();
    }
  });
  box.append(text);
  desk.key("E", t("导出这个队列"), () => exporting.open(table()), t("队列"));
};

/** What is exported: the rows as they stand here, in this order. @returns {ExportWhat} */
const table = () => {
  const numbers = deskQueue.numbers();
  return [
    "events",
    t("{queue} · {n} 件", { queue: TABS.find(([name]) => name === tab)[1](), n: grouped(numbers.length) }),
    { numbers },
  ];
};

/** @param {string} text */
const filter = (text) => {
  const box = byId("desk-text");
  if (/** @type {HTMLInputElement} */ (box).value !== text) /** @type {HTMLInputElement} */ (box).value = text;
  wanted.text = text.trim().toLowerCase();
  apply();
};

const tabs = () => {
  const box = byId("desk-tabs");
  TABS.forEach(([name, word], place) => {
    const node = el("button", "d-tab");
    node.type = "button";
    node.dataset.tab = name;
    node.setAttribute("role", "tab");
    node.title = String(place + 1);
    node.append(el("span", "", word()), el("b", "num", "0"));
    node.addEventListener("click", () => open(name));
    box.append(node);
    desk.key(String(place + 1), word(), () => open(name), t("队列"));
  });
  box.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const all = [...box.children];
    const next = all[(all.indexOf(document.activeElement) + by + all.length) % all.length];
    open(/** @type {HTMLElement} */ (next).dataset.tab);
    /** @type {HTMLElement} */ (next).focus();
  });
};

export const deskTabs = {
  start: () => {
    tabs();
    filters();
    deskHead.start();
    open("all");
    setInterval(count, AGAIN_MS);
    live.on("rows", dirty);
    dirty();
  },
  dirty,
  open,
  filter,
  counts: () => ({ ...counts }),
  /** @param {number} shown */
  counted: (shown) => {
    const foot = byId("desk-queue-foot");
    if (!foot.firstChild) {
      foot.append(el("span"), exporting.button(table), el("span", "push"));
      /** @type {HTMLElement} */ (foot.children[1]).title = "⇧E";
      for (const [keys, word] of [
        ["J K", t("上下")],
        ["Enter", t("看详情")],
        ["1–8", t("切换队列")],
        ["X", t("勾选")],
      ]) {
        const hint = foot.lastChild.appendChild(el("span", "d-hint"));
        hint.append(el("kbd", "", keys), el("span", "", word));
      }
    }
    say(
      foot.firstChild,
      shown ? t("按剩余时间，共 {n} 件", { n: grouped(shown) }) : live.loaded ? t("这里没有要办的事件") : "",
    );
  },
};
