/* Sending a picture in pieces, as far as it needs no page. */
import assert from "node:assert/strict";
import test, { mock } from "node:test";

globalThis.document = { getElementById: () => null };
const { photo } = await import("../../layouts/assets/photo/photo.js");

const blob = new Blob([new Uint8Array([1, 2, 3])]);

test("a picture that no server answered for is tried again, and says so in words", async () => {
  mock.method(globalThis, "fetch", async () => Promise.reject(new TypeError("Failed to fetch")));
  await assert.rejects(photo.upload(blob, {}, null), (error) => {
    return !(error instanceof photo.Refused) && error.message === "没有连上服务器，请再试";
  });
});

test("a picture goes on where it stopped, and only a plain no refuses it", async () => {
  const answers = [
    [201, { id: "u", offset: 0, photo: null }],
    [409, { offset: 2 }],
    [200, { offset: 3, photo: { id: "p" } }],
  ];
  const asked = mock.method(globalThis, "fetch", async () => {
    const [status, said] = answers.shift();
    return new Response(JSON.stringify(said), { status });
  });
  assert.equal(await photo.upload(blob, { "X-Seat": "s" }, null), "p");
  assert.deepEqual(
    asked.mock.calls.map(({ arguments: [, how] }) => [how.method, how.headers["Upload-Offset"], how.headers["X-Seat"]]),
    [
      ["POST", undefined, "s"],
      ["PATCH", "0", "s"],
      ["PATCH", "2", "s"],
    ],
  );
  answers.push([422, { detail: "too large" }]);
  await assert.rejects(photo.upload(blob, {}, null), photo.Refused);
});
