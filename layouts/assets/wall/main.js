/* The wall's conductor: reads the first data, listens to window.live, redraws what changed at most a few times a
   second. */
import { live } from "../live/live.js";
import "../core/drafts.js";
import "../core/idle.js";
import "../live/feed.js";
import "./watch.js";
import { alertStore } from "../alarm/alerts.js";
import { alarmSound } from "../alarm/sound.js";
import { byId, whenDrawn } from "../core/dom.js";
import { page } from "../core/page.js";
import { t } from "../core/words.js";
import { drawRamp } from "../map/legend.js";
import { wallMap } from "../map/map.js";
import { shownArea } from "./area.js";
import { drawBars, drawFlow, drawWaiting } from "./bars.js";
import { countdowns } from "./countdown.js";
import { derived } from "./derive.js";
import { wallHeader } from "./header.js";
import { drawKpis } from "./kpis.js";
import { eventList } from "./list.js";
import { drawLegend, drawSupervised } from "./lists.js";
import { pagesDue } from "./pager.js";
import { drawBoard, drawRoster, drawSatisfaction } from "./panels.js";
import { scenes } from "./scenes.js";
import { alertStrip } from "./strip.js";
import { drawTable } from "./tables.js";
import { drawLatest } from "./ticker.js";
import { drawTrend } from "./trend.js";
import { areaViews } from "./views.js";

const PANELS_MS = 400; // the panels' pace; the map draws in the next frame
const GRACE_S = 8; // the time a fresh page has to connect before it says that it could not
const CANVAS = [1920, 1080];
const REM = 20;

const WIDE = 4; // from this width : height on, three screens of 16:9 stand side by side
const WIDE_REM = 24;

/** @type {HTMLElement} */
let root = null;
let started = 0;
let drawnAt = 0;
let waiting = false;
let seen = 0;
let joined = false;

/* ---- what the other modules ask ---- */
page.frozen = () => lost();
page.now = () => {
  if (Number.isFinite(age())) return live.now(); // a heartbeat has told the server's time
  return page.first.now + (performance.now() - started) * page.first.speed;
};

/* The panels: what each needs to be shown at all (a view, or the live rows) and how it is drawn. A missing view shows
   nothing. */
const below = () => page.first.levels_below[shownArea.code ? shownArea.depth_of(shownArea.code) : 0] || t("网格");
/** @type {Record<string, Panel>} */
const PANELS = {
  flow: ["", "screen-flow", (box, note, _view, found, now) => drawFlow(box, note, found, now)],
  claims: [
    "",
    "screen-countdowns",
    (box, note, _view, found, now) => countdowns.draw(box, note, found.claims, lost() ? seen : now, lost()),
  ],
  dispatch: ["", "screen-dispatch", (box, note, _view, found, now) => drawWaiting(box, note, found.waiting, now)],
  supervised: [
    "",
    "screen-supervised",
    (box, note, _view, found, now) => drawSupervised(box, note, found.supervised, now),
  ],
  trend: ["trend", "screen-trend", (box, note, view) => drawTrend(box, note, view)],
  categories: [
    "categories",
    "screen-categories",
    (box, note, view) => drawBars(box, note, view.rows, view.rest, false),
  ],
  channels: ["channels", "screen-channels", (box, note, view) => drawBars(box, note, view.rows, 0, true)],
  board: ["board", "screen-board", (box, note, view) => drawBoard(box, note, view)],
  satisfaction: [
    "satisfaction",
    "screen-satisfaction",
    (box, note, view) => drawSatisfaction(box, note, page.first.ratings, view),
  ],
  streets: ["streets", "screen-streets", (box, note, view) => drawTable("streets", box, note, view, "area", below())],
  units: ["units", "screen-units", (box, note, view) => drawTable("units", box, note, view, "unit", t("部门"))],
  ratings: ["ratings", "screen-ratings", (box, note, view) => drawTable("ratings", box, note, view, "unit", t("部门"))],
  roster: ["roster", "screen-roster", (box, _note, view) => drawRoster(box, view)],
};

