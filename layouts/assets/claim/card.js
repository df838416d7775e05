/* One card of the pool: the ring of its time, what it is, what it is worth, the press. */

import { el, mark, say, svg } from "../core/dom.js";
import { isClaimEnding } from "../core/due.js";
import { dayTime, hourTime, remaining } from "../core/time.js";
import { t } from "../core/words.js";
import { claim } from "./claim.js";
import { facts, first, left, stake, zone } from "./pool.js";
import { busy, take } from "./take.js";

const AROUND = 2 * Math.PI * 50;
/* ---- a card ---- */
const ring = () => {
  const box = svg("svg", { viewBox: "-56 -56 112 112", class: "c-ring num", role: "img" });
  box.append(
    svg("circle", { r: 50, class: "c-ring__t" }),
    svg("circle", { r: 50, class: "c-ring__v", transform: "rotate(-90)" }),
    svg("text", { y: 6, class: "c-ring__n" }),
    svg("text", { y: 27, class: "c-ring__w" }),
  );
  return box;
};
/** @param {EventRow} row */
export const make = (row) => {
  const card = el("li", "c-card c-pc");
  card.dataset.event = row.number;
  const head = card.appendChild(el("header", "c-pc__h"));
  head.append(el("span", "lv"), el("h3"), el("span", "c-pc__no num"));
  card.append(ring());
  const text = card.appendChild(el("div", "c-pc__f"));
  text.append(el("b"), el("span"), el("span"), el("span"), el("span"));
  const foot = card.appendChild(el("footer", "c-pc__b"));
  foot.append(el("p"));
  const button = foot.appendChild(el("button", "btn btn--primary c-take"));
  button.type = "button";
  button.dataset.action = "claim";
  button.dataset.own = ""; // act.js leaves it to us: the card itself says what became of the press
  button.append(el("span"), el("kbd"));
  button.addEventListener("click", () => take(row.number));
  return card;
};

const points = () => {
  const made = el("p");
  /** @param {string} rule */
  const worth = (rule) => el("b", "num", "+" + Number(stake[rule] || 0));
  made.append(t("抢单"), " ", worth("claim"), " ", t("按期"), " ", worth("claim_on_time"));
  const more = made.appendChild(el("small", "", t("非常满意") + " "));
  more.append(worth("very_satisfied"), " · " + (Number(stake.claim) ? t("退回不计") : t("抢单分已满")));
  return made;
};

/** @param {HTMLElement} card @param {EventRow} row @param {number} place */
export const update = (card, row, place) => {
  const gone = left.get(row.number);
  const extra = facts.get(row.number);
  const level = first.level_words[row.level] || { word: "", class: "lv--grid" };
  mark(card, "data-status", gone ? gone.status : row.status);
  card.classList.toggle("c-pc--gone", Boolean(gone));
  card.classList.toggle("c-pc--won", Boolean(gone && gone.kind === "won"));
  const [head, , text, foot] = card.children;
  /** @type {HTMLElement} */ (head.firstChild).className = "lv " + level.class;
  say(head.firstChild, level.word);
  say(head.children[1], row.title);
  say(
    head.lastChild,
    [row.number.slice(-6), extra && extra.photos ? t("照片 {n}", { n: extra.photos }) : ""].filter(Boolean).join(" · "),
  );
  const lines = gone
    ? [gone.words, gone.more, claim.place(row), "", ""]
    : [
        claim.place(row),
        [
          row.category_name,
          t("{source}上报", { source: first.sources[row.source] || "" }),
          hourTime(row.reported_at, zone()),
        ]
          .filter(Boolean)
          .join(" · "),
        extra
          ? t("现在抢，{when} 前办结（{limit}）", {
              when: dayTime(Date.parse(extra.due_at), zone()),
              limit: (first.limits[extra.limit.unit] || "{n}").replace("{n}", String(extra.limit.amount)),
            })
          : "",
        extra
          ? extra.why.priority === 1
            ? t("可抢：{category}，{area}，首责", extra.why)
            : t("可抢：{category}，{area}，第 {priority} 顺位", extra.why)
          : "",
        extra
          ? extra.rivals.length
            ? t("同抢 {units}", { units: extra.rivals.join("、") })
            : t("只有本单位可抢")
          : "",
      ];
  lines.forEach((line, at) => say(text.children[at], line));
  /** @type {HTMLElement} */ (text).title = extra && extra.description ? extra.description : "";
  const shape = gone ? "gone" : JSON.stringify(stake);
  if (/** @type {HTMLElement} */ (foot)._shape !== shape) {
    /** @type {HTMLElement} */ (foot)._shape = shape;
    foot.firstChild.replaceWith(
      gone ? el("p", "", gone.kind === "won" ? t("已转到“我的在办”") : t("不计分，不扣分")) : points(),
    );
  }
  const button = foot.lastChild;
  const n = gone ? 0 : place + 1;
  /** @type {HTMLButtonElement} */ (button).disabled = Boolean(gone) || busy.has(row.number);
  say(
    button.firstChild,
    gone ? (gone.kind === "won" ? t("抢到了") : t("已结束")) : busy.has(row.number) ? t("正在抢") : t("抢单"),
  );
  say(button.lastChild, n >= 1 && n <= 9 ? String(n) : "");
  /** @type {HTMLElement} */ (button).setAttribute(
    "aria-label",
    gone ? gone.words : t("抢单 {title}", { title: row.title }),
  );
};

/** @param {HTMLElement} card @param {EventRow} row @param {number} now @param {boolean} lost */
export const count = (card, row, now, lost) => {
  const [trackless, value, number, word] = card.children[1].children;
  const gone = left.get(row.number);
  const rest = row.claim_due_at - now;
  const part = gone ? 0 : Math.max(0, Math.min(1, rest / first.claim_ms));
  const soon = !gone && isClaimEnding(row, now, first.claim_soon_ms);
  void trackless;
  mark(number, "data-due", row.claim_due_at);
  say(number, gone ? (gone.kind === "won" ? "✓" : "—") : remaining(row.claim_due_at, now));
  say(
    word,
    gone ? (gone.kind === "won" ? t("抢到了") : t("已结束")) : lost ? t("停更时") : soon ? t("即将到时") : t("剩余"),
  );
  mark(value, "stroke-dasharray", `${(part * AROUND).toFixed(1)} ${AROUND.toFixed(1)}`);
  card.classList.toggle("c-pc--soon", soon);
  card.children[1].setAttribute("aria-label", word.textContent + " " + number.textContent);
};
