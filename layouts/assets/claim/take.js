/* Claiming one event: one press, one key; the server's answer decides and stays on the card for a while. */

import { act } from "../act/act.js";
import { tellNews } from "../core/news.js";
import { clockTime, dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { claim } from "./claim.js";
import { draw, GONE_MS, known, left, told, zone } from "./pool.js";

const WON_MS = 2500;
/** @type {Map<string, string>} */
const keys = new Map(); // number → the Idempotency-Key of a press that was not confirmed
/** @type {Set<string>} */
export const busy = new Set();
/* ---- claiming ---- */
/** @param {EventRow} row @param {string} kind @param {string} words @param {string} more @param {number} ms
    @param {string} status */
const leave = (row, kind, words, more, ms, status) => {
  left.set(row.number, { row, kind, status, words, more, until: performance.now() + ms });
  setTimeout(draw, ms + 50);
};

/** @param {string} number */
export const take = async (number) => {
  const row = known.get(number);
  if (!row || busy.has(number) || left.has(number)) return;
  busy.add(number);
  draw();
  const key = keys.get(number) || act.newKey();
  const late = () => tellNews(t("抢单还没有得到确认，正在等服务器；可以再按，不会重复"), "warn", Infinity);
  const answer = await act.send(number, row.version, "claim", {}, { key, late });
  busy.delete(number);
  keys.delete(number);
  if (answer.ok) {
    leave(
      row,
      "won",
      t("抢到了：{title}", { title: row.title }),
      t("{when} 前办结", { when: dayTime(Date.parse(answer.said.handle_due_at), zone()) }),
      WON_MS,
      "handling",
    );
    tellNews(t("抢到了：{title}", { title: row.title }), "ok");
    claim.log(t("{when} 抢到 {title}", { when: clockTime(live.now(), zone()), title: row.title }));
  } else if (act.unsure(answer)) {
    keys.set(number, key); // pressed again it is the same press
    tellNews(act.refusal(answer), answer.status ? "bad" : "warn");
  } else if (act.overtaken(answer)) {
    const winner = answer.said.winner;
    leave(
      row,
      "lost",
      t("抢单时间已过"),
      act.refusal(answer),
      GONE_MS,
      answer.said.event ? answer.said.event.status : "pending_dispatch",
    );
    if (winner) {
      told(left.get(number), true, winner.name, winner.at, "handling");
      tellNews(left.get(number).words, "warn");
    } else tellNews(act.refusal(answer), "warn");
  } else tellNews(act.refusal(answer), "bad");
  draw();
};
