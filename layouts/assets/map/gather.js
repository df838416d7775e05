/* The points of the map in typed arrays: put, drop, gather into cells, spread into heat. Knows no page.
   The page uses it, and worker.js where there are very many. */

const WORDS = 8; // statuses told apart in a cluster's ring
const NAMED = 6; // newest ids kept of a cluster
const CELL = { quiet: 46, pressing: 22, crowd: 58 }; // in units of 1/20 rem
const CROWD = 260; // points in view from which single marks would hide each other
const HEAT = { cell: 6, blur: 4, floor: 0.06 };
export const heatRamp = [
  [24, 66, 128],
  [66, 104, 150],
  [130, 138, 136],
  [206, 180, 88],
  [255, 240, 150],
]; // blue to yellow, ever lighter
/** @type {[PointColumn, Float64ArrayConstructor | Uint8ArrayConstructor | Uint32ArrayConstructor][]} */
const COLUMNS = [
  ["ids", Float64Array],
  ["x", Float64Array],
  ["y", Float64Array],
  ["soon", Float64Array],
  ["due", Float64Array],
  ["status", Uint8Array],
  ["path", Uint32Array],
];

/** @param {number} n */
export const clusterRadius = (n) => 12 + Math.min(10, 2 * Math.log2(Math.max(1, n)));

export class Points {
  constructor() {
    this.size = 0;
    this.room = 0;
    this.ids = this.x = this.y = this.soon = this.due = new Float64Array();
    this.status = new Uint8Array();
    this.path = new Uint32Array();
    /** @type {Map<number, number>} */
    this.slots = new Map(); // id → place in the columns
    /** @type {string[]} */
    this.paths = []; // index → "/350206/…/"
    this.grow(1024);
  }

  /** @param {number} room */
  grow(room) {
    for (const [name, Kind] of COLUMNS) {
      const wider = new Kind(room);
      wider.set(this[name]);
      Object.assign(this, { [name]: wider });
    }
    this.room = room;
  }

  /* Take columns of equal length (ids, x, y, soon, due, status, path) and the paths first named in them. */
  /** @param {PointBatch} batch */
  put(batch) {
    for (const path of batch.paths) this.paths.push(path);
    for (let from = 0; from < batch.ids.length; from += 1) {
      let slot = this.slots.get(batch.ids[from]);
      if (slot === undefined) {
        if (this.size === this.room) this.grow(this.room * 2);
        this.slots.set(batch.ids[from], (slot = this.size++));
      }
      for (const [name] of COLUMNS) this[name][slot] = batch[name][from];
    }
    this.drop(batch.gone);
  }

  /** @param {number[]} ids */
  drop(ids) {
    for (const id of ids) {
      const slot = this.slots.get(id);
      if (slot === undefined) continue;
      const last = (this.size -= 1);
      this.slots.delete(id);
      if (slot === last) continue;
      for (const [name] of COLUMNS) this[name][slot] = this[name][last];
      this.slots.set(this.ids[slot], slot);
    }
  }

  /* Everything as one batch, for a store elsewhere. */
  whole() {
    const batch = /** @type {PointBatch} */ ({ paths: this.paths, gone: [] });
    for (const [name] of COLUMNS) batch[name] = this[name].slice(0, this.size);
    return batch;
  }

  /** The slots inside a box of the world and an area. @param {MapBox & {area?: string}} box */
  inside(box) {
    const within = this.paths.map((path) => !box.area || path.includes("/" + box.area + "/"));
    const found = new Uint32Array(this.size);
    let n = 0;
    const { x, y, path, size } = this;
    for (let i = 0; i < size; i += 1) {
      if (x[i] >= box.left && x[i] <= box.right && y[i] >= box.top && y[i] <= box.bottom && within[path[i]])
        found[n++] = i;
    }
    return found.subarray(0, n);
  }

  /** Gather what a box holds into cells that do not slide when the map is panned. @param {MapAsk} ask */
  cells(ask) {
    const found = this.inside(ask);
    const crowd = found.length > CROWD;
    const cells = [];
    /** @type {Map<number, MapCell>[]} */
    const held = [new Map(), new Map()];
    const sizes = [CELL.pressing * ask.unit, (crowd ? CELL.crowd : CELL.quiet) * ask.unit];
    for (const slot of found) {
      const quiet = crowd || ask.quiet[this.status[slot]] ? 1 : 0;
      const key =
        Math.floor((this.x[slot] * ask.scale) / sizes[quiet]) * 33554432 +
        Math.floor((this.y[slot] * ask.scale) / sizes[quiet]);
      let cell = held[quiet].get(key);
      if (!cell) {
        held[quiet].set(
          key,
          (cell = { quiet, x: 0, y: 0, n: 0, shares: new Array(WORDS).fill(0), over: 0, soon: 0, ids: [] }),
        );
        cells.push(cell);
      }
      this.add(cell, slot, ask.now);
    }
    for (const cell of cells) {
      cell.x /= cell.n;
      cell.y /= cell.n;
    }
    return { cells: crowd ? apart(cells, ask.unit / ask.scale) : cells, count: found.length };
  }

