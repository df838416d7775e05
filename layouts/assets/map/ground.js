/* The areas: filled by load or by kind, the selected one bright and the rest dim, names of the level below, what lies
   under a tap. */
import { el, say } from "../core/dom.js";
import { page } from "../core/page.js";
import { rem } from "../core/room.js";
import { t } from "../core/words.js";
import { below, centreOf, holds } from "./ground-shape.js";
import { wallMap } from "./map.js";
import { livePoints } from "./points.js";
import { mapRoom } from "./room.js";

const LABELS = 40; // more names than this are not written
const RAMP = ["#0d3049", "#12425f", "#1a5b7d", "#26789d"];
// told apart by lightness, blue to yellow
const KINDS = ["#1f5f96", "#665520", "#2f3f4c", "#7b7d74", "#275f57", "#5d4a78"];
const BLANK = "#0d3049";
/** @type {Record<string, LineStyle>} */
const LINES = {
  grid: { fill: true, fillColor: BLANK, fillOpacity: 1, color: "#1d5473", weight: 0.6 },
  community: { fill: false, color: "#3f88a8", weight: 1.1, opacity: 0.9 },
  street: { fill: false, color: "#7fd3ea", weight: 2, opacity: 0.9 },
  edge: { fill: false, color: "#8fe6f5", weight: 2.8, className: "w-map__edge" },
};
/** @param {number} weight */
const thick = (weight) => weight * Math.max(1, rem() / 20); // lines grow with the wall
const DIM = 0.32;
const STEADY_MS = 10000; // the steps of the ramp hold still for so long

/** @type {Map<string, GroundArea>} */
export const areas = new Map(); // code → {layer, ...properties}
/** @type {Map<string, {box: HTMLElement, marker: LeafletMarker}>} */
const labels = new Map();
/** @type {Map<string, string>} */
const fills = new Map();
/** @type {string[]} */
let kinds = [];
let steps = [1, 2, 3];
let steppedAt = -1e9;
let byKind = false;
/** @type {string} */
let selected = null;
/** @type {LeafletMap} */
let map = null;

/** @param {number} n */
const bucket = (n) => steps.filter((step) => n >= step).length;

/* 1, 2, 3 in a quiet district; round steps that split the grids when there are many. */
/** @param {Map<string, number>} open */
const step = (open) => {
  if (performance.now() - steppedAt < STEADY_MS) return;
  steppedAt = performance.now();
  const loads = [...areas.values()]
    .filter((area) => area.kind === "grid")
    .map((area) => open.get(area.id) || 0)
    .sort((a, b) => a - b);
  const high = loads[Math.floor(loads.length * 0.9)] || 0;
  const size = high <= 4 ? 1 : Math.ceil(high / 4);
  const tens = Math.pow(10, Math.max(0, String(size).length - 1));
  const round = size === 1 ? 1 : Math.ceil(size / tens) * tens;
  if (round === steps[0]) return;
  steps = [round, 2 * round, 3 * round];
  wallMap.tools();
};

/** @param {Map<string, number>} open */
const fill = (open) => {
  for (const [code, area] of areas) {
    if (area.kind !== "grid") continue;
    const colour = byKind ? KINDS[kinds.indexOf(area.type) % KINDS.length] || BLANK : RAMP[bucket(open.get(code) || 0)];
    const opacity = selected && !below(code, selected) ? DIM : 1;
    const look = colour + opacity;
    if (fills.get(code) === look) continue;
    fills.set(code, look);
    area.layer.setStyle({ fillColor: colour, fillOpacity: opacity, opacity });
  }
};

/* Lines of what is not selected step back; the selected area's own border comes to the front. */
const outline = () => {
  for (const [code, area] of areas) {
    if (area.kind === "grid") continue;
    const line = LINES[area.kind];
    const chosen = code === selected;
    const inside = !selected || below(code, selected);
    area.layer.setStyle(
      chosen
        ? { color: "#ffffff", weight: thick(3.2), opacity: 1 }
        : { color: line.color, weight: thick(line.weight), opacity: inside ? line.opacity || 1 : DIM },
    );
    if (chosen) area.layer.bringToFront();
  }
  const chosen = areas.get(selected);
  for (const area of areas.values())
    if (area.kind === "grid")
      area.layer.setStyle({
        color: area === chosen ? "#ffffff" : LINES.grid.color,
        weight: thick(area === chosen ? 3 : LINES.grid.weight),
      });
  if (chosen) chosen.layer.bringToFront();
  fills.clear();
};

