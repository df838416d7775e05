/* The units' board and the satisfaction panel: small views, shown whole, latest wins. */
import { el, mark, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { roomIn } from "../core/room.js";
import { percent } from "../core/text.js";
import { t } from "../core/words.js";
import { kpiName } from "./kpis.js";
import { opens } from "./list.js";

const ROW_REM = 2.15; // a name may take two lines
const MOST_REM = 2.9;
const HEAD_REM = 1.6;

/** @param {HTMLElement} line @param {string} classes @param {string} [text] */
const cell = (line, classes, text) => line.appendChild(el("td", classes, text));

const makeRow = () => {
  const line = el("tr");
  cell(line, "").appendChild(el("span", "w-rankno"));
  ["w-nm", "w-pts", "w-mv", "w-rate", "w-nd"].forEach((classes) => cell(line, classes));
  line.children[1].appendChild(el("span", "w-wrap"));
  return line;
};

/** @param {number} change */
const changed = (change) => (change > 0 ? "▲" + change : change < 0 ? "▼" + -change : "—");

/** @param {HTMLElement} line @param {RankRow} row */
const updateRow = (line, row) => {
  const [rank, name, points, change, rate, parts] = line.children;
  mark(line, "data-unit", row.code);
  say(rank.firstChild, String(row.rank));
  const placed = row.rank <= 3 && row.tenths > 0; // nobody wins with nothing
  /** @type {HTMLElement} */ (rank.firstChild).className = "w-rankno" + (placed ? " w-medal w-medal--" + row.rank : "");
  say(name.firstChild, row.name);
  say(points, row.points);
  say(change, changed(row.change || 0));
  change.className = "w-mv" + (row.change > 0 ? " w-mv--up" : row.change < 0 ? " w-mv--down" : "");
  const [num, den] = row.on_time || [0, 0];
  say(rate, den ? percent(num, den) + "%" : "—");
  say(parts, num + "/" + den);
  opens(parts, den ? "kpis/on_time_rate/events?period=today&part=den&unit=" + encodeURIComponent(row.code) : "");
  mark(parts, "data-list-name", row.name + " · " + kpiName("on_time_rate"));
  line.classList.toggle("w-hi", placed);
};

/** @param {HTMLElement} box */
const table = (box) => {
  if (box.firstChild) return box.querySelector("tbody");
  const whole = box.appendChild(el("table", "w-rank num"));
  const head = whole.appendChild(el("thead")).appendChild(el("tr"));
  [t("名次"), t("部门"), t("积分"), t("升降"), kpiName("on_time_rate")].forEach((word) =>
    head.appendChild(el("th", "", word)),
  );
  /** @type {HTMLTableCellElement} */ (head.lastChild).colSpan = 2;
  return whole.appendChild(el("tbody"));
};

/** @param {HTMLElement} box @param {HTMLElement} note @param {any} view */
export const drawBoard = (box, note, view) => {
  const body = table(box);
  const rows = (view && view.rows) || [];
  const room = roomIn(box) - HEAD_REM;
  const shown = rows.slice(0, Math.max(1, Math.floor(room / ROW_REM)));
  box.style.setProperty(
    "--row",
    Math.min(MOST_REM, Math.max(ROW_REM, room / Math.max(1, shown.length))).toFixed(2) + "rem",
  );
  keyed(body, shown, (row) => row.code, makeRow, updateRow);
  box.classList.toggle("w-empty", !rows.length);
  mark(box, "data-empty", t("今日还没有积分"));
  say(note, rows.length ? t("今日 · 前 {n} / {all}", { n: shown.length, all: rows.length }) : t("今日"));
};

/** @param {Marked} level */
const makeLevel = (level) => {
  const item = el("li");
  item.style.setProperty("--c", "var(--" + level.token + ")");
  item.append(el("em", "", level.word), el("b"), el("small"));
  mark(item, "data-rating", level.code);
  return item;
};

/** @param {Marked} level */
const makeShare = (level) => {
  const part = el("i");
  part.style.background = "var(--" + level.token + ")";
  return part;
};

const makeShift = () => {
  const item = el("li");
  item.append(el("span"), el("b"), el("span", "num"));
  return item;
};

/* Who is on duty and who comes next, by role and shift, never by name. */
/** @param {HTMLElement} box @param {any} view */
export const drawRoster = (box, view) => {
  if (!view || !view.now) return false;
  const shifts = [
    { word: t("当班"), ...view.now },
    ...[]
      .concat(view.next || [])
      .slice(0, 2)
      .map((shift) => ({ word: t("下一班"), ...shift })),
  ];
  keyed(
    box,
    shifts,
    (shift) => shift.word + shift.role + shift.name,
    makeShift,
    (item, shift) => {
      say(item.children[0], shift.word);
      say(item.children[1], shift.role + " " + shift.name);
      say(item.children[2], shift.start + "–" + shift.end);
    },
  );
  return true;
};

/** @param {HTMLElement} box @param {HTMLElement} note @param {Marked[]} levels @param {any} view */
export const drawSatisfaction = (box, note, levels, view) => {
  const { counts = {}, rated = 0, covered = 0, closed = 0 } = view || {};
  if (!box.firstChild) box.append(el("div", "w-sat__bar"), el("ul", "w-sat num"));
  const items = levels.map((level) => ({ ...level, n: counts[level.code] || 0 }));
  keyed(
    /** @type {HTMLElement} */ (box.firstChild),
    items,
    (item) => item.code,
    makeShare,
    (part, item) => {
      part.style.flexGrow = item.n;
      part.hidden = !item.n;
    },
  );
  keyed(
    /** @type {HTMLElement} */ (box.lastChild),
    items,
    (item) => item.code,
    makeLevel,
    (node, item) => {
      say(node.children[1], String(item.n));
      say(node.children[2], rated ? percent(item.n, rated) + "%" : "—");
      mark(node, "data-num", item.n);
      mark(node, "data-den", rated);
      opens(node, item.n ? "kpis/satisfaction_rate/events?period=today&part=den&rating=" + item.code : "");
      mark(node, "data-list-name", item.word);
    },
  );
  say(note, t("评价 {rated} 次 · 办结 {closed} 件中已评价 {covered} 件", { rated, closed, covered }));
  opens(note, rated ? "kpis/satisfaction_rate/events?period=today&part=den" : "");
  mark(note, "data-list-name", t("已评价"));
};
