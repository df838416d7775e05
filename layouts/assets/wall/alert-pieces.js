/* The pieces the strip and the alarm are made of: signatures, the ladder, the nearest forces, what comes next. */
import { el, mark } from "../core/dom.js";
import { duration, hourTime } from "../core/time.js";
import { t } from "../core/words.js";
import { signed, until, words, zone } from "./alert-words.js";
import { nearestForces } from "./forces.js";

export const CHIPS = 4;
const RUNGS = 5;
/* Silenced openly, or not to be heard here: both are said; the clock decides which is still true (`tick`). */
/** @param {Alert} alert */
export const notes = (alert) => {
  const box = el("div", "w-notes");
  const blocked = box.appendChild(el("span", "w-note2 w-blocked", t("本屏无声 · 点按屏幕任意处开启")));
  blocked.hidden = true;
  if (alert.shelved) {
    const words = t("静音至 {when}：{reason}（{by}）", {
      when: hourTime(alert.shelved.until, zone()),
      reason: alert.shelved.reason,
      by: alert.shelved.title || alert.shelved.by,
    });
    mark(box.appendChild(el("span", "w-note2 w-shelved w-cut", words)), "data-until", alert.shelved.until);
  }
  return box;
};

/** @param {Alert["units"][number]} one @param {boolean} lost */
export const chip = (one, lost) => {
  const node = el("span", one.accepted ? "w-ackchip" : "w-ackchip w-ackchip--wait");
  node.append(el("i", "", one.accepted ? "✓" : "◷"), el("span", "w-cut", one.name));
  if (!one.accepted) node.append(el("em", "", lost ? t("状态未知") : t("待签收")));
  if (!one.accepted && !lost && one.due_at) node.append(until(one.due_at, "w-until--bare"));
  mark(node, "data-unit", one.unit);
  return node;
};

/** @param {string} name @param {string} word @param {boolean} done @param {number | false} [due] */
export const row = (name, word, done, due) => {
  const item = el("li", done ? "w-done" : "");
  item.append(el("i", "", done ? "✓" : "◷"), el("b", "w-cut", name), el("span", "", word));
  if (due) item.append(until(due, "w-until--bare"));
  return item;
};

/** @param {Alert["units"][number]} one @param {boolean} lost */
export const unitRow = (one, lost) => {
  const word = one.accepted ? t("已签收") : lost ? t("状态未知") : t("未签收");
  const item = row(one.name, word, one.accepted, !one.accepted && !lost && one.due_at);
  mark(item, "data-unit", one.unit);
  return item;
};

/** @param {Alert} alert @param {boolean} lost */
export const ladder = (alert, lost) => {
  const list = el("ol", "w-ladder num");
  const rungs = alert.ladder.slice(-RUNGS);
  const next = rungs.find((rung) => !rung.done);
  for (const rung of rungs) {
    const item = list.appendChild(el("li", rung.done ? "w-done" : rung === next ? "w-now" : ""));
    item.append(
      el("time", "", duration(rung.at - alert.raised_at)),
      el("span", "w-cut", (words[rung.what] || (() => rung.what))()),
    );
    if (rung.held) item.append(el("em", "", t("静音中，到时补上")));
    if (rung === next) item.append(lost ? el("em", "", t("状态未知")) : until(rung.at, "w-until--in"));
    mark(item, "data-rung", rung.what);
  }
  return list;
};

/** @param {Alert} alert */
export const forces = (alert) => {
  const found = nearestForces.of(alert);
  if (!found.length) return null;
  const box = el("div", "w-forces");
  box.append(el("small", "", t("就近力量（直线距离、名义时间）")));
  for (const one of found) {
    const item = box.appendChild(el("span", "w-force"));
    item.append(
      el("b", "w-cut", one.name),
      el("span", "num", t("{km} 公里 · {n} 分钟", { km: (one.metres / 1000).toFixed(1), n: one.minutes })),
    );
    mark(item, "data-force", one.code);
  }
  return box;
};

/** @param {Alert} alert @param {boolean} lost */
export const next = (alert, lost) => {
  if (!alert.units.length) return [el("b", "w-what", t("责任单位待指派"))];
  if (signed(alert) === alert.units.length) {
    const line = el("span", "w-next");
    if (alert.next && alert.next.what === "overdue") line.append(lost ? t("状态未知") : until(alert.next.at));
    return [
      el("b", "w-what", t("全部签收，处置中")),
      line,
      el("span", "", alert.next && alert.next.what === "overdue" ? words.overdue() : t("办结后解除")),
    ];
  }
  const line = el("span", "w-next");
  if (alert.next) line.append(lost ? t("状态未知") : until(alert.next.at));
  return [el("b", "w-what w-cut", t("等待签收")), line, el("span", "", words.reopen())];
};
