/* The one way to ask the server. */
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { call, faultOf, get, usedBefore } from "../../layouts/assets/core/http.js";

const answered = (status, text) => mock.method(globalThis, "fetch", async () => new Response(text, { status }));

test("a body is sent as JSON and bytes as they are, each with what it says of itself", async () => {
  const asked = answered(200, "{}");
  await call("/a", { body: { n: 1 }, headers: { "X-Seat": "s" } });
  await call("/b", { method: "PATCH", body: new Uint8Array([1, 2]) });
  await call("/c");
  const [one, two, three] = asked.mock.calls.map(({ arguments: [, how] }) => how);
  assert.deepEqual([one.method, one.body, one.headers["Content-Type"]], ["POST", '{"n":1}', "application/json"]);
  assert.deepEqual([one.headers["X-Seat"], one.headers.Accept, one.cache], ["s", "application/json", "no-store"]);
  assert.deepEqual([two.method, two.headers["Content-Type"], two.body.length], ["PATCH", undefined, 2]);
  assert.deepEqual([three.method, three.body], ["GET", undefined]);
});

test("a lost link, an answer cut in the middle and one that never comes are all no answer", async () => {
  const none = { ok: false, status: 0, said: {} };
  mock.method(globalThis, "fetch", async () => Promise.reject(new TypeError("offline")));
  assert.deepEqual(await call("/a"), none);
  answered(200, '{"items": [');
  assert.deepEqual([await call("/a"), await get("/a")], [none, null]);
  mock.method(globalThis, "fetch", (_path, { signal }) => {
    return new Promise((_done, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  });
  assert.deepEqual(await call("/a", { patience: 5 }), none);
});

test("a refusal keeps its status and what it says, and who is shut out is shown the door once", async () => {
  let out = 0;
  const shut = () => (out += 1);
  answered(401, '{"title": "no"}');
  assert.deepEqual(await call("/a", { shut }), { ok: false, status: 401, said: { title: "no" } });
  answered(503, "<html>");
  assert.deepEqual(await call("/a", { shut }), { ok: false, status: 503, said: {} });
  assert.deepEqual([out, await get("/a", { shut })], [1, null]);
});

test("a good answer that is not JSON is read as it was asked to be; a refusal of it still in words", async () => {
  const read = (whole) => whole.text();
  answered(200, "a,b");
  assert.equal((await call("/a", { read })).said, "a,b");
  answered(422, '{"errors": [{"field": "why", "message": "too short"}], "detail": "wrong"}');
  assert.equal(faultOf((await call("/a", { read })).said), "too short");
});

test("a key that was used for other words is told from any other fault", () => {
  const said = (field) => ({ ok: false, status: 422, said: { errors: [{ field, message: "no" }] } });
  assert.deepEqual([said("Idempotency-Key"), said("title")].map(usedBefore), [true, false]);
  assert.equal(usedBefore({ ok: false, status: 409, said: {} }), false);
});
