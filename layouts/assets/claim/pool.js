/* The pool: one card per event the unit may claim, soonest first. One press claims; the server's answer decides.
   A card that was lost says to whom and when, and leaves after 15 seconds. */

import { byId, el, mark, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { grouped } from "../core/text.js";
import { clockTime } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { count, make, update } from "./card.js";
import { claim } from "./claim.js";
import { claimPoints } from "./points.js";
import { busy, take } from "./take.js";

export const GONE_MS = 15_000;
const ASK_MS = 300;
/** @type {Map<string, Api.PoolItem>} */
export const facts = new Map(); // number → what only the API tells: why, rivals, due time, photos
/** @type {Map<string, GoneCard>} */
export const left = new Map(); // number → {row, kind, words, more, until}: no longer to be had, still on its card
/** @type {Record<string, any>} */
export let stake = {};
/** @type {EventRow[]} */
let shown = [];
/** @type {Map<string, EventRow>} */
export let known = new Map();
let filter = { text: "", street: "" };
let asking = 0;
/** @type {ClaimFirst} */
export let first = null;

export const zone = () => first.time_zone;
/** @param {EventRow} row */
const open = (row) => row.status === "claimable" && row.claim_due_at > live.now();

/** ---- which cards ---- @param {EventRow} row */
const fits = (row) => {
  if (filter.street && !(row.path || "").includes(`/${filter.street}/`)) return false;
  if (!filter.text) return true;
  return [row.number, row.title, row.category_name, claim.place(row)].some((part) =>
    (part || "").toLowerCase().includes(filter.text),
  );
};

export const draw = () => {
  if (!first || !live.loaded) return;
  const now = live.now();
  for (const [number, gone] of left) if (performance.now() >= gone.until) left.delete(number);
  const rows = [];
  for (const row of live.rows()) if (open(row) && !claim.isMine(row)) rows.push(row);
  notice(rows, now);
  for (const gone of left.values()) rows.push(gone.row);
  const every = rows.length - left.size;
  rows.sort((one, other) => one.claim_due_at - other.claim_due_at || one.id - other.id);
  shown = rows.filter(fits);
  known = new Map(rows.filter((row) => !left.has(row.number)).map((row) => [row.number, row]));
  const lost = live.link !== "live";
  const none = lost ? t("数据停更，新来的事件可能没有显示；恢复后自动补齐") : t("现在没有可抢的事件，来了会响铃");
  let place = -1;
  keyed(
    byId("claim-pool"),
    shown,
    (row) => row.number,
    make,
    (card, row) => {
      if (!left.has(row.number)) place += 1;
      update(card, row, place);
      count(card, row, now, lost);
    },
  );
  const box = byId("claim-pool");
  box.classList.toggle("is-empty", !shown.length);
  mark(box, "data-empty", every ? t("没有符合条件的事件；清空筛选看全部 {n} 件", { n: every }) : none);
  say(byId("claim-pool-n"), grouped(every));
  claim.count("pool", grouped(every));
  if ([...known.keys()].some((number) => !facts.has(number))) ask();
};

/* What stood on a card and is not to be had any more says goodbye: the server tells who has it. */
/** @param {EventRow[]} rows @param {number} now */
const notice = (rows, now) => {
  const still = new Set(rows.map((row) => row.number));
  for (const [number, row] of known) {
    if (still.has(number) || left.has(number) || busy.has(number)) continue;
    const mine = live.get(row.id);
    if (mine && claim.isMine(mine)) continue;
    const gone = {
      row,
      kind: "gone",
      status: "pending_dispatch",
      words: row.claim_due_at <= now ? t("抢单时间已到") : t("已不在抢单池"),
      more: t("由指挥中心派单"),
      until: performance.now() + GONE_MS,
    };
    left.set(number, gone);
    claim.ask("/api/v1/pool/" + encodeURIComponent(number)).then((fate) => {
      if (fate) told(gone, fate.claimed, fate.unit && fate.unit.name, fate.at, fate.status);
    });
    setTimeout(draw, GONE_MS + 50);
  }
};
/** @param {GoneCard} gone @param {boolean} claimed @param {string} unit @param {string} at @param {string} status */
export const told = (gone, claimed, unit, at, status) => {
  gone.status = status || gone.status;
  if (claimed && unit) {
    const when = at ? clockTime(Date.parse(at), zone()) : "";
    gone.words = t("已被 {unit} 抢单 {when}", { unit, when });
    gone.more = t("以服务器时间为准");
    claim.log(t("{when} {unit} 抢单成功 {title}", { when, unit, title: gone.row.title }));
  } else if (status && status !== "pending_dispatch" && status !== "claimable")
    gone.words = first.status_words[status] || gone.words;
  draw();
};

const ask = () => {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const found = await claim.ask("/api/v1/pool");
    if (!found) return;
    stake = found.stake;
    claim.bonus = { left: String(Number(found.bonus_left)), cap: String(Number(found.bonus_cap)) };
    claimPoints.draw();
    for (const item of found.items) facts.set(item.number, item);
    for (const number of [...facts.keys()]) if (!known.has(number) && !left.has(number)) facts.delete(number);
    draw();
  }, ASK_MS);
};

/** The nth card that can still be claimed. @param {number} n */
const press = (n) => {
  const row = shown.filter((one) => !left.has(one.number))[n - 1];
  if (row) take(row.number);
  return Boolean(row);
};

/* ---- head: how many, filters ---- */
export const head = () => {
  const box = byId("claim-pool-head");
  const title = box.appendChild(el("h2", "", t("抢单池")));
  title.append(" ");
  const n = title.appendChild(el("b", "num", "—"));
  n.id = "claim-pool-n";
  const street = box.appendChild(el("select", "d-select"));
  street.setAttribute("aria-label", t("街道"));
  for (const [code, name] of [
    ["", t("全部街道")],
    ...first.areas.filter((area) => area[3] === Math.max(1, (first.levels || []).indexOf("street"))),
  ]) {
    const one = street.appendChild(el("option", "", name));
    one.value = code;
  }
  street.addEventListener("change", () => {
    filter = { ...filter, street: street.value };
    draw();
  });
  const text = box.appendChild(el("input", "d-text"));
  Object.assign(text, { type: "search", placeholder: t("编号、标题、地点"), autocomplete: "off", maxLength: 60 });
  text.setAttribute("aria-label", t("搜索"));
  text.addEventListener("input", () => {
    filter = { ...filter, text: text.value.trim().toLowerCase() };
    draw();
  });
  const hint = box.appendChild(el("p", "c-hint"));
  hint.append(
    t("按剩余时间排序；数字键"),
    " ",
    el("kbd", "", "1"),
    "–",
    el("kbd", "", "9"),
    " ",
    t("一键抢单，以服务器时间为准"),
  );
};

/** @param {ClaimFirst} given */
export const begin = (given) => {
  first = given;
  head();
  live.on("rows", draw);
  live.on("state", draw);
  claim.onTick(draw);
};
export const claimPool = { press };
