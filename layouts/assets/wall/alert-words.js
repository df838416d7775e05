/* The words and times of an alert, as the strip says them. */
import { alertStore } from "../alarm/alerts.js";
import { el, mark } from "../core/dom.js";
import { page } from "../core/page.js";
import { clockTime } from "../core/time.js";
import { t } from "../core/words.js";
import { wallMap } from "../map/map.js";

/** @type {Record<string, Word>} */
export const words = {
  raise: () => t("推送单位、大屏、调度台"),
  repeat: () => t("重复提示音"),
  widen: () => t("全部席位、单位负责人"),
  webhook: () => t("转短信和电话通知"),
  reopen: () => t("未签收将再次告警"),
  overdue: () => t("到时未办结将再次告警"),
};

export const zone = () => page.first.time_zone;
/** @param {Alert} alert */
export const signed = (alert) => alert.units.filter((one) => one.accepted).length;
// who still owes a signature comes first
/** @param {Alert} alert */
export const owing = (alert) => [...alert.units].sort((a, b) => Number(a.accepted) - Number(b.accepted));
/** @param {Alert} alert */
export const lead = (alert) => (alert.units[0] ? alert.units[0].name : "");

/** @param {Alert} alert */
export const place = (alert) => [alert.address, wallMap.name(alert.grid)].filter(Boolean).join(" · ");

/** @param {number} since */
export const elapsed = (since) => {
  const time = el("b", "num w-since");
  mark(time, "data-since", since);
  return time;
};
/** Which of several it is, as on the map. @param {Alert} alert */
export const numbered = (alert) => {
  const n = alertStore.number(alert);
  return n ? n + " · " : "";
};
/* When it happened; an alarm that came apart from it has a time of its own. */
const AT_ONCE_MS = 60_000;
/** @param {Alert} alert @param {(ms: number, zone: string) => string} clock */
export const happened = (alert, clock) => {
  const said = [t("{when} 发生", { when: clock(alert.reported_at, zone()) })];
  if (alert.episode > 1)
    said.push(t("{when} 第 {n} 次告警", { when: clock(alert.raised_at, zone()), n: alert.episode }));
  else if (alert.raised_at - alert.reported_at > AT_ONCE_MS)
    said.push(t("{when} 告警", { when: clock(alert.raised_at, zone()) }));
  return said;
};

/** @param {number} due @param {string} [classes] */
export const until = (due, classes) => {
  const time = el("span", "num w-until " + (classes || ""));
  mark(time, "data-due", due);
  return time;
};

/** @param {Alert} alert */
export const acknowledged = (alert) => {
  const { by, title, at, screen } = alert.acknowledged || {};
  if (!alert.acknowledged) return t("值班长未确认");
  const when = clockTime(at, zone());
  return screen && screen !== by
    ? t("{who} {when} 在 {screen} 已确认", { who: title || by, when, screen })
    : t("{who} {when} 已确认", { who: title || by, when });
};
