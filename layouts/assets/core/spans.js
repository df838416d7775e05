/* Lengths of time in words, each as coarse as the place where it stands can bear. */
import { duration, two } from "./time.js";
import { t } from "./words.js";

const DAY_MS = 86_400_000;

/** As a glance needs it: mm:ss, then hours and minutes, then days and hours. @param {number} ms */
export const briefly = (ms) => {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours < 1) return duration(Math.ceil(ms / 1000) * 1000);
  if (hours < 24) return t("{h}时{m}分", { h: hours, m: two(minutes % 60) });
  return t("{d}天{h}时", { d: Math.floor(hours / 24), h: two(hours % 24) });
};

/** To the second below a day, in days from then on. @param {number} ms */
export const daysOr = (ms) => (ms >= DAY_MS ? t("{n} 天", { n: Math.floor(ms / DAY_MS) }) : duration(ms));

/** In its largest unit. @param {number} seconds */
export const roughly = (seconds) => {
  if (seconds < 60) return t("{n} 秒", { n: Math.round(seconds) });
  if (seconds < 3600) return t("{n} 分钟", { n: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t("{n} 小时", { n: Math.floor(seconds / 3600) });
  return t("{n} 天", { n: Math.floor(seconds / 86_400) });
};

/** In its largest unit with one decimal: a mean or a quantile of many. @param {number} seconds */
export const measured = (seconds) => {
  if (seconds < 3600) return t("{n} 分", { n: Math.round(seconds / 60) });
  if (seconds < 86_400) return t("{n} 小时", { n: (seconds / 3600).toFixed(1) });
  return t("{n} 天", { n: (seconds / 86_400).toFixed(1) });
};

/** How long ago, where seconds count. @param {number} seconds */
export const ago = (seconds) =>
  seconds < 60 ? t("{n} 秒前", { n: Math.floor(seconds) }) : t("{time} 前", { time: duration(seconds * 1000) });

/** What is left of a limit, or by how much it has passed, as a pocket screen has room for it. @param {number} ms */
export const left = (ms) => {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const said =
    minutes < 60
      ? t("{n} 分", { n: minutes })
      : minutes < 1440
        ? t("{n} 小时", { n: Math.floor(minutes / 60) })
        : t("{n} 天", { n: Math.floor(minutes / 1440) });
  return ms < 0 ? t("超 {time}", { time: said }) : t("剩 {time}", { time: said });
};
