/* What the page of today shows: the numbers, the tasks, what was reported, points and why. */

import { byId, el } from "../core/dom.js";
import { left } from "../core/spans.js";
import { dayTime, longDate, weekdayName } from "../core/time.js";
import { t } from "../core/words.js";
import { phone } from "../phone/phone.js";
import { day, items } from "./field.js";

const { first, go, lastFix, metres, far, level, status, now } = phone;

/* ---- today ---- */
export const stats = () => {
  const box = byId("field-day");
  const head = el("div", "p-h");
  head.append(
    el("h2", "", t("今日")),
    el("span", "num", `${longDate(now(), first.time_zone)} ${weekdayName(now(), first.time_zone)}`),
  );
  const list = el("ul", "p-stat num");
  const numbers = [
    [tasks().length, t("待核查")],
    [day ? day.reported_today : "—", t("今日上报")],
    [day ? day.checked_today : "—", t("已核查")],
  ];
  for (const [n, word] of numbers) {
    const one = list.appendChild(el("li"));
    one.append(el("b", "", String(n)), el("span", "", word));
  }
  const grid = el(
    "p",
    "p-sub num",
    [t("{n} 个网格", { n: first.outlines.length }), day ? t("辖区在办 {n} 件", { n: day.open }) : ""]
      .filter(Boolean)
      .join(" · "),
  );
  box.replaceChildren(head, list, grid);
};

/* What was checked here already and only waits to be sent is no task any more. */
export const tasks = () => {
  const done = new Set(
    items
      .filter((item) => item.kind === "check" && (item.state === "waiting" || item.state === "sent"))
      .map((item) => item.number + "/" + item.round),
  );
  const fix = lastFix();
  const list = ((day && day.tasks) || [])
    .filter((task) => !done.has(task.number + "/" + task.round))
    .map((task) => ({ ...task, away: fix && task.lng !== null ? metres(fix, task) : null }));
  return list.sort(
    (one, other) =>
      (one.away === null ? 1 : 0) - (other.away === null ? 1 : 0) ||
      (one.away || 0) - (other.away || 0) ||
      Date.parse(one.check_due_at) - Date.parse(other.check_due_at),
  );
};
/** @param {FieldTask} task */
export const card = (task) => {
  const made = el("li", "p-card p-task");
  made.dataset.event = task.number;
  made.dataset.status = task.status;
  const title = made.appendChild(el("h3"));
  title.append(level(task.level), el("span", "", task.title));
  made.append(
    el(
      "p",
      "",
      [task.address || task.grid, task.unit ? t("{unit} 已处置", { unit: task.unit }) : ""].filter(Boolean).join(" · "),
    ),
  );
  const time = made.appendChild(el("p", "p-due num"));
  const rest = Date.parse(task.check_due_at) - now();
  time.append(
    el("b", rest < 0 ? "t-over" : "", left(rest)),
    el("span", "", task.away === null ? "" : t("距 {far}", { far: far(task.away) })),
  );
  const button = made.appendChild(el("button", "btn btn--primary", t("去核查")));
  button.type = "button";
  button.addEventListener("click", () => go("check", task.number));
  return made;
};
export const mine = () => {
  const waiting = items
    .filter((item) => item.kind === "report" && item.state === "waiting")
    .map((item) => {
      const line = el("li", "p-row");
      line.append(el("span", "p-row__t", item.title), el("span", "p-wait", item.tries ? t("没有发出") : t("待发送")));
      if (item.tries) line.lastElementChild.classList.add("is-unsent");
      return line;
    });
  const known = ((day && day.mine) || []).map((one) => {
    const line = el("li", "p-row");
    line.dataset.event = one.number;
    line.dataset.status = one.status;
    const link = line.appendChild(el("a"));
    link.href = "/event/" + encodeURIComponent(one.number);
    link.append(level(one.level), el("span", "p-row__t", one.title), status(one.status));
    return line;
  });
  const list = [...waiting, ...known];
  return list.length ? list : [el("li", "p-none", t("还没有上报过"))];
};

/* ---- points ---- */
export const score = () => {
  const box = byId("field-points");
  if (!day) {
    box.replaceChildren(el("p", "p-none", t("连上网后显示积分")));
    return;
  }
  const sums = el("ul", "p-card p-stat num");
  for (const [n, word] of [
    [Number(day.points.today), t("今日积分")],
    [Number(day.points.month), t("本月积分")],
  ]) {
    const one = sums.appendChild(el("li"));
    one.append(el("b", "", String(n)), el("span", "", word));
  }
  const list = el("ol", "p-card p-rows");
  for (const one of day.entries) {
    const line = list.appendChild(el("li", "p-row p-entry"));
    const n = Number(one.points);
    line.append(
      el("b", "num" + (n < 0 ? " t-over" : ""), (n > 0 ? "+" : "") + n),
      el("span", "p-row__t", (one.reversed ? t("冲正") + " " : "") + (first.points[one.rule] || one.rule)),
    );
    const link = line.appendChild(el("a", "num", one.event.slice(-6)));
    link.href = "/event/" + encodeURIComponent(one.event);
    line.append(el("time", "num", dayTime(Date.parse(one.at), first.time_zone)));
  }
  if (!day.entries.length) list.append(el("li", "p-none", t("本月还没有积分记录")));
  box.replaceChildren(sums, el("h2", "p-h", t("本月每一笔")), list);
};
