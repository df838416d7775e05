/* What the small maps share, the desk's and the phone's: areas drawn flat as SVG round a middle, the way back from a
   press, and which area a point lies in. Rings are lists of [lng, lat]. */
import { svg } from "../core/dom.js";

export const METRES = 111_320; // of a degree of latitude

/* The ways between degrees and a picture: `scale` is its units for a degree of latitude. */
/** @param {LngLat} middle @param {number} scale @param {number} wide @param {number} tall */
export const flat = ([lng, lat], scale, wide, tall) => {
  const across = scale * Math.cos((lat * Math.PI) / 180);
  return {
    /** @type {(point: LngLat) => Point2} */
    to: ([x, y]) => [wide / 2 + (x - lng) * across, tall / 2 - (y - lat) * scale],
    /** @type {(point: Point2) => LngLat} */
    from: ([x, y]) => [lng + (x - wide / 2) / across, lat - (y - tall / 2) / scale],
  };
};

/** A ring sent as one row of numbers. @param {number[]} row @returns {Ring} */
export const pairs = (row) => Array.from({ length: row.length / 2 }, (_, i) => [row[2 * i], row[2 * i + 1]]);

/** @param {Ring[]} rings @param {(point: Point2) => Point2} to */
export const pathOf = (rings, to) =>
  rings.map((ring) => "M" + ring.map((point) => to(point).map(fixed).join(" ")).join("L") + "z").join("");

/* Whether a point lies within: what lies in a hole of an area lies in another one. */
/** @param {Ring[]} rings @param {Point2} point */
export const within = (rings, [x, y]) => rings.filter((ring) => crossed(ring, x, y)).length % 2 === 1;
/** @param {Ring} ring @param {number} x @param {number} y */
const crossed = (ring, x, y) => {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
};

/* Where in the picture somebody pressed. */
/** @param {SVGSVGElement} picture @param {MouseEvent} event @returns {Point2} */
export const pressedAt = (picture, event) => {
  const seen = picture.getBoundingClientRect();
  const { width, height } = picture.viewBox.baseVal;
  return [((event.clientX - seen.left) / seen.width) * width, ((event.clientY - seen.top) / seen.height) * height];
};

/** @param {number} n */
export const fixed = (n) => n.toFixed(1);
/** @param {Point2} at @param {number} r @param {string} classes */
export const dot = ([x, y], r, classes) => svg("circle", { cx: fixed(x), cy: fixed(y), r, class: classes });
/** @param {string} text @param {Point2} at @param {string} classes */
export const label = (text, [x, y], classes) => {
  const made = svg("text", { x: fixed(x), y: fixed(y), class: classes });
  made.textContent = text;
  return made;
};
