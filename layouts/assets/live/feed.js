/* The live feed in the browser: snapshot, then rows, each message chained to the one before it by `prev`.
   A hole is repaired by resuming, else by a fresh snapshot. Starts where an element carries data-live="events,…".
   Gives window.live: read-only facts for everybody, `on(name, fn)` and `markDrawn` for the drawing modules. */
import { json, leave, snapshotOf } from "./ask.js";
import { drawn, markDrawn } from "./drawn.js";
import { alerts, takeAlert, takeAlerts, takeView, views } from "./known.js";
import { listeners, touch } from "./listeners.js";
import { live } from "./live.js";
import { age, heardBeat, link, now, older, seeded, speed, still, stood } from "./pulse.js";
import { show, shown } from "./shown.js";
import { Store } from "./store.js";
import { opened } from "./wire.js";

const JITTER_MS = 3000;
const RETRY_MS = 2000;
const COMPARES = 4;
const ALL_TOPICS = "events,views,alerts";

const store = new Store();
/** @type {any} socket.io's own */
let socket = null;
let topics = /** @type {string[]} */ ([]);
let position = /** @type {string | null} */ (null);
let loaded = false; // a snapshot has been taken
let asked = 0; // number of the subscription that waits for its answer; 0 when none does
let asking = 0;
let loading = false;
let holes = 0; // in a row, without a message in between that fitted
/* -- the chain ------------------------------------------------------------------------------------------- */

/** @type {Record<string, (message: any) => void>} */
const take = {
  rows: (message) => touch(store.apply(message.rows, message.gone, message.gone_versions)),
  view: (message) => takeView(message.name, message),
  alert: (message) => takeAlert(message.alert),
};

/** @param {string} kind @param {{id: string, prev: string}} message */
function receive(kind, message) {
  if (!loaded || loading) return; // the snapshot under way brings it, or the replay after it
  if (message.prev === position) {
    position = message.id;
    holes = 0;
    take[kind](message);
  } else if (message.id !== position && !asked) {
    repair();
  }
}

/** @param {Beat} message */
function beat(message) {
  heardBeat(message);
  show();
  if (loaded && !loading && !asked && message.id !== position) repair();
}

function repair() {
  holes += 1;
  if (holes > 2) later(resync);
  else subscribe();
}

function subscribe() {
  if (!socket || !socket.connected || !loaded) return;
  const mine = (asked = ++asking);
  socket
    .timeout(5000)
    .emit(
      "subscribe",
      { topics, since: position },
      (/** @type {Error | null} */ error, /** @type {{resync?: boolean}} */ answer) => {
        if (asked !== mine) return;
        asked = 0;
        if (error) subscribe();
        else if (answer.resync) later(resync);
      },
    );
}

/* -- snapshots ------------------------------------------------------------------------------------------- */

/** @param {() => void} what */
const later = (what) => setTimeout(what, loaded ? Math.random() * JITTER_MS : 0);

/* Whether the store is the server's: true, false, or null where the two could not be caught at one position. */
async function compare() {
  for (let tries = 0; loaded && tries < COMPARES; tries++) {
    const found = await json("/api/v1/feed/hash");
    const same = store.hash() === found.hash;
    if (same || found.position === position) return same;
  }
  return null;
}

/* After a sleep: what the sockets and clocks say is old, so begin anew at once. `slept` is in ms of the wall clock. */
/** @param {number} slept */
function wake(slept) {
  older(slept);
  show();
  if (!socket) return;
  socket.disconnect();
  socket.connect();
  resync();
}

async function resync() {
  if (loading) return;
  loading = true;
  asked = 0;
  try {
    const snapshot = await snapshotOf();
    touch(store.replace(snapshot.rows));
    position = snapshot.position;
    loaded = true;
    holes = 0;
  } catch (error) {
    console.warn("live: no snapshot, trying again", error);
    setTimeout(resync, RETRY_MS * (0.5 + Math.random()));
    return;
  } finally {
    loading = false;
  }
  subscribe();
  if (topics.includes("views"))
    /** @param {string} path @param {(found: any) => void} use */
    refresh("/api/v1/feed/views", (found) => {
      for (const [name, view] of Object.entries(found.views)) takeView(name, view);
    });
  if (topics.includes("alerts")) refresh("/api/v1/alerts", (found) => takeAlerts(found.items || found));
}

/** @param {string} path @param {(found: any) => void} use */
function refresh(path, use) {
  json(path).then(use, (error) => {
    console.warn("live: trying again", error);
    setTimeout(() => refresh(path, use), RETRY_MS);
  });
}

/* -- the socket ------------------------------------------------------------------------------------------ */

function connect() {
  socket = opened();
  socket.on("connect", () => {
    asked = 0;
    holes = 0;
    subscribe();
  });
  socket.on("disconnect", (/** @type {string} */ reason) => {
    asked = 0;
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), RETRY_MS * Math.random());
  });
  for (const kind of Object.keys(take)) socket.on(kind, (/** @type {any} */ message) => receive(kind, message));
  socket.on("tick", beat);
}

/* -- what everybody gets --------------------------------------------------------------------------------- */

/* Call fn from now on; it first hears what is known already, so that it does not matter who comes first. */
/** @param {string} name @param {(...facts: any[]) => void} fn */
function on(name, fn) {
  listeners[name].add(fn);
  if (name === "rows" && loaded) fn([...store.rows.keys()]);
  if (name === "view") for (const [view, { data }] of views) fn(view, data);
  if (name === "alert") for (const alert of alerts.values()) fn(alert);
  if (name === "state") fn(shown.state);
  return () => listeners[name].delete(fn);
}

const facade = {
  get position() {
    return position;
  },
  get size() {
    return store.rows.size;
  },
  get loaded() {
    return loaded;
  },
  get state() {
    return shown.state;
  },
  get link() {
    return link();
  },
  get still() {
    return still().map((part) => ({ part, seconds: stood(part) }));
  },
  get speed() {
    return speed();
  },
  /** @param {number | string} id */
  get(id) {
    return store.rows.get(Number(id)) || null;
  },
  rows: () => store.rows.values(),
  /** @param {string} name */
  view: (name) => (views.has(name) ? views.get(name).data : null),
  alerts: () => [...alerts.values()],
  hash: () => store.hash(),
  sizes: () => ({
    rows: store.rows.size,
    left: store.left.size,
    drawn: drawn.size,
    views: views.size,
    alerts: alerts.size,
  }),
  compare,
  resync,
  wake,
  leave,
  age,
  now,
  /** @param {string} number */
  drawn: (number) => drawn.get(number) ?? null,
  markDrawn,
  on,
};
Object.freeze(Object.defineProperties(live, Object.getOwnPropertyDescriptors(facade)));
Object.defineProperty(window, "live", { value: live, writable: false, configurable: false });

/* -- start: Dash renders late ---------------------------------------------------------------------------- */

function start() {
  const root = document.querySelector("[data-live]");
  if (socket || !root || !window.io) return false;
  topics = (root.dataset.live || ALL_TOPICS)
    .split(",")
    .map((topic) => topic.trim())
    .filter(Boolean);
  const first = JSON.parse(root.dataset.initial || "{}");
  seeded(first);
  connect();
  resync();
  setInterval(show, 500);
  document.addEventListener("visibilitychange", show);
  return true;
}

const watch = new MutationObserver(() => start() && watch.disconnect());
watch.observe(document, { childList: true, subtree: true });
window.addEventListener("load", () => start() && watch.disconnect());
