/* The shapes of statuses on canvas: each differs by form, colour only helps (mockups: shape + colour). Unit: 24 × 24
   around 0,0. */
import { el } from "../core/dom.js";
import { tokenOf } from "../wall/names.js";
import { clusterRadius } from "./gather.js";
import { livePoints } from "./points.js";

const TURN = Math.PI * 2;
const colours = new Map();

/** @param {string} token */
const colour = (token) => {
  if (!colours.has(token)) {
    const style = getComputedStyle(document.documentElement);
    colours.set(token, style.getPropertyValue("--" + token).trim() || "#fff");
  }
  return colours.get(token);
};

/** @param {CanvasRenderingContext2D} pen @param {number} radius */
const disc = (pen, radius) => {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, TURN);
};
/** @param {CanvasRenderingContext2D} pen @param {number} half */
const kite = (pen, half) => {
  pen.beginPath();
  pen.moveTo(0, -half);
  pen.lineTo(half, 0);
  pen.lineTo(0, half);
  pen.lineTo(-half, 0);
  pen.closePath();
};
/** @param {CanvasRenderingContext2D} pen @param {Point2[]} points */
const line = (pen, points) => {
  pen.beginPath();
  points.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
};
/** @param {CanvasRenderingContext2D} pen @param {PathAt} path @param {number} size */
const halo = (pen, path, size) => {
  pen.fillStyle = colour("bg");
  path(pen, size);
  pen.fill();
};
/** @param {CanvasRenderingContext2D} pen @param {PathAt} path @param {number} size @param {string} ink */
const outline = (pen, path, size, ink) => {
  halo(pen, path, size + 2.6);
  pen.strokeStyle = ink;
  pen.lineWidth = 2.6;
  path(pen, size);
  pen.stroke();
};
/** @param {CanvasRenderingContext2D} pen @param {PathAt} path @param {number} size @param {string} ink */
const filled = (pen, path, size, ink) => {
  halo(pen, path, size + 1.4);
  pen.fillStyle = ink;
  path(pen, size);
  pen.fill();
  pen.strokeStyle = colour("accent-ink");
  pen.lineWidth = 2.4;
};

/** @type {Record<string, GlyphIn>} */
const SHAPES = {
  ring: (pen, ink) => {
    outline(pen, disc, 7.5, ink);
    pen.fillStyle = ink;
    disc(pen, 2.4);
    pen.fill();
  },
  clock: (pen, ink) => {
    filled(pen, disc, 9.6, ink);
    line(pen, [
      [0, -5.4],
      [0, 0],
      [3.8, 2.6],
    ]);
  },
  diamond: (pen, ink) => {
    filled(pen, kite, 10, ink);
    line(pen, [
      [-4, 0],
      [4, 0],
    ]);
    line(pen, [
      [1, -3],
      [4, 0],
      [1, 3],
    ]);
  },
  hollow: (pen, ink) => outline(pen, kite, 8.8, ink),
  dot: (pen, ink) => filled(pen, disc, 6.6, ink),
  tick: (pen, ink) => {
    filled(pen, disc, 8.2, ink);
    line(pen, [
      [-3.8, 0.2],
      [-1, 3.2],
      [4, -2.8],
    ]);
  },
  pause: (pen, ink) => {
    pen.fillStyle = ink;
    pen.fillRect(-7, -7, 14, 14);
    pen.strokeStyle = colour("bg");
    pen.lineWidth = 2.2;
    line(pen, [
      [-2.4, -3.4],
      [-2.4, 3.4],
    ]);
    line(pen, [
      [2.4, -3.4],
      [2.4, 3.4],
    ]);
  },
};

/** The state of time around a status: nothing in time, a ring when due soon, a triangle when overdue.
    @type {Record<string, (pen: CanvasRenderingContext2D) => void>} */
const TIMES = {
  soon: (pen) => {
    pen.strokeStyle = colour("bg");
    pen.lineWidth = 4.6;
    disc(pen, 13);
    pen.stroke();
    pen.strokeStyle = colour("time-soon");
    pen.lineWidth = 2.2;
    disc(pen, 13);
    pen.stroke();
  },
  over: (pen) => {
    const path = () => {
      pen.beginPath();
      pen.moveTo(0, -19.5);
      pen.lineTo(16.9, 9.8);
      pen.lineTo(-16.9, 9.8);
      pen.closePath();
    };
    pen.fillStyle = "rgb(6 25 42 / .72)";
    path();
    pen.fill();
    pen.strokeStyle = colour("bg");
    pen.lineWidth = 5;
    path();
    pen.stroke();
    pen.strokeStyle = colour("time-over");
    pen.lineWidth = 2.4;
    path();
    pen.stroke();
  },
};