/** @param {Derived} found @param {number} now */
const drawPanels = (found, now) => {
  const views = areaViews.shown();
  drawKpis(byId("screen-kpis"), page.first.kpis, views.kpis);
  drawLatest(byId("screen-latest"), views.latest);
  /** @type {[string, HTMLElement][]} */
  const seenPanels = [];
  for (const [name, [view, id]] of Object.entries(PANELS)) {
    const box = byId(id);
    box.parentElement.hidden = Boolean(view) && !views[view];
    if (!box.parentElement.hidden && box.offsetParent !== null) seenPanels.push([name, box]);
  }
  for (const [name, box] of seenPanels) {
    // after every panel is shown or hidden: they share the room
    const [view, id, paint] = PANELS[name];
    paint(box, byId(id + "-note"), views[view], found, now);
  }
};

const draw = () => {
  if (!root || !root.isConnected) return;
  waiting = false;
  drawnAt = performance.now();
  const now = page.now();
  const found = derived.found(now); // panels count the selected area only
  alertStrip.draw(byId("screen-alert"), root, lost());
  root.classList.toggle("wall--fetching", areaViews.isFetching());
  drawPanels(found, now);
  drawLegend(byId("screen-legend"), page.first.statuses, found.counts);
  drawRamp(byId("screen-ramp"));
  wallMap.count();
  wallMap.alarms(found.emergencies, (row) => {
    const alert = alertStore.of(row);
    return !alert || alert.state !== "raised";
  });
};

page.dirty = () => {
  wallMap.dirty();
  if (waiting || !root) return;
  waiting = true;
  setTimeout(() => requestAnimationFrame(draw), Math.max(0, PANELS_MS - (performance.now() - drawnAt)));
};

/* ---- the link ---- */
const age = () => live.age();
// what is shown is old, or not; a part may stand still all the same
const state = () => live.link;
const still = () => live.still;
const lost = () =>
  state() !== "live" && (joined || Number.isFinite(age()) || performance.now() - started > GRACE_S * 1000);

const tick = () => {
  if (!root) return;
  if (!root.isConnected) {
    root = null;
    return;
  }
  const now = page.now();
  if (state() === "live") joined = true;
  if (Number.isFinite(age())) seen = now - age() * 1000 * live.speed; // the last sign of the server, by its own clock
  if (!seen) seen = page.first.now;
  const gone = lost();
  wallHeader.clock(now);
  wallHeader.live(still().length && !gone ? "still" : state(), age(), joined || gone);
  if (root.classList.contains("wall--stale") !== gone) {
    page.dirty();
  }
  wallHeader.lost(root, byId("screen-lost"), gone, seen, age(), state(), still());
  scenes.tick(gone || alertStore.open().some((alert) => alert.state === "raised"));
  if (!gone && pagesDue(Object.values(PANELS).map(([, id]) => byId(id)))) page.dirty();
  countdowns.tick(byId("screen-countdowns"), gone ? seen : now, gone);
  alertStrip.tick(byId("screen-alert"), now);
  wallMap.tick(now);
  wallHeader.sound(alarmSound.on());
  alarmSound.ring(alertStore.open());
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
  drawLegend(byId("screen-legend"), page.first.statuses, new Map(), true);
  wallMap.redraw();
  page.dirty();
};

/* Another scene: the same panels have other rooms, so they are drawn at once. */
page.relaid = () => draw();

const listen = () => {
  live.on("rows", (ids) => {
    derived.take(ids);
    areaViews.stir();
    page.dirty();
  });
  live.on("view", (name, data) => {
    areaViews.take(name, data);
    page.dirty();
  });
  live.on("alert", (alert) => {
    alertStore.take(alert);
    draw();
    wallMap.dirty();
  });
  live.on("state", () => {
    tick();
    page.dirty();
  });
  shownArea.on(() => {
    derived.turn();
    areaViews.turn();
    eventList.close();
    draw();
  });
};

let listening = false;
/** @param {HTMLElement} found */
const start = (found) => {
  root = found;
  started = performance.now();
  page.first = JSON.parse(root.getAttribute("data-initial"));
  areaViews.begin(page.first.views);
  alertStore.replace(page.first.alerts);
  scale();
  scenes.start(root);
  alarmSound.start();
  if (!listening) {
    listening = true;
    listen();
    window.addEventListener("resize", resized);
    setInterval(tick, 250);
  }
  shownArea.start(page.first.areas);
  draw();
  tick();
};

const look = () => {
  const found = byId("screen");
  if (found && found !== root && byId("screen-latest")) start(found);
};
whenDrawn(look);
