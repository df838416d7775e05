/* Around the queue: the day's numbers at the top, the latest steps at the bottom, small words of place and time. */

import { byId, el, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { grouped } from "../core/text.js";
import { clockTime } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { desk } from "./desk.js";

/** @type {Map<string, string>} */
const names = new Map();
/** @type {Map<string, string>} */
const brief = new Map(); // code → name without what all names of its level end with
/** @type {Map<string, string>} */
const parents = new Map();
const LATEST = 4;

/** @type {[string, Word][]} */
const NUMBERS = [
  ["reported", () => t("今日上报")],
  ["pending", () => t("待派单")],
  ["handling", () => t("处置中")],
  ["overdue", () => t("超期")],
];
/** @type {Record<string, string>} */
const shown = { reported: "—", pending: "—", handling: "—", overdue: "—" };

const paint = () => {
  const box = byId("desk-counts");
  if (!box.firstChild)
    for (const [name, word] of NUMBERS) {
      const one = box.appendChild(el("span"));
      one.dataset.kpi = name;
      one.append(el("span", "", word()), el("b"));
    }
  for (const one of box.children) {
    say(one.lastChild, String(shown[/** @type {HTMLElement} */ (one).dataset.kpi]));
    one.classList.toggle(
      "t-over",
      /** @type {HTMLElement} */ (one).dataset.kpi === "overdue" && Number(shown.overdue) > 0,
    );
  }
};

/** @param {Record<string, number>} tabs @param {number} over */
const counts = (tabs, over) => {
  let handling = 0;
  for (const row of live.rows()) if (row.status === "handling") handling += 1;
  Object.assign(shown, { pending: grouped(tabs.dispatch), handling: grouped(handling), overdue: grouped(over) });
  paint();
};

/** @param {any} view */
const kpis = (view) => {
  const found = ((view && view.kpis) || {}).reported;
  if (found) shown.reported = grouped(found.num);
  paint();
};

/** @param {any} view */
const latest = (view) => {
  const steps = ((view && view.steps) || []).slice(0, LATEST);
  const foot = byId("desk-foot");
  let box = foot.querySelector(".d-latest");
  if (!box) {
    box = el("span", "d-latest");
    foot.prepend(box);
  }
  keyed(
    box,
    steps,
    (one) => one.number + "/" + one.at + "/" + one.action,
    () => el("span"),
    (node, one) => say(node, sentence(one)),
  );
};
/** @param {any} one */
const sentence = (one) =>
  [clockTime(one.at, desk.first.time_zone), one.unit_name, desk.first.actions[one.action] || one.action_name, one.title]
    .filter(Boolean)
    .join(" ");

/** What every name of a level ends with tells nothing where all stand in one column. @param {AreaEntry[]} areas */
const shorten = (areas) => {
  let end = areas.length > 1 ? areas[0][1] : "";
  while (end && !areas.every(([, name]) => name.endsWith(end) && name !== end)) end = end.slice(1);
  for (const [code, name] of areas) brief.set(code, name.slice(0, name.length - end.length));
};

const start = () => {
  for (const [code, name] of desk.first.areas) names.set(code, name);
  for (const level of [1, 2]) shorten(desk.first.areas.filter((area) => area[3] === level));
  for (const [code, , parent] of desk.first.categories) parents.set(code, parent);
  const foot = byId("desk-foot");
  const hints = foot.appendChild(el("span", "push"));
  for (const [key, word] of [
    ["?", t("全部快捷键")],
    ["/", t("命令")],
    ["N", t("代报")],
    ["Z", t("撤回派单")],
  ]) {
    const hint = hints.appendChild(el("span", "d-hint"));
    hint.append(el("kbd", "", key), el("span", "", word));
  }
  live.on("view", (name, data) => {
    if (name === "latest") latest(data);
    if (name === "kpis") kpis(data);
  });
  const views = desk.first.views;
  latest(views.latest);
  kpis(views.kpis);
  paint();
};

/** Street and community of a row, as short as the place allows. @param {EventRow} row */
export const deskPlace = (row) => {
  const codes = (row.path || "").split("/").filter(Boolean);
  return (desk.first.levels.length > 1 ? codes.slice(1, 3) : codes)
    .map((code) => brief.get(code))
    .filter(Boolean)
    .join(" ");
};
/* An area's name without its parent's in front and without its level's ending: for small maps. */
/** @param {{code: string, name: string, parent: string}} given */
export const deskBrief = ({ code, name, parent }) => {
  const above = names.get(parent);
  return brief.get(code) || (above && name !== above && name.startsWith(above) ? name.slice(above.length) : name);
};
/** The title without the community it begins with: the place stands beside it. @param {EventRow} row */
export const deskTitle = (row) => {
  const community = names.get((row.path || "").split("/").filter(Boolean)[2]) || "";
  return community && row.title.startsWith(community) && row.title.length > community.length
    ? row.title.slice(community.length)
    : row.title;
};
/** @param {string} code */
export const deskArea = (code) => names.get(code) || "";
/** @param {string} code */
export const deskParent = (code) => {
  let found = parents.get(code) || "";
  while (parents.get(found)) found = parents.get(found);
  return found;
};

export const deskHead = { start, counts };
