/* Time as text: what is left, what has passed, and moments by the clock of the district. */

/** @param {number} n */
export const two = (n) => String(n).padStart(2, "0");

/** Milliseconds as mm:ss, or h:mm:ss from one hour on; never negative. @param {number} ms */
export const duration = (ms) => {
  const all = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(all / 3600);
  const rest = two(Math.floor(all / 60) % 60) + ":" + two(all % 60);
  return hours ? hours + ":" + rest : rest;
};

/* A deadline is counted up to the full second: 0 only when it has passed. */
/** @param {number} due @param {number} now */
export const remaining = (due, now) => duration(Math.ceil((due - now) / 1000) * 1000);

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();
/** @param {number} ms @param {string} zone @param {Intl.DateTimeFormatOptions} options @param {string} [lang] */
const formatted = (ms, zone, options, lang = document.documentElement.lang || "zh-CN") => {
  const key = lang + zone + JSON.stringify(options);
  if (!formats.has(key))
    formats.set(key, new Intl.DateTimeFormat(lang, { timeZone: zone, hourCycle: "h23", ...options }));
  return formats.get(key).format(ms);
};
/** @param {number} ms @param {string} zone */
export const clockTime = (ms, zone) => formatted(ms, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
/** @param {number} ms @param {string} zone */
export const hourTime = (ms, zone) => formatted(ms, zone, { hour: "2-digit", minute: "2-digit" });
/** @param {number} ms @param {string} zone */
export const longDate = (ms, zone) => formatted(ms, zone, { year: "numeric", month: "long", day: "numeric" });
/** @param {number} ms @param {string} zone */
export const weekdayName = (ms, zone) => formatted(ms, zone, { weekday: "long" });

let day = { key: "", text: "" };
/* The day of a moment as YYYY-MM-DD; asked for by every row of a list, so kept for a quarter of an hour. */
/** @param {number} ms @param {string} zone */
export const localDay = (ms, zone) => {
  const key = Math.floor(ms / 900_000) + zone;
  if (day.key !== key)
    day = { key, text: formatted(ms, zone, { year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA") };
  return day.text;
};
/** @param {number} ms @param {string} zone */
export const dayTime = (ms, zone) =>
  formatted(ms, zone, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
