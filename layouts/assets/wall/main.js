/* The wall's conductor: reads the first data, listens to window.live, redraws what changed at most a few times a second. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const PANELS_MS = 400; // the panels' pace; the map draws in the next frame
  const GRACE_S = 8; // the time a fresh page has to connect before it says that it could not
  const CANVAS = [1920, 1080];
  const REM = 20;

  const WIDE = 4; // from this width : height on, three screens of 16:9 stand side by side
  const WIDE_REM = 24;

  const byId = (id) => document.getElementById(id);
  const live = () => window.live || null;
  let root = null;
  let started = 0;
  let drawnAt = 0;
  let waiting = false;
  let seen = 0;
  let joined = false;

  /* ---- what the other scripts ask ---- */
  wall.rows = () => (live() ? live().rows() : []);
  wall.status = (code) => wall.byStatus.get(code) || { glyph: "dot", token: "st-handle", word: code };
  wall.word = (code) => (wall.byStatus.has(code) ? wall.byStatus.get(code).word : wall.first.status_words[code] || code);
  wall.token = (code) => wall.status(code).token;
  wall.unit = (code) => (code ? wall.first.units[code] || code : "");
  wall.since = (row) => { const alert = wall.alerts.of(row); return row.reported_at || (alert ? alert.reported_at : 0); };
  wall.drawn = (number, at) => { if (live()) live().markDrawn(number, at); };
  wall.frozen = () => lost();
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
  /* Where it is, as short as it stays clear: an address that names its street or community needs no more. */
  wall.place = (row) => {
    const codes = wall.codes(row.path);
    const names = (wall.first.levels.length > 1 ? codes.slice(1, 3) : codes).map(wall.area.name_of);
    const told = row.address && names.some((name) => name && row.address.includes(name));
    return [told ? "" : names[0], row.address].filter(Boolean).join(" · ") || wall.t("位置待核实");
  };

  /* The panels: what each needs to be shown at all (a view, or the live rows) and how it is drawn. A missing view shows nothing. */
  const below = () => wall.first.levels_below[wall.area.code ? wall.area.depth_of(wall.area.code) : 0] || wall.t("网格");
  const PANELS = {
    flow: ["", "screen-flow", (box, note, _view, found, now) => wall.flow(box, note, found, now)],
    claims: ["", "screen-countdowns", (box, note, _view, found, now) => wall.countdowns.draw(box, note, found.claims, lost() ? seen : now, lost())],
    dispatch: ["", "screen-dispatch", (box, note, _view, found, now) => wall.waiting(box, note, found.waiting, now)],
    supervised: ["", "screen-supervised", (box, note, _view, found, now) => wall.supervised(box, note, found.supervised, now)],
    trend: ["trend", "screen-trend", (box, note, view) => wall.trend(box, note, view)],
    categories: ["categories", "screen-categories", (box, note, view) => wall.bars(box, note, view.rows, view.rest, false)],
    channels: ["channels", "screen-channels", (box, note, view) => wall.bars(box, note, view.rows, 0, true)],
    board: ["board", "screen-board", (box, note, view) => wall.board(box, note, view)],
    satisfaction: ["satisfaction", "screen-satisfaction", (box, note, view) => wall.satisfaction(box, note, wall.first.ratings, view)],
    streets: ["streets", "screen-streets", (box, note, view) => wall.table("streets", box, note, view, "area", below())],
    units: ["units", "screen-units", (box, note, view) => wall.table("units", box, note, view, "unit", wall.t("部门"))],
    ratings: ["ratings", "screen-ratings", (box, note, view) => wall.table("ratings", box, note, view, "unit", wall.t("部门"))],
    roster: ["roster", "screen-roster", (box, _note, view) => wall.roster(box, view)],
  };

  const drawPanels = (found, now) => {
    const views = wall.views.shown();
    wall.kpis(byId("screen-kpis"), wall.first.kpis, views.kpis);
    wall.latest(byId("screen-latest"), views.latest);
    const seenPanels = [];
    for (const [name, [view, id]] of Object.entries(PANELS)) {
      const box = byId(id);
      box.parentElement.hidden = Boolean(view) && !views[view];
      if (!box.parentElement.hidden && box.offsetParent !== null) seenPanels.push([name, box]);
    }
    for (const [name, box] of seenPanels) { // after every panel is shown or hidden: they share the room
      const [view, id, paint] = PANELS[name];
      paint(box, byId(id + "-note"), views[view], found, now);
    }
  };

  const draw = () => {
    if (!root || !root.isConnected) return;
    waiting = false;
    drawnAt = performance.now();
    const now = wall.now();
    const found = wall.derived.found(now); // panels count the selected area only
    wall.alerts.draw(byId("screen-alert"), root, lost());
    root.classList.toggle("wall--fetching", wall.views.isFetching());
    drawPanels(found, now);
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
  const state = () => (live() ? live().link : "offline"); // what is shown is old, or not; a part may stand still all the same
  const still = () => (live() ? live().still : []);
  const lost = () => state() !== "live" && (joined || Number.isFinite(age()) || performance.now() - started > GRACE_S * 1000);

  const tick = () => {
    if (!root) return;
    if (!root.isConnected) { root = null; return; }
    const now = wall.now();
    if (state() === "live") joined = true;
    if (Number.isFinite(age())) seen = now - age() * 1000 * live().speed; // the last sign of the server, by its own clock
    if (!seen) seen = wall.first.now;
    const gone = lost();
    wall.header.clock(now);
    wall.header.live(still().length && !gone ? "still" : state(), age(), joined || gone);
    if (root.classList.contains("wall--stale") !== gone) { wall.dirty(); }
    wall.header.lost(root, byId("screen-lost"), gone, seen, age(), state(), still());
    wall.scenes.tick(gone || wall.alerts.open().some((alert) => alert.state === "raised"));
    if (!gone && wall.pagesDue(Object.values(PANELS).map(([, id]) => byId(id)))) wall.dirty();
    wall.countdowns.tick(byId("screen-countdowns"), gone ? seen : now, gone);
    wall.alerts.tick(byId("screen-alert"), now);
    wall.map.tick(now);
    wall.header.sound(wall.sound.on());
    wall.sound.ring(wall.alerts.open());
  };

  /* ---- beginning ---- */
  const scale = () => {
    const wide = window.innerWidth / window.innerHeight >= WIDE;
    const factor = Math.min(window.innerWidth / (wide ? 3 * CANVAS[0] : CANVAS[0]), window.innerHeight / CANVAS[1]);
    root.classList.toggle("wall--wide", wide);
    document.documentElement.style.fontSize = Math.max(8, factor * (wide ? WIDE_REM : REM)) + "px";
  };

  const resized = () => {
    if (!root) return;
    scale();
    wall.legend(byId("screen-legend"), wall.first.statuses, new Map(), true);
    wall.map.redraw();
    wall.dirty();
  };

  /* Another scene: the same panels have other rooms, so they are drawn at once. */
  wall.relaid = () => draw();

  const listen = () => {
    const source = live();
    if (!source) return;
    source.on("rows", (ids) => { wall.derived.take(ids); wall.views.stir(); wall.dirty(); });
    source.on("view", (name, data) => { wall.views.take(name, data); wall.dirty(); });
    source.on("alert", (alert) => { wall.alerts.take(alert); draw(); wall.map.dirty(); });
    source.on("state", () => { tick(); wall.dirty(); });
    wall.area.on(() => { wall.derived.turn(); wall.views.turn(); wall.list.close(); draw(); });
  };

  let listening = false;
  const start = (found) => {
    root = found;
    started = performance.now();
    wall.first = JSON.parse(root.getAttribute("data-initial"));
    wall.byStatus = new Map(wall.first.statuses.map((status) => [status.code, status]));
    wall.views.begin(wall.first.views);
    wall.alerts.replace(wall.first.alerts);
    scale();
    wall.scenes.start(root);
    wall.sound.start();
    if (!listening) { listening = true; listen(); window.addEventListener("resize", resized); setInterval(tick, 250); }
    wall.area.start(wall.first.areas);
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
