/* One line of what the unit has in hand: what is due, its marks, its time. */

import { el, mark, say } from "../core/dom.js";
import { TIME_CLASS, timeState } from "../core/due.js";
import { daysOr } from "../core/spans.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { claim } from "./claim.js";
import { first, fresh } from "./mine.js";

/** @param {EventRow} row @returns {{at: number, word: string} | null} */
export const due = (row) => {
  const [name, word] = first.dues[row.status] || [null, ""];
  return name && row[name] ? { at: row[name], word } : null;
};
/** @param {EventRow} row */
export const beside = (row) => row.unit !== first.unit.code;

/** ---- a line ---- @param {EventRow} row */
export const make = (row) => {
  const line = el("li", "c-m");
  const button = line.appendChild(el("button", "c-m__b"));
  button.type = "button";
  button.dataset.event = row.number;
  button.addEventListener("click", () => {
    claim.choose(row.number);
  });
  button.append(el("span", "lv"), el("span", "c-m__x"), el("span", "c-m__r"));
  button.children[1].append(el("b"), el("span", "c-m__tags"), el("small"));
  button.children[2].append(el("b"), el("small"));
  return line;
};
/** @param {EventRow} row @param {number} now */
const tags = (row, now) => {
  const found = [];
  if (fresh.has(row.number)) found.push([row.how === "claim" ? t("刚抢到") : t("新来"), "new"]);
  else if (beside(row)) found.push([t("协办"), ""]);
  else if (row.how) found.push([row.how === "claim" ? t("抢单") : t("派单"), row.how]);
  if (row.handler && row.handler !== first.account.name) found.push([row.handler, ""]);
  if (row.emergency) found.push([t("紧急"), "alarm"]);
  if (row.round > 1) found.push([t("返工 {n} 次", { n: row.round - 1 }), "soon"]);
  const card = first.supervisions[row.supervision];
  if (card) found.push([card.word, "soon"]);
  if (row.request) found.push([row.request === "hold" ? t("挂单待批") : t("延期待批"), ""]);
  void now;
  return found;
};
/** @param {HTMLElement} line @param {EventRow} row */
export const fill = (line, row) => {
  const now = live.now();
  const button = line.firstElementChild;
  const [level, text, right] = button.children;
  const square = first.level_words[row.level] || { word: "", class: "lv--grid" };
  level.className = "lv " + square.class;
  say(level, square.word);
  mark(button, "data-status", row.status);
  mark(button, "aria-current", row.number === claim.number());
  say(text.children[0], row.title);
  const shape = JSON.stringify(tags(row, now));
  if (/** @type {HTMLElement} */ (text.children[1])._shape !== shape) {
    /** @type {HTMLElement} */ (text.children[1])._shape = shape;
    text.children[1].replaceChildren(...tags(row, now).map(([word, kind]) => el("em", "c-tag c-tag--" + kind, word)));
  }
  const status = text.children[2];
  if (!status.firstChild) status.append(el("span"), document.createTextNode(" "), el("span"));
  /** @type {HTMLElement} */ (status.firstChild).className = "st " + (first.status_classes[row.status] || "");
  say(status.firstChild, first.status_words[row.status] || row.status);
  say(status.lastChild, claim.place(row));
  time(right, row, now);
};
/** @param {Element} right @param {HeldRow} row @param {number} now */
const time = (right, row, now) => {
  const [big, small] = right.children;
  if (row.closed) {
    say(big, row.rated);
    say(small, row.when);
    return;
  }
  const one = due(row);
  if (!one) {
    say(big, "—");
    say(small, "");
    return;
  }
  const rest = one.at - now;
  mark(big, "data-due", one.at);
  say(big, rest < 0 ? t("超 {time}", { time: daysOr(-rest) }) : daysOr(rest));
  big.className = TIME_CLASS[rest < 0 && row.status !== "on_hold" ? "over" : timeState(row, now)];
  say(small, `${one.word} ${dayTime(one.at, first.time_zone)}`);
};
