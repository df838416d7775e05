/* The map's own account of the open events: fed by the live feed in slices, counted per area, gathered here or in a
   worker. */

import { timeState } from "../core/due.js";
import { page } from "../core/page.js";
import { live } from "../live/live.js";
import { codesOf } from "../wall/names.js";
import { Points } from "./gather.js";
import { lines } from "./lines.js";
import { wallMap } from "./map.js";

const MANY = 3000; // from here on a worker gathers
const SLICE_MS = 8; // of the main thread at a time
const SHOW_MS = 400; // while very many arrive, they are shown so often
const UNSEEN = 5000; // numbers not yet painted that are remembered
const NEVER = Infinity;
const WAITING = new Set(["reported", "claimable", "pending_dispatch"]);
const SENT = new Set(["dispatched", "handling"]);

const held = /** @type {Map<number, EventRow>} */ (new Map()); // id → the row it was last counted as
const open = /** @type {Map<string, number>} */ (new Map()); // area code → open events in it
const pathAt = /** @type {Map<string, number>} */ (new Map());
/** @type {Map<string, {row: EventRow, after: number}>} */
const unseen = new Map(); // number → {row, after: the answer that did not know it yet}
const answers = /** @type {Map<number, (answer: any, cost: number) => void>} */ (new Map());
let here = /** @type {Points} */ (null);
let worker = /** @type {Worker | false} */ (null);
let queue = /** @type {number[]} */ ([]);
let at = 0;
let draining = false;
let shownAt = -1e9;
let asked = 0;
let listener = /** @type {() => void} */ (null);
let loaded = false;

