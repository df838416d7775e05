/* Bars with words: categories and channels of today, the flow through the statuses, what waits to be dispatched. */
import { el, mark, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { page } from "../core/page.js";
import { fits } from "../core/room.js";
import { grouped, percent } from "../core/text.js";
import { t } from "../core/words.js";
import { opens } from "./list.js";
import { glyphCanvas } from "./lists.js";
import { placeOf, statusOf } from "./names.js";
import { paged, pageWords } from "./pager.js";

const ROW_REM = 1.9;

const makeBar = () => {
  const item = el("li");
  item.append(el("span", "w-bars__n"), el("b"), el("small"), el("div", "bar"));
  item.lastChild.appendChild(el("i"));
  return item;
};

/** @param {BarRow} row */
const codeOf = (row) => row.code ?? row.source ?? "";

/* Rows {code, name, count}; `share` prints the share of all beside the count. */
/** @param {HTMLElement} box @param {HTMLElement} note @param {BarRow[]} rows @param {number} rest
    @param {boolean} share */
export const drawBars = (box, note, rows, rest, share) => {
  const all = rows.reduce((sum, row) => sum + row.count, rest || 0);
  const most = Math.max(1, ...rows.map((row) => row.count));
  const across = Math.max(1, getComputedStyle(box).gridTemplateColumns.split(" ").length);
  const room = Math.max(1, fits(box, ROW_REM)) * across;
  const fitting = rows.length + (rest ? 1 : 0) <= room ? rows : rows.slice(0, Math.max(1, room - 1));
  const others = all - fitting.reduce((sum, row) => sum + row.count, 0);
  const shown = others > 0 ? [...fitting, { code: "", name: t("其余"), count: others }] : fitting;
  keyed(box, shown, codeOf, makeBar, (item, row) => {
    mark(item, "data-code", codeOf(row));
    mark(item, "data-num", row.count);
    say(item.children[0], row.name);
    say(item.children[1], grouped(row.count));
    say(item.children[2], share ? (all ? percent(row.count, all) + "%" : "—") : "");
    /** @type {HTMLElement} */ (item.lastChild).hidden = !codeOf(row); // the rest is no kind of its own
    /** @type {HTMLElement} */ (item.lastChild.firstChild).style.setProperty(
      "--v",
      Math.min(1, row.count / most).toFixed(3),
    );
  });
  box.classList.toggle("w-empty", !rows.length);
  mark(box, "data-empty", t("今日还没有上报"));
  say(note, t("合计 {n} 件", { n: grouped(all) }));
  opens(note, all ? "kpis/reported/events?period=today&part=num" : "");
  mark(note, "data-list-name", t("今日上报"));
};

const STEPS = ["reported", "claimable", "pending_dispatch", "dispatched", "handling", "checking", "on_hold"];

/** @param {any} stage */
const makeStage = (stage) => {
  const item = el("div", "w-flow__s");
  const head = item.appendChild(el("span", "w-flow__h"));
  head.append(glyphCanvas(stage.code), el("span", "", statusOf(stage.code).word));
  item.append(el("b"), el("small"));
  mark(item, "data-stage", stage.code);
  return item;
};

/** @param {number} ms */
const oldest = (ms) => {
  if (!Number.isFinite(ms)) return "";
  if (ms >= 86400000) return t("最久 {n} 天", { n: Math.floor(ms / 86400000) });
  if (ms >= 3600000) return t("最久 {n} 小时", { n: Math.floor(ms / 3600000) });
  return t("最久 {n} 分钟", { n: Math.max(0, Math.floor(ms / 60000)) });
};

/** @param {HTMLElement} box @param {HTMLElement} note @param {any} found @param {number} now */
export const drawFlow = (box, note, found, now) => {
  const stages = STEPS.map((code) => ({
    code,
    n: found.counts.get(code) || 0,
    first: found.oldest.get(code),
    late: found.late.get(code) || 0,
  }));
  keyed(
    box,
    stages,
    (stage) => stage.code,
    makeStage,
    (item, stage) => {
      say(item.children[1], grouped(stage.n));
      say(
        item.children[2],
        stage.late ? t("超期 {n} 件", { n: stage.late }) : stage.n ? oldest(now - stage.first) : "",
      );
      item.children[2].classList.toggle("t-over", stage.late > 0);
      opens(item, stage.n ? "events?status=" + stage.code : "");
      mark(item, "data-list-name", statusOf(stage.code).word);
    },
  );
  say(note, t("当前在办 {n} 件", { n: grouped(found.all) }));
};

/** @param {EventRow} row */
const makeWaiting = (row) => {
  const item = el("li");
  item.append(el("span", "lv"), el("div"), el("b", "num"));
  item.children[1].append(el("b", "w-cut"), el("span", "w-cut"));
  mark(item, "data-event", row.number);
  return item;
};

/** @param {HTMLElement} box @param {HTMLElement} note @param {EventRow[]} rows @param {number} now */
export const drawWaiting = (box, note, rows, now) => {
  const shown = paged(box, rows, fits(box, 3.3));
  keyed(
    box,
    shown,
    (row) => row.number,
    makeWaiting,
    (item, row) => {
      const level = page.first.level_words[row.level] || { word: "", class: "lv--grid" };
      mark(item, "data-status", row.status);
      /** @type {HTMLElement} */ (item.firstChild).className = "lv " + level.class;
      say(item.firstChild, level.word);
      say(item.children[1].firstChild, row.title);
      say(item.children[1].lastChild, (row.border ? t("交界待确认") + " · " : "") + placeOf(row));
      say(item.children[2], oldest(now - row.reported_at));
    },
  );
  box.classList.toggle("w-empty", !rows.length);
  mark(box, "data-empty", t("现在没有待派单的事件"));
  say(note, t("{n} 件", { n: rows.length }) + pageWords(box));
};
