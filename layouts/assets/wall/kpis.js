/* The strip of key numbers: numerator and denominator always there, a digit turns only when it changed. */
import { el, mark, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { page } from "../core/page.js";
import { grouped, percent } from "../core/text.js";
import { t } from "../core/words.js";
import { opens } from "./list.js";

/** @type {Record<string, string>} */
const STANDING = {
  pending_dispatch: "status=pending_dispatch",
  handling: "status=handling",
  supervised: "supervision=ordinary,yellow,red",
};

/** @param {StripKpi} kpi */
const make = (kpi) => {
  const card = el("article", "w-kpi");
  const head = card.appendChild(el("div", "w-kpi__l"));
  head.append(el("span", "w-kpi__t", kpi.name), el("small", "num"));
  const value = card.appendChild(el("div", "w-kpi__n"));
  value.append(el("span", "w-flip num"), el("em", "", kpi.kind === "rate" ? "%" : t("件")));
  card.appendChild(el("div", "w-delta num")).append(el("span", "", t("较昨日同期")), el("b"));
  mark(card, "data-kpi", kpi.code);
  mark(card, "data-list-name", kpi.name);
  return card;
};

/** @param {Element} digit @param {string} sign */
const turn = (digit, sign) => {
  if (digit.textContent === sign) return;
  if (digit.textContent) digit.classList.add("is-turning");
  digit.textContent = sign;
};

/** @param {HTMLElement} box @param {string} text */
const flip = (box, text) => {
  const signs = [...text];
  while (box.children.length > signs.length) box.lastChild.remove();
  signs.forEach((sign, at) => {
    const tag = /\d/.test(sign) ? "b" : "i";
    let digit = box.children[at];
    if (!digit || digit.localName !== tag) {
      const made = el(tag);
      if (digit) digit.replaceWith(made);
      else box.appendChild(made);
      digit = made;
      digit.addEventListener("animationend", () => digit.classList.remove("is-turning"));
    }
    turn(digit, sign);
  });
};

/* The difference to yesterday up to the same hour; null where yesterday has nothing to compare with. */
/** @param {StripKpi} kpi */
const difference = (kpi) => {
  const { num, den, prev } = kpi.value;
  if (!prev || !prev.den || !Number.isFinite(num) || !Number.isFinite(prev.num)) return null;
  if (kpi.kind !== "rate") return num - prev.num;
  return den ? Math.round((num / den - prev.num / prev.den) * 1000) / 10 : null;
};

/** @param {HTMLElement} box @param {StripKpi} kpi */
const delta = (box, kpi) => {
  const by = difference(kpi);
  const rose = by > 0 ? "up" : by < 0 ? "down" : "";
  box.hidden = by === null;
  if (by === null) return;
  const size = kpi.kind === "rate" ? Math.abs(by).toFixed(1) : grouped(Math.abs(by));
  const words = kpi.kind === "rate" ? t("{n} 个百分点", { n: size }) : t("{n} 件", { n: size });
  say(box.lastChild, rose ? (by > 0 ? "▲ " : "▼ ") + words : t("持平"));
  mark(box, "data-delta", by);
  box.classList.toggle("w-delta--good", Boolean(rose && kpi.better) && rose === kpi.better);
  box.classList.toggle("w-delta--bad", Boolean(rose && kpi.better) && rose !== kpi.better);
};

/** @param {HTMLElement} card @param {StripKpi} kpi */
const update = (card, kpi) => {
  const { num, den } = kpi.value;
  const rate = kpi.kind === "rate";
  mark(card, "data-num", num === undefined || num === null ? "" : num);
  mark(card, "data-den", den === undefined || den === null ? "" : den);
  const counted = Number.isFinite(num);
  const empty = !counted || (rate && !den);
  const flips = card.querySelector(".w-flip");
  flip(flips, empty ? "—" : rate ? percent(num, den) : String(num));
  card.querySelector("em").hidden = empty;
  say(card.querySelector("small"), rate && counted ? num + "/" + den : "");
  card.classList.toggle("w-kpi--long", flips.children.length > 4);
  delta(/** @type {HTMLElement} */ (card.lastChild), kpi);
  opens(
    card,
    empty
      ? ""
      : STANDING[kpi.code]
        ? "events?" + STANDING[kpi.code]
        : "kpis/" + kpi.code + "/events?period=today&part=" + (rate ? "den" : "num"),
  );
};

/** What a rate is called: on the wall as on the boards. @param {string} code */
export const kpiName = (code) => page.first.kpis.find((/** @type {StripKpi} */ one) => one.code === code).name;

/** @param {HTMLElement} box @param {WallFirst["kpis"]} table @param {any} view */
export const drawKpis = (box, table, view) => {
  const values = (view && view.kpis) || {};
  const cards = table.map((kpi) => ({ ...kpi, value: values[kpi.code] || {} }));
  keyed(box, cards, (kpi) => kpi.code, make, update);
};
