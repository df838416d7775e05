/* The live feed in the browser: snapshot, then rows, each message chained to the one before it by `prev`.
   A hole is repaired by resuming, else by a fresh snapshot. Starts where an element carries data-live="events,…".
   Gives window.live: read-only facts for everybody, `on(name, fn)` and `markDrawn` for the drawing modules. */
import { COLUMNS_TYPE, columnsOf } from "./columns.js";
import { rowsOf, Store } from "./store.js";

const STALE_S = 10;
const OFFLINE_S = 60;
const JITTER_MS = 3000;
const RETRY_MS = 2000;
const DRAWN_KEPT = 5000;
const COMPARES = 4;
const ALL_TOPICS = "events,views,alerts";

const store = new Store();
const views = new Map();
const alerts = new Map();
const drawn = new Map();
const listeners = { rows: new Set(), view: new Set(), alert: new Set(), state: new Set() };

let socket = null;
let topics = [];
let position = null;
let loaded = false; // a snapshot has been taken
let asked = 0; // number of the subscription that waits for its answer; 0 when none does
let asking = 0;
let loading = false;
let holes = 0; // in a row, without a message in between that fitted
let pulse = null; // {serverNow, at, speed} of the newest heartbeat
let seed = null; // {serverNow, at, speed} of the page itself
let shownState = "offline";
let shownStill = "";
let changed = new Set();
let frame = false;

/* -- telling the drawing modules ------------------------------------------------------------------------- */

function tell(name, ...facts) {
  for (const fn of listeners[name]) {
    try {
      fn(...facts);
    } catch (error) {
      if (window.reportError)
        window.reportError(error); // counted by wall/watch.js like any other
      else console.error(`live: a listener of "${name}" failed`, error);
    }
  }
}

function flush() {
  frame = false;
  if (!changed.size) return;
  const ids = [...changed];
  changed = new Set();
  tell("rows", ids);
}

function touch(ids) {
  for (const id of ids) changed.add(id);
  if (frame || !changed.size) return;
  frame = true;
  const once = () => frame && flush();
  requestAnimationFrame(once);
  setTimeout(once, document.hidden ? 250 : 1000); // a hidden tab and a screen switched off have no frames
}

function takeView(name, view) {
  const known = views.get(name);
  if (known && known.version === view.version) return;
  views.set(name, { version: view.version, data: view.data });
  tell("view", name, view.data);
}

function takeAlert(alert) {
  const known = alerts.get(alert.id);
  if (known && (known.version > alert.version || JSON.stringify(known) === JSON.stringify(alert))) return;
  alerts.set(alert.id, alert);
  tell("alert", alert);
  if (alert.state === "stood_down") alerts.delete(alert.id);
}

/* -- the chain ------------------------------------------------------------------------------------------- */

const take = {
  rows: (message) => touch(store.apply(message.rows, message.gone, message.gone_versions)),
  view: (message) => takeView(message.name, message),
  alert: (message) => takeAlert(message.alert),
};

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

function beat(message) {
  pulse = {
    serverNow: message.server_now,
    at: performance.now(),
    speed: message.clock_speed,
    ages: message.ages || {},
    still: message.still || [],
  };
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
  socket.timeout(5000).emit("subscribe", { topics, since: position }, (error, answer) => {
    if (asked !== mine) return;
    asked = 0;
    if (error) subscribe();
    else if (answer.resync) later(resync);
  });
}

/* -- snapshots ------------------------------------------------------------------------------------------- */

const later = (what) => setTimeout(what, loaded ? Math.random() * JITTER_MS : 0);

