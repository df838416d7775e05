/* Emergencies on the map: elements that pulse until acknowledged and stay until closed; none expires by itself. */

import { alertStore } from "../alarm/alerts.js";
import { el, mark, say } from "../core/dom.js";
import { rem } from "../core/room.js";
import { duration } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { nearestForces } from "../wall/forces.js";
import { sinceOf } from "../wall/names.js";
import { lines } from "./lines.js";

const FORCES_MS = 5000; // how long an answer about the nearest forces is good
const TAG_REM = 5.5; // half the width of a name tag: nearer to an edge it opens inwards
const held = new Map(); // event id → {row, box, marker}
const near = new Map(); // place → {at, forces}
/** @type {LeafletMap} */
let map = null;

/** @param {{lng?: number, lat?: number}} one */
const located = (one) => Number.isFinite(one.lng) && Number.isFinite(one.lat);

/* Open emergencies of the live set, and open alerts whose event the set does not hold any more. */
/** @param {EventRow[]} rows */
const wantedOf = (rows) => {
  /** @type {Map<number, EventRow>} */
  const wanted = new Map(rows.filter(located).map((row) => [row.id, row]));
  const numbers = new Set(rows.map((row) => row.number));
  for (const alert of alertStore.open()) {
    if (located(alert) && !numbers.has(alert.event))
      wanted.set(alert.event_id, {
        id: alert.event_id,
        version: alert.version,
        number: alert.event,
        title: alert.title,
        category_name: alert.category,
        status: alert.state,
        lng: alert.lng,
        lat: alert.lat,
        reported_at: alert.reported_at,
      });
  }
  return wanted;
};

/** @param {EventRow} row */
const alarm = (row) => {
  const box = el("div", "w-emg");
  box.append(el("i"), el("i"), el("b", "", t("急")));
  const words = box.appendChild(el("div", "w-emg__t"));
  words.append(el("span", "", row.category_name || row.title), el("time", "num"));
  mark(box, "data-event", row.number);
  const icon = window.L.divIcon({ html: box, className: "w-map__pin", iconSize: [0, 0] });
  return {
    row,
    box,
    marker: window.L.marker([row.lat, row.lng], {
      icon,
      interactive: false,
      keyboard: false,
      zIndexOffset: 1000,
    }).addTo(map),
  };
};

/** @param {Alert} one */
const forcesOf = (one) => {
  const key = one.lng + "," + one.lat;
  const known = near.get(key);
  if (known && performance.now() - known.at < FORCES_MS) return known.forces;
  const forces = (nearestForces.near(one.lng, one.lat) || []).filter(located);
  near.delete(key);
  near.set(key, { at: performance.now(), forces });
  if (near.size > 50) near.delete(near.keys().next().value);
  return forces;
};

/** @param {{marker: LeafletMarker, box: HTMLElement}} given */
const inside = ({ marker, box }) => {
  const { x } = map.latLngToContainerPoint(marker.getLatLng());
  const reach = TAG_REM * rem();
  box.classList.toggle("w-emg--east", x > map.getSize().x - reach);
  box.classList.toggle("w-emg--west", x < reach);
};

export const alarms = {
  forcesOf,
  /** @param {LeafletMap} found */
  attach(found) {
    held.clear();
    map = found;
  },
  /** @param {EventRow[]} rows @param {(row: EventRow) => boolean} calm */
  draw(rows, calm) {
    if (!map) return;
    const wanted = wantedOf(rows);
    for (const [id, one] of held) {
      if (!wanted.has(id)) {
        one.marker.remove();
        held.delete(id);
      }
    }
    for (const [id, row] of wanted) {
      if (!held.has(id)) {
        held.set(id, alarm(row));
        requestAnimationFrame(() => live.markDrawn(row.number, Date.now()));
      }
      const one = held.get(id);
      one.row = row;
      one.marker.setLatLng([row.lat, row.lng]);
      mark(one.box, "data-status", row.status);
      const alert = alertStore.of(row);
      const number = alert ? alertStore.number(alert) : 0;
      say(one.box.querySelector("b"), number ? String(number) : t("急"));
      one.box.classList.toggle("w-emg--calm", calm(row));
    }
    const named = alertStore.main(); // one name tag: that of the alert in the strip
    for (const one of held.values()) {
      one.box.classList.toggle("w-emg--bare", held.size > 1 && Boolean(named) && named.event !== one.row.number);
    }
    lines.scenes(
      [...held.values()].map(({ row }) => {
        const alert = alertStore.of(row);
        const moving = Boolean(alert) && alert.state === "raised";
        const shown = moving || (named && named.event === row.number);
        return { key: row.id, row: { lng: row.lng, lat: row.lat }, moving, forces: shown ? forcesOf(row) : [] };
      }),
    );
  },
  /** @param {number} now */
  tick(now) {
    for (const one of held.values()) {
      say(one.box.querySelector("time"), t("已持续 {time}", { time: duration(now - sinceOf(one.row)) }));
      inside(one);
    }
  },
  /** @param {LeafletPoint} point @param {number} reach */
  at(point, reach) {
    return [...held.values()]
      .filter((one) => map.latLngToContainerPoint(one.marker.getLatLng()).distanceTo(point) < reach)
      .map((one) => one.row);
  },
};
