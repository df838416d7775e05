/* The wall's own form of a snapshot: column by column, byte by byte, read back into rows. */
import assert from "node:assert/strict";
import test from "node:test";
import { columnsOf } from "../../layouts/assets/live/columns.js";

const packed = (head, planes) => {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const buffer = new ArrayBuffer(8 + text.length + planes.length);
  new DataView(buffer).setUint32(0, 0x44495247, true);
  new DataView(buffer).setUint32(4, text.length, true);
  new Uint8Array(buffer).set(text, 8);
  new Uint8Array(buffer).set(planes, 8 + text.length);
  return buffer;
};

test("numbers come back from their planes, lowest byte first; nothing is no key", () => {
  const head = {
    position: "7-0",
    count: 3,
    rows: [{ id: 900 }],
    columns: [
      { name: "id", kind: "int", width: 2, low: 1 },
      { name: "status", kind: "word", width: 1, words: ["handling", "checking"] },
    ],
  };
  const found = columnsOf(packed(head, [2, 3, 0, 0, 1, 0, 1, 2, 0]));
  assert.equal(found.position, "7-0");
  assert.deepEqual(found.rows, [{ id: 1, status: "handling" }, { id: 258, status: "checking" }, {}, { id: 900 }]);
});

test("a moment may be counted from another column or from the row before", () => {
  const head = {
    position: "1-0",
    count: 2,
    rows: [],
    columns: [
      { name: "reported_at", kind: "int", width: 1, low: 1, start: 1000 },
      { name: "due_at", kind: "int", width: 1, low: 1, from: "reported_at" },
    ],
  };
  const found = columnsOf(packed(head, [5, 2, 10, 0]));
  assert.deepEqual(found.rows, [{ reported_at: 1004, due_at: 1014 }, { reported_at: 1006 }]);
});

test("something else is refused", () => {
  assert.throws(() => columnsOf(new ArrayBuffer(8)), /not a snapshot/);
});
