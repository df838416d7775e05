/* Twenty-four hours of arrivals against the usual day: three lines drawn once as SVG, their paths changed in place. */
import { el, mark, say, svg } from "../core/dom.js";
import { page } from "../core/page.js";
import { rem } from "../core/room.js";
import { hourTime } from "../core/time.js";
import { t } from "../core/words.js";

/** @type {[TrendLine, Word][]} */
const LINES = [
  ["usual", () => t("常日")],
  ["closed", () => t("办结")],
  ["reported", () => t("上报")],
];

/** @param {keyof SVGElementTagNameMap} tag @param {string} classes @param {Element} parent @returns {SVGElement} */
const part = (tag, classes, parent) => parent.appendChild(svg(tag, { class: classes }));

/* A smooth line that never swings below zero or over a peak: tangents limited as in monotone cubic interpolation. */
/** @param {Point2[]} points */
const smooth = (points) => {
  if (points.length < 2) return "";
  const step = points.slice(1).map((p, i) => (p[1] - points[i][1]) / (p[0] - points[i][0]));
  const slope = points.map((_p, i) => {
    const before = step[i - 1],
      after = step[i];
    if (before === undefined) return after;
    if (after === undefined) return before;
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
  let path = "M" + points[0][0].toFixed(1) + " " + points[0][1].toFixed(1);
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1],
      [x1, y1] = points[i];
    const third = (x1 - x0) / 3;
    path +=
      "C" +
      [x0 + third, y0 + slope[i - 1] * third, x1 - third, y1 - slope[i] * third, x1, y1]
        .map((n) => n.toFixed(1))
        .join(" ");
  }
  return path;
};

/** @param {HTMLElement} box */
const build = (box) => {
  const chart = part("svg", "w-chart", box);
  chart.setAttribute("role", "img");
  const made = /** @type {TrendChart} */ ({ chart });
  Object.assign(made, { axis: [], hours: [], lines: {} });
  made.area = part("path", "w-chart__area", chart);
  for (const name of ["low", "mid", "top"])
    made.axis.push([part("path", "w-chart__ax", chart), part("text", "w-chart__y", chart), name]);
  for (let i = 0; i < 8; i++) made.hours.push(part("text", "w-chart__x", chart));
  for (const [name] of LINES) made.lines[name] = part("path", "w-chart__l w-chart__l--" + name, chart);
  made.dot = part("circle", "w-chart__dot", chart);
  made.peak = part("text", "w-chart__peak", chart);
  box._chart = made;
  return made;
};

/** @param {HTMLElement} note */
const key = (note) => {
  if (note.firstChild) return;
  for (const [name, word] of [...LINES].reverse()) {
    const item = note.appendChild(el("span", "w-key w-key--" + name));
    item.append(el("i"), el("span", "", word()));
  }
};

/** @param {number} n */
const nice = (n) =>
  [4, 10, 20, 40, 60, 100, 200, 400, 600, 1000, 2000, 4000, 10000, 20000, 40000, 100000].find((one) => one >= n) || n;

/** @param {HTMLElement} box @param {HTMLElement} note @param {any} view */
export const drawTrend = (box, note, view) => {
  const hours = (view && view.hours) || [];
  if (hours.length < 2) return false;
  const chart = box._chart || build(box);
  key(note);
  /** @type {HTMLElement} */ (note.lastChild).hidden = !hours.some((/** @type {TrendHour} */ hour) =>
    Number.isFinite(hour.usual),
  );
  const unit = rem() / 20;
  const wide = box.clientWidth - 24 * unit,
    high = box.clientHeight - 12 * unit;
  if (wide < 60 || high < 40) return true;
  const made = JSON.stringify([wide, high, hours]);
  if (box._made === made) return true;
  box._made = made;
  const left = 40 * unit,
    right = wide - 10 * unit,
    top = 26 * unit,
    foot = high - 28 * unit;
  const most = nice(
    Math.max(
      4,
      ...hours.flatMap((/** @type {TrendHour} */ hour) => [hour.reported || 0, hour.closed || 0, hour.usual || 0]),
    ),
  );
  /** @param {number} at */
  const x = (at) => left + ((right - left) * at) / (hours.length - 1);
  /** @param {number} n */
  const y = (n) => foot - ((foot - top) * n) / most;
  mark(chart.chart, "viewBox", "0 0 " + wide.toFixed(0) + " " + high.toFixed(0));
  mark(chart.chart, "aria-label", t("近24小时上报、办结与常日"));
  chart.axis.forEach(([line, text], at) => {
    const n = (most * at) / 2;
    mark(line, "d", "M" + left.toFixed(1) + " " + y(n).toFixed(1) + "H" + right.toFixed(1));
    mark(text, "x", (left - 8 * unit).toFixed(1));
    mark(text, "y", (y(n) + 6 * unit).toFixed(1));
    say(text, String(n));
  });
  const clock = hours.map((/** @type {TrendHour} */ hour) =>
    Number(hourTime(hour.at, page.first.time_zone).slice(0, 2)),
  );
  const last = hours.length - 1;
  /** @type {Point2[]} */
  const named = clock
    .map((/** @type {number} */ h, /** @type {number} */ at) => [h, at])
    .filter((/** @type {Point2} */ [h, at]) => h % 4 === 0 && at < last - 3);
  chart.hours.forEach((text, at) => {
    const end = at === named.length;
    const place = end ? last : at < named.length ? named[at][1] : -1;
    say(text, place < 0 ? "" : end ? t("现在") : t("{h}时", { h: named[at][0] }));
    if (place < 0) return;
    mark(text, "x", x(place).toFixed(1));
    mark(text, "y", (high - 4 * unit).toFixed(1));
    mark(text, "text-anchor", end ? "end" : "middle");
  });
  for (const [name] of LINES) {
    const known = hours
      .map((/** @type {TrendHour} */ hour, /** @type {number} */ at) => [x(at), hour[name]])
      .filter((/** @type {Point2} */ [, n]) => Number.isFinite(n))
      .map((/** @type {Point2} */ [px, n]) => [px, y(n)]);
    mark(chart.lines[name], "d", smooth(known));
  }
  const reported = hours.map((/** @type {TrendHour} */ hour, /** @type {number} */ at) => [
    x(at),
    y(hour.reported || 0),
  ]);
  mark(
    chart.area,
    "d",
    smooth(reported) +
      "L" +
      right.toFixed(1) +
      " " +
      foot.toFixed(1) +
      "L" +
      left.toFixed(1) +
      " " +
      foot.toFixed(1) +
      "Z",
  );
  const best = hours.reduce(
    (/** @type {any} */ found, /** @type {TrendHour} */ hour, /** @type {number} */ at) =>
      (hour.reported || 0) > (hours[found].reported || 0) ? at : found,
    0,
  );
  mark(chart.dot, "cx", x(best).toFixed(1));
  mark(chart.dot, "cy", y(hours[best].reported || 0).toFixed(1));
  mark(chart.dot, "r", (6 * unit).toFixed(1));
  const late = x(best) > right - 50 * unit;
  mark(chart.peak, "x", (x(best) + (late ? -12 : 12) * unit).toFixed(1));
  mark(chart.peak, "text-anchor", late ? "end" : "start");
  mark(chart.peak, "y", (y(hours[best].reported || 0) - 6 * unit).toFixed(1));
  say(chart.peak, hours[best].reported ? String(hours[best].reported) : "");
  return true;
};
