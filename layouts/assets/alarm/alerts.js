/* Open emergencies: which one comes first, what a screen missed while it was away. */

import { get } from "../core/http.js";
import { page } from "../core/page.js";
import { live } from "../live/live.js";
import { alarmSound } from "./sound.js";

const PIN_MS = 30000; // an alert somebody touched stays in the strip this long
const MISSED_MS = 60000;
const LATE_MS = 5000; // heard of later than this after it was raised: missed, when the link was cut
const SETTLE_MS = 1500;
const LONGEST_AWAY = 24 * 3600000;
const SEEN = "grid-seen"; // the last moment this screen was live, kept over reloads

/** @type {Map<number, Alert>} */
const held = new Map(); // alert id → newest version of it
// alert id → {lag: ms after its raise, at: performance clock} of the first time this screen heard of it
/** @type {Map<number, {lag: number, at: number}>} */
const heard = new Map();
/** @type {{id: number, until: number}} */
let pin = null; // {id, until} by the performance clock
/** @type {{items: Alert[], until: number}} */
let away = null; // {items, until}: what was raised while the link was cut
const link = { live: false, seen: 0, kept: 0, first: true };

/* Times as epoch ms, whether they came over the socket (ms) or from the API (RFC 3339). */
/** @param {number | string} time */
const ms = (time) => (typeof time === "string" ? Date.parse(time) : time);
/** @param {any} part @param {string} name */
const inside = (part, name) => (part ? { ...part, [name]: ms(part[name]) } : null);
/** @param {any} alert @returns {Alert} */
const timed = (alert) => ({
  ...alert,
  raised_at: ms(alert.raised_at),
  // when it happened is one thing, when it was last alarmed another
  reported_at: ms(alert.reported_at) || ms(alert.raised_at),
  stood_down_at: ms(alert.stood_down_at),
  acknowledged: inside(alert.acknowledged, "at"),
  next: inside(alert.next, "at"),
  shelved: inside(alert.shelved, "until"),
  units: (alert.units || []).map((/** @type {Alert} */ one) => inside(one, "due_at")),
  ladder: (alert.ladder || []).map((/** @type {Rung} */ rung) => inside(rung, "at")),
});

/** When the next thing happens by itself: the nearest comes first. @param {Alert} alert */
const escalates = (alert) => (alert.next ? alert.next.at : Infinity);
const open = () =>
  [...held.values()]
    .filter((alert) => alert.state !== "stood_down")
    .sort((a, b) => (a.state === b.state ? escalates(a) - escalates(b) || b.id - a.id : a.state === "raised" ? -1 : 1));

/* Which of several open emergencies one is, in the order they happened; nothing while it is the only one. */
/** @param {Alert} alert */
const number = (alert) => {
  const all = open().sort((a, b) => a.reported_at - b.reported_at || a.event_id - b.event_id);
  return all.length > 1 ? 1 + all.findIndex((one) => one.event_id === alert.event_id) : 0;
};

/** @param {Alert} alert */
const keep = (alert) => {
  held.set(alert.id, alert);
  if (heard.has(alert.id)) return;
  heard.set(alert.id, { lag: page.now() - alert.raised_at, at: performance.now() });
  if (heard.size > 200) heard.delete(heard.keys().next().value);
};

/* What is replayed after a cut comes message by message: a raise is believed once its answer had time to follow. */
/** @param {Alert} alert */
const settled = (alert) => {
  const first = heard.get(alert.id);
  return !first || first.lag <= LATE_MS || performance.now() - first.at > SETTLE_MS;
};

/** @param {Alert[]} alerts */
const main = (alerts) =>
  (pin && performance.now() < pin.until && alerts.find((alert) => alert.id === pin.id)) || alerts[0] || null;

/** @param {number} id */
const show = (id) => {
  pin = { id, until: performance.now() + PIN_MS };
  page.dirty();
};

/* ---- back after a cut or a reload: what was raised meanwhile, with its true time ---- */
/** @param {number} since @param {number} now */
const askMissed = (since, now) => {
  if (!since || since >= now || now - since > LONGEST_AWAY) return;
  get("/api/v1/alerts/missed?since=" + encodeURIComponent(new Date(since).toISOString())).then((found) => {
    if (!found) return; // the open ones come with the feed all the same
    const late = found.items.filter(
      (/** @type {Alert} */ one) => !heard.has(one.id) || heard.get(one.id).lag > LATE_MS,
    );
    if (late.length) away = { items: late.map(timed), until: performance.now() + MISSED_MS };
    page.dirty();
  });
};

/** @param {number} now */
const watchLink = (now) => {
  const linked = live.link === "live" && live.loaded;
  if (linked && !link.live) askMissed(link.first ? Number(localStorage.getItem(SEEN)) : link.seen, now);
  if (linked) {
    link.seen = now - live.age() * 1000 * live.speed; // the last heartbeat, not the moment it was missed
    link.first = false;
    if (performance.now() - link.kept > 2000) {
      link.kept = performance.now();
      localStorage.setItem(SEEN, String(Math.floor(link.seen)));
    }
  }
  link.live = linked;
};

const missed = () => (away && performance.now() < away.until ? away.items.map((one) => held.get(one.id) || one) : []);

export const alertStore = {
  /** @param {Alert} said */
  take(said) {
    const mine = held.get(said.id);
    const alert = timed({ ...mine, ...said });
    if (mine && said.version !== undefined && said.version < mine.version) return;
    if (!mine && alert.state === "raised") pin = null; // news takes the strip
    keep(alert);
    // before anything is drawn: sound and silence cannot wait
    if (!mine || mine.state !== alert.state) alarmSound.ring(open());
    if (alert.state === "stood_down")
      for (const [id, old] of held) if (old.state === "stood_down" && id !== alert.id) held.delete(id);
  },
  /** @param {Alert[]} alerts */
  replace(alerts) {
    held.clear();
    alerts.forEach((alert) => keep(timed(alert)));
  },
  open,
  number,
  main: (alerts = open()) => main(alerts),
  show,
  missed,
  link: watchLink,
  /** @param {EventRow} row */
  of: (row) => open().find((alert) => alert.event_id === row.id || alert.event === row.number),
  /** Sounding now: raised and not silenced openly. @param {Alert[]} alerts @param {number} now */
  loud: (alerts, now) =>
    alerts.filter((alert) => alert.state === "raised" && settled(alert) && !alertStore.shelf(alert, now)),
  /** @param {Alert} alert @param {number} now */
  shelf: (alert, now) => (alert.shelved && alert.shelved.until > now ? alert.shelved : null),
  /* What was shown only for a while is over. */
  expire() {
    if (away && performance.now() >= away.until) {
      away = null;
      page.dirty();
    }
    if (pin && performance.now() >= pin.until) {
      pin = null;
      page.dirty();
    }
  },
};
