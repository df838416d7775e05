/* The geometry of the small maps. */
import assert from "node:assert/strict";
import test from "node:test";
import { flat, pairs, pathOf, within } from "../../layouts/assets/map/sketch.js";

const SQUARE = pairs([0, 0, 4, 0, 4, 4, 0, 4]);
const HOLE = pairs([1, 1, 3, 1, 3, 3, 1, 3]);

test("a point of the picture comes back to the place it was drawn from", () => {
  const { to, from } = flat([118.1, 24.5], 90_000, 360, 300);
  assert.deepEqual(to([118.1, 24.5]), [180, 150]);
  const [lng, lat] = from(to([118.102, 24.498]));
  assert.ok(Math.abs(lng - 118.102) < 1e-9 && Math.abs(lat - 24.498) < 1e-9);
  assert.ok(to([118.101, 24.501])[0] > 180 && to([118.101, 24.501])[1] < 150); // east is right, north is up
});

test("what lies in a hole of an area lies outside it", () => {
  assert.deepEqual(
    [
      [0.5, 0.5],
      [2, 2],
      [5, 2],
    ].map((point) => within([SQUARE, HOLE], point)),
    [true, false, false],
  );
});

test("a path closes every ring", () => {
  assert.equal(
    pathOf([pairs([0, 0, 1, 0, 1, 1])], ([x, y]) => [x * 10, y * 10]),
    "M0.0 0.0L10.0 0.0L10.0 10.0z",
  );
});
