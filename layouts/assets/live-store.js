/* The live set in the browser: id → row under a version guard, in any order, any number of times.
   The same rules as callbacks/livestore.py; both give the same hash. Handed to live.js, which keeps no other global. */
"use strict";

(() => {
  const TOMBSTONES = 20000;

  class Store {
    constructor() {
      this.rows = new Map();
      this.left = new Map(); // id → version at leaving, so that an older row cannot come back
    }

    /* Apply rows and leavers; return the ids that changed. */
    apply(rows, gone, goneVersions) {
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
  function rowsOf(snapshot) {
    if (!snapshot.columns) return snapshot.rows;
    return snapshot.rows.map((cells) => {
      const row = {};
      snapshot.columns.forEach((name, place) => {
        if (cells[place] !== null) row[name] = cells[place];
      });
      return row;
    });
  }

  /* SHA-256 of ASCII text in hex (FIPS 180-4). Own, because crypto.subtle is missing on plain http intranets. */
  function sha256(text) {
    const length = text.length;
    const words = new Uint32Array((((length + 8) >> 6) + 1) << 4);
    for (let i = 0; i < length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
    words[length >> 2] |= 0x80 << (24 - 8 * (length & 3));
    words[words.length - 2] = Math.floor(length / 0x20000000);
    words[words.length - 1] = length << 3;
    const state = Uint32Array.from(START);
    const w = new Uint32Array(64);
    for (let block = 0; block < words.length; block += 16) {
      w.set(words.subarray(block, block + 16));
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15];
        const b = w[i - 2];
        w[i] =
          w[i - 16] + w[i - 7] +
          (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) +
          (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
      }
      const v = Array.from(state);
      for (let i = 0; i < 64; i++) {
        const one =
          (v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + ROUND[i] + w[i]) | 0;
        const two =
          ((turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
        v.pop();
        v[3] = (v[3] + one) | 0;
        v.unshift((one + two) | 0);
      }
      for (let i = 0; i < 8; i++) state[i] += v[i];
    }
    return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
  }

  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  /* The constants of the standard: fractional parts of the square and cube roots of the first primes. */
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (value) => Math.floor((value - Math.floor(value)) * 0x100000000) >>> 0;
  const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const ROUND = primes.map((prime) => fraction(Math.cbrt(prime)));

  window.live = { parts: { ...(window.live && window.live.parts), Store, rowsOf, sha256 } };
})();
