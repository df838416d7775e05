import assert from "node:assert/strict";
import { test } from "node:test";
import { isClaimEnding, timeState } from "../../layouts/assets/core/due.js";

const row = { warn_due_at: 900, handle_due_at: 1000 };

test("near from the moment the server says, over after the deadline and not at it", () => {
  assert.deepEqual(
    [899, 900, 1000, 1001].map((now) => timeState(row, now)),
    ["ok", "soon", "soon", "over"],
  );
});

test("nothing is due soon or overdue where the handling clock does not run, whatever else has passed", () => {
  assert.equal(timeState({ overdue_at: 5, check_due_at: 5, accept_due_at: 5 }, 1000), "");
});

test("without a moment to warn at, it is near at the deadline only", () => {
  assert.deepEqual(
    [999, 1000, 1001].map((now) => timeState({ handle_due_at: 1000 }, now)),
    ["ok", "soon", "over"],
  );
});

test("a claim ends in the part of its window that the server names", () => {
  assert.deepEqual(
    [74, 75, 100].map((now) => isClaimEnding({ claim_due_at: 100 }, now, 25)),
    [false, true, true],
  );
});
