/* The live set in the browser: id → row under a version guard, in any order, any number of times. The same rules as
   callbacks/live/store.py; both give the same hash. Used by feed.js, which gives the page nothing else of it. */
import { sha256 } from "../core/sha256.js";

const TOMBSTONES = 20000;

export class Store {
  constructor() {
    /** @type {Map<number, EventRow>} */
    this.rows = new Map();
    /** @type {Map<number, number>} */
    this.left = new Map(); // id → version at leaving, so that an older row cannot come back
  }

  /* Apply rows and leavers; return the ids that changed. */
  /** @param {EventRow[]} rows @param {number[]} [gone] @param {number[]} [goneVersions] @returns {number[]} */
  apply(rows, gone, goneVersions) {
    /** @type {number[]} */
    const changed = [];
    for (const row of rows || []) {
      const mine = this.rows.get(row.id);
      if (row.version <= (mine ? mine.version : this.left.get(row.id) || 0)) continue;
      this.left.delete(row.id);
      this.rows.set(row.id, row);
      changed.push(row.id);
    }
    (gone || []).forEach((id, place) => {
      const mine = this.rows.get(id);
      const known = mine ? mine.version : this.left.get(id) || 0;
      const version = goneVersions ? goneVersions[place] : known;
      if (version < known) return;
      this.bury(id, version);
      if (this.rows.delete(id)) changed.push(id);
    });
    return changed;
  }

  /* Take a snapshot as the whole truth; return the ids that changed. */
  /** @param {EventRow[]} rows @returns {number[]} */
  replace(rows) {
    const before = this.rows;
    this.rows = new Map(rows.map((row) => [row.id, row]));
    this.left.clear();
    const changed = [];
    for (const [id, row] of this.rows) {
      const old = before.get(id);
      if (!old || old.version !== row.version) changed.push(id);
    }
    for (const id of before.keys()) if (!this.rows.has(id)) changed.push(id);
    return changed;
  }

  /** @param {number} id @param {number} version */
  bury(id, version) {
    this.left.delete(id);
    this.left.set(id, version);
    if (this.left.size > TOMBSTONES) this.left.delete(this.left.keys().next().value);
  }

  hash() {
    const ids = [...this.rows.keys()].sort((one, other) => one - other);
    return sha256(ids.map((id) => `${id}:${this.rows.get(id).version}\n`).join(""));
  }
}

/* Rows of a snapshot, columnar or not; a null cell is a key the row does not carry. */
/** @param {any} snapshot a {@link Snapshot}, or {columns, rows of cells} @returns {EventRow[]} */
export function rowsOf(snapshot) {
  if (!snapshot.columns) return snapshot.rows;
  return snapshot.rows.map((/** @type {unknown[]} */ cells) => {
    /** @type {Record<string, any>} */
    const row = {};
    snapshot.columns.forEach((/** @type {string} */ name, /** @type {number} */ place) => {
      if (cells[place] !== null) row[name] = cells[place];
    });
    return /** @type {EventRow} */ (row);
  });
}
