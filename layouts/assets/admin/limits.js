/* Where passwords were tried in vain: who has to wait, since when and how long, and an end to it by hand. */
import { el, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";

/** @type {Record<string, Word>} */
const KINDS = { pair: () => t("账号与地址"), device: () => t("登录过的浏览器"), address: () => t("整个地址") };
/** @param {LimitState} one @param {number} now */
const seconds = (one, now) => Math.max(0, Math.ceil(((one.until || 0) - now) / 1000));
/** @type {Column<LimitState, {now: number, zone: string}>[]} */
const COLUMNS = [
  [() => t("账号"), "", (one) => one.account || (one.kind === "address" ? "—" : t("未知账号"))],
  [() => t("来源地址"), "num", (one) => one.address || "—"],
  [() => t("按什么计"), "", (one) => (KINDS[one.kind] || (() => one.kind))()],
  [() => t("输错"), "r num", (one) => String(one.failures)],
  [() => t("等待中又试"), "r num", (one) => String(one.refused)],
  [() => t("最后一次"), "num", (one, at) => dayTime(one.last_at, at.zone)],
  [
    () => t("状态"),
    "",
    (one, at) => (seconds(one, at.now) ? t("还要等 {n} 秒", { n: seconds(one, at.now) }) : t("可以再试")),
  ],
];

/** @param {HTMLElement} body @param {AdminState} state
    @param {AdminTools} given */
export const adminLimits = (body, state, { first, button, act }) => {
  const at = { now: state.now, zone: first.time_zone };
  /** @param {LimitState} one */
  const make = (one) => {
    const made = el("tr");
    made.dataset.limit = one.key;
    for (const [, classes] of COLUMNS) made.appendChild(el("td", classes));
    if (first.may_change) {
      const free = button(t("解除"), "", () =>
        act("/admin/limits/" + encodeURIComponent(one.key) + "/release", {}, () => undefined),
      );
      free.dataset.action = "release";
      made.appendChild(el("td")).appendChild(el("div", "adm-do")).append(free);
    }
    return made;
  };
  /** @param {HTMLElement} node @param {LimitState} one */
  const fill = (node, one) => COLUMNS.forEach(([, , what], place) => say(node.children[place], what(one, at)));
  keyed(body, state.limits, (one) => one.key, make, fill);
  const waits = state.limits.filter((one) => seconds(one, at.now)).length;
  say(
    document.getElementById("admin-limits-note"),
    state.limits.length
      ? t("一天内 {n} 处输错，{on} 处要等", { n: state.limits.length, on: waits })
      : t("一天内没有人输错密码"),
  );
  document.getElementById("admin-limits").hidden = !state.limits.length;
};
adminLimits.columns = COLUMNS;
