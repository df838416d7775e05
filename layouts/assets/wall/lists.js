/* Supervised matters and the legend with its live counts. */
import { el, mark, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { page } from "../core/page.js";
import { fits, rem } from "../core/room.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { glyphs } from "../map/glyphs.js";
import { opens } from "./list.js";
import { placeOf, statusOf, unitName } from "./names.js";
import { paged, pageWords } from "./pager.js";

const ROW_REM = 2.7;

/** @param {EventRow} row */
const makeSupervised = (row) => {
  const item = el("li");
  item.append(el("span", "w-chip"), el("b", "w-cut"), el("span", "num"), el("span", "w-sup__u"));
  mark(item, "data-event", row.number);
  return item;
};

/** @param {EventRow} row @param {number} now */
const dueWords = (row, now) => {
  if (row.status === "on_hold") return t("挂单"); // nothing runs
  if (!row.handle_due_at) return t("未定期限");
  const late = now - row.handle_due_at;
  if (late >= 86400000) return t("超期 {n} 天", { n: Math.floor(late / 86400000) });
  if (late >= 3600000) return t("超期 {n} 小时", { n: Math.floor(late / 3600000) });
  if (late > 0) return t("超期 {n} 分钟", { n: Math.max(1, Math.floor(late / 60000)) });
  return t("限 {when}", { when: dayTime(row.handle_due_at, page.first.time_zone) });
};

/** @param {HTMLElement} box @param {HTMLElement} note @param {EventRow[]} rows @param {number} now */
export const drawSupervised = (box, note, rows, now) => {
  const across = Math.max(1, getComputedStyle(box).gridTemplateColumns.split(" ").length);
  const shown = paged(box, rows, Math.max(1, fits(box, ROW_REM)) * across);
  keyed(
    box,
    shown,
    (row) => row.number,
    makeSupervised,
    (item, row) => {
      const known = page.first.supervisions[row.supervision] || { word: row.supervision };
      mark(item, "data-status", row.status);
      item.children[0].className = "w-chip w-chip--" + row.supervision;
      say(item.children[0], known.word);
      say(item.children[1], row.title);
      say(item.children[3], [unitName(row.unit), placeOf(row)].filter(Boolean)[0] || "");
      say(item.children[2], dueWords(row, now));
      item.children[2].classList.toggle("t-over", Boolean(row.handle_due_at && now > row.handle_due_at));
    },
  );
  box.classList.toggle("w-empty", !rows.length);
  mark(box, "data-empty", t("现在没有督办事项"));
  say(note, t("在督 {n} 件", { n: rows.length }) + pageWords(box));
  opens(note, rows.length ? "events?supervision=ordinary,yellow,red" : "");
  mark(note, "data-list-name", t("督办中"));
};

/** @param {string | Marked | null} asked */
export const glyphCanvas = (asked) => {
  const status = typeof asked === "string" ? statusOf(asked) : asked;
  const canvas = el("canvas");
  const size = Math.round(1.2 * rem() * (window.devicePixelRatio || 1));
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.translate(size / 2, size / 2);
  if (status) glyphs.draw(pen, status.glyph, glyphs.colour(status.token), size / 24);
  else glyphs.cluster(pen, "n", new Map([["handling", 1]]), size / 30);
  return canvas;
};

/** @param {HTMLElement} box @param {Marked[]} statuses @param {Map<string, number>} counts @param {boolean} [redraw] */
export const drawLegend = (box, statuses, counts, redraw) => {
  if (redraw || !box.firstChild) {
    box.replaceChildren(
      ...statuses.concat(null).map((status) => {
        const item = el("span", "w-legend__i");
        item.append(glyphCanvas(status), el("span", "", status ? status.word : t("聚合")));
        if (status) {
          item.append(el("b", "num"));
          mark(item, "data-count", status.code);
        }
        return item;
      }),
    );
  }
  statuses.forEach((status, at) => {
    const count = counts.get(status.code) || 0;
    say(box.children[at].lastChild, String(count));
    opens(box.children[at], count ? "events?status=" + status.code : "");
    mark(box.children[at], "data-list-name", status.word);
  });
};
