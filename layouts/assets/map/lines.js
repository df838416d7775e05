/* Lines on the map, on a canvas of their own: two seconds from the centre to what was just dispatched or claimed,
   dashed ones from the nearest forces to an open emergency, circles of distance around it. Still when nothing happens.
   */
import { rem } from "../core/room.js";
import { t } from "../core/words.js";
import { glyphs } from "./glyphs.js";
import { canvasPane, cleared, viewOf } from "./pane.js";
import { placeMark, places } from "./places.js";
import { livePoints } from "./points.js";
import { mapRoom } from "./room.js";

const FLIGHT_MS = 2000;
const AT_ONCE = 6;
const FRAME_MS = 33;
const STILL = 0.6; // a whole line with its ring: what stands for two seconds where motion is not wanted
const SLOW_MS = 125; // the dashes of forces creep
const RINGS = [300, 600, 1000]; // metres
const EQUATOR = 40075016.7;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

/** @type {LeafletMap} */
let map = null;
/** @type {HTMLCanvasElement} */
let canvas = null;
let frame = 0;
let shape = ""; // of the scenes that are drawn
/** @type {LngLat} */
let centre = null;
/** @type {{from: LngLat, to: LngLat, began: number}[]} */
const flights = []; // {from, to, began}
/** @type {ForceScene[]} */
let scenes = []; // {key, row, forces, moving}
/** @type {MapBox[]} */
let words = []; // where the words of the forces stand

/** @param {MapView} view @param {number} lng @param {number} lat @returns {Point2} */
const place = (view, lng, lat) => {
  const [x, y] = livePoints.world(lng, lat);
  return [(x - view.left) * view.scale, (y - view.top) * view.scale];
};

/** @param {CanvasRenderingContext2D} pen @param {[number, number]} given @param {[number, number]} given
    @param {number} [part] */
const bent = (pen, [ax, ay], [bx, by], part = 1) => {
  const mx = (ax + bx) / 2 + (by - ay) * 0.14;
  const my = (ay + by) / 2 - (bx - ax) * 0.14;
  pen.beginPath();
  pen.moveTo(ax, ay);
  for (let step = 1; step <= 24; step += 1) {
    const along = (step / 24) * part;
    pen.lineTo(
      (1 - along) * (1 - along) * ax + 2 * along * (1 - along) * mx + along * along * bx,
      (1 - along) * (1 - along) * ay + 2 * along * (1 - along) * my + along * along * by,
    );
  }
  pen.stroke();
};

/** @param {CanvasRenderingContext2D} pen @param {MapView} view
    @param {{from: LngLat, to: LngLat, began: number}} one @param {number} now @param {number} unit */
const flight = (pen, view, one, now, unit) => {
  const part = calm.matches ? STILL : Math.min(1, (now - one.began) / FLIGHT_MS);
  const from = place(view, ...one.from);
  const to = place(view, ...one.to);
  pen.globalAlpha = part > 0.75 ? (1 - part) * 4 : 1;
  pen.strokeStyle = glyphs.colour("accent");
  pen.lineWidth = 2.4 * unit;
  pen.setLineDash([]);
  bent(pen, from, to, Math.min(1, part * 2));
  pen.lineWidth = 2 * unit;
  pen.beginPath();
  pen.arc(to[0], to[1], (10 + 16 * part) * unit, 0, Math.PI * 2);
  if (part > 0.4) pen.stroke();
  pen.beginPath();
  pen.arc(from[0], from[1], 4 * unit, 0, Math.PI * 2);
  pen.fillStyle = glyphs.colour("accent");
  pen.fill();
  pen.globalAlpha = 1;
};

const MARK = 28; // a force's sign with its frame
const HIGH = 22;

/** @param {CanvasRenderingContext2D} pen @param {string} text @param {number} unit */
const width = (pen, text, unit) => {
  pen.font = "700 " + 15 * unit + "px " + glyphs.colour("font");
  return pen.measureText(text).width + 12 * unit;
};

/** @param {CanvasRenderingContext2D} pen @param {string} text @param {number} x @param {number} y
    @param {number} unit @param {string} ink */
const tag = (pen, text, x, y, unit, ink) => {
  const wide = width(pen, text, unit);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = "rgb(6 25 42 / .86)";
  pen.fillRect(x - wide / 2, y - (HIGH / 2) * unit, wide, HIGH * unit);
  pen.fillStyle = ink;
  pen.fillText(text, x, y + unit);
};

/** @param {CanvasRenderingContext2D} pen @param {MapView} view @param {{lng: number, lat: number}} row
    @param {number} unit */
const distances = (pen, view, row, unit) => {
  const [x, y] = place(view, row.lng, row.lat);
  const metre = view.scale / (EQUATOR * Math.cos((row.lat * Math.PI) / 180));
  if (RINGS[0] * metre < 48 * unit) return;
  pen.setLineDash([4 * unit, 6 * unit]);
  pen.lineWidth = 1.2 * unit;
  pen.strokeStyle = "rgb(255 148 128 / .75)";
  for (const metres of RINGS) {
    pen.beginPath();
    pen.arc(x, y, metres * metre, 0, Math.PI * 2);
    pen.stroke();
    tag(
      pen,
      metres < 1000 ? t("{n} 米", { n: metres }) : t("{n} 公里", { n: metres / 1000 }),
      x + metres * metre * 0.71,
      y - metres * metre * 0.71,
      unit,
      glyphs.colour("time-over"),
    );
  }
};