async function ask(path, accept) {
  const answer = await fetch(path, { headers: { Accept: accept }, cache: "no-store" });
  if (answer.status === 401) leave();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

const json = async (path) => (await ask(path, "application/json")).json();

/* {position, rows}, in columns where the server knows them (a tenth of the JSON), else as JSON. */
async function snapshotOf() {
  const answer = await ask("/api/v1/feed/snapshot", `${COLUMNS_TYPE}, application/json;q=0.5`);
  if ((answer.headers.get("Content-Type") || "").startsWith(COLUMNS_TYPE)) return columnsOf(await answer.arrayBuffer());
  const snapshot = await answer.json();
  return { position: snapshot.position, rows: rowsOf(snapshot) };
}

/* Whoever is shut out goes to the door; a named screen to a notice that looks again from time to time. */
function leave() {
  const door = new URLSearchParams(location.search).has("screen") ? "/kiosk/ended" : "/login";
  location.replace(`${door}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

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
function wake(slept) {
  if (pulse && performance.now() - pulse.at < slept) pulse = { ...pulse, at: performance.now() - slept };
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
    refresh("/api/v1/feed/views", (found) => {
      for (const [name, view] of Object.entries(found.views)) takeView(name, view);
    });
  if (topics.includes("alerts")) refresh("/api/v1/alerts", (found) => takeAlerts(found.items || found));
}

function takeAlerts(open) {
  const ids = new Set(open.map((alert) => alert.id));
  for (const [id, alert] of [...alerts]) {
    if (!ids.has(id)) takeAlert({ ...alert, state: "stood_down", version: alert.version + 1 });
  }
  open.forEach((alert) => takeAlert(inMillis(alert)));
}

/* The API writes moments as RFC 3339, the socket as epoch ms; here they are epoch ms. */
function inMillis(alert) {
  const ms = (value) => (typeof value === "string" ? Date.parse(value) : value);
  const within = (part, name) => part && { ...part, [name]: ms(part[name]) };
  return {
    ...alert,
    raised_at: ms(alert.raised_at),
    reported_at: ms(alert.reported_at),
    acknowledged: within(alert.acknowledged, "at"),
    next: within(alert.next, "at"),
    shelved: within(alert.shelved, "until"),
  };
}

function refresh(path, use) {
  json(path).then(use, (error) => {
    console.warn("live: trying again", error);
    setTimeout(() => refresh(path, use), RETRY_MS);
  });
}

/* -- the socket ------------------------------------------------------------------------------------------ */

function connect() {
  socket = window.io({
    path: "/socket.io",
    transports: ["websocket"],
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
    timeout: 5000,
  });
  delete window.io;
  socket.on("connect", () => {
    asked = 0;
    holes = 0;
    subscribe();
  });
  socket.on("disconnect", (reason) => {
    asked = 0;
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), RETRY_MS * Math.random());
  });
  socket.on("connect_error", () => json("/api/v1/feed/hash").catch(() => undefined)); // shut out? 401 leaves
  for (const kind of Object.keys(take)) socket.on(kind, (message) => receive(kind, message));
  socket.on("tick", beat);
}

/* -- time and state -------------------------------------------------------------------------------------- */

const heard = () => (pulse ? (performance.now() - pulse.at) / 1000 : Infinity);

/* The server says which of its parts stand still; without the database or its own tail, what it shows is as old as
   they are. */
const FROZEN = ["database", "feed"];
const still = () => (pulse && pulse.still) || [];
const frozen = () => still().filter((part) => FROZEN.includes(part));
const stood = (part) => ((pulse && pulse.ages && pulse.ages[part]) || 0) + (Number.isFinite(heard()) ? heard() : 0);
const age = () => Math.max(heard(), ...frozen().map(stood));

function now() {
  const known = pulse || seed; // until the first heartbeat, the moment at which the server drew the page
  return known ? known.serverNow + (performance.now() - known.at) * known.speed : Date.now();
}

/* Whether what is shown is the present. */
function link() {
  if (heard() >= OFFLINE_S) return "offline";
  return heard() >= STALE_S || frozen().length ? "stale" : "live";
}

/* Whether everything works: a part that stands still is as bad as old data, though the picture may be the present. */
const state = () => (link() === "live" && still().length ? "stale" : link());

function show() {
  const word = state();
  const seconds = age();
  const parts = still().join(" ");
  const element = document.querySelector('[id$="-live"]');
  if (element) {
    const text = seconds === Infinity ? "" : String(Math.floor(seconds));
    if (element.dataset.age !== text) element.dataset.age = text;
    if (element.dataset.state !== word) element.dataset.state = word;
    if ((element.dataset.still || "") !== parts) element.dataset.still = parts;
  }
  if (word === shownState && parts === shownStill) return;
  shownState = word;
  shownStill = parts;
  tell("state", word);
}

/* -- what everybody gets --------------------------------------------------------------------------------- */

/* Call fn from now on; it first hears what is known already, so that it does not matter who comes first. */
function on(name, fn) {
  listeners[name].add(fn);
  if (name === "rows" && loaded) fn([...store.rows.keys()]);
  if (name === "view") for (const [view, { data }] of views) fn(view, data);
  if (name === "alert") for (const alert of alerts.values()) fn(alert);
  if (name === "state") fn(shownState);
  return () => listeners[name].delete(fn);
}

function markDrawn(number, epochMs) {
  if (drawn.has(number)) return;
  drawn.set(number, epochMs);
  if (drawn.size > DRAWN_KEPT) drawn.delete(drawn.keys().next().value);
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
    return shownState;
  },
  get link() {
    return link();
  },
  get still() {
    return still().map((part) => ({ part, seconds: stood(part) }));
  },
  get speed() {
    return pulse ? pulse.speed : 1;
  },
  get(id) {
    return store.rows.get(Number(id)) || null;
  },
  rows: () => store.rows.values(),
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
  drawn: (number) => drawn.get(number) ?? null,
  markDrawn,
  on,
};
Object.defineProperty(window, "live", { value: Object.freeze(facade), writable: false, configurable: false });

/* -- start: Dash renders late ---------------------------------------------------------------------------- */

function start() {
  const root = document.querySelector("[data-live]");
  if (socket || !root || !window.io) return false;
  topics = (root.dataset.live || ALL_TOPICS)
    .split(",")
    .map((topic) => topic.trim())
    .filter(Boolean);
  const first = JSON.parse(root.dataset.initial || "{}");
  if (first.now) seed = { serverNow: first.now, at: performance.now(), speed: first.speed || 1 };
  connect();
  resync();
  setInterval(show, 500);
  document.addEventListener("visibilitychange", show);
  return true;
}

const watch = new MutationObserver(() => start() && watch.disconnect());
watch.observe(document, { childList: true, subtree: true });
window.addEventListener("load", () => start() && watch.disconnect());
