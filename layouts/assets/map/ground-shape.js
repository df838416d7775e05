/* Where an area lies: its middle, and whether a point is in it. */
import { areas } from "./ground.js";
import { within } from "./sketch.js";

/** @param {string} code @param {string} root */
export const below = (code, root) => {
  for (let one = areas.get(code); one; one = areas.get(one.parent)) if (one.id === root) return true;
  return false;
};

/** @param {any[]} shape @returns {LatLng[][]} */
const rings = (shape) => (typeof shape[0].lat === "number" ? [shape] : shape.flatMap(rings));

/* Where a name lies: the centre of gravity of the longest border when it is inside, else the stored place. */
/** @param {GroundArea} area */
export const centreOf = (area) => {
  const ring = rings(area.layer.getLatLngs()).sort((a, b) => b.length - a.length)[0];
  let sum = 0,
    lng = 0,
    lat = 0;
  const from = ring[0]; // relative to a corner: degrees are large beside a grid
  ring.forEach((one, i) => {
    const next = ring[(i + 1) % ring.length];
    const part = (one.lng - from.lng) * (next.lat - from.lat) - (next.lng - from.lng) * (one.lat - from.lat);
    sum += part;
    lng += (one.lng + next.lng - 2 * from.lng) * part;
    lat += (one.lat + next.lat - 2 * from.lat) * part;
  });
  const middle = sum ? window.L.latLng(from.lat + lat / (3 * sum), from.lng + lng / (3 * sum)) : null;
  if (middle && holds(area, middle)) return middle;
  return area.at ? window.L.latLng(area.at[1], area.at[0]) : area.layer.getBounds().getCenter();
};

/** @param {GroundArea} area @param {LatLng} at */
export const holds = (area, at) => {
  if (!area.layer.getBounds().contains(at)) return false;
  const found = rings(area.layer.getLatLngs()).map((ring) =>
    ring.map((one) => /** @type {LngLat} */ ([one.lng, one.lat])),
  );
  return within(found, [at.lng, at.lat]);
};
