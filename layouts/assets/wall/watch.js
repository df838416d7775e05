/* The wall looks after itself for years: measures, reports, wakes after a sleep, and reloads quietly when it should.
   Never while an emergency is open, never without a living server; sessionStorage remembers why. */

import { alarmSound } from "../alarm/sound.js";
import { call } from "../core/http.js";
import { page } from "../core/page.js";
import { clockTime } from "../core/time.js";
import { live } from "../live/live.js";

const REPORT_S = 5; // the server forgets a screen that has not spoken for 15 s
const COMPARE_S = 60;
const SLEEP_MS = 30000; // a gap between two seconds: the machine slept
const SAMPLE_MS = 1000; // frames are counted one second in five: a wall that waits for frames all day is never idle
const LIMIT_MB = 600;
const DEAD_S = 600;
const SETTLE_S = 600; // a page younger than this is not reloaded again
const NIGHT_H = 4;
const NIGHT_S = 3600; // from 04:00 on, later no more: somebody may be at work
const JITTER_S = 600;
const WHY = "screen-reload";

const query = new URLSearchParams(location.search);
const began = performance.now();
const reason = take(WHY) || "open";
let seconds = 0;
let before = Date.now();
let frameAt = performance.now();
/** @type {number} */
let frameMs = null;
let sampling = false;
let errors = 0;
/** @type {boolean | null} */
let hashOk = null;
let unequal = 0;
let leaving = false;

/** @param {string} key */
function read(key) {
  try {
    return sessionStorage.getItem(key);
  } catch (_closed) {
    return null;
  }
}
/** @param {string} key */
function take(key) {
  const kept = read(key);
  keep(key, "");
  return kept;
}
/** @param {string} key @param {string} value */
function keep(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch (_closed) {
    /* a browser that keeps nothing still shows the wall */
  }
}

const here = () => Boolean(page.first && document.getElementById("screen"));
/** @param {number | null} value @param {number} [to] */
const round = (value, to = 1) => (Number.isFinite(value) ? Math.round(value * to) / to : null);

/* A named screen has its name in the address; another makes itself one for as long as its tab lives. */
function name() {
  const kept = query.get("screen") || read("screen-name") || "wall-" + Math.random().toString(36).slice(2, 8);
  keep("screen-name", kept);
  return kept;
}

/* ---- measuring ---- */
const heap = () => (performance.memory ? performance.memory.usedJSHeapSize / 1048576 : null);
const dead = () => (document.hidden ? 0 : (performance.now() - frameAt) / 1000);

function sample() {
  if (sampling || document.hidden) return;
  sampling = true;
  /** @type {number[]} */
  const gaps = [];
  /** @type {number} */
  let last = null;
  const until = performance.now() + SAMPLE_MS;
  const frame = () => {
    frameAt = performance.now();
    if (last !== null) gaps.push(frameAt - last);
    last = frameAt;
    if (frameAt < until) {
      requestAnimationFrame(frame);
      return;
    }
    gaps.sort((a, b) => a - b);
    frameMs = gaps.length ? gaps[Math.floor(gaps.length * 0.95)] : null;
    sampling = false;
  };
  requestAnimationFrame(frame);
}

function facts() {
  return {
    position: live.position,
    age: round(live.age(), 10),
    heap_mb: round(heap()),
    frame_ms: round(frameMs),
    nodes: document.getElementsByTagName("*").length,
    errors,
    hash_ok: hashOk,
    uptime_s: round((performance.now() - began) / 1000),
    reason,
  };
}

async function report() {
  const audible = alarmSound.on();
  await call("/api/v1/screens", { body: { name: name(), audible, ...facts() }, shut: live.leave });
}

/* Equal to the server's set? Unequal twice: the snapshot is the truth. */
async function compare() {
  const same = await live.compare().catch(() => /** @type {null} */ (null));
  hashOk = same;
  unequal = same === false ? unequal + 1 : 0;
  if (unequal < 2) return;
  unequal = 0;
  live.resync();
}

/* ---- the quiet reload ---- */

/* Seconds from the jittered 04:00 of a screen to a moment of the day given in seconds. */
/** @param {number} clock @param {string} screen */
function sinceNight(clock, screen) {
  let mixed = 0;
  for (const letter of screen) mixed = (mixed * 31 + letter.codePointAt(0)) % 1000003;
  return clock - NIGHT_H * 3600 - (mixed % JITTER_S);
}

/* Why a page in this state should be loaded anew, or null: pure, so that it can be proven case by case. */
/** @param {ScreenFacts} is */
function due(is) {
  if (is.state !== "live" || is.alerts > 0 || is.uptime_s < SETTLE_S) return null;
  if (is.dead_s >= DEAD_S) return "frames";
  if (is.heap_mb > is.limit_mb) return "heap";
  const night = sinceNight(is.clock_s, is.name);
  return night >= 0 && night < NIGHT_S && is.uptime_s > NIGHT_S + JITTER_S ? "night" : null;
}

/* Seconds since midnight in the district. */
function clock() {
  const [hours, minutes, rest] = clockTime(live.now(), page.first.time_zone).split(":").map(Number);
  return hours * 3600 + minutes * 60 + rest;
}

async function consider() {
  const why = due({
    state: live.state,
    alerts: live.alerts().length,
    uptime_s: (performance.now() - began) / 1000,
    dead_s: dead(),
    heap_mb: heap(),
    limit_mb: Number(query.get("heap")) || LIMIT_MB,
    clock_s: clock(),
    name: name(),
  });
  if (!why || leaving) return;
  leaving = true;
  const { ok } = await call("/readyz");
  leaving = false;
  if (!ok || live.alerts().length) return;
  keep(WHY, why);
  location.reload(); // the address holds area, scene and rotation
}

function second() {
  const slept = Date.now() - before;
  before = Date.now();
  if (!here()) return;
  if (slept > SLEEP_MS && !document.hidden) live.wake(slept);
  seconds += 1;
  if (seconds % COMPARE_S === 0) compare();
  if (seconds % REPORT_S !== 0) return;
  sample();
  report();
  consider();
}

window.addEventListener("error", () => {
  errors += 1;
});
window.addEventListener("unhandledrejection", () => {
  errors += 1;
});
document.addEventListener("visibilitychange", () => {
  frameAt = performance.now();
});
setInterval(second, 1000);
/* Whether anybody can be heard decides how an emergency goes on (LIFECYCLE §4): a change is told at once,
   beside the report every few seconds. */
alarmSound.changed = () => {
  call("/api/v1/screens", { body: { name: name(), audible: alarmSound.on() } });
};

export const watch = { due, facts, name, sinceNight, compare };