/** @param {CanvasRenderingContext2D} pen @param {MapView} view @param {ForceScene} scene @param {Force} one
    @param {number} now @param {number} unit */
const force = (pen, view, scene, one, now, unit) => {
  const from = place(view, one.lng, one.lat);
  pen.setLineDash([9 * unit, 7 * unit]);
  pen.lineDashOffset = scene.moving && !calm.matches ? -(now / 40) * unit : 0;
  pen.lineWidth = 2.2 * unit;
  pen.strokeStyle = glyphs.colour("accent");
  bent(pen, from, place(view, scene.row.lng, scene.row.lat));
  pen.setLineDash([]);
  placeMark(pen, one.kind, from[0], from[1], unit * 1.15);
};

/* The words of the forces: below the sign, else above or beside it, where nothing stands; else not at all (the strip
   says them). */
/** @param {CanvasRenderingContext2D} pen @param {MapView} view @param {Force[]} forces @param {number} unit */
const told = (pen, view, forces, unit) => {
  words = [];
  if (!forces.length) return;
  const room = mapRoom.on(map, true);
  const spots = forces.map((one) => place(view, one.lng, one.lat));
  const signs = mapRoom.on(map);
  const seen = spots.map(([x, y]) => signs.free(mapRoom.box(x, y, MARK * unit, MARK * unit)));
  spots.forEach(([x, y]) => room.take(mapRoom.box(x, y, MARK * unit, MARK * unit)));
  forces.forEach((one, i) => {
    if (!seen[i]) return;
    const said = Number.isFinite(one.minutes) ? t("约 {n} 分钟", { n: one.minutes }) : one.name;
    const wide = width(pen, said, unit);
    const aside = wide / 2 + (MARK / 2) * unit;
    const [x, y] = spots[i];
    /** @type {Point2[]} */
    const around = [
      [x, y + 27 * unit],
      [x, y - 27 * unit],
      [x + aside, y],
      [x - aside, y],
    ];
    const at = around.find(([left, top]) => room.free(mapRoom.box(left, top, wide, HIGH * unit)));
    if (!at) return;
    words.push(mapRoom.box(...at, wide, HIGH * unit));
    room.take(words[words.length - 1]);
    tag(pen, said, ...at, unit, glyphs.colour("text"));
  });
};

const draw = () => {
  frame = 0;
  if (!map) return;
  const now = performance.now();
  while (flights.length && now - flights[0].began > FLIGHT_MS) flights.shift();
  const pen = cleared(canvas, map);
  const view = viewOf(map);
  const unit = rem() / 20;
  for (const scene of scenes) if (scene.moving) distances(pen, view, scene.row, unit);
  for (const scene of scenes) for (const one of scene.forces) force(pen, view, scene, one, now, unit);
  told(
    pen,
    view,
    scenes.flatMap((scene) => scene.forces),
    unit,
  );
  for (const one of flights) flight(pen, view, one, now, unit);
  if (flights.length) wake(calm.matches ? FLIGHT_MS - (now - flights[0].began) : FRAME_MS);
  else if (!calm.matches && scenes.some((scene) => scene.moving && scene.forces.length)) wake(SLOW_MS);
};

/** @param {number} rest */
const wake = (rest) => {
  if (frame || !map) return;
  frame = -1;
  setTimeout(() => {
    frame = requestAnimationFrame(draw);
  }, rest);
};

export const lines = {
  /** @param {LeafletMap} found */
  attach(found) {
    map = found;
    canvas = canvasPane(map, "lines", 460);
    map.on("move zoom viewreset resize", () => {
      if (scenes.length || flights.length) wake(0);
    });
  },
  /** @param {LngLat | null} at */
  centre(at) {
    centre = at;
  },
  /* A line to what was just dispatched or claimed, from its unit's place or else the centre. */
  /** @param {EventRow} row */
  dispatch(row) {
    if (!map || document.hidden) return;
    const from = places.ofUnit(row.unit) || centre;
    if (!from) return;
    if (flights.length >= AT_ONCE) return;
    flights.push({ from, to: [row.lng, row.lat], began: performance.now() });
    wake(0);
  },
  get flying() {
    return flights.length;
  },
  get words() {
    return words;
  },
  /* The forces of each open emergency: [{key, row, forces, moving}]; drawn anew only when they differ. */
  /** @param {ForceScene[]} wanted */
  scenes(wanted) {
    const same = JSON.stringify(wanted.map((one) => [one.key, one.moving, one.row.lng, one.row.lat, one.forces]));
    if (same === shape) return;
    shape = same;
    scenes = wanted;
    wake(0);
  },
  redraw() {
    wake(0);
  },
};
