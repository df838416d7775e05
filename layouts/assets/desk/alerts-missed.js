/* What was raised during the shift, and how long it waited for an answer. */

import { byId, el } from "../core/dom.js";
import { get } from "../core/http.js";
import { dayTime, duration } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { desk } from "./desk.js";

const SHIFT_MS = 8 * 3_600_000;
const SOON_ACK_MS = 60_000; // answered later than every desk was called: listed as missed
/** @param {Alert} alert @returns {[string, boolean]} */
const fate = (alert) => {
  /** @param {number | string} time */
  const ms = (time) => (typeof time === "string" ? Date.parse(time) : time);
  const raised = ms(alert.raised_at);
  if (!alert.acknowledged) return [alert.state === "stood_down" ? t("无人确认，已解除") : t("无人确认"), true];
  const after = ms(alert.acknowledged.at) - raised;
  return [t("{time} 后确认", { time: duration(after) }), after > SOON_ACK_MS];
};
export const showMissed = async () => {
  const since = new Date(live.now() - SHIFT_MS).toISOString();
  const found = await get("/api/v1/alerts/missed?since=" + encodeURIComponent(since));
  if (!found) {
    desk.tell(t("没有连上服务器，这一步未确认；恢复后再按一次，不会重复"), "bad");
    return;
  }
  const { items } = found;
  const dialog = el("dialog", "d-help al-list");
  const head = dialog.appendChild(el("header", "d-help__h"));
  head.append(
    el(
      "h2",
      "",
      t("八小时内的告警：{n} 起，漏接或迟确认 {m} 起", {
        n: items.length,
        m: items.filter((/** @type {Alert} */ one) => fate(one)[1]).length,
      }),
    ),
  );
  const quit = head.appendChild(el("button", "btn", t("关闭 Esc")));
  quit.type = "button";
  quit.addEventListener("click", () => dialog.close());
  const rows = dialog.appendChild(el("ol", "al-rows"));
  for (const alert of items) {
    const [words, late] = fate(alert);
    const row = rows.appendChild(el("li"));
    row.append(
      el("time", "num", dayTime(Date.parse(alert.raised_at), desk.first.time_zone)),
      el("b", "", alert.title),
      el("span", "", alert.address || ""),
      el("em", late ? "t-over" : "", words),
    );
    const go = row.appendChild(el("button", "e-link", t("查看")));
    go.type = "button";
    go.addEventListener("click", () => {
      dialog.close();
      desk.choose(alert.event);
    });
  }
  if (!items.length) rows.append(el("li", "", t("八小时内没有告警")));
  dialog.addEventListener("close", () => dialog.remove());
  byId("desk-help").append(dialog);
  dialog.showModal();
};
