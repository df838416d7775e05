/* Reads the wall's own form of a snapshot (callbacks/live/pack.py says how it is written) back into rows.
   Columns of whole numbers: a cell is 0 for null; every other kind is made from the cell. */

export const COLUMNS_TYPE = "application/vnd.grid.columns";
const MAGIC = 0x44495247; // "GRID"
const DEGREES = 1000;

/* The numbers of one column, from its planes: the lowest byte of every row, then the next. */
/** @param {Uint8Array} bytes @param {number} at @param {number} count @param {number} width */
function numbers(bytes, at, count, width) {
  const found = new Float64Array(count);
  for (let plane = 0, factor = 1; plane < width; plane++, factor *= 256) {
    const from = at + plane * count;
    for (let row = 0; row < count; row++) found[row] += bytes[from + row] * factor;
  }
  return found;
}

/* Undo what made the numbers small; `cells` of columns read before are in `known`. */
/** @param {PackedColumn} column @param {Float64Array} found @param {Map<string, KnownColumn>} known */
function unfold(column, found, known) {
  const back = column.low - 1;
  const base = column.from ? known.get(column.from).cells : null;
  let last = column.start;
  for (let row = 0; row < found.length; row++) {
    if (found[row] === 0) continue;
    const shown = found[row] + back;
    if (base) found[row] = shown + base[row];
    else if (column.start !== undefined) found[row] = last += shown;
    else found[row] = shown;
  }
  return found;
}

/** @type {Record<string, (head: PackedHead, column: PackedColumn) => (cell: number) => string | number>} */
const VALUE = {
  int: () => (cell) => cell - 1,
  digits: () => (cell) => String(cell - 1),
  micro: (head) => (cell) => (cell - 1 - DEGREES * head.micro) / head.micro,
  word: (_head, column) => (cell) => column.words[cell - 1],
};

/** Return {position, rows} of an ArrayBuffer. @param {ArrayBuffer} buffer */
export function columnsOf(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC) throw new Error("not a snapshot in columns");
  const length = view.getUint32(4, true);
  const bytes = new Uint8Array(buffer);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  /** @type {Map<string, KnownColumn>} */
  const known = new Map();
  let at = 8 + length;
  for (const column of head.columns) {
    let cells;
    if (column.map) {
      const by = known.get(column.by).cells;
      cells = Float64Array.from(by, (cell) => column.map[cell]);
    } else {
      cells = numbers(bytes, at, head.count, column.width);
      at += column.width * head.count;
      if (column.kind !== "word") unfold(column, cells, known);
    }
    known.set(column.name, { cells, value: VALUE[column.kind](head, column) });
  }
  return { position: head.position, rows: rowsFrom([...known], head.count).concat(head.rows) };
}

/** @param {[string, KnownColumn][]} columns @param {number} count */
function rowsFrom(columns, count) {
  const rows = new Array(count);
  for (let row = 0; row < count; row++) {
    /** @type {Record<string, string | number>} */
    const made = {};
    for (const [name, { cells, value }] of columns) if (cells[row] !== 0) made[name] = value(cells[row]);
    rows[row] = made;
  }
  return rows;
}
