/* The map of the wall: joins ground, points, lines and alarms, its buttons; what the other modules may ask of it. */
import { mark } from "../core/dom.js";
import { page } from "../core/page.js";
import { shownArea } from "../wall/area.js";
import { alarms } from "./alarms.js";
import { glyphs } from "./glyphs.js";
import { ground } from "./ground.js";
import { heat } from "./heat.js";
import { eventLayer } from "./layer.js";
import { layers, toggleLayer } from "./layers.js";
import { drawRamp } from "./legend.js";
import { lines } from "./lines.js";
import { places } from "./places.js";
import { livePoints } from "./points.js";
import { press } from "./tap.js";
import { view } from "./view.js";

const TILE_ERRORS = 6; // in a row without a tile in between: the server is gone
const TILE_RETRY_MS = 60000;

/** @type {LeafletMap} */
let map = null;
/** @type {any} */
let layer = null;
const area = () => shownArea.code || null;

const selected = () => {
  ground.select(area());
  view.look(area());
  wallMap.dirty(true);
};

const show = () => {
  layer.show(layers.events);
  heat.show(layers.heat);
  places.show(layers.places);
  ground.byKind(layers.kinds);
  wallMap.tools();
};

/** @param {string} name */
const toggle = (name) => {
  toggleLayer(name);
  show();
};

/** @param {LeafletMap} found */
const attach = (found) => {
  if (map === found) return;
  map = found;
  for (const part of [ground, alarms, heat, places, lines, view]) part.attach(map);
  layer = eventLayer().addTo(map);
  map.on("click", (pressed) => press(pressed.containerPoint, pressed.latlng));
  setTimeout(ready, 0); // after every area is on the map
};

const ready = () => {
  const root = map.getContainer().parentElement;
  root.addEventListener("click", (pressed) => {
    const button = /** @type {HTMLElement} */ (pressed.target).closest("button");
    if (!button) return;
    if (button.hasAttribute("data-layer")) toggle(button.getAttribute("data-layer"));
    else if (button.hasAttribute("data-reset")) view.reset();
  });
  const edge = [...ground.areas.values()].find((one) => one.centre);
  lines.centre(edge ? edge.centre : null);
  livePoints.start();
  shownArea.on(selected);
  ground.select(area());
  view.look(area(), false);
  show();
  page.dirty();
};

export const wallMap = {
  /** @param {{properties: GroundArea}} feature */
  style: (feature) => ({ ...ground.line(feature.properties.kind), interactive: false, smoothFactor: 0.6 }),
  /** @param {{properties: GroundArea}} feature @param {LeafletLayer} drawn @param {{map: LeafletMap}} context */
  onEachFeature(feature, drawn, context) {
    attach(context.map);
    ground.add(drawn, feature.properties);
  },
  /* A dead tile server is taken off quietly and tried again every minute; events lie above and stay. */
  /** @param {{target: TileLayer}} event */
  tileload(event) {
    event.target._failed = 0;
  },
  /** @param {{target: TileLayer}} event */
  tileerror(event) {
    const tiles = event.target;
    tiles._failed = (tiles._failed || 0) + 1;
    if (tiles._failed < TILE_ERRORS || !tiles._map) return;
    const held = tiles._map;
    tiles._failed = 0;
    tiles.remove();
    setTimeout(() => tiles.addTo(held), TILE_RETRY_MS);
  },
  area,
  /** @param {Alert} one */
  forcesOf: (one) => alarms.forcesOf(one),
  /** @param {boolean} [data] */
  dirty(data) {
    if (!layer) return;
    layer.dirty(Boolean(data));
    if (data) heat.dirty();
  },
  /** @param {number} x @param {number} y */
  at: (x, y) => (layer ? layer.at(x, y) : null),
  /** @param {string} code */
  name: (code) => (ground.areas.has(code) ? ground.areas.get(code).name : ""),
  /** @param {string} code */
  levelOf: (code) => (ground.areas.has(code) ? ground.areas.get(code).level : ""),
  count() {
    ground.count(livePoints.open);
  },
  /** @param {EventRow[]} rows @param {(row: EventRow) => boolean} calm */
  alarms(rows, calm) {
    alarms.draw(rows, calm);
    view.watch();
  },
  /** @param {number} now */
  tick(now) {
    alarms.tick(now);
    if (layer) layer.tick();
  },
  redraw() {
    glyphs.forget();
    ground.redraw();
    view.refit();
    wallMap.dirty(true);
    lines.redraw();
    places.show(layers.places);
    drawRamp(document.getElementById("screen-ramp"), true);
  },
  /* Bring buttons and legend up to date. */
  tools() {
    if (!map) return;
    const root = map.getContainer().parentElement;
    /** @type {Record<string, boolean>} */
    const has = { kinds: ground.kinds.length > 1, places: places.any };
    for (const button of root.querySelectorAll("[data-layer]")) {
      const name = button.getAttribute("data-layer");
      mark(button, "aria-pressed", layers[name] ? "true" : "false");
      button.hidden = has[name] === false;
    }
    root.querySelector("[data-reset]").hidden = !view.held;
    drawRamp(document.getElementById("screen-ramp"));
  },
};

/* dash-leaflet finds functions by their path from `window`; they are there before Dash draws anything. */
window.dashExtensions = Object.assign(window.dashExtensions || {}, { wallMap });