/** @param {number} lng @param {number} lat @returns {Point2} */
const world = (lng, lat) => {
  const sin = Math.sin((lat * Math.PI) / 180);
  return [lng / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
};

/** @param {EventRow} row */
const placed = (row) => Number.isFinite(row.lng) && Number.isFinite(row.lat);

/**
 * From when an event is due soon and from when it is overdue, epoch ms; never where its handling clock does not run.
 * @param {EventRow} row
 */
const terms = (row) => [row.warn_due_at || row.handle_due_at || NEVER, row.handle_due_at + 1 || NEVER];

/** @param {EventRow} row @param {number} by */
const count = (row, by) => {
  for (const code of codesOf(row.path)) open.set(code, (open.get(code) || 0) + by);
};

/** @returns {FreshBatch} */
const fresh = () => ({ ids: [], x: [], y: [], soon: [], due: [], status: [], path: [], paths: [], gone: [] });

/** @param {FreshBatch} batch @param {EventRow} row */
const note = (batch, row) => {
  const path = row.path || "/";
  if (!pathAt.has(path)) {
    pathAt.set(path, pathAt.size);
    batch.paths.push(path);
  }
  const [x, y] = world(row.lng, row.lat);
  const [soon, due] = terms(row);
  batch.ids.push(row.id);
  batch.x.push(x);
  batch.y.push(y);
  batch.soon.push(soon);
  batch.due.push(due);
  batch.status.push(livePoints.statuses.indexOf(row.status) & 7);
  batch.path.push(pathAt.get(path));
};

/** @param {number} id @param {FreshBatch} batch */
const take = (id, batch) => {
  const row = live.get(id);
  const before = held.get(id);
  if (before === row) return;
  if (before) count(before, -1);
  if (!row) {
    held.delete(id);
    unseen.delete(before && before.number);
    batch.gone.push(id);
    return;
  }
  held.set(id, row);
  count(row, 1);
  if (before && WAITING.has(before.status) && SENT.has(row.status) && placed(row)) lines.dispatch(row);
  if (row.emergency || !placed(row)) {
    batch.gone.push(id);
    return;
  }
  note(batch, row);
  if (before) return;
  unseen.set(row.number, { row, after: asked });
  if (unseen.size > UNSEEN) unseen.delete(unseen.keys().next().value);
};

const again = new MessageChannel(); // the next slice after what waits already; timers would wait 4 ms each time
again.port1.onmessage = () => drain();

/** @param {FreshBatch} batch */
const send = (batch) => {
  const packed = {
    ...batch,
    ids: Float64Array.from(batch.ids),
    x: Float64Array.from(batch.x),
    y: Float64Array.from(batch.y),
    soon: Float64Array.from(batch.soon),
    due: Float64Array.from(batch.due),
    status: Uint8Array.from(batch.status),
    path: Uint32Array.from(batch.path),
  };
  if (worker) worker.postMessage({ batch: packed });
  else here.put(packed);
};

const drain = () => {
  const end = performance.now() + SLICE_MS;
  const batch = fresh();
  while (at < queue.length && performance.now() < end) {
    for (let n = 0; n < 50 && at < queue.length; n += 1) take(queue[at++], batch);
  }
  if (batch.ids.length || batch.gone.length) send(batch);
  if (!worker && here.size > MANY) hire();
  draining = at < queue.length;
  if (draining) again.port2.postMessage(0);
  else {
    queue = [];
    at = 0;
    loaded = true;
  }
  if (draining && performance.now() - shownAt < SHOW_MS) return;
  shownAt = performance.now();
  wallMap.dirty(true);
};

/* Move the points into a worker; where there is none they stay here. */
const hire = () => {
  if (!window.Worker || worker === false) return;
  const hired = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  hired.onmessage = ({ data }) => {
    const waiting = answers.get(data.number);
    answers.delete(data.number);
    if (waiting) waiting(data.answer, data.cost);
  };
  hired.onerror = () => {
    hired.terminate();
    worker = false;
    answers.clear();
    pathAt.clear();
    here = new Points();
    held.clear();
    open.clear();
    enqueue([...live.rows()].map((row) => row.id));
  };
  hired.postMessage({ batch: here.whole() });
  worker = hired;
  here = new Points();
};

/** @param {number[]} ids */
const enqueue = (ids) => {
  if (!draining && ids.length < 200) {
    queue = ids;
    at = 0;
    drain();
    return;
  }
  for (const id of ids) queue.push(id);
  if (!draining) {
    draining = true;
    again.port2.postMessage(0);
  }
};

export const livePoints = {
  /** @type {string[]} */
  statuses: [],
  world,
  open,
  placed,
  get size() {
    return held.size;
  },
  get ready() {
    return Boolean(here);
  },
  get busy() {
    return draining || !loaded;
  },
  get remote() {
    return Boolean(worker);
  },
  /** The class of time of one row: "ok", "soon" or "over". @param {EventRow} row @param {number} now */
  time: (row, now) => timeState(row, now) || "ok",
  start() {
    if (listener) return;
    here = new Points();
    livePoints.statuses = page.first.statuses.map((/** @type {Marked} */ status) => status.code);
    listener = live.on("rows", (ids) =>
      enqueue(ids ? [...ids] : [...new Set([...held.keys(), ...[...live.rows()].map((row) => row.id)])]),
    );
  },
  /* Ask for "cells" or "heat"; fn(answer, cost in ms, its number) is called now or from the worker. */
  /** @param {"cells" | "heat"} kind @param {MapAsk} ask
      @param {(answer: any, cost: number, number: number) => void} fn */
  ask(kind, ask, fn) {
    const number = (asked += 1);
    if (worker) {
      answers.set(number, (answer, cost) => fn(answer, cost, number));
      worker.postMessage({ kind, ask, number });
      return;
    }
    const began = performance.now();
    const answer = here[kind](ask);
    fn(answer, performance.now() - began, number);
  },
  /* Of the events that answer number `upTo` knew, say those inside the view as painted; true while more may follow. */
  /** @param {number} upTo @param {(row: EventRow) => boolean} inside @param {number} now */
  painted(upTo, inside, now) {
    let left = Math.min(500, unseen.size);
    let marked = 0;
    for (const [number, entry] of unseen) {
      if ((left -= 1) < 0) break;
      unseen.delete(number);
      if (entry.after < upTo && inside(entry.row)) {
        live.markDrawn(number, now);
        marked += 1;
      } else unseen.set(number, entry); // to the end: looked at again later
    }
    return marked > 0 && unseen.size > 0;
  },
};
