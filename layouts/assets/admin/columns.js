/* What the table of screens shows in each column, and when a value is bad. */
import { roughly } from "../core/spans.js";
import { t } from "../core/words.js";

const ONLINE_S = 15; // the lease of datasources/alerts/screens.py
const OLD_S = 10;
/** ---- words ---- @type {Record<string, Word>} */
const REASONS = {
  open: () => t("打开"),
  night: () => t("夜间刷新"),
  heap: () => t("内存超限刷新"),
  frames: () => t("画面停顿刷新"),
};
/** @param {ScreenState} one */
export const online = (one) => !one.revoked_at && one.ago !== undefined && one.ago <= ONLINE_S;
/** @param {ScreenState} one */
const status = (one) => {
  if (one.revoked_at) return ["out", t("已撤销")];
  if (one.ago === undefined) return ["", one.opened_at ? t("已打开，还没有报到") : t("还没有打开过")];
  // a browser that logged in once: nobody's fault
  if (!online(one) && !one.kiosk) return ["", t("已离开 {time}", { time: roughly(one.ago) })];
  return online(one) ? ["on", t("在线")] : ["lost", t("失联 {time}", { time: roughly(one.ago) })];
};
/** @template T @param {T} value @param {(value: T) => CellText} say @returns {CellText} */
const known = (value, say) => (value === undefined || value === null ? ["—", "adm-none"] : say(value));
/** @param {boolean} bad @param {string} text @returns {CellText} */
const over = (bad, text) => [text, bad ? "adm-bad" : ""];
/** @returns {CellText} */
const NONE = () => ["—", "adm-none"];

/* column: title, class, (screen, report) → [text, class] or a second line */
/** @type {[Word, string, (one: ScreenState, report: ScreenReport) => CellText, boolean?][]} */
export const COLUMNS = [
  [() => t("屏幕"), "", (one) => [one.name, "", one.place || (one.kiosk ? "" : t("账号登录"))], true],
  [
    () => t("状态"),
    "",
    (one) => {
      const [kind, word] = status(one);
      return [word, "adm-dot adm-dot--" + kind];
    },
  ],
  [() => t("声音"), "", (one) => (online(one) ? over(!one.audible, one.audible ? t("听得见") : t("听不见")) : NONE())],
  [
    () => t("位置滞后"),
    "r num",
    (_one, report) => known(report.lag_s, (s) => over(s > OLD_S, t("{n} 秒", { n: s.toFixed(1) }))),
  ],
  [
    () => t("数据时龄"),
    "r num",
    (_one, report) => known(report.age, (s) => over(s > OLD_S, t("{n} 秒", { n: s.toFixed(1) }))),
  ],
  [
    () => t("与服务器一致"),
    "",
    (_one, report) => known(report.hash_ok, (ok) => over(!ok, ok ? t("一致") : t("不一致"))),
  ],
  [() => t("内存 MB"), "r num", (_one, report) => known(report.heap_mb, (mb) => [String(Math.round(mb)), ""])],
  [() => t("帧 ms"), "r num", (_one, report) => known(report.frame_ms, (ms) => over(ms > 100, String(Math.round(ms))))],
  [() => t("错误"), "r num", (_one, report) => known(report.errors, (n) => over(n > 0, String(n)))],
  [
    () => t("已运行"),
    "",
    (_one, report) =>
      known(report.uptime_s, (s) => [roughly(s), "", REASONS[report.reason] ? REASONS[report.reason]() : ""]),
    true,
  ],
  [() => t("来源地址"), "num", (one) => known(one.origin || null, (text) => [text, ""])],
];
