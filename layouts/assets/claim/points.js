/* My points, today and this month: the sum, the rank, and every entry behind them with its rule and event. */
import { byId, el } from "../core/dom.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { claim } from "./claim.js";

const REST_MS = 2000;
const AGAIN_MS = 60_000;
/** @type {Record<string, Word>} */
const PERIODS = { today: () => t("今日"), month: () => t("本月") };
const SUMMARY = [
  ["claim"],
  ["claim_on_time", "emergency_on_time"],
  ["very_satisfied"],
  ["overdue"],
  ["claim_returned", "returned"],
];
/** @type {Record<string, any>} */
const rows = {}; // period → {mine, of, next}
/** @type {Record<string, any>} */
const entries = {}; // period → entries, newest first
let period = "today";
let open = false;
let timer = 0;
/** @type {ClaimFirst} */
let first = null;

/** @param {string} text */
const tenths = (text) => Math.round(Number(text) * 10);
/** @param {number} n */
const pointsOf = (n) =>
  `${n < 0 ? "−" : ""}${Math.floor(Math.abs(n) / 10)}${Math.abs(n) % 10 ? "." + (Math.abs(n) % 10) : ""}`;
/** @param {number} n */
const signed = (n) => (n > 0 ? "+" : "") + pointsOf(n);

/** @param {string} path */
const pages = async (path) => {
  const found = [];
  for (let cursor = ""; ; ) {
    const page = await claim.ask(path + (cursor ? "&cursor=" + encodeURIComponent(cursor) : ""));
    if (!page) return null;
    found.push(...page.items);
    if (!page.next) return found;
    cursor = page.next;
  }
};

const load = async () => {
  for (const name of Object.keys(PERIODS)) {
    const board = await claim.ask(`/api/v1/scores?board=units&period=${name}`);
    const found = await pages(
      `/api/v1/scores/units/${encodeURIComponent(first.unit.code)}/entries?period=${name}&limit=1000`,
    );
    if (!board || !found) {
      draw();
      return;
    } // what is shown stays; the link says its age
    const order = board.rows.filter((/** @type {Api.BoardRow} */ row) => row.rank !== null);
    const at = order.findIndex((/** @type {Api.BoardRow} */ row) => row.code === first.unit.code);
    rows[name] = {
      mine: board.rows.find((/** @type {Api.BoardRow} */ row) => row.code === first.unit.code),
      of: order.length,
      above: at > 0 ? order[at - 1] : null,
      below: at >= 0 ? order[at + 1] : null,
    };
    entries[name] = found;
  }
  draw();
};

const refresh = () => {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    await load();
    timer = setTimeout(refresh, AGAIN_MS);
  }, REST_MS);
};

/** @param {Api.Entry[]} list */
const sum = (list) => list.reduce((total, one) => total + tenths(one.points), 0);
/** @param {string} name */
const big = (name) => {
  const box = el("div", "c-score__n" + (name === period ? " is-on" : ""));
  box.append(el("span", "", PERIODS[name]()), el("b", "", entries[name] ? pointsOf(sum(entries[name])) : "—"));
  return box;
};

const standing = () => {
  const found = rows.today;
  if (!found || !found.mine) return el("p", "c-score__r", "");
  const box = el("p", "c-score__r");
  box.append(
    t("今日名次"),
    " ",
    el("b", "", found.mine.rank === null ? "—" : String(found.mine.rank)),
    ` / ${found.of}`,
  );
  /** @param {Api.BoardRow} other */
  const gap = (other) => Math.abs(tenths(found.mine.points) - tenths(other.points));
  const next = found.above || found.below;
  const said =
    next && !gap(next)
      ? t("与 {name} 同分", { name: next.name })
      : found.above
        ? t("差 {name} {n} 分", { name: found.above.name, n: pointsOf(gap(found.above)) })
        : found.below
          ? t("领先 {name} {n} 分", { name: found.below.name, n: pointsOf(gap(found.below)) })
          : "";
  if (said) box.append(el("br"), said);
  return box;
};

const summary = () => {
  const list = el("ul", "c-led");
  for (const rules of SUMMARY) {
    /** @type {Api.Entry[]} */
    const of = (entries[period] || []).filter((/** @type {Api.Entry} */ one) => rules.includes(one.rule));
    const item = list.appendChild(
      el("li", "", `${first.points[rules[0]]} ${of.filter((one) => !one.reverses).length}`),
    );
    item.append(el("b", "", of.length ? signed(sum(of)) : "0"));
  }
  return list;
};

/** @param {Api.Entry} one */
const line = (one) => {
  const item = el("li", "c-entry");
  const button = item.appendChild(el("button", "c-entry__b"));
  button.type = "button";
  button.dataset.event = one.event;
  button.append(
    el("b", tenths(one.points) < 0 ? "t-over" : "", signed(tenths(one.points))),
    el("span", "", (one.reverses ? t("冲正") + " " : "") + (first.points[one.rule] || one.rule)),
    el("span", "num", one.event),
    el("time", "num", dayTime(Date.parse(one.at), first.time_zone)),
  );
  button.addEventListener("click", () => claim.choose(one.event));
  return item;
};

/* What claiming alone can still earn today (LIFECYCLE §7), as the pool last said. */
const left = () => {
  const said = claim.bonus;
  return said ? [el("p", "c-score__r num", t("抢单加分今日还可得 {left} 分，每日最多 {cap} 分", said))] : [];
};

const draw = () => {
  if (!first) return;
  const box = byId("claim-points");
  const list = open ? box.querySelector(".c-entries") : null;
  const top = list ? list.scrollTop : 0;
  const head = el("header", "c-card__h");
  head.append(el("h2", "", t("我的积分")));
  const how = head.appendChild(el("button", "c-link", open ? t("收起明细") : t("每一笔明细 ›")));
  how.type = "button";
  how.setAttribute("aria-expanded", String(open));
  how.addEventListener("click", () => {
    open = !open;
    draw();
    byId("claim-points").querySelector(".c-link").focus();
  });
  const score = el("div", "c-score__g");
  for (const name of Object.keys(PERIODS)) {
    const button = el("button", "c-score__b");
    button.type = "button";
    button.setAttribute("aria-pressed", String(name === period));
    button.append(big(name));
    button.addEventListener("click", () => {
      period = name;
      draw();
    });
    score.append(button);
  }
  score.append(standing());
  const parts = [head, score, ...left(), summary()];
  if (open) {
    const all = el("ol", "c-entries");
    all.append(...(entries[period] || []).map(line));
    if (!all.children.length)
      all.append(el("li", "c-none", t("{period}还没有积分记录", { period: PERIODS[period]() })));
    parts.push(all);
  }
  box.replaceChildren(...parts);
  if (open) box.querySelector(".c-entries").scrollTop = top;
  document.querySelector(".c-score").classList.toggle("is-open", open);
  claim.count("points", entries.today ? pointsOf(sum(entries.today)) : "—");
};

/** @param {ClaimFirst} given */
export const begin = (given) => {
  first = given;
  draw();
  load();
  timer = setTimeout(refresh, AGAIN_MS);
};
export const claimPoints = { refresh, draw };
