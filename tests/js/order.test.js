/* The outbox of the phone: what goes next, and what an answer makes of an item. */
import assert from "node:assert/strict";
import test from "node:test";
import { core } from "../../layouts/assets/field/order.js";

const item = (id, more) => ({ id, state: "waiting", body: {}, ...more });

test("an emergency stands behind nothing, everything else in its order, what is held apart", () => {
  const items = [item(1), item(2), item(3, { body: { emergency: true } }), item(4, { state: "sent" })];
  assert.equal(core.next(items, new Set()).id, 3);
  assert.equal(core.next(items, new Set([3])).id, 1);
  assert.equal(core.next(items, new Set([1, 3])).id, 2);
  assert.equal(core.next(items, new Set([1, 2, 3])), null);
});

test("only a plain word of the server ends the waiting", () => {
  const outcomes = [
    [null, "lost"],
    [{ ok: true, status: 201, said: { number: "1" } }, "ok"],
    [{ ok: true, status: 200, said: {} }, "lost"],
    [{ ok: false, status: 401, said: {} }, "lost"],
    [{ ok: false, status: 429, said: {} }, "lost"],
    [{ ok: false, status: 503, said: {} }, "lost"],
    [{ ok: false, status: 409, said: { event: {} } }, "moved"],
    [{ ok: false, status: 409, said: {} }, "held"],
    [{ ok: false, status: 422, said: {} }, "refused"],
  ];
  for (const [answer, outcome] of outcomes) assert.equal(core.outcome(answer), outcome);
});

test("a try is counted and what was said is kept", () => {
  assert.deepEqual(
    core.after(item(1, { tries: 2 }), "lost", { words: "忙" }),
    item(1, { tries: 3, said: { words: "忙" } }),
  );
  assert.equal(core.after(item(1), "refused", null).state, "refused");
  assert.equal(core.after(item(1), "ok", { number: "7" }).state, "sent");
});
