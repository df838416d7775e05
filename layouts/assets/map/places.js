/* What the pack says stands where: party rooms, key places, cameras, stations, teams. Drawn only when asked for. */
import { call } from "../core/http.js";
import { rem } from "../core/room.js";
import { t } from "../core/words.js";
import { glyphs } from "./glyphs.js";
import { wallMap } from "./map.js";
import { canvasPane, cleared, viewOf } from "./pane.js";
import { livePoints } from "./points.js";

const RETRY_MS = 30000;
/** @type {Record<string, {mark: Word, token: string, word: Word}>} */
const KINDS = {
  party: { mark: () => t("党"), token: "gold", word: () => t("党组织") },
  key_place: { mark: () => t("重"), token: "time-soon", word: () => t("重点场所") },
  camera: { mark: () => t("摄"), token: "text-2", word: () => t("摄像头") },
  station: { mark: () => t("站"), token: "accent", word: () => t("站点") },
  team: { mark: () => t("队"), token: "accent", word: () => t("队伍") },
  office: { mark: () => t("办"), token: "level-street", word: () => t("办公点") },
};
const OTHER = { mark: () => t("点"), token: "text-2", word: () => t("其他地点") };

/** @type {LeafletMap} */
let map = null;
/** @type {HTMLCanvasElement} */
let canvas = null;
/** @type {MapPlace[]} */
let items = [];
let on = false;
let frame = 0;
/** @type {{x: number, y: number, item: MapPlace}[]} */
let hits = [];
let asked = false;
/** @type {Map<string, LngLat>} */
const units = new Map();

/* A place's sign: a square with one character, so that it is never taken for an event. */
/** @param {CanvasRenderingContext2D} pen @param {string} kind @param {number} x @param {number} y
    @param {number} unit */
export const placeMark = (pen, kind, x, y, unit) => {
  const known = KINDS[kind] || OTHER;
  const half = 11 * unit;
  pen.fillStyle = glyphs.colour("bg");
  pen.fillRect(x - half - unit, y - half - unit, 2 * half + 2 * unit, 2 * half + 2 * unit);
  pen.strokeStyle = pen.fillStyle = glyphs.colour(known.token);
  pen.lineWidth = 2 * unit;
  pen.strokeRect(x - half, y - half, 2 * half, 2 * half);
  pen.font = "700 " + 14 * unit + "px " + glyphs.colour("font");
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(known.mark(), x, y + unit);
};

const draw = () => {
  frame = 0;
  if (!map) return;
  const pen = cleared(canvas, map);
  const view = viewOf(map);
  const unit = rem() / 20;
  hits = [];
  for (const item of on ? items : []) {
    const [wx, wy] = livePoints.world(item.lng, item.lat);
    const x = (wx - view.left) * view.scale;
    const y = (wy - view.top) * view.scale;
    if (x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) continue;
    placeMark(pen, item.kind, x, y, unit);
    hits.push({ x, y, item });
  }
};

const soon = () => {
  if (!frame && (on || hits.length)) frame = requestAnimationFrame(draw);
};

const load = async () => {
  const { ok, status, said } = await call("/api/v1/places");
  if (!ok) {
    if (status !== 404) setTimeout(load, RETRY_MS); // 404: this server knows no places
    return;
  }
  items = (said.items || []).filter(
    (/** @type {MapPlace} */ item) => Number.isFinite(item.lng) && Number.isFinite(item.lat),
  );
  for (const item of items) if (item.unit && !units.has(item.unit)) units.set(item.unit, [item.lng, item.lat]);
  wallMap.tools();
  soon();
};

export const places = {
  /** @param {LeafletMap} found */
  attach(found) {
    map = found;
    canvas = canvasPane(map, "places", 445);
    map.on("move zoom viewreset resize", soon);
    if (!asked) {
      asked = true;
      load();
    }
  },
  get any() {
    return items.length > 0;
  },
  /* The kinds the pack has, for the legend: [[kind, word]]. */
  kinds() {
    return [...new Set(items.map((item) => item.kind))].map((kind) => [kind, (KINDS[kind] || OTHER).word()]);
  },
  /** @param {string} unit */
  ofUnit: (unit) => (unit && units.get(unit)) || null,
  /** @param {boolean} wanted */
  show(wanted) {
    if (!canvas) return;
    on = wanted;
    canvas.style.display = on ? "" : "none";
    if (!frame) frame = requestAnimationFrame(draw);
  },
  /** @param {number} x @param {number} y */
  at(x, y) {
    const near = hits.find((hit) => Math.hypot(hit.x - x, hit.y - y) < 14 * (rem() / 20));
    return near ? near.item : null;
  },
  /** @param {string} kind */
  word: (kind) => (KINDS[kind] || OTHER).word(),
};
