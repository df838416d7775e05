/* The server's heartbeat: its time, and whether what is shown is the present. Until the first beat the page's own
   moment of drawing counts. */

const STALE_S = 10;
const OFFLINE_S = 60;
/** @type {{serverNow: number, at: number, speed: number, ages?: Record<string, number>, still?: string[]}} */
let pulse = null; // {serverNow, at, speed, ages, still} of the newest heartbeat
/** @type {{serverNow: number, at: number, speed: number}} */
let seed = null; // {serverNow, at, speed} of the page itself

/** Take what the page says of the moment at which the server drew it. @param {Partial<Clocked>} first */
export const seeded = (first) => {
  if (first.now) seed = { serverNow: first.now, at: performance.now(), speed: first.speed || 1 };
};

/** Take a heartbeat. @param {Beat} message */
export const heardBeat = (message) => {
  pulse = {
    serverNow: message.server_now,
    at: performance.now(),
    speed: message.clock_speed,
    ages: message.ages || {},
    still: message.still || [],
  };
};

/** The machine slept so many ms: what was heard is at least as old. @param {number} slept */
export const older = (slept) => {
  if (pulse && performance.now() - pulse.at < slept) pulse = { ...pulse, at: performance.now() - slept };
};

export const speed = () => (pulse ? pulse.speed : 1);

const heard = () => (pulse ? (performance.now() - pulse.at) / 1000 : Infinity);

/* The server says which of its parts stand still; without the database or its own tail, what it shows is as old as
   they are. */
const FROZEN = ["database", "feed"];
export const still = () => (pulse && pulse.still) || [];
const frozen = () => still().filter((part) => FROZEN.includes(part));
/** @param {string} part */
export const stood = (part) =>
  ((pulse && pulse.ages && pulse.ages[part]) || 0) + (Number.isFinite(heard()) ? heard() : 0);
export const age = () => Math.max(heard(), ...frozen().map(stood));

export function now() {
  const known = pulse || seed; // until the first heartbeat, the moment at which the server drew the page
  return known ? known.serverNow + (performance.now() - known.at) * known.speed : Date.now();
}

/* Whether what is shown is the present. */
export function link() {
  if (heard() >= OFFLINE_S) return "offline";
  return heard() >= STALE_S || frozen().length ? "stale" : "live";
}

/* Whether everything works: a part that stands still is as bad as old data, though the picture may be the present. */
export const state = () => (link() === "live" && still().length ? "stale" : link());
