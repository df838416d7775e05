/* Stands where the wall's other scripts stand: facts, an area, alerts, and a live set the test fills. */
(function (wall) {
  "use strict";
  const NOW = Date.UTC(2026, 10, 20, 7, 42, 36);
  const STATUSES = [["reported", "ring", "st-wait"], ["claimable", "clock", "accent"], ["pending_dispatch", "diamond", "st-dispatch"], ["dispatched", "hollow", "st-dispatch"], ["handling", "dot", "st-handle"], ["checking", "tick", "st-check"], ["on_hold", "pause", "st-hold"]];
  const began = performance.now();
  const rows = new Map();
  const drawn = new Map();
  const listeners = { rows: new Set() };
  const areaListeners = new Set();
  const paths = new Map();
  let alerts = [];
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;

  const tell = (ids) => listeners.rows.forEach((fn) => fn(ids));
  window.live = {
    loaded: true,
    get size() { return rows.size; },
    get: (id) => rows.get(Number(id)) || null,
    rows: () => rows.values(),
    now: () => NOW + performance.now() - began,
    on: (name, fn) => { (listeners[name] = listeners[name] || new Set()).add(fn); if (name === "rows" && rows.size) fn([...rows.keys()]); },
    markDrawn: (number, at) => { if (!drawn.has(number)) drawn.set(number, at); if (drawn.size > 5000) drawn.delete(drawn.keys().next().value); },
    drawn: (number) => drawn.get(number) || null,
  };

  wall.first = { levels: ["district", "street", "community", "grid"], claim_ms: 1800000, statuses: STATUSES.map(([code, glyph, token]) => ({ code, glyph, token, word: code })), units: {} };
  const byStatus = new Map(wall.first.statuses.map((status) => [status.code, status]));
  wall.status = (code) => byStatus.get(code) || byStatus.get("handling");
  wall.token = (code) => wall.status(code).token;
  wall.unit = (code) => code || "";
  wall.place = (row) => row.address || "";
  wall.now = window.live.now;
  wall.since = (row) => row.reported_at;
  wall.drawn = window.live.markDrawn;
  wall.dirty = () => { wall.map.dirty(); draw(); };
  wall.codes = (path) => { if (!paths.has(path)) paths.set(path, (path || "").split("/").filter(Boolean)); return paths.get(path); };
  wall.alerts = { open: () => alerts, main: () => alerts[0] || null, number: () => 0, of: (row) => alerts.find((alert) => alert.event === row.number) };
  wall.area = { code: null, on: (fn) => areaListeners.add(fn), set(code) { wall.area.code = code; areaListeners.forEach((fn) => fn(code)); } };

  const draw = () => {
    wall.map.count();
    wall.map.alarms([...rows.values()].filter((row) => row.emergency), (row) => { const alert = wall.alerts.of(row); return !alert || alert.state !== "raised"; });
  };

  const grids = () => [...wall.ground.areas.values()].filter((area) => area.kind === "grid");
  const pathOf = (area) => { let path = "/"; for (let one = area; one; one = wall.ground.areas.get(one.parent)) path = "/" + one.id + path; return path; };

  window.harness = {
    put(list) { list.forEach((row) => rows.set(row.id, { version: 1, status: "handling", reported_at: NOW, ...row })); tell(list.map((row) => row.id)); },
    drop(ids) { ids.forEach((id) => rows.delete(id)); tell(ids); },
    fill(count) {
      const ground = grids().map((area) => ({ id: area.id, path: pathOf(area), at: area.at }));
      const list = [];
      for (let id = rows.size + 1; list.length < count; id += 1) {
        const area = ground[Math.floor(random() * ground.length)];
        list.push({ id, number: "HL" + id, title: "事件 " + id, status: STATUSES[Math.floor(random() * 7)][0], lng: area.at[0] + (random() - 0.5) * 0.002, lat: area.at[1] + (random() - 0.5) * 0.002, path: area.path, handle_due_at: NOW + (random() - 0.2) * 1e7, handle_from: NOW - 1e7 });
      }
      window.harness.put(list);
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
    raise(alert) { alerts = alerts.filter((one) => one.id !== alert.id).concat([{ episode: 1, state: "raised", raised_at: NOW, reported_at: NOW, ...alert }]); draw(); },
    stand_down() { alerts = []; draw(); },
    draw,
  };

  setInterval(() => { wall.map.tick(wall.now()); }, 250);
  setInterval(draw, 400);
  document.documentElement.style.fontSize = Math.min(innerWidth / 1920, innerHeight / 1080) * 20 + "px";
})(window.gridWall);
