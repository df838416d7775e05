/* What the page says of its link to the server, and of a part of the product that stands still. */

import { t } from "../core/words.js";
import { live } from "./live.js";

const WAITED_S = 10;
/** @type {Record<LinkState, (n: number) => string>} */
const AGES = {
  live: (n) => t("实时 {n} 秒前", { n }),
  stale: (n) => t("数据停在 {n} 秒前", { n }),
  offline: (n) => t("已断开 {n} 秒", { n }),
};
/* How old what a page shows is; before the first heartbeat, how long it has been waited for. */
export const linkSaid = () => {
  const age = live.age();
  if (Number.isFinite(age) && live.link === "live" && live.still.length)
    return live.still.map((one) => stillWords(one).title).join(" · ");
  if (Number.isFinite(age)) return AGES[live.link](Math.floor(age));
  const waited = Math.floor(performance.now() / 1000);
  return waited < WAITED_S ? t("连接中") : t("连接中，已等 {n} 秒", { n: waited });
};

/** How many emergencies of one sender an alarm stands for, where it is more than one. @param {Alert} alert */
export const manyOf = (alert) => (alert.count > 1 ? t("同一来源共 {n} 件", { n: alert.count }) : "");
/* A part of the product that stands still: what it is, and what people must do instead. */
/** @type {Record<string, () => [string, string]>} */
const STILL = {
  clock: () => [t("后台时钟停了"), t("到时不会自动转派，告警不会自动升级，请人工盯守。")],
  publisher: () => [t("推送停了"), t("画面由数据库补齐，会慢几秒。")],
  database: () => [t("数据库没有应答"), t("画面停在那时，新的上报和处置得不到确认。")],
  feed: () => [t("本机的实时通道停了"), t("画面可能是旧的。")],
};
/** @param {StillPart} still */
export const stillWords = ({ part, seconds }) => {
  const [title, text] = (STILL[part] || (() => [part, ""]))();
  return { title, text, seconds };
};
