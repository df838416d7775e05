/* Lengths of time in words; without a catalogue the words are the Chinese ones. */
import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = { getElementById: () => null, documentElement: { lang: "zh-CN" } };
const { ago, briefly, daysOr, left, measured, roughly } = await import("../../layouts/assets/core/spans.js");
const { localDay } = await import("../../layouts/assets/core/time.js");

test("a length of time is as coarse as its place can bear", () => {
  assert.deepEqual([59_500, 3_599_000, 3_600_000, 90_000_000].map(briefly), ["01:00", "59:59", "1时00分", "1天01时"]);
  assert.deepEqual([86_399_000, 172_800_000].map(daysOr), ["23:59:59", "2 天"]);
  assert.deepEqual([5, 61, 3_700, 90_000].map(roughly), ["5 秒", "1 分钟", "1 小时", "1 天"]);
  assert.deepEqual([90, 5_400, 129_600].map(measured), ["2 分", "1.5 小时", "1.5 天"]);
  assert.deepEqual([59, 61].map(ago), ["59 秒前", "01:01 前"]);
  assert.deepEqual([3_600_000, -120_000].map(left), ["剩 1 小时", "超 2 分"]);
});

test("a day begins at midnight of its own place, also where the clock is a half hour off", () => {
  const midnight = Date.UTC(2026, 10, 19, 18, 30); // in Kolkata
  assert.deepEqual(
    [-1, 0, 1].map((ms) => localDay(midnight + ms, "Asia/Kolkata")),
    ["2026-11-19", "2026-11-20", "2026-11-20"],
  );
  assert.equal(localDay(Date.UTC(2026, 10, 19, 16), "Asia/Shanghai"), "2026-11-20");
});
