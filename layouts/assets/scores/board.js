/* A board: rank with its change, points, composite, the rates behind it as num/den, a line of how the points came.
   Rows keep their elements and move to their new place slowly; a tap on a row opens its entries, on a number its list.
   */
import { byId, el, mark, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { t } from "../core/words.js";
import { head, make, rates, sorted, update } from "./board-rows.js";
import { scores } from "./scores.js";

const MOST = 800;
/** @type {Api.Board & {rows: BoardLine[]}} */
export let shown = null; // {board, rows}
let key = "";
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** ---- drawing in place ---- @param {ScoresState} state @param {Api.Board} found */
const frame = (state, found) => {
  const box = byId("scores-board");
  const mine = [state.board, state.area, rates(state).join()].join("/");
  if (box._frame !== mine) {
    box._frame = mine;
    const table = el("div", "s-table s-table--" + state.board);
    table.setAttribute("role", "table");
    const body = el("div", "s-body");
    body.setAttribute("role", "rowgroup");
    table.append(head(state, found), body, el("div", "s-foot num"));
    box.replaceChildren(table);
  } else box.querySelector(".s-row--head").replaceWith(head(state, found));
  return box.querySelector(".s-body");
};

/** @param {HTMLElement} body */
const places = (body) => new Map([...body.children].map((row) => [row, row.getBoundingClientRect().top]));
/** @param {HTMLElement} body @param {Map<Element, number>} before */
const slide = (body, before) => {
  if (calm()) return;
  for (const row of body.children) {
    const from = before.get(row);
    if (from === undefined) continue;
    const by = from - row.getBoundingClientRect().top;
    if (by)
      row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], {
        duration: 600,
        easing: "ease-in-out",
      });
  }
};

/** @param {ScoresState} state */
const paint = (state) => {
  const body = frame(state, shown);
  const words = state.q.toLowerCase();
  const rows = sorted(shown.rows, state.sort).filter(
    (line) => !words || line.name.toLowerCase().includes(words) || line.code.toLowerCase().includes(words),
  );
  const before = places(body);
  keyed(body, rows.slice(0, MOST), (line) => line.code, make(state), update(state));
  slide(body, before);
  const foot = byId("scores-board").querySelector(".s-foot");
  const sum = shown.rows.reduce((all, line) => all + Math.round(Number(line.points) * 10), 0) / 10;
  say(
    foot,
    rows.length
      ? t("{n} 行 · 积分合计 {sum}", { n: rows.length, sum }) +
          (shown.by === "composite" ? " · " + t("按综合得分排名") : " · " + t("按积分排名"))
      : "",
  );
  corrected(foot);
  body.classList.toggle("is-empty", !rows.length);
  mark(body, "data-empty", words ? t("没有符合的行") : t("这一期还没有记录"));
};

/* What a frozen board would read otherwise now stands below it, one tap from the lines. */
/** @param {HTMLElement} foot */
const corrected = (foot) => {
  if (!shown.corrections.length) return;
  const button = foot.appendChild(el("button", "s-fix", t("此后更正 {n} 行", { n: shown.corrections.length })));
  button.type = "button";
  button.addEventListener("click", () => scores.go({ sheet: "corrections" }));
};

/** @param {ScoresState} state */
const draw = async (state) => {
  const wanted = [state.board, state.period, state.area].join("/");
  if (shown && key === wanted) paint(state);
  else if (key !== wanted) {
    shown = null;
    key = wanted;
    byId("scores-board")._frame = "";
    byId("scores-board").replaceChildren(el("p", "s-wait", t("正在统计…")));
  }
  const found = await scores.ask("/scores?" + scores.query({ board: state.board, area: state.area, trend: 1 }));
  if (wanted !== key) return;
  scores.when(found);
  if (!found) {
    if (!shown) byId("scores-board").replaceChildren(el("p", "s-wait", t("没有取到数字，稍后会自动再试")));
    return;
  }
  shown = found;
  paint(scores.state());
};

export const scoresBoard = {
  draw,
  filter: () => {
    if (shown) paint(scores.state());
  },
  frozen: () => Boolean(shown && shown.frozen_at),
  corrections: () => (shown ? shown.corrections : []),
  /** @param {string} code */
  line: (code) => (shown ? shown.rows.find((line) => line.code === code) || null : null),
};