const cache = new Map();
const clusters = new Map();
const CLUSTERS = 600; // bitmaps kept, the oldest go first

export const glyphs = {
  colour,
  forget() {
    colours.clear();
    cache.clear();
    clusters.clear();
  },
  /** @param {CanvasRenderingContext2D} pen @param {string} shape @param {string} ink @param {number} scale */
  draw(pen, shape, ink, scale) {
    pen.save();
    pen.scale(scale, scale);
    pen.lineCap = pen.lineJoin = "round";
    (SHAPES[shape] || SHAPES.dot)(pen, ink);
    pen.restore();
  },
  /* A glyph drawn once into its own bitmap; thousands are then copies. */
  /** @param {string} shape @param {string} token @param {number} scale @param {string} [time] */
  bitmap(shape, token, scale, time = "ok") {
    const key = shape + token + time + scale.toFixed(3);
    if (!cache.has(key)) {
      const canvas = el("canvas");
      canvas.width = canvas.height = Math.ceil((time === "ok" ? 26 : 46) * scale);
      const pen = canvas.getContext("2d");
      pen.translate(canvas.width / 2, canvas.height / 2);
      if (time !== "ok") glyphs.time(pen, time, scale);
      glyphs.draw(pen, shape, colour(token), time === "over" ? scale * 0.86 : scale);
      cache.set(key, canvas);
    }
    return cache.get(key);
  },
  /* A cluster drawn once into its own bitmap; shares in 24ths, so that one event more seldom asks for a new one. */
  /** @param {number} n @param {number[]} shares @param {number} scale @param {string} time */
  clusterBitmap(n, shares, scale, time) {
    const parts = shares.map((share) => (share ? Math.max(1, Math.round((share / n) * 24)) : 0));
    const key = n + "/" + parts + time + scale.toFixed(3);
    let canvas = clusters.get(key);
    if (!canvas) {
      canvas = el("canvas");
      canvas.width = canvas.height = Math.ceil((2 * glyphs.radius(n) + 14) * scale);
      const pen = canvas.getContext("2d");
      pen.translate(canvas.width / 2, canvas.height / 2);
      const held = new Map();
      parts.forEach((part, at) => {
        if (part) held.set(livePoints.statuses[at], part);
      });
      glyphs.cluster(pen, n > 9999 ? Math.round(n / 1000) + "k" : String(n), held, scale, time, n);
      clusters.set(key, canvas);
      if (clusters.size > CLUSTERS) clusters.delete(clusters.keys().next().value);
    }
    return canvas;
  },
  /** @param {CanvasRenderingContext2D} pen @param {string} state @param {number} scale */
  time(pen, state, scale) {
    pen.save();
    pen.scale(scale, scale);
    pen.lineJoin = "round";
    TIMES[state](pen);
    pen.restore();
  },
  /** The radius in units of a cluster of n. @param {number | string} n */
  radius: (n) => clusterRadius(Number(n) || 1),
  /* A ring whose arcs are the shares of statuses, the count inside; the time state of its worst as a small mark.
     `shares` is a Map status → n. */
  /** @param {CanvasRenderingContext2D} pen @param {string} text @param {Map<string, number>} shares
      @param {number} scale @param {string} [time] @param {number | string} [n] */
  cluster(pen, text, shares, scale, time = "ok", n = text) {
    const radius = glyphs.radius(n);
    const all = [...shares.values()].reduce((sum, n) => sum + n, 0) || 1;
    pen.save();
    pen.scale(scale, scale);
    halo(pen, disc, radius + 3);
    pen.lineWidth = 3.6;
    let from = -Math.PI / 2;
    for (const [status, n] of shares) {
      const to = from + (n / all) * TURN;
      pen.strokeStyle = colour(tokenOf(status));
      pen.beginPath();
      pen.arc(0, 0, radius, from, Math.max(from + 0.05, shares.size > 1 ? to - 0.14 : to));
      pen.stroke();
      from = to;
    }
    pen.fillStyle = colour("text");
    pen.font = "700 " + (String(text).length > 3 ? 11 : String(text).length > 2 ? 13 : 15) + "px " + colour("font");
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(text, 0, 1);
    if (time !== "ok") {
      pen.translate(radius * 0.74, -radius * 0.74);
      halo(pen, disc, 6.4);
      glyphs.time(pen, time, time === "over" ? 0.36 : 0.34);
    }
    pen.restore();
  },
};
