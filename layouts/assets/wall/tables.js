/* The tables of streets, units and ratings: one builder, columns as data, bars beside the numbers, pages when rows do
   not fit. */
import { el, mark, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { page } from "../core/page.js";
import { roomIn } from "../core/room.js";
import { grouped, percent } from "../core/text.js";
import { t } from "../core/words.js";
import { kpiName } from "./kpis.js";
import { opens } from "./list.js";
import { paged, pageWords } from "./pager.js";

const LEAST = 2.1; // rem, a row that still holds a name of two lines
const MOST = 3.4;
const HEAD = 2.5;

/** @param {RatioPair | undefined} value */
const pair = (value) => value || [0, 0];
/** @param {string} extra @returns {TableColumn["path"]} */
const standing = (extra) => (row, by) => "events?" + extra + "&" + by + "=" + encodeURIComponent(row.code);
/** @param {string} code @param {string} part @returns {TableColumn["path"]} */
const kpi = (code, part) => (row, by) =>
  "kpis/" + code + "/events?period=today&part=" + part + "&" + by + "=" + encodeURIComponent(row.code);

/** @param {string} key @param {Word} word @param {TableColumn["path"]} path @param {string} [classes] */
const count = (key, word, path, classes = "") => ({
  key,
  word,
  path,
  classes: "w-n " + classes,
  /** @param {TableRow} row */
  text: (row) => grouped(row[key]),
  /** @param {TableRow} row */
  open: (row) => row[key] > 0,
});
/** @param {string} key @param {Word} word @param {TableColumn["path"]} path */
const rate = (key, word, path) => ({
  key,
  word,
  path,
  classes: "w-rate2",
  /** @param {TableRow} row */
  text: (row) => {
    const [num, den] = pair(row[key]);
    return den ? percent(num, den) + "%" : "—";
  },
  /** @param {TableRow} row */
  small: (row) => {
    const [num, den] = pair(row[key]);
    return num + "/" + den;
  },
  /** @param {TableRow} row */
  open: (row) => pair(row[key])[1] > 0,
});
const points = {
  key: "points",
  word: () => t("积分"),
  classes: "w-pts",
  /** @param {TableRow} row */
  text: (row) => String(row.points ?? "—"),
  open: () => false,
};
const open = {
  ...count(
    "open",
    () => t("在办"),
    standing("status=reported,claimable,pending_dispatch,dispatched,handling,on_hold,checking"),
  ),
  bar: true,
};
const onTime = rate("on_time", () => kpiName("on_time_rate"), kpi("on_time_rate", "den"));
const liked = rate("satisfaction", () => kpiName("satisfaction_rate"), kpi("satisfaction_rate", "den"));
const late = count("overdue", () => t("超期"), standing("overdue=true"), "w-late");

const rework = {
  key: "rework",
  word: () => t("返工"),
  classes: "w-n",
  /** @param {TableRow} row */
  text: (row) => grouped(pair(row.rework)[0]),
  /** @param {TableRow} row */
  small: (row) => "/" + pair(row.rework)[1],
  open: () => false,
};

/** @type {Record<string, TableColumn[]>} */
const COLUMNS = {
  streets: [
    open,
    count("reported", () => t("今日上报"), kpi("reported", "num")),
    count("closed", () => t("今日办结"), kpi("closed", "num")),
    onTime,
    liked,
    late,
    count("supervised", () => t("督办"), standing("supervision=ordinary,yellow,red"), "w-supn"),
    points,
  ],
  units: [open, onTime, liked, rework, late, points],
};

/** @param {string} kind @returns {TableColumn[]} */
const columnsOf = (kind) => (kind === "ratings" ? ratingColumns() : COLUMNS[kind]);

/** @returns {TableColumn[]} */
const ratingColumns = () => [
  { key: "bar", word: () => "", classes: "w-five", shares: true, text: () => "", open: () => false },
  ...page.first.ratings.map((/** @type {Marked} */ level) => ({
    key: level.code,
    word: () => level.word,
    classes: "w-n w-lvl",
    /** @param {TableRow} row */
    text: (row) => String(row.counts[level.code] || 0),
    /** @param {TableRow} row @param {string} by */
    path: (row, by) => kpi("satisfaction_rate", "den")(row, by) + "&rating=" + level.code,
    /** @param {TableRow} row */
    open: (row) => row.counts[level.code] > 0,
    token: level.token,
  })),
  {
    key: "rated",
    word: () => t("已评价"),
    classes: "w-n",
    /** @param {TableRow} row */
    text: (row) => String(row.rated),
    path: kpi("satisfaction_rate", "den"),
    /** @param {TableRow} row */
    open: (row) => row.rated > 0,
  },
  liked,
];

/** @param {HTMLElement} box @param {string} kind @param {string} first */
const head = (box, kind, first) => {
  if (box.firstChild) return box.querySelector("tbody");
  const whole = box.appendChild(el("table", "w-table w-table--" + kind + " num"));
  const line = whole.appendChild(el("thead")).appendChild(el("tr"));
  line.appendChild(el("th", "w-nm", first));
  for (const column of columnsOf(kind)) {
    const cell = line.appendChild(el("th", column.classes, column.word()));
    if (column.token) cell.style.setProperty("--c", "var(--" + column.token + ")");
  }
  return whole.appendChild(el("tbody"));
};

/** @param {string} kind */
const makeRow = (kind) => () => {
  const line = el("tr");
  line.appendChild(el("td", "w-nm")).appendChild(el("span", "w-wrap"));
  for (const column of columnsOf(kind)) {
    const cell = line.appendChild(el("td", column.classes));
    if (column.shares) {
      for (const level of page.first.ratings) cell.appendChild(el("i")).style.background = "var(--" + level.token + ")";
      continue;
    }
    cell.append(el("b"), column.small ? el("small") : column.bar ? el("i", "w-inbar") : "");
  }
  return line;
};

/** @param {string} kind @param {string} by @param {number} most */
const fillRow = (kind, by, most) => (/** @type {HTMLElement} */ line, /** @type {TableRow} */ row) => {
  mark(line, kind === "streets" ? "data-place" : "data-unit", row.code);
  const name = line.firstChild.firstChild;
  say(name, row.name);
  if (kind === "streets") mark(line.firstElementChild, "data-area", row.code);
  columnsOf(kind).forEach((column, at) => {
    const cell = line.children[at + 1];
    if (column.shares) {
      page.first.ratings.forEach((/** @type {Marked} */ level, /** @type {number} */ place) => {
        /** @type {HTMLElement} */ (cell.children[place]).style.flexGrow = row.counts[level.code] || 0;
      });
      return;
    }
    say(cell.firstChild, column.text(row));
    if (column.small) say(cell.children[1], column.small(row));
    if (column.bar)
      /** @type {HTMLElement} */ (cell.children[1]).style.setProperty(
        "--v",
        (most ? row[column.key] / most : 0).toFixed(3),
      );
    cell.classList.toggle("is-nought", column.text(row) === "0");
    opens(cell, column.path && column.open(row) ? column.path(row, by) : "");
    mark(cell, "data-list-name", row.name + " · " + column.word());
  });
};

/** @param {TableRow} a @param {TableRow} b */
const worst = (a, b) => {
  const [an, ad] = pair(a.satisfaction);
  const [bn, bd] = pair(b.satisfaction);
  if (!ad || !bd) return (bd ? 1 : 0) - (ad ? 1 : 0);
  return an / ad - bn / bd || bd - ad;
};

/* Draw a view's rows; `by` is the filter its lists use ("area" or "unit"). */
/** @param {string} kind @param {HTMLElement} box @param {HTMLElement} note @param {any} view @param {string} by
    @param {string} first */
export const drawTable = (kind, box, note, view, by, first) => {
  if (!view) return false;
  const body = head(box, kind, first);
  const rows = kind === "ratings" ? [...view.rows].sort(worst) : view.rows;
  say(box.querySelector("th"), first);
  const room = roomIn(box) - HEAD;
  const fit = Math.max(1, Math.floor(room / LEAST));
  const pages = Math.ceil(rows.length / fit) || 1;
  const shown = paged(box, rows, Math.ceil(rows.length / pages) || 1);
  box.style.setProperty("--row", Math.min(MOST, Math.max(LEAST, room / Math.max(1, shown.length))).toFixed(2) + "rem");
  keyed(
    body,
    shown,
    (row) => row.code,
    makeRow(kind),
    fillRow(kind, by, Math.max(0, ...rows.map((/** @type {TableRow} */ row) => row.open || 0))),
  );
  box.classList.toggle("w-empty", !rows.length);
  mark(box, "data-empty", t("没有可显示的数据"));
  say(
    note,
    (kind === "ratings" ? t("今日 · 满意率由低到高") : t("今日 · 共 {n} 个", { n: rows.length })) + pageWords(box),
  );
  return true;
};
