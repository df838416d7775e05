/* The legend of the map: the fills, the time states, the heat and the places; each colour with its word. */
import { el } from "../core/dom.js";
import { rem } from "../core/room.js";
import { t } from "../core/words.js";
import { heatRamp } from "./gather.js";
import { glyphs } from "./glyphs.js";
import { ground } from "./ground.js";
import { layers } from "./layers.js";
import { placeMark, places } from "./places.js";

/** @param {string} colour @param {string} word */
const swatch = (colour, word) => {
  const item = el("span", "w-key__i");
  const sign = item.appendChild(el("i"));
  sign.style.background = colour;
  item.appendChild(el("span", "", word));
  return item;
};

/** @param {PathAt} paint @param {string} word */
const drawn = (paint, word) => {
  const item = el("span", "w-key__i");
  const canvas = item.appendChild(el("canvas"));
  const size = (canvas.width = canvas.height = Math.round(1.3 * rem() * (window.devicePixelRatio || 1)));
  const pen = canvas.getContext("2d");
  pen.translate(size / 2, size / 2);
  paint(pen, size);
  item.appendChild(el("span", "", word));
  return item;
};

/** @param {string} title @param {HTMLElement[]} items @param {string} [classes] */
const line = (title, items, classes = "") => {
  const row = el("div", "w-key__r " + classes);
  row.append(el("b", "", title), ...items);
  return row;
};

/* Draw the legend into its box, where its shape has changed or `anew`. */
/** @param {HTMLElement} box @param {boolean} [anew] */
export const drawRamp = (box, anew) => {
  if (!box) return;
  const words = ground.words;
  const shape = JSON.stringify([layers, words, ground.kinds, places.any]);
  if (!anew && box._shape === shape) return;
  box._shape = shape;
  /** @param {string} name */
  const state = (name) => (/** @type {CanvasRenderingContext2D} */ pen, /** @type {number} */ size) => {
    pen.translate(0, name === "over" ? size * 0.1 : 0);
    glyphs.time(pen, name, (size / 40) * 1.2);
    glyphs.draw(pen, "dot", glyphs.colour("st-handle"), size / 40);
  };
  /** @param {CanvasRenderingContext2D} pen @param {number} size */
  const dot = (pen, size) => glyphs.draw(pen, "dot", glyphs.colour("st-handle"), size / 26);
  const rows = [
    layers.kinds
      ? line(
          t("网格类型"),
          ground.kinds.map((kind) => swatch(ground.colourOf(kind), kind)),
        )
      : line(
          t("网格在办件数"),
          words.map((word, at) => swatch(ground.RAMP[at], word)),
          "num",
        ),
  ];
  if (layers.events)
    rows.push(
      line(t("时限"), [drawn(dot, t("正常")), drawn(state("soon"), t("临期")), drawn(state("over"), t("超期"))]),
    );
  if (layers.heat) {
    const bar = el("i", "w-key__heat");
    bar.style.background = "linear-gradient(90deg," + heatRamp.map((rgb) => "rgb(" + rgb.join(" ") + ")").join() + ")";
    rows.push(line(t("事件热力"), [el("span", "", t("少")), bar, el("span", "", t("多"))]));
  }
  if (layers.places && places.any)
    rows.push(
      line(
        t("力量与场所"),
        places.kinds().map(([kind, word]) => drawn((pen, size) => placeMark(pen, kind, 0, 0, size / 28), word)),
      ),
    );
  box.replaceChildren(...rows);
};
