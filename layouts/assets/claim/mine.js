/* My work: what the unit holds or helps with, by what is due first; what was closed lately and how it was rated. */

import { byId, el, mark, say } from "../core/dom.js";
import { timeState } from "../core/due.js";
import { exporting } from "../core/exporting.js";
import { keyed } from "../core/keyed.js";
import { grouped } from "../core/text.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { claimAlert } from "./alert.js";
import { claim } from "./claim.js";
import { beside, due, fill, make } from "./mine-rows.js";
import { claimPoints } from "./points.js";

const CLOSED_MS = 1500;
const NEW_MS = 20_000;
const MOST = 200;
export const fresh = new Map(); // number → until when it counts as just come
let tab = "all";
/** @type {HeldRow[]} */
let closed = [];
let waiting = 0;
/** @type {Set<string>} */
let held = null; // numbers held at the last drawing
/** @type {string[]} */
let shown = []; // numbers in the list, as they stand there
/** @type {ClaimFirst} */
export let first = null;

/** tab → [word, which rows] @type {Record<string, [Word, (row: EventRow, now: number) => boolean]>} */
const TABS = {
  all: [() => t("全部"), () => true],
  sign: [() => t("待签收"), (row) => row.status === "dispatched"],
  handling: [() => t("处置中"), (row) => row.status === "handling"],
  returned: [() => t("退回返工"), (row) => row.round > 1 && row.status !== "checking"],
  late: [() => t("临期/超期"), (row, now) => ["soon", "over"].includes(timeState(row, now))],
  supervised: [() => t("督办"), (row) => Boolean(row.supervision) && row.supervision !== "none"],
  hold: [() => t("挂单"), (row) => row.status === "on_hold"],
  checking: [() => t("待核查"), (row) => row.status === "checking"],
  closed: [() => t("近期办结"), () => false],
};

const mine = () => {
  const found = [];
  for (const row of live.rows())
    if (
      claim.isMine(row) &&
      row.status in first.dues &&
      !["reported", "claimable", "pending_dispatch"].includes(row.status)
    )
      found.push(row);
  return found;
};

/* ---- drawing ---- */
const draw = () => {
  if (!first || !live.loaded) return;
  const now = live.now();
  const rows = mine();
  news(rows);
  for (const [number, until] of fresh) if (performance.now() > until) fresh.delete(number);
  const counts = Object.fromEntries(
    Object.entries(TABS).map(([name, [, test]]) => [name, rows.filter((row) => test(row, now)).length]),
  );
  counts.closed = closed.length;
  heads(counts, rows);
  const list = tab === "closed" ? closed : rows.filter((row) => TABS[tab][1](row, now));
  if (tab !== "closed")
    list.sort(
      (one, other) => (due(one) || { at: Infinity }).at - (due(other) || { at: Infinity }).at || one.id - other.id,
    );
  const box = byId("claim-mine");
  shown = list.map((row) => row.number);
  keyed(box, list.slice(0, MOST), (row) => row.number, make, fill);
  box.classList.toggle("is-empty", !list.length);
  mark(box, "data-empty", tab === "all" ? t("手上没有事件") : t("这一类现在没有事件"));
};

/** @param {Record<string, number>} counts @param {EventRow[]} rows */
const heads = (counts, rows) => {
  const box = byId("claim-mine-tabs");
  if (!box.firstChild) {
    for (const [name, [word]] of Object.entries(TABS)) {
      const one = box.appendChild(el("button", "c-tab"));
      one.type = "button";
      one.dataset.tab = name;
      one.setAttribute("role", "tab");
      one.append(el("span", "", word()), el("b"));
      one.addEventListener("click", () => {
        tab = name;
        draw();
        if (name === "closed") finished();
      });
    }
  }
  for (const one of box.children) {
    say(
      one.lastChild,
      /** @type {HTMLElement} */ (one).dataset.tab === "closed" && counts.closed === MOST_CLOSED
        ? `${MOST_CLOSED}+`
        : String(counts[/** @type {HTMLElement} */ (one).dataset.tab]),
    );
    mark(one, "aria-selected", /** @type {HTMLElement} */ (one).dataset.tab === tab);
    one.classList.toggle(
      "is-hot",
      ["sign", "returned", "late", "supervised"].includes(/** @type {HTMLElement} */ (one).dataset.tab) &&
        counts[/** @type {HTMLElement} */ (one).dataset.tab] > 0,
    );
  }
  const head = byId("claim-mine-head");
  if (!head.firstChild)
    head.append(
      el("h2", "", t("我的在办")),
      el("p"),
      exporting.button(() => [
        "events",
        t("{queue} · {n} 件", { queue: TABS[tab][0](), n: grouped(shown.length) }),
        { numbers: shown },
      ]),
    );
  say(
    head.children[1],
    t("共 {n} 件 · 协办 {co} · 挂单 {hold}", { n: rows.length, co: rows.filter(beside).length, hold: counts.hold }),
  );
  claim.count("mine", String(rows.length));
};

/** What was not held a moment ago is new: it is marked, and a dispatch rings. @param {EventRow[]} rows */
const news = (rows) => {
  const now = new Set(rows.map((row) => row.number));
  if (held !== null) {
    const came = rows.filter((row) => !held.has(row.number));
    for (const row of came) fresh.set(row.number, performance.now() + NEW_MS);
    const sent = came.filter((row) => row.status === "dispatched");
    if (sent.length) claimAlert.ring(sent);
    if ([...held].some((number) => !now.has(number)) || came.length) {
      finished();
      claimPoints.refresh();
    }
  }
  held = now;
};

/* ---- what was closed lately ---- */
const MOST_CLOSED = 50;
const finished = () => {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const found = await claim.ask(
      `/api/v1/events?status=closed&unit=${encodeURIComponent(first.unit.code)}&limit=${MOST_CLOSED}`,
    );
    if (!found) return;
    const rated = Object.fromEntries(first.ratings.map((one) => [one.code, one.word]));
    closed = found.items
      .map((/** @type {Api.Event} */ one) => ({
        id: one.id,
        number: one.number,
        title: one.title,
        level: one.level,
        status: one.status,
        how: one.how,
        round: one.round,
        address: one.address,
        path: "",
        emergency: one.emergency,
        supervision: one.supervision,
        closed: Date.parse(one.closed_at),
        rated: one.rating ? rated[one.rating] : t("未评价"),
        when: [dayTime(Date.parse(one.closed_at), first.time_zone), one.on_time === false ? t("超期") : t("按期")].join(
          " ",
        ),
      }))
      .sort((/** @type {HeldRow} */ one, /** @type {HeldRow} */ other) => other.closed - one.closed);
    draw();
  }, CLOSED_MS);
};

/** @param {ClaimFirst} given */
export const begin = (given) => {
  first = given;
  claim.mine = draw;
  live.on("rows", draw);
  claim.onTick(draw);
  finished();
};
