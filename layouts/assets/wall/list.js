/* The list behind a number: opens at a touch of anything with data-list, says as many as the number, closes by itself.
 */

import { el, mark, say } from "../core/dom.js";
import { call } from "../core/http.js";
import { page } from "../core/page.js";
import { grouped } from "../core/text.js";
import { clockTime, dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { shownArea } from "./area.js";
import { statusWord } from "./names.js";

const OPEN_MS = 60000;
const PAGE = 50;
let closing = 0;
let asking = 0;

/* Let `node` open the list at a path below /api/v1/ (within the selected area); "" takes it away. */
/** @param {Element} node @param {string} path */
export const opens = (node, path) => {
  const area = path && !path.includes("area=") && shownArea.code;
  const whole = area ? path + "&area=" + encodeURIComponent(area) : path;
  if (whole) mark(node, "data-list", whole);
  else node.removeAttribute("data-list");
};

const box = () => document.getElementById("screen-list");

const close = () => {
  clearTimeout(closing);
  asking += 1;
  if (box()) box().replaceChildren();
};

const stay = () => {
  clearTimeout(closing);
  closing = setTimeout(close, OPEN_MS);
};

/** @param {Api.Event} event */
const line = (event) => {
  const item = el("li", "w-list__i");
  mark(item, "data-event", event.number);
  mark(item, "data-status", event.status);
  const place = [event.grid ? event.grid.name : "", event.address].filter(Boolean).join(" · ");
  const unit = event.unit ? event.unit.name : "";
  item.append(
    el("b", "", event.title),
    el("span", "w-list__s", statusWord(event.status)),
    el(
      "small",
      "",
      [event.reported_at ? dayTime(Date.parse(event.reported_at), page.first.time_zone) : "", unit, place]
        .filter(Boolean)
        .join(" · "),
    ),
  );
  return item;
};

/** @param {string} name */
const frame = (name) => {
  const panel = el("section", "w-drawer");
  const head = panel.appendChild(el("header", "w-drawer__h"));
  const shut = el("button", "w-drawer__x", "×");
  shut.type = "button";
  mark(shut, "aria-label", t("关闭"));
  shut.addEventListener("click", close);
  head.append(el("h2", "", name), el("b", "num w-drawer__n"), shut);
  panel.append(el("p", "w-drawer__p", t("正在取数…")), el("ul", "w-drawer__b"));
  return panel;
};

/** @param {string} path @param {string} name */
const open = async (path, name) => {
  const mine = (asking += 1);
  const panel = frame(name);
  const map = document.querySelector(".w-mapbox").getBoundingClientRect();
  panel.style.bottom = Math.max(0, window.innerHeight - map.bottom) + "px"; // an emergency below stays in sight
  box().replaceChildren(panel);
  stay();
  const note = panel.querySelector("p");
  const { ok, status, said } = await call(
    "/api/v1/" + path + (path.startsWith("events?") ? "&count=1" : "") + "&limit=" + PAGE,
  );
  if (mine !== asking) return;
  if (!ok) {
    console.warn("list " + path, status);
    say(note, t("暂时取不到这份清单，请稍后再试"));
    return;
  }
  const whole = Number.isFinite(said.count) || !said.next;
  const count = Number.isFinite(said.count) ? said.count : said.items.length;
  mark(panel, "data-count", whole ? count : "");
  say(panel.querySelector(".w-drawer__n"), t("{n} 件", { n: grouped(count) + (whole ? "" : "+") }));
  say(
    note,
    [
      shownArea.name,
      count > said.items.length ? t("显示前 {n} 件", { n: said.items.length }) : "",
      t("{when} 取数", { when: clockTime(page.now(), page.first.time_zone) }),
    ]
      .filter(Boolean)
      .join(" · "),
  );
  panel.querySelector("ul").replaceChildren(...said.items.map(line));
};

document.addEventListener("click", (pressed) => {
  if (!(/** @type {HTMLElement} */ (pressed.target).closest)) return;
  const number = /** @type {HTMLElement} */ (pressed.target).closest("[data-list]");
  const inside = /** @type {HTMLElement} */ (pressed.target).closest(".w-drawer");
  if (number && number.closest(".wall")) {
    const named = /** @type {HTMLElement} */ (pressed.target).closest("[data-list-name]");
    open(number.getAttribute("data-list"), named ? named.getAttribute("data-list-name") : t("事件清单"));
  } else if (inside) stay();
  else if (box() && box().firstChild) close();
});
document.addEventListener("keydown", (pressed) => {
  if (pressed.key === "Escape") close();
});
document.addEventListener(
  "wheel",
  (turned) => {
    if (
      /** @type {HTMLElement} */ (turned.target).closest &&
      /** @type {HTMLElement} */ (turned.target).closest(".w-drawer")
    )
      stay();
  },
  { passive: true },
);

export const eventList = { close };
