/* The spine of the leaders' page: what is looked at stands in the address, so that back works and a link can be sent.
   The other scores scripts draw boards, KPIs and what lies behind a number. */

import { byId, el, whenDrawn } from "../core/dom.js";
import { shutOut } from "../core/door.js";
import { call, faultOf } from "../core/http.js";
import { clockTime, dayTime, localDay } from "../core/time.js";
import { t } from "../core/words.js";
import { road, tabs, tools } from "./bars.js";
import { scoresBoard } from "./board.js";
import { scoresCases } from "./cases.js";
import { scoresKpis } from "./kpis.js";
import { scoresSheet } from "./sheet.js";

const AGAIN_MS = 15_000;
/** @type {HTMLElement} */
let root = null;
/** @type {ScoresFirst} */
export let first = null;
export let state = /** @type {ScoresState} */ ({});
let timer = 0;
let asked = 0;
let custom = false;
let span = ""; // the days that the numbers on the page are of, in words

/** @type {ScoresState & Record<string, string>} */
const DEFAULTS = {
  board: "units",
  period: "month",
  area: "",
  unit: "",
  category: "",
  channel: "",
  sort: "rank",
  q: "",
  sheet: "",
};
/** @type {(keyof ScoresState)[]} */
const NARROW = ["area", "unit", "category", "channel"];
const read = () => ({ ...DEFAULTS, ...Object.fromEntries(new URLSearchParams(location.search)) });
/** @param {Partial<ScoresState>} next */
export const address = (next) =>
  "/scores" +
  ((found) => (found ? "?" + found : ""))(
    new URLSearchParams(Object.entries(next).filter(([name, value]) => value && value !== DEFAULTS[name])).toString(),
  );

/* Look at something else; `quietly` leaves no step for the back button. */
/** @param {Partial<ScoresState>} changes @param {boolean} [quietly] */
export const go = (changes, quietly) => {
  state = { ...state, ...changes };
  history[quietly ? "replaceState" : "pushState"](null, "", address(state));
  draw();
};

/** Ask the API: null when it did not answer or refused; what it said is told. @param {string} path */
const ask = async (path) => {
  const answer = await call("/api/v1" + path, { shut: shutOut });
  if (answer.ok) return answer.said;
  if (answer.status && answer.status !== 401) tell(faultOf(answer.said));
  return null;
};
/** @param {Record<string, any>} more */
const query = (more) =>
  new URLSearchParams(
    Object.entries({ period: state.period, ...more }).filter(([, value]) => value !== undefined && value !== ""),
  ).toString();

let newsEnds = 0;
/** @param {string} text */
const tell = (text) => {
  const box = byId("scores-when");
  clearTimeout(newsEnds);
  box.classList.add("s-when--bad");
  box.textContent = text;
  newsEnds = setTimeout(() => {
    box.classList.remove("s-when--bad");
  }, 8000);
};

/* How far the numbers are: live, over but still open to late changes, or frozen and since when. */
/** @param {Api.Board} found */
const standing = (found) => {
  if (found.frozen_at)
    return t("{when} 已定格，其后变化列为更正", { when: dayTime(Date.parse(found.frozen_at), first.time_zone) });
  return found.live
    ? t("数据截至 {when}", { when: clockTime(Date.parse(found.as_of), first.time_zone) })
    : t("本期已结束，未定格，按现有记录统计");
};

/** ---- head ---- @param {Api.Board} found */
const when = (found) => {
  const box = byId("scores-when");
  if (box.classList.contains("s-when--bad") && found) box.classList.remove("s-when--bad");
  if (!found) {
    // whatever period is asked for meanwhile
    box.classList.add("s-when--bad");
    box.textContent = span ? t("没有连上服务器，仍是 {span} 的数字", { span }) : t("没有连上服务器");
    return;
  }
  span = found.from === found.to ? found.from : t("{from} 至 {to}", { from: found.from, to: found.to });
  box.replaceChildren(el("span", "", span), el("span", "", standing(found)));
};

