/* The latest steps as a belt: it rolls from item to item, new ones join out of sight, it never starts over. */
import { el, mark, say } from "../core/dom.js";
import { page } from "../core/page.js";
import { clockTime } from "../core/time.js";
import { t } from "../core/words.js";

const LAP_S = 90;
const KEPT = 20;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const known = new Map(); // key → element on the belt
/** @type {HTMLElement} */
let belt = null;
/** @type {Animation} */
let rolling = null; // the animation that carries the first item out
let hovered = false;

/** @param {LatestStep} step */
const make = (step) => {
  const item = el("span", "w-step");
  item.append(el("time"), el("b"), el("span"));
  mark(item, "data-event", step.number);
  mark(item, "data-status", step.to_status || "");
  say(item.children[0], clockTime(step.at, page.first.time_zone));
  say(
    item.children[1],
    [step.unit_name, page.first.actions[step.action] || step.action_name].filter(Boolean).join(" "),
  );
  say(item.children[2], " · " + step.title);
  return item;
};

const pause = () => {
  if (rolling) {
    if (hovered || page.frozen()) rolling.pause();
    else rolling.play();
  }
};

/* Carry the first item out to the left, then put it behind the last: a lap of all takes 90 seconds. */
const roll = () => {
  if (rolling || !belt || !belt.firstChild || calm.matches) return;
  const total = belt.scrollWidth;
  if (total <= belt.parentElement.clientWidth) return;
  const item = belt.firstChild;
  const width =
    /** @type {HTMLElement} */ (item).getBoundingClientRect().width + parseFloat(getComputedStyle(belt).columnGap);
  rolling = belt.animate([{ transform: "none" }, { transform: "translateX(-" + width + "px)" }], {
    duration: Math.max(500, (LAP_S * 1000 * width) / total),
    easing: "linear",
  });
  rolling.onfinish = () => {
    rolling = null;
    if (/** @type {HTMLElement} */ (item)._old) item.remove();
    else if (item.parentElement === belt) belt.appendChild(item);
    roll();
  };
  pause();
};

/** @param {HTMLElement} item */
const place = (item) => {
  const edge = belt.parentElement.getBoundingClientRect().right;
  const next = [...belt.children].find((one) => one.getBoundingClientRect().left >= edge);
  belt.insertBefore(item, next || null);
};

/** @param {HTMLElement} box @param {any} view */
export const drawLatest = (box, view) => {
  const steps = ((view && view.steps) || []).slice(0, KEPT);
  /** @param {LatestStep} step */
  const keyOf = (step) => step.number + "/" + step.at + "/" + step.action;
  if (!belt || belt.parentElement !== box) {
    belt = el("div", "w-belt");
    box.replaceChildren(belt);
    known.clear();
    rolling = null;
    box.addEventListener("pointerenter", () => {
      hovered = true;
      pause();
    });
    box.addEventListener("pointerleave", () => {
      hovered = false;
      pause();
    });
  }
  const wanted = new Set(steps.map(keyOf));
  const first = known.size === 0;
  (first ? steps : [...steps].reverse()).forEach((/** @type {LatestStep} */ step) => {
    const key = keyOf(step);
    if (known.has(key)) return;
    const item = make(step);
    known.set(key, item);
    if (first) belt.appendChild(item);
    else if (rolling) place(item);
    else belt.insertBefore(item, belt.firstChild);
  });
  for (const [key, item] of known) {
    if (wanted.has(key)) continue;
    known.delete(key);
    const seen = item.getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    if (rolling && seen.left < frame.right && seen.right > frame.left)
      item._old = true; // it may finish its way out
    else if (item !== belt.firstChild || !rolling) item.remove();
    else item._old = true;
  }
  box.classList.toggle("w-empty", !steps.length);
  mark(box, "data-empty", t("还没有动态"));
  roll();
  pause();
};