/** @param {string} code */
const children = (code) => {
  const found = [...areas.values()].filter((area) =>
    code ? area.parent === code : area.level === (page.first.levels[1] || page.first.levels[0]),
  );
  return found.length ? found : code && areas.has(code) ? [areas.get(code)] : [];
};

/* A name inside its parent's name says only what is its own: 金海社区第13网格 in 金海社区 is 第13网格. */
/** @param {GroundArea} area */
const short = (area) => {
  const outer = areas.get(area.parent);
  return outer && area.name.length > outer.name.length && area.name.startsWith(outer.name)
    ? area.name.slice(outer.name.length)
    : area.name;
};

/** @param {Map<string, number>} open */
const label = (open) => {
  const wanted = new Map(
    children(selected)
      .slice(0, LABELS + 1)
      .map((area) => [area.id, area]),
  );
  if (wanted.size > LABELS) wanted.clear();
  for (const [code, held] of labels)
    if (!wanted.has(code)) {
      held.marker.remove();
      labels.delete(code);
    }
  for (const [code, area] of wanted) {
    if (!labels.has(code)) {
      const box = el("div", "w-map__label");
      box.append(el("b", "", short(area)), el("span", "num"));
      const icon = window.L.divIcon({ html: box, className: "w-map__pin", iconSize: [0, 0] });
      labels.set(code, {
        box,
        marker: window.L.marker(centreOf(area), {
          icon,
          interactive: false,
          keyboard: false,
          zIndexOffset: -1000,
        }).addTo(map),
      });
    }
    const { box } = labels.get(code);
    box.classList.toggle("w-map__label--small", area.kind === "grid" || area.kind === "community");
    say(box.lastChild, t("在办 {n}", { n: open.get(code) || 0 }));
  }
  spread(open);
};

/* Names that would lie on each other, on an emergency, under the switches or over the edge: the busier one stays. */
/** @param {Map<string, number>} open */
const spread = (open) => {
  const room = mapRoom.on(map);
  const names = [...labels].map(([code, { box, marker }]) => ({
    box,
    n: open.get(code) || 0,
    at: map.latLngToContainerPoint(marker.getLatLng()),
  }));
  for (const { box, at } of names.sort((a, b) => b.n - a.n)) {
    const own = mapRoom.box(at.x, at.y, box.offsetWidth, box.offsetHeight);
    const free = room.free(own);
    box.classList.toggle("w-map__label--hidden", !free);
    if (free) room.take(own);
  }
};

export const ground = {
  areas,
  /** @param {string} kind */
  line: (kind) => ({ ...LINES[kind], weight: thick(LINES[kind].weight) }),
  /* The window's size changed: lines keep their share of it. */
  redraw() {
    if (map) {
      outline();
      ground.count(livePoints.open);
    }
  },
  RAMP,
  /** @param {LeafletMap} found */
  attach(found) {
    areas.clear();
    labels.clear();
    fills.clear();
    map = found;
  },
  /** @param {LeafletLayer} layer @param {GroundArea} properties */
  add(layer, properties) {
    areas.set(properties.id, { layer, ...properties });
    if (properties.type && !kinds.includes(properties.type)) kinds = [...kinds, properties.type].sort();
  },
  get kinds() {
    return kinds;
  },
  /** @param {string} kind */
  colourOf: (kind) => KINDS[kinds.indexOf(kind) % KINDS.length],
  /* The words under the ramp's four steps. */
  get words() {
    const [one, two, three] = steps;
    return one === 1 ? ["0", "1", "2", "≥3"] : ["<" + one, one + "–" + (two - 1), two + "–" + (three - 1), "≥" + three];
  },
  /** @param {boolean} wanted */
  byKind(wanted) {
    byKind = wanted;
    ground.count(livePoints.open);
  },
  /** @param {Map<string, number>} open */
  count(open) {
    if (!map) return;
    step(open);
    fill(open);
    label(open);
  },
  settle() {
    if (map) spread(livePoints.open);
  },
  /** @param {string} code */
  select(code) {
    if (selected === (code || null)) return;
    selected = code || null;
    outline();
    ground.count(livePoints.open);
  },
  /** The codes from the outermost to the innermost area under a place. @param {LatLng} at */
  chain(at) {
    /** @param {GroundArea} area */
    const depth = (area) => page.first.levels.indexOf(area.level);
    return [...areas.values()]
      .filter((area) => holds(area, at))
      .sort((a, b) => depth(a) - depth(b))
      .map((area) => area.id);
  },
  /** @param {string} code */
  bounds(code) {
    const wanted = code && areas.has(code) ? [areas.get(code)] : [...areas.values()];
    return wanted.reduce((all, area) => all.extend(area.layer.getBounds()), window.L.latLngBounds([]));
  },
};
