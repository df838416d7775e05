/* Where the map looks: at the selected area, for a while at a new emergency, or where a person put it. Nothing else
   moves it. */
import { alertStore } from "../alarm/alerts.js";
import { rem } from "../core/room.js";
import { ground } from "./ground.js";
import { wallMap } from "./map.js";

const RETURN_MS = 120000; // a view somebody chose is given back after so long
const FLIGHT_S = 1.2;
const WIDE = 1.9; // width : height of the map from which the legend stands beside it
const AROUND = 0.011; // degrees of latitude around an emergency, about 1.2 km
const NEAREST = 0.018; // forces further away do not widen the view
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

/** @type {LeafletMap} */
let map = null;
let held = false; // a person moved the map
/** @type {{key: string, lng: number, lat: number, forces: Force[]}} */
let target = null; // {key, lng, lat, forces} of the emergency in view
let timer = 0;
/** @type {string} */
let home = null; // code of the selected area
const seen = new Set(); // episodes the map has flown to

const unit = () => rem() / 20;
/* The district keeps clear of the bar above it and of the legend: below it, or beside it where the map is wide. */
const margins = () => {
  const box = map.getContainer().closest(".w-mapbox");
  const legend = box && box.querySelector(".w-mapfoot");
  const wide = map.getSize().x > WIDE * map.getSize().y;
  if (box) box.classList.toggle("w-mapbox--wide", wide);
  const [right, bottom] = !legend ? [0, 0] : wide ? [legend.offsetWidth, 0] : [0, legend.offsetHeight];
  return {
    paddingTopLeft: [20 * unit(), (wide ? 24 : 60) * unit()],
    paddingBottomRight: [20 * unit() + right, 24 * unit() + bottom],
  };
};

const goal = () => {
  if (!target) return ground.bounds(home);
  const wide = AROUND / Math.cos((target.lat * Math.PI) / 180);
  const box = window.L.latLngBounds([target.lat - AROUND, target.lng - wide], [target.lat + AROUND, target.lng + wide]);
  for (const force of target.forces)
    if (Math.hypot(force.lat - target.lat, force.lng - target.lng) < NEAREST) box.extend([force.lat, force.lng]);
  return box;
};

/** @param {boolean} slowly */
const go = (slowly) => {
  if (!map || !map.getSize().x) return;
  const box = goal();
  if (!box.isValid()) return;
  map.stop();
  if (slowly && !calm.matches && !document.hidden) map.flyToBounds(box, { ...margins(), duration: FLIGHT_S });
  else map.fitBounds(box, { ...margins(), animate: false });
};

/** @param {boolean} slowly */
const release = (slowly) => {
  clearTimeout(timer);
  held = false;
  wallMap.tools();
  go(slowly);
};

const gesture = () => {
  map.stop();
  clearTimeout(timer);
  timer = setTimeout(() => release(true), RETURN_MS);
  if (held) return;
  held = true;
  wallMap.tools();
};

const raised = () =>
  alertStore
    .open()
    .filter((alert) => alert.state === "raised" && Number.isFinite(alert.lng) && Number.isFinite(alert.lat));

export const view = {
  get held() {
    return held;
  },
  get at() {
    return target ? target.key : null;
  },
  /** @param {LeafletMap} found */
  attach(found) {
    map = found;
    held = false;
    target = null;
    map.on("dragstart", gesture);
    for (const kind of ["wheel", "dblclick"]) map.getContainer().addEventListener(kind, gesture, { passive: true });
    map.getContainer().addEventListener(
      "touchstart",
      (touch) => {
        if (touch.touches.length > 1) gesture();
      },
      { passive: true },
    );
    map.on("moveend", ground.settle);
    new ResizeObserver(() => {
      map.invalidateSize({ pan: false });
      if (!held) go(false);
    }).observe(map.getContainer());
  },
  /** A person chose an area (or the whole): the map may move. @param {string} code @param {boolean} [slowly] */
  look(code, slowly = true) {
    home = code;
    target = null;
    release(slowly);
  },
  reset() {
    target = null;
    release(true);
  },
  refit() {
    if (!held) go(false);
  },
  /* Fly to the newest unacknowledged emergency once; return when it is acknowledged. */
  watch() {
    if (!map) return;
    const open = raised();
    const fresh = open.find((alert) => !seen.has(alert.id + "/" + alert.episode));
    const still = target && open.some((alert) => alert.id + "/" + alert.episode === target.key);
    open.forEach((alert) => seen.add(alert.id + "/" + alert.episode));
    if (seen.size > 2000) seen.delete(seen.values().next().value);
    if (fresh && !held) {
      target = { key: fresh.id + "/" + fresh.episode, lng: fresh.lng, lat: fresh.lat, forces: wallMap.forcesOf(fresh) };
      go(true);
    } else if (target && !still) {
      const next = open[0];
      target = next
        ? { key: next.id + "/" + next.episode, lng: next.lng, lat: next.lat, forces: wallMap.forcesOf(next) }
        : null;
      if (!held) go(true);
    }
  },
};
