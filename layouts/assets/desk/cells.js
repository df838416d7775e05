/* What a row of the queue shows: its columns, the cells that are built once and changed in place, the time left. */

import { el, mark, say } from "../core/dom.js";
import { TIME_CLASS, timeState } from "../core/due.js";
import { briefly } from "../core/spans.js";
import { localDay } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { desk } from "./desk.js";
import { deskPlace, deskTitle } from "./head.js";

const LAST = 9e15; // no deadline: after all that have one
const first = () => desk.first;
const english = () => document.documentElement.lang.startsWith("en"); // its words are longer
/** @param {EventRow} row */
const dueField = (row) => (first().dues[row.status] || [])[0];
/** @param {EventRow} row @returns {number} */
const dueOf = (row) => row[dueField(row)] || LAST;
/** @param {EventRow} row */
const place = (row) => deskPlace(row);
/** @param {string} number */
const shortNumber = (number) => {
  const found = /^(\d{4})(\d{4})(\d{6})$/.exec(number);
  if (!found) return number;
  const day = localDay(live.now(), first().time_zone).replace(/-/g, "");
  const count = String(Number(found[3])).padStart(4, "0");
  return found[1] + found[2] === day ? count : `${found[2]}-${Number(found[3])}`;
};

/** @param {(box: HTMLElement, row: EventRow) => void} fill */
const cell = (fill) =>
  class {
    /** @param {GridParams} params */
    init(params) {
      this.box = el("span", "q-cell");
      this.refresh(params);
    }
    getGui() {
      return this.box;
    }
    /** @param {GridParams} params */
    refresh(params) {
      if (params.data) fill(this.box, params.data);
      return true;
    }
  };

/** @param {HTMLElement} box @param {number} now */
const paintLeft = (box, now) => {
  const due = box.dataset.due ? Number(box.dataset.due) : LAST;
  const soon = Number(box.dataset.soon);
  const handling = soon ? { handle_due_at: due, warn_due_at: soon } : null;
  const kind = handling ? timeState(handling, now) : due < now ? "over" : "";
  const text = due === LAST ? "—" : briefly(Math.abs(due - now));
  const word = kind === "over" ? (handling ? t("超期") : t("超时")) : kind === "soon" ? t("临期") : "";
  const [small, bold] = box.children;
  say(small, word);
  say(bold, text);
  const classes = ["q-left num", TIME_CLASS[kind]].filter(Boolean).join(" ");
  if (box.className !== classes) box.className = classes;
};
const Left = cell((box, row) => {
  if (!box.firstChild) box.append(el("small"), el("b"));
  mark(box, "data-event", row.number);
  mark(box, "data-status", row.status);
  mark(box, "data-due", dueOf(row) === LAST ? "" : dueOf(row));
  mark(box, "data-soon", dueField(row) === "handle_due_at" ? row.warn_due_at || row.handle_due_at : "");
  paintLeft(box, live.now());
});
/** @type {Record<string, Word>} */
const CARDS = { ordinary: () => t("督办"), yellow: () => t("黄牌"), red: () => t("红牌") };
const Title = cell((box, row) => {
  if (!box.firstChild) box.append(el("span", "q-title"));
  say(box.firstChild, deskTitle(row));
  /** @type {[unknown, string, string][]} */
  const all = [
    [row.emergency, t("紧急"), "over"],
    [row.border, t("交界"), "border"],
    [row.supervision, (CARDS[row.supervision] || CARDS.ordinary)(), "soon"],
    [row.request, row.request === "hold" ? t("申请挂单") : t("申请延期"), "ask"],
    [row.declines, t("退单 {n}", { n: row.declines || 0 }), "soon"],
  ];
  const flags = all.filter(([on]) => on);
  while (box.children.length > 1) box.lastChild.remove();
  for (const [, word, kind] of flags) box.append(el("span", "q-flag q-flag--" + kind, word));
});
const LevelMark = cell((box, row) => {
  const level = first().level_words[row.level] || { word: "", class: "" };
  box.className = "lv " + level.class;
  say(box, level.word);
});
const StatusMark = cell((box, row) => {
  box.className = "st " + (first().status_classes[row.status] || "");
  say(box, first().status_words[row.status] || row.status);
});

/** @param {EventRow} row */
const unit = (row) => (row.unit ? first().units[row.unit] || first().gone_units[row.unit] || row.unit : "");
const columns = () => [
  {
    colId: "left",
    headerName: t("剩余"),
    width: english() ? 146 : 112,
    cellRenderer: Left,
    /** @param {GridParams} p */
    valueGetter: (p) => dueOf(p.data),
    sort: "asc",
    /** @param {number} a @param {number} b @param {GridNode} one @param {GridNode} other */
    comparator: (a, b, one, other) =>
      Number(Boolean(other.data.emergency)) - Number(Boolean(one.data.emergency)) || a - b,
  },
  {
    colId: "number",
    headerName: t("编号"),
    width: 72,
    /** @param {GridParams} p */
    valueGetter: (p) => p.data.number,
    /** @param {GridParams} p */
    valueFormatter: (p) => shortNumber(p.value),
    tooltipField: "number",
    cellClass: "q-number num",
  },
  {
    colId: "title",
    headerName: t("事项"),
    flex: 3,
    minWidth: 90,
    cellRenderer: Title,
    /** @param {GridParams} p */
    valueGetter: (p) => p.data.title,
    /** @param {GridParams} p */
    tooltipValueGetter: (p) => [p.data.title, place(p.data), p.data.address, unit(p.data)].filter(Boolean).join(" · "),
  },
  {
    colId: "place",
    headerName: t("属地"),
    flex: 2,
    minWidth: 76,
    /** @param {GridParams} p */
    valueGetter: (p) => place(p.data),
    /** @param {GridParams} p */
    tooltipValueGetter: (p) => [place(p.data), p.data.address].filter(Boolean).join(" · "),
  },
  {
    colId: "level",
    headerName: t("级"),
    width: 40,
    cellRenderer: LevelMark,
    /** @param {GridParams} p */
    valueGetter: (p) => ["grid", "community", "street", "district"].indexOf(p.data.level),
  },
  {
    colId: "status",
    headerName: t("状态"),
    width: english() ? 104 : 84,
    cellRenderer: StatusMark,
    /** @param {GridParams} p */
    valueGetter: (p) => p.data.status,
  },
  {
    colId: "unit",
    headerName: t("承办"),
    flex: 1,
    minWidth: 76,
    /** @param {GridParams} p */
    valueGetter: (p) => unit(p.data) || "—",
    /** @param {GridParams} p */
    tooltipValueGetter: (p) => unit(p.data),
  },
];

/** The countdowns in sight, once a second; the order of the rows is the grid's business. @param {number} now */
const tick = (now) => {
  for (const box of document.querySelectorAll("#desk-grid .q-left")) paintLeft(box, now);
};

export const deskCells = { columns, tick, dueOf, unit, shortNumber, none: LAST };
