/* Where open events lie thick: a smooth picture under the marks, made beside the points, stretched by the canvas. */
import { el } from "../core/dom.js";
import { rem } from "../core/room.js";
import { wallMap } from "./map.js";
import { canvasPane, cleared, viewOf } from "./pane.js";
import { livePoints } from "./points.js";

const SLACK = 0.25;
const PACE_MS = 500; // new events shift the picture slowly; a moved view is drawn in the next frame

/** @type {LeafletMap} */
let map = null;
/** @type {HTMLCanvasElement} */
let canvas = null;
/** @type {any} */
let picture = null; // {image, x, y, step, wide, high, …what was asked}
let on = false;
let stale = false;
let asking = false;
let askedAt = -1e9;
let frame = 0;

const draw = () => {
  frame = 0;
  if (!on || !map) return;
  const view = viewOf(map);
  gather(view);
  const pen = cleared(canvas, map);
  if (!picture) return;
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = "high";
  const step = picture.step * view.scale;
  pen.drawImage(
    picture.image,
    (picture.x - view.left) * view.scale,
    (picture.y - view.top) * view.scale,
    picture.wide * step,
    picture.high * step,
  );
};

const soon = () => {
  if (!frame && on) frame = requestAnimationFrame(draw);
};

/** @param {MapView} view */
const covers = (view) =>
  picture &&
  picture.scale === view.scale &&
  picture.area === wallMap.area() &&
  view.left >= picture.left &&
  view.right <= picture.right &&
  view.top >= picture.top &&
  view.bottom <= picture.bottom;

/** @param {MapView} view */
const gather = (view) => {
  if (asking || !livePoints.ready || (!stale && covers(view))) return;
  const wait = PACE_MS - (performance.now() - askedAt);
  if (wait > 0 && covers(view)) {
    setTimeout(soon, wait);
    return;
  }
  const wide = (view.right - view.left) * SLACK;
  const high = (view.bottom - view.top) * SLACK;
  const ask = {
    left: view.left - wide,
    right: view.right + wide,
    top: view.top - high,
    bottom: view.bottom + high,
    scale: view.scale,
    unit: rem() / 20,
    area: wallMap.area(),
    now: 0,
    quiet: /** @type {boolean[]} */ ([]),
  };
  asking = true;
  stale = false;
  askedAt = performance.now();
  livePoints.ask("heat", ask, (answer) => {
    asking = false;
    const image = picture ? picture.image : el("canvas");
    image.width = answer.wide;
    image.height = answer.high;
    image.getContext("2d").putImageData(new ImageData(answer.pixels, answer.wide, answer.high), 0, 0);
    picture = { ...ask, x: answer.x, y: answer.y, step: answer.step, wide: answer.wide, high: answer.high, image };
    soon();
  });
};

export const heat = {
  /** @param {LeafletMap} found */
  attach(found) {
    map = found;
    canvas = canvasPane(map, "heat", 440);
    map.on("move zoom viewreset resize", soon);
  },
  dirty() {
    stale = true;
    soon();
  },
  /** @param {boolean} wanted */
  show(wanted) {
    on = wanted;
    canvas.style.display = on ? "" : "none";
    stale = true;
    if (on) soon();
  },
};
