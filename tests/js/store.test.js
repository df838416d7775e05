/* The live set: any order, any number of times, one result. */
import assert from "node:assert/strict";
import test from "node:test";
import { rowsOf, Store } from "../../layouts/assets/live/store.js";

const row = (id, version) => ({ id, version });

test("only a newer row replaces one, and says so", () => {
  const store = new Store();
  assert.deepEqual(store.apply([row(1, 2), row(2, 1)], [], []), [1, 2]);
  assert.deepEqual(store.apply([row(1, 1), row(1, 2), row(2, 3)], [], []), [2]);
  assert.deepEqual([...store.rows.values()], [row(1, 2), row(2, 3)]);
});

test("what left does not come back with an older row, and does with a newer one", () => {
  const store = new Store();
  store.apply([row(7, 3)], [], []);
  assert.deepEqual(store.apply([], [7], [4]), [7]);
  assert.deepEqual(store.apply([row(7, 4)], [], []), []);
  assert.deepEqual(store.apply([row(7, 5)], [], []), [7]);
  assert.deepEqual(store.apply([], [7], [4]), []); // told late: it is here again since
});

test("a snapshot is the whole truth, and names what it changed", () => {
  const store = new Store();
  store.apply([row(1, 1), row(2, 2)], [3], [9]);
  assert.deepEqual(store.replace([row(2, 2), row(3, 1)]).sort(), [1, 3]);
  assert.deepEqual([...store.rows.keys()], [2, 3]);
});

test("the hash depends on ids and versions alone, not on the order", () => {
  const [one, other] = [new Store(), new Store()];
  one.apply([row(10, 1), row(9, 2)], [], []);
  other.apply([row(9, 2), row(10, 1)], [], []);
  assert.equal(one.hash(), other.hash());
  other.apply([row(9, 3)], [], []);
  assert.notEqual(one.hash(), other.hash());
});

test("a cell that is null is a key the row does not carry", () => {
  const snapshot = {
    columns: ["id", "title"],
    rows: [
      [1, null],
      [2, "火情"],
    ],
  };
  assert.deepEqual(rowsOf(snapshot), [{ id: 1 }, { id: 2, title: "火情" }]);
  assert.deepEqual(rowsOf({ rows: [row(1, 1)] }), [row(1, 1)]);
});
