/* Nearest forces (力量) of the pack's points: straight-line distance and nominal minutes at 30 km/h, never a promise. */
import { alertStore } from "../alarm/alerts.js";
import { call } from "../core/http.js";
import { page } from "../core/page.js";

const KINDS = ["station", "team", "office"];
const MOST = 5;
const METRES_A_MINUTE = 500; // 30 km/h
const AGAIN_MS = 300000; // points change with the pack, hardly ever
const RADIUS = 6371008.8;
/** @type {MapPlace[]} */
let points = null;
let asked = -Infinity;

/** @param {number} degrees */
const rad = (degrees) => (degrees * Math.PI) / 180;
/** @param {number} lng @param {number} lat @param {MapPlace} point */
const metres = (lng, lat, point) => {
  const x = rad(point.lng - lng) * Math.cos(rad((point.lat + lat) / 2));
  return Math.hypot(x, rad(point.lat - lat)) * RADIUS;
};

const load = async () => {
  if (performance.now() - asked < AGAIN_MS) return;
  asked = performance.now();
  const { status, said } = await call("/api/v1/places");
  if (!status) return; // without points the strip simply has none
  points = (said.items || []).filter(
    (/** @type {MapPlace} */ one) => KINDS.includes(one.kind) && Number.isFinite(one.lng) && Number.isFinite(one.lat),
  );
  page.dirty();
};

/* The nearest of each point's place to (lng, lat), WGS-84: [{code, name, kind, lng, lat, metres, minutes}], at most 5.
 */
/** @param {number} lng @param {number} lat */
const nearest = (lng, lat) => {
  load();
  if (!points || !Number.isFinite(lng) || !Number.isFinite(lat)) return [];
  return points
    .map((point) => {
      const far = metres(lng, lat, point);
      return { ...point, metres: far, minutes: Math.max(1, Math.ceil(far / METRES_A_MINUTE)) };
    })
    .sort((a, b) => a.metres - b.metres || (a.code < b.code ? -1 : 1))
    .slice(0, MOST);
};

export const nearestForces = {
  near: nearest,
  load,
  /** @param {Alert} alert */
  of: (alert) => nearest(alert.lng, alert.lat),
  /* What the map draws lines from: the nearest of the alert that fills the strip, while nobody has answered it. */
  shown() {
    const alert = alertStore.main();
    return alert && alert.state === "raised"
      ? nearest(alert.lng, alert.lat).map((one) => ({ ...one, to: [alert.lng, alert.lat], event: alert.event }))
      : [];
  },
};
