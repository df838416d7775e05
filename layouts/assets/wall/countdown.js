/* Claim countdowns: the deadline minus the server's now, once a second; never a decrement, never a decision. */

import { el, mark, say } from "../core/dom.js";
import { isClaimEnding } from "../core/due.js";
import { keyed } from "../core/keyed.js";
import { page } from "../core/page.js";
import { fits, rem } from "../core/room.js";
import { remaining } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { opens } from "./list.js";
import { placeOf, unitName } from "./names.js";
import { paged, pageWords } from "./pager.js";

const MOST = 6; // the nearest ones; the rest take turns
const GONE_MS = 2000;
const LONG = 12; // a title that does not fit gives way to the name of its category
const leaving = new Map(); // number → {row, words, until}
let known = new Map(); // number → row on a card since the last drawing

/** @param {EventRow} row */
const make = (row) => {
  const card = el("li", "w-claim");
  card.appendChild(el("span", "lv"));
  const text = card.appendChild(el("div", "w-claim__x"));
  text.append(el("div", "w-claim__t"), el("div", "w-claim__p"));
  const time = card.appendChild(el("div", "w-claim__c"));
  time.append(el("small"), el("b", "num"));
  card.append(el("strong", "w-claim__by"), el("div", "bar"));
  card.lastChild.appendChild(el("i"));
  mark(card, "data-event", row.number);
  return card;
};

/** @param {HTMLElement} card @param {EventRow} row */
const update = (card, row) => {
  const level = page.first.level_words[row.level] || { word: "", class: "lv--grid" };
  const gone = leaving.get(row.number);
  mark(card, "data-status", gone ? gone.row.status : row.status);
  /** @type {HTMLElement} */ (card.firstChild).className = "lv " + level.class;
  say(card.firstChild, level.word);
  say(card.querySelector(".w-claim__t"), row.title.length > LONG && row.category_name ? row.category_name : row.title);
  say(card.querySelector(".w-claim__p"), placeOf(row));
  mark(card.querySelector("b"), "data-due", row.claim_due_at);
  say(card.querySelector(".w-claim__by"), gone ? gone.words : "");
  card.classList.toggle("w-claim--gone", Boolean(gone));
};

/** @param {HTMLElement} card @param {number} now @param {boolean} lost */
const count = (card, now, lost) => {
  const time = card.querySelector("b");
  const left = Number(time.getAttribute("data-due")) - now;
  const part = Math.max(0, Math.min(1, left / page.first.claim_ms));
  const soon = isClaimEnding({ claim_due_at: now + left }, now, page.first.claim_soon_ms);
  say(time, remaining(now + left, now));
  say(card.querySelector("small"), lost ? t("停更时") : left <= 0 ? t("已到时") : soon ? t("即将到时") : t("剩余"));
  card.classList.toggle("w-claim--soon", soon);
  const bar = card.lastChild;
  /** @type {HTMLElement} */ (bar).classList.toggle("bar--soon", soon);
  const width = part.toFixed(3);
  if (/** @type {HTMLElement} */ (bar)._v !== width) {
    /** @type {HTMLElement} */ (bar)._v = width;
    /** @type {HTMLElement} */ (bar.firstChild).style.setProperty("--v", width);
  }
};

/* What became of a card that stood here: claimed by whom, or gone on to the desk. Otherwise it just leaves. */
/** @param {EventRow} row */
const farewell = (row) => {
  const now = live.get(row.id);
  if (!now || now.status === "claimable") return "";
  if (now.how === "claim" && now.unit) return t("已被 {unit} 抢单", { unit: unitName(now.unit) });
  if (now.status === "pending_dispatch") return t("无人抢单，转人工派单");
  return now.unit ? t("已派给 {unit}", { unit: unitName(now.unit) }) : "";
};

/** @param {EventRow} row */
const isOpen = (row) => {
  const now = live.get(row.id);
  return Boolean(now && now.status === "claimable" && now.claim_due_at);
};

/* Only what stood on a card can say goodbye. */
const noticeLeavers = () => {
  const until = performance.now() + GONE_MS;
  for (const [number, row] of known) {
    if (leaving.has(number) || isOpen(row)) continue;
    const words = farewell(row);
    if (!words) continue;
    leaving.set(number, { row: { ...row, status: (live.get(row.id) || row).status }, words, until });
    setTimeout(page.dirty, GONE_MS + 20);
  }
  for (const [number, gone] of leaving) if (isOpen(gone.row) || performance.now() >= gone.until) leaving.delete(number);
};

/** How many cards fit: columns and row height are the style's. @param {HTMLElement} box */
const roomFor = (box) => {
  const style = getComputedStyle(box);
  const across = Math.max(1, style.gridTemplateColumns.split(" ").length);
  const down = fits(box, (parseFloat(style.gridAutoRows) + parseFloat(style.rowGap)) / rem());
  return Math.min(across > 1 ? across * 3 : MOST, Math.max(1, down) * across);
};

export const countdowns = {
  /** @param {HTMLElement} box @param {HTMLElement} note @param {EventRow[]} claims @param {number} now
      @param {boolean} lost */
  draw(box, note, claims, now, lost) {
    noticeLeavers();
    const room = roomFor(box);
    const going = [...leaving.values()].map((gone) => gone.row).slice(0, room);
    const shown = [...going, ...paged(box, claims, room - going.length)].slice(0, room);
    shown.sort((a, b) => a.claim_due_at - b.claim_due_at || a.id - b.id);
    known = new Map(shown.map((row) => [row.number, row]));
    keyed(box, shown, (row) => row.number, make, update);
    countdowns.tick(box, now, lost);
    box.classList.toggle("w-empty", !shown.length);
    mark(box, "data-empty", t("现在没有待抢单的事件"));
    say(
      note,
      lost
        ? t("停更时 {n} 件 · 结果待核", { n: claims.length })
        : t("{n} 件 · 限时 {m} 分钟", { n: claims.length, m: Math.round(page.first.claim_ms / 60000) }) +
            pageWords(box),
    );
    opens(note, claims.length ? "events?status=claimable" : "");
    mark(note, "data-list-name", t("待抢单"));
  },
  /* With the link lost `now` is the moment of the last news: whether a claim came since is not known. */
  /** @param {HTMLElement} box @param {number} now @param {boolean} lost */
  tick(box, now, lost) {
    for (const card of /** @type {Iterable<HTMLElement>} */ (box.children)) count(card, now, lost);
  },
};
