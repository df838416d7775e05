/* Scenes are arrangements of the same panels round the same map; a touch holds the rotation for two minutes. */
import { mark } from "../core/dom.js";
import { page } from "../core/page.js";
import { keepInAddress } from "./area.js";

const HOLD_MS = 120000;
let every = 0; // ms between scenes; 0 = off
let turned = 0;
let touched = -Infinity;
/** @type {HTMLElement} */
let root = null;

const shown = () => root.getAttribute("data-scene");

/** @param {string} scene */
const show = (scene) => {
  if (!root || !page.first.scenes.includes(scene) || scene === shown()) return;
  mark(root, "data-scene", scene);
  for (const tab of root.querySelectorAll(".w-tab"))
    mark(tab, "aria-pressed", tab.getAttribute("data-scene") === scene);
  keepInAddress("scene", scene);
  turned = performance.now();
  page.relaid();
};

const touch = () => {
  touched = performance.now();
};

export const scenes = {
  show,
  /** @param {any} found */
  start(found) {
    root = found;
    const asked = Number(new URL(location.href).searchParams.get("rotate"));
    every = asked > 0 ? Math.min(60, Math.max(10, asked)) * 1000 : 0;
    turned = performance.now();
  },
  /** An emergency that nobody has acknowledged keeps the scene it came into. @param {boolean} held */
  tick(held) {
    const now = performance.now();
    if (!root) return;
    root.classList.toggle("wall--turning", every > 0 && now - touched >= HOLD_MS && !held);
    if (!every || held || now - touched < HOLD_MS) {
      turned = now;
      return;
    }
    if (now - turned < every) return;
    const all = page.first.scenes;
    show(all[(all.indexOf(shown()) + 1) % all.length]);
  },
};

document.addEventListener("click", (pressed) => {
  const tab =
    /** @type {HTMLElement} */ (pressed.target).closest &&
    /** @type {HTMLElement} */ (pressed.target).closest(".w-tab[data-scene]");
  if (tab) show(tab.getAttribute("data-scene"));
});
for (const kind of ["pointerdown", "pointermove", "wheel", "keydown"])
  document.addEventListener(kind, touch, { passive: true, capture: true });
