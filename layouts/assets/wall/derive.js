/* What is counted and listed from the live rows, kept while rows come and go: a drawing costs what changed, not what
   is there. */

import { page } from "../core/page.js";
import { live } from "../live/live.js";
import { shownArea } from "./area.js";
import { codesOf } from "./names.js";

const MANY = 2000; // so many changes at once, and everything is counted anew at the next drawing
const RUNNING = new Set(["dispatched", "handling"]);

/* Rows in the order of a number and then of their ids. */
class Ordered {
  /** @param {(row: EventRow) => number} key */
  constructor(key) {
    this.key = key;
    /** @type {EventRow[]} */
    this.rows = [];
  }
  /** @param {EventRow} one @param {EventRow} other */
  before(one, other) {
    const by = this.key(one) - this.key(other);
    return by < 0 || (by === 0 && one.id < other.id);
  }
  /** @param {EventRow} row */
  place(row) {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.before(this.rows[middle], row)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  /** @param {EventRow} row */
  add(row) {
    this.rows.splice(this.place(row), 0, row);
  }
  /** @param {EventRow} row */
  remove(row) {
    const at = this.place(row);
    if (this.rows[at] === row) this.rows.splice(at, 1);
  }
  sort() {
    this.rows.sort((one, other) => (this.before(one, other) ? -1 : 1));
  }
  /** How many lie below a number. @param {number} limit */
  below(limit) {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.key(this.rows[middle]) < limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** @param {EventRow} row */
const reported = (row) => row.reported_at || 0;
/** @param {EventRow} row */
const due = (row) => row.handle_due_at || 9e13;
/** @param {EventRow} row */
const rank = (row) => (page.first.supervisions[row.supervision] || { rank: 0 }).rank;
/** @type {Map<number, EventRow>} */
const held = new Map(); // id → the row it is counted as
/** @type {Map<string, number>} */
const open = new Map(); // area code → open events in it
/** @type {Map<string, Ordered>} */
let lists = new Map(); // name → Ordered, of the selected area
/** @type {Map<number, EventRow>} */
let emergencies = new Map();
let stale = true;

/** @param {string} name @param {(row: EventRow) => number} key */
const list = (name, key) => {
  if (!lists.has(name)) lists.set(name, new Ordered(key));
  return lists.get(name);
};

/** The lists a row of the selected area stands in. @param {EventRow} row */
const listsOf = (row) => {
  const found = [list("status " + row.status, reported)];
  if (RUNNING.has(row.status)) found.push(list("due " + row.status, due));
  if (row.status === "claimable" && row.claim_due_at) found.push(list("claims", (one) => one.claim_due_at));
  if (row.supervision) found.push(list("supervised", (one) => due(one) - rank(one) * 1e14));
  return found;
};

/** @param {EventRow} row @param {number} by */
const count = (row, by) => {
  for (const code of codesOf(row.path)) open.set(code, (open.get(code) || 0) + by);
};

/** @param {number} id */
const change = (id) => {
  const before = held.get(id);
  const row = live.get(id);
  if (before === row) return;
  if (before) {
    count(before, -1);
    emergencies.delete(id);
    held.delete(id);
    if (shownArea.has(before)) for (const one of listsOf(before)) one.remove(before);
  }
  if (!row) return;
  count(row, 1);
  held.set(id, row);
  if (row.emergency) emergencies.set(id, row);
  if (shownArea.has(row)) for (const one of listsOf(row)) one.add(row);
};

const anew = () => {
  held.clear();
  open.clear();
  lists = new Map();
  emergencies = new Map();
  for (const row of live.rows()) {
    held.set(row.id, row);
    count(row, 1);
    if (row.emergency) emergencies.set(row.id, row);
    if (shownArea.has(row)) for (const one of listsOf(row)) one.rows.push(row);
  }
  for (const one of lists.values()) one.sort();
  stale = false;
};

/** @param {string} name */
const rowsOf = (name) => (lists.has(name) ? lists.get(name).rows : []);

export const derived = {
  /** Some rows came, went or changed; of very many only that they did is kept. @param {number[]} ids */
  take(ids) {
    if (!ids || ids.length > MANY) stale = true;
    if (!stale) ids.forEach(change);
  },
  /* Another area is selected. */
  turn() {
    stale = true;
  },
  /** @param {number} now */
  found(now) {
    if (stale) anew();
    /** @type {Map<string, number>[]} */
    const [counts, oldest, late] = [new Map(), new Map(), new Map()];
    let all = 0;
    for (const [name, one] of lists) {
      const [kind, status] = name.split(" ");
      if (!status || !one.rows.length) continue;
      if (kind === "due") {
        late.set(status, one.below(now));
        continue;
      }
      counts.set(status, one.rows.length);
      oldest.set(status, one.rows[0].reported_at);
      all += one.rows.length;
    }
    return {
      all,
      counts,
      oldest,
      late,
      open,
      claims: rowsOf("claims"),
      waiting: rowsOf("status pending_dispatch"),
      supervised: rowsOf("supervised"),
      emergencies: [...emergencies.values()],
    };
  },
};
