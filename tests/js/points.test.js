/* The points of the map: put and dropped in any order, gathered into cells without losing one. */
import assert from "node:assert/strict";
import test from "node:test";
import { Points } from "../../layouts/assets/map/gather.js";

const batch = (list, gone = []) => ({
  ids: list.map((one) => one.id),
  x: list.map((one) => one.x),
  y: list.map((one) => one.y),
  soon: list.map((one) => one.soon ?? Infinity),
  due: list.map((one) => one.due ?? Infinity),
  status: list.map((one) => one.status ?? 4),
  path: list.map(() => 0),
  paths: ["/350206/1/"],
  gone,
});
const spread = (count) =>
  Array.from({ length: count }, (_none, id) => ({ id, x: (id % 50) / 50, y: Math.floor(id / 50) / 50 }));
const everywhere = {
  left: 0,
  right: 1,
  top: 0,
  bottom: 1,
  unit: 1,
  now: 100,
  area: null,
  quiet: [0, 0, 0, 0, 1, 1, 1],
};

test("what is dropped is gone and the rest stays", () => {
  const points = new Points();
  points.put(batch(spread(2000)));
  points.drop([0, 1999, 7, 7, 123456]);
  assert.equal(points.size, 1997);
  assert.ok(!points.slots.has(7));
  assert.equal(points.ids[points.slots.get(1998)], 1998);
});

test("cells count every point once, whether few or a crowd", () => {
  for (const count of [40, 1500]) {
    const points = new Points();
    points.put(batch(spread(count)));
    const { cells, count: found } = points.cells({ ...everywhere, scale: 1000 });
    assert.equal(found, count);
    assert.equal(
      cells.reduce((sum, cell) => sum + cell.n, 0),
      count,
    );
  }
});

test("a cell knows its newest events and how many are due", () => {
  const points = new Points();
  const near = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => ({ id, x: 0.5, y: 0.5, soon: id * 20, due: id * 40 }));
  points.put(batch(near));
  const { cells } = points.cells({ ...everywhere, scale: 1000 });
  assert.equal(cells.length, 1);
  assert.deepEqual(cells[0].ids, [8, 7, 6, 5, 4, 3]);
  assert.deepEqual([cells[0].over, cells[0].soon], [2, 3]); // due by 100: 40, 80; soon by 100: 60, 80, 100
});

test("an area narrows what is gathered", () => {
  const points = new Points();
  points.put(batch(spread(10)));
  assert.equal(points.cells({ ...everywhere, scale: 1000, area: "350206" }).count, 10);
  assert.equal(points.cells({ ...everywhere, scale: 1000, area: "2" }).count, 0);
});

test("heat lies where events lie", () => {
  const points = new Points();
  points.put(batch([{ id: 1, x: 0.5, y: 0.5 }]));
  const { pixels, wide, high } = points.heat({ ...everywhere, scale: 200 });
  const glow = (x, y) => pixels[(Math.floor(y * (high - 1)) * wide + Math.floor(x * (wide - 1))) * 4 + 3];
  assert.ok(glow(0.5, 0.5) > 0);
  assert.equal(glow(0.02, 0.02), 0);
});
