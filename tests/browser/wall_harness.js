/* Stands where the wall's main module stands: facts, areas, alerts, and a live set the test fills. */
import { alertStore } from "/assets/now/alarm/alerts.js";
import { page } from "/assets/now/core/page.js";
import { live } from "/assets/now/live/live.js";
import { ground } from "/assets/now/map/ground.js";
import { wallMap } from "/assets/now/map/map.js";
import { shownArea } from "/assets/now/wall/area.js";

const NOW = Date.UTC(2026, 10, 20, 7, 42, 36);
const STATUSES = [
  ["reported", "ring", "st-wait"],
  ["claimable", "clock", "accent"],
  ["pending_dispatch", "diamond", "st-dispatch"],
  ["dispatched", "hollow", "st-dispatch"],
  ["handling", "dot", "st-handle"],
  ["checking", "tick", "st-check"],
  ["on_hold", "pause", "st-hold"],
];
const began = performance.now();
const rows = new Map();
const drawn = new Map();
const listeners = { rows: new Set() };
let alerts = [];
let seed = 7;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;

const tell = (ids) => listeners.rows.forEach((fn) => fn(ids));
const filled = {
  loaded: true,
  get size() {
    return rows.size;
  },
  get: (id) => rows.get(Number(id)) || null,
  rows: () => rows.values(),
  now: () => NOW + performance.now() - began,
  on: (name, fn) => {
    (listeners[name] = listeners[name] || new Set()).add(fn);
    if (name === "rows" && rows.size) fn([...rows.keys()]);
  },
  markDrawn: (number, at) => {
    if (!drawn.has(number)) drawn.set(number, at);
    if (drawn.size > 5000) drawn.delete(drawn.keys().next().value);
  },
  drawn: (number) => drawn.get(number) || null,
};
Object.defineProperties(live, Object.getOwnPropertyDescriptors(filled));
window.live = live;

page.first = {
  levels: ["district", "street", "community", "grid"],
  claim_ms: 1800000,
  statuses: STATUSES.map(([code, glyph, token]) => ({ code, glyph, token, word: code })),
  units: {},
};
page.now = live.now;
page.dirty = () => {
  wallMap.dirty();
  draw();
};
Object.assign(alertStore, {
  open: () => alerts,
  main: () => alerts[0] || null,
  number: () => 0,
  of: (row) => alerts.find((alert) => alert.event === row.number),
});

const draw = () => {
  wallMap.count();
  wallMap.alarms(
    [...rows.values()].filter((row) => row.emergency),
    (row) => {
      const alert = alertStore.of(row);
      return !alert || alert.state !== "raised";
    },
  );
};

const grids = () => [...ground.areas.values()].filter((area) => area.kind === "grid");
const pathOf = (area) => {
  let path = "/";
  for (let one = area; one; one = ground.areas.get(one.parent)) path = "/" + one.id + path;
  return path;
};

const harness = {
  put(list) {
    list.forEach((row) => rows.set(row.id, { version: 1, status: "handling", reported_at: NOW, ...row }));
    tell(list.map((row) => row.id));
  },
  drop(ids) {
    ids.forEach((id) => rows.delete(id));
    tell(ids);
  },
  fill(count) {
    const ground = grids().map((area) => ({ id: area.id, path: pathOf(area), at: area.at }));
    const list = [];
    for (let id = rows.size + 1; list.length < count; id += 1) {
      const area = ground[Math.floor(random() * ground.length)];
      list.push({
        id,
        number: "HL" + id,
        title: "事件 " + id,
        status: STATUSES[Math.floor(random() * 7)][0],
        lng: area.at[0] + (random() - 0.5) * 0.002,
        lat: area.at[1] + (random() - 0.5) * 0.002,
        path: area.path,
        handle_due_at: NOW + (random() - 0.2) * 1e7,
        handle_from: NOW - 1e7,
      });
    }
    harness.put(list);
  },
  /* So many rows change every second, in the manner of the feed: a few at a time. */
  churn(perSecond) {
    return setInterval(() => {
      const changed = [];
      for (let n = 0; n < perSecond / 10; n += 1) {
        const row = rows.get(1 + Math.floor(random() * rows.size));
        if (row) changed.push({ ...row, version: row.version + 1, status: STATUSES[Math.floor(random() * 7)][0] });
      }
      changed.forEach((row) => rows.set(row.id, row));
      tell(changed.map((row) => row.id));
    }, 100);
  },
  raise(alert) {
    alerts = alerts
      .filter((one) => one.id !== alert.id)
      .concat([{ episode: 1, state: "raised", raised_at: NOW, reported_at: NOW, ...alert }]);
    draw();
  },
  stand_down() {
    alerts = [];
    draw();
  },
  draw,
};

const depth = (area) => page.first.levels.indexOf(area.level);

/* The map asks for areas once they are drawn. */
const begin = () => {
  if (!ground.areas.size) {
    setTimeout(begin, 20);
    return;
  }
  shownArea.start([...ground.areas.values()].map((area) => [area.id, area.name, area.parent, depth(area)]));
  window.harness = harness;
};
begin();
setInterval(() => {
  wallMap.tick(page.now());
}, 250);
setInterval(draw, 400);
document.documentElement.style.fontSize = Math.min(innerWidth / 1920, innerHeight / 1080) * 20 + "px";
