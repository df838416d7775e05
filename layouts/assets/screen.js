/* The wall's conductor: reads the first data, listens to window.live, redraws what changed at most a few times a second. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const PANELS_MS = 400; // the panels' pace; the map draws in the next frame
  const GRACE_S = 8; // the time a fresh page has to connect before it says that it could not
  const CANVAS = [1920, 1080];
  const REM = 20;

  const byId = (id) => document.getElementById(id);
  const live = () => window.live || null;
  let root = null;
  let views = {};
  let started = 0;
  let drawnAt = 0;
  let waiting = false;
  let seen = 0;
  let joined = false;

  /* ---- what the other scripts ask ---- */
  wall.rows = () => (live() ? live().rows() : []);
  wall.status = (code) => wall.byStatus.get(code) || { glyph: "dot", token: "st-handle", word: code };
  wall.token = (code) => wall.status(code).token;
  wall.unit = (code) => (code ? wall.first.units[code] || code : "");
  wall.since = (row) => { const alert = wall.alerts.of(row); return alert ? alert.raised_at : row.reported_at; };
  wall.drawn = (number, at) => { if (live()) live().markDrawn(number, at); };
  wall.now = () => {
    if (Number.isFinite(age())) return live().now(); // a heartbeat has told the server's time
    return wall.first.now + (performance.now() - started) * wall.first.speed;
  };

  const parts = new Map(); // path → its codes; a few hundred different ones
  wall.codes = (path) => {
    if (!path) return [];
    if (!parts.has(path)) parts.set(path, path.split("/").filter(Boolean));
    return parts.get(path);
  };
  wall.place = (row) => {
    const street = wall.codes(row.path)[1];
    return [street ? wall.map.name(street) : "", row.address].filter(Boolean).join(" · ") || wall.t("位置待核实");
  };

  /* ---- one pass over the live set for everything that is derived from it ---- */
  const derive = () => {
    const found = { counts: new Map(), open: new Map(), claims: [], supervised: [], emergencies: [] };
    for (const row of wall.rows()) {
      found.counts.set(row.status, (found.counts.get(row.status) || 0) + 1);
      for (const code of wall.codes(row.path)) found.open.set(code, (found.open.get(code) || 0) + 1);
      if (row.status === "claimable" && row.claim_due_at) found.claims.push(row);
      if (row.supervision) found.supervised.push(row);
      if (row.emergency) found.emergencies.push(row);
    }
    const rank = (row) => (wall.first.supervisions[row.supervision] || { rank: 0 }).rank;
    found.claims.sort((a, b) => a.claim_due_at - b.claim_due_at || a.id - b.id);
    found.supervised.sort((a, b) => rank(b) - rank(a) || (a.handle_due_at || Infinity) - (b.handle_due_at || Infinity) || a.id - b.id);
    return found;
  };

  const drawViews = () => {
    wall.kpis(byId("screen-kpis"), wall.first.kpis, views.kpis);
    wall.board(byId("screen-board"), byId("screen-board-note"), views.board);
    wall.satisfaction(byId("screen-satisfaction"), byId("screen-satisfaction-note"), wall.first.ratings, views.satisfaction);
    wall.latest(byId("screen-latest"), views.latest);
  };

  const draw = () => {
    if (!root || !root.isConnected) return;
    waiting = false;
    drawnAt = performance.now();
    const now = wall.now();
    const found = derive();
    wall.alerts.draw(byId("screen-alert"), root, lost());
    drawViews();
    wall.countdowns.draw(byId("screen-countdowns"), byId("screen-countdowns-note"), found.claims, lost() ? seen : now, lost());
    wall.supervised(byId("screen-supervised"), byId("screen-supervised-note"), found.supervised, now);
    wall.legend(byId("screen-legend"), wall.first.statuses, found.counts);
    wall.ramp(byId("screen-ramp"));
    wall.map.count(found.open);
    wall.map.alarms(found.emergencies, (row) => { const alert = wall.alerts.of(row); return !alert || alert.state !== "raised"; });
  };

  wall.dirty = () => {
    wall.map.dirty();
    if (waiting || !root) return;
    waiting = true;
    setTimeout(() => requestAnimationFrame(draw), Math.max(0, PANELS_MS - (performance.now() - drawnAt)));
  };

  /* ---- the link ---- */
  const age = () => (live() ? live().age() : NaN);
  const state = () => {
    return live() ? live().state : "offline";
  };
  const lost = () => state() !== "live" && (joined || Number.isFinite(age()) || performance.now() - started > GRACE_S * 1000);

  const tick = () => {
    if (!root) return;
    if (!root.isConnected) { root = null; return; }
    const now = wall.now();
    if (state() === "live") { joined = true; seen = now; }
    if (!seen) seen = wall.first.now;
    const gone = lost();
    wall.header.clock(now);
    wall.header.live(state(), age(), joined || gone);
    if (root.classList.contains("wall--stale") !== gone) { wall.dirty(); }
    wall.header.lost(root, byId("screen-lost"), gone, seen, age());
    wall.countdowns.tick(byId("screen-countdowns"), gone ? seen : now, gone);
    wall.alerts.tick(byId("screen-alert"), now);
    wall.map.tick(now);
    wall.header.sound(wall.sound.on());
    wall.sound.ring(wall.alerts.open());
  };

  /* ---- beginning ---- */
  const scale = () => {
    const factor = Math.min(window.innerWidth / CANVAS[0], window.innerHeight / CANVAS[1]);
    document.documentElement.style.fontSize = Math.max(8, factor * REM) + "px";
  };

  const resized = () => {
    if (!root) return;
    scale();
    wall.legend(byId("screen-legend"), wall.first.statuses, new Map(), true);
    wall.map.redraw();
    wall.dirty();
  };

  const listen = () => {
    const source = live();
    if (!source) return;
    source.on("rows", () => wall.dirty());
    source.on("view", (name, data) => { views = { ...views, [name]: data }; wall.dirty(); });
    source.on("alert", (alert) => { wall.alerts.take(alert); draw(); wall.map.dirty(); });
    source.on("state", () => { tick(); wall.dirty(); });
  };

  let listening = false;
  const start = (found) => {
    root = found;
    started = performance.now();
    wall.first = JSON.parse(root.getAttribute("data-initial"));
    wall.byStatus = new Map(wall.first.statuses.map((status) => [status.code, status]));
    views = { ...wall.first.views, ...views };
    wall.alerts.replace(wall.first.alerts);
    scale();
    wall.sound.start();
    if (!listening) { listening = true; listen(); window.addEventListener("resize", resized); setInterval(tick, 250); }
    draw();
    tick();
  };

  const look = () => {
    const found = byId("screen");
    if (found && found !== root && byId("screen-latest")) start(found);
  };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", look);
})(window.gridWall);