  /** @param {MapCell} cell @param {number} slot @param {number} now */
  add(cell, slot, now) {
    cell.x += this.x[slot];
    cell.y += this.y[slot];
    cell.n += 1;
    cell.shares[this.status[slot]] += 1;
    if (now >= this.due[slot]) cell.over += 1;
    else if (now >= this.soon[slot]) cell.soon += 1;
    newest(cell.ids, this.ids[slot]);
  }

  /** A smooth picture of where open events lie: RGBA pixels, each `cell` screen pixels wide. @param {MapAsk} ask */
  heat(ask) {
    const cell = HEAT.cell * ask.unit;
    const step = cell / ask.scale;
    const left = Math.floor(ask.left / step);
    const top = Math.floor(ask.top / step);
    const wide = Math.ceil(ask.right / step) - left + 1;
    const high = Math.ceil(ask.bottom / step) - top + 1;
    let grid = new Float32Array(wide * high);
    for (const slot of this.inside(ask)) {
      grid[
        Math.min(high - 1, Math.floor(this.y[slot] / step) - top) * wide +
          Math.min(wide - 1, Math.floor(this.x[slot] / step) - left)
      ] += 1;
    }
    for (let pass = 0; pass < 3; pass += 1)
      grid = turned(blurred(turned(blurred(grid, wide, high), wide, high), high, wide), high, wide);
    return { pixels: coloured(grid), wide, high, x: left * step, y: top * step, step };
  }
}

/** Keep the newest ids, descending. @param {number[]} ids @param {number} id */
const newest = (ids, id) => {
  if (ids.length === NAMED && id < ids[NAMED - 1]) return;
  let at = ids.length;
  while (at > 0 && ids[at - 1] < id) at -= 1;
  ids.splice(at, 0, id);
  if (ids.length > NAMED) ids.pop();
};

/** Crowded clusters that would cover each other become one. @param {MapCell[]} cells @param {number} world */
const apart = (cells, world) => {
  cells.sort((a, b) => b.n - a.n);
  /** @type {MapCell[]} */
  const kept = [];
  for (const cell of cells) {
    const near = kept.find(
      (one) =>
        Math.hypot(one.x - cell.x, one.y - cell.y) < 0.92 * world * (clusterRadius(one.n) + clusterRadius(cell.n) + 4),
    );
    if (!near) {
      kept.push(cell);
      continue;
    }
    const all = near.n + cell.n;
    near.x = (near.x * near.n + cell.x * cell.n) / all;
    near.y = (near.y * near.n + cell.y * cell.n) / all;
    near.n = all;
    near.over += cell.over;
    near.soon += cell.soon;
    cell.shares.forEach((n, at) => {
      near.shares[at] += n;
    });
    cell.ids.forEach((id) => newest(near.ids, id));
  }
  return kept;
};

/* A running mean along each line; three passes both ways come close to a Gaussian. */
/** @param {Float32Array} grid @param {number} wide @param {number} high */
const blurred = (grid, wide, high) => {
  const out = new Float32Array(grid.length);
  const reach = HEAT.blur;
  for (let row = 0; row < high; row += 1) {
    const from = row * wide;
    let sum = 0;
    for (let at = -reach; at < wide; at += 1) {
      if (at + reach < wide) sum += grid[from + at + reach];
      if (at > reach) sum -= grid[from + at - reach - 1];
      if (at >= 0) out[from + at] = sum / (2 * reach + 1);
    }
  }
  return out;
};

/** @param {Float32Array} grid @param {number} wide @param {number} high */
const turned = (grid, wide, high) => {
  const out = new Float32Array(grid.length);
  for (let row = 0; row < high; row += 1)
    for (let at = 0; at < wide; at += 1) out[at * high + row] = grid[row * wide + at];
  return out;
};

/** @param {Float32Array} grid */
const coloured = (grid) => {
  const pixels = new Uint8ClampedArray(grid.length * 4);
  let peak = HEAT.floor; // a lone event stays cool
  for (const value of grid) if (value > peak) peak = value;
  grid.forEach((value, at) => {
    const share = Math.sqrt(value / peak);
    const place = share * (heatRamp.length - 1);
    const low = Math.min(heatRamp.length - 2, Math.floor(place));
    for (let part = 0; part < 3; part += 1)
      pixels[at * 4 + part] = heatRamp[low][part] + (heatRamp[low + 1][part] - heatRamp[low][part]) * (place - low);
    pixels[at * 4 + 3] = share < 0.12 ? 0 : Math.min(215, (share - 0.12) * 420);
  });
  return pixels;
};
