/* Time and numbers as text. */
import assert from "node:assert/strict";
import test from "node:test";
import { cut, grouped, percent } from "../../layouts/assets/core/text.js";
import { duration, remaining } from "../../layouts/assets/core/time.js";

test("a duration is minutes and seconds, hours only where there are any, and never negative", () => {
  assert.deepEqual([0, 999, 61_000, 3_599_000, 3_600_000, 90_061_000, -5].map(duration), [
    "00:00",
    "00:00",
    "01:01",
    "59:59",
    "1:00:00",
    "25:01:01",
    "00:00",
  ]);
});

test("a deadline stands at zero only once it has passed", () => {
  assert.deepEqual(
    [1000, 1, 0, -1].map((left) => remaining(5000 + left, 5000)),
    ["00:01", "00:01", "00:00", "00:00"],
  );
});

test("nothing out of nothing is a dash, and all and nothing stay apart", () => {
  assert.deepEqual([percent(0, 0), percent(0, 9), percent(9, 9)], ["—", "0", "100"]);
  assert.deepEqual([percent(1, 100_000), percent(99_999, 100_000), percent(1, 3)], ["0.1", "99.9", "33.3"]);
});

test("a number is grouped by thousands", () => {
  assert.deepEqual([0, 999, 1000, 1234567, Number.NaN].map(grouped), ["0", "999", "1,000", "1,234,567", "—"]);
});

test("a text is cut between two signs", () => {
  assert.equal(cut("网格员", 3), "网格员");
  assert.equal(cut(`${"a".repeat(9)}😀`, 10), "a".repeat(9));
  assert.equal(cut("👩‍👩‍👧b", 8), "👩‍👩‍👧");
});