const periods = () => {
  const box = byId("scores-period");
  if (!box.firstChild) {
    for (const [name, word] of [...first.periods, ["custom", t("自定")]]) {
      const button = box.appendChild(el("button", "s-p", word));
      button.type = "button";
      button.dataset.period = name;
      button.setAttribute("role", "radio");
      button.addEventListener("click", () => {
        custom = name === "custom";
        if (custom) draw();
        else go({ period: name, sheet: "" });
      });
    }
  }
  const known = first.periods.some(([name]) => name === state.period);
  for (const button of box.querySelectorAll("[data-period]"))
    button.setAttribute("aria-checked", String(button.dataset.period === (custom || !known ? "custom" : state.period)));
  let form = box.querySelector("form");
  if (!(custom || !known)) {
    if (form) form.remove();
    return;
  }
  if (form) return;
  form = box.appendChild(el("form", "s-dates"));
  const today = scoresDay(Date.now());
  const [from, to] = state.period.includes("..") ? state.period.split("..") : [today.slice(0, 8) + "01", today];
  for (const [name, value, word] of [
    ["from", from, t("从")],
    ["to", to, t("到")],
  ]) {
    const label = form.appendChild(el("label", "", word + " "));
    const input = label.appendChild(el("input"));
    Object.assign(input, { type: "date", name, value, required: true });
  }
  const go_ = form.appendChild(el("button", "btn", t("看")));
  go_.type = "submit";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    custom = true;
    go({ period: `${form.elements.from.value}..${form.elements.to.value}`, sheet: "" });
  });
};

export const narrowed = () =>
  Object.fromEntries(NARROW.filter((name) => state[name]).map((name) => [name, state[name]]));

const view = () => ({ kpis: scoresKpis, cases: scoresCases })[state.board] || scoresBoard;

const draw = () => {
  if (!root || !root.isConnected) return;
  root.dataset.board = state.board;
  root.classList.toggle("scores--sheet", Boolean(state.sheet));
  periods();
  tabs();
  tools();
  road();
  view().draw(state);
  scoresSheet.draw(state);
  clearTimeout(timer);
  timer = setTimeout(again, AGAIN_MS);
};
const again = () => {
  timer = setTimeout(again, AGAIN_MS);
  if (!document.hidden && root.isConnected) view().draw(state);
};

/* The first moment of a local day ("YYYY-MM-DD"), so many days later, with the offset of the night before. */
/** @param {string} day @param {number} [later] */
const dayStart = (day, later) => {
  const noon = new Date(Date.parse(day + "T12:00:00Z") + (later || 0) * 86_400_000);
  const name = new Intl.DateTimeFormat("en-US", { timeZone: first.time_zone, timeZoneName: "longOffset" })
    .formatToParts(noon.getTime() - 86_400_000)
    .find((part) => part.type === "timeZoneName").value;
  return noon.toISOString().slice(0, 10) + "T00:00:00" + (name.replace("GMT", "") || "Z");
};

/** @param {number} ms */
export const scoresDay = (ms) => localDay(ms, first.time_zone);

const look = () => {
  const found = byId("scores");
  if (!found || found === root || !byId("scores-sheet")) return;
  root = found;
  first = JSON.parse(root.getAttribute("data-initial"));
  scores.first = first;
  state = read();
  draw();
};
export const scores = {
  first: /** @type {ScoresFirst} */ (null),
  go,
  ask,
  query,
  narrowed,
  dayStart,
  when,
  tell,
  state: () => state,
  /* Whoever draws what was asked asks whether it is still wanted. */
  turn: () => {
    const mine = ++asked;
    return () => mine === asked;
  },
  /** What narrows a number to one line of a board. @param {string} board @param {string} code */
  line: (board, code) =>
    board === "units" ? { unit: code } : { area: board === "workers" ? (scoresBoard.line(code) || {}).area : code },
};
window.addEventListener("popstate", () => {
  if (!root) return;
  state = read();
  custom = false;
  draw();
});
document.addEventListener("visibilitychange", () => {
  if (root && !document.hidden) draw();
});
/* Begin as soon as the page is drawn. */
export const beginScores = () => whenDrawn(look);
