/* The time state: the server's time, and whether what is shown is the present. */
import assert from "node:assert/strict";
import test from "node:test";

const later = (t, ms) => {
  let at = Math.ceil(performance.now()); // whole: the sum of fractions is now and then a hair off
  t.mock.method(performance, "now", () => at);
  return (more = ms) => {
    at += more;
  };
};
const fresh = () => import(`../../layouts/assets/live/pulse.js?${Math.random()}`);
const beat = (more) => ({ server_now: 1_000_000, clock_speed: 1, ...more });

test("before the first beat the page's own moment counts, and nothing is called the present", async (t) => {
  const pulse = await fresh();
  const pass = later(t, 2000);
  pulse.seeded({ now: 500_000, speed: 60 });
  pass();
  assert.equal(pulse.now(), 500_000 + 2000 * 60);
  assert.equal(pulse.link(), "offline");
  assert.equal(pulse.age(), Infinity);
});

test("a beat is the present for ten seconds, old for a minute, then the link is gone", async (t) => {
  const pulse = await fresh();
  const pass = later(t, 9999);
  pulse.heardBeat(beat());
  pass();
  assert.deepEqual([pulse.link(), pulse.now()], ["live", 1_009_999]);
  pass(1);
  assert.equal(pulse.state(), "stale");
  pass(50_000);
  assert.equal(pulse.link(), "offline");
});

test("a part that stands still is said, and a database that does makes everything old", async () => {
  const pulse = await fresh();
  pulse.heardBeat(beat({ still: ["clock"], ages: { clock: 42 } }));
  assert.deepEqual([pulse.link(), pulse.state(), pulse.still()], ["live", "stale", ["clock"]]);
  assert.ok(pulse.stood("clock") >= 42);
  pulse.heardBeat(beat({ still: ["database"], ages: { database: 42 } }));
  assert.equal(pulse.link(), "stale");
  assert.ok(pulse.age() >= 42);
});

test("after a sleep what was heard is at least as old as the sleep", async () => {
  const pulse = await fresh();
  pulse.heardBeat(beat());
  pulse.older(90_000);
  assert.equal(pulse.link(), "offline");
  assert.ok(pulse.now() >= 1_090_000);
});
