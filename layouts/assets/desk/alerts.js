/* Emergencies at the desk: one bar with what is owed and what comes next, answered by a key, on behalf of somebody
   heard elsewhere, or silenced openly for a while. The alarm's store, sound and voice are those of the wall. */

import { alertStore } from "../alarm/alerts.js";
import { alarmSound } from "../alarm/sound.js";
import { byId, el, say } from "../core/dom.js";
import { get } from "../core/http.js";
import { page } from "../core/page.js";
import { duration, remaining } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { acknowledge, drawForm } from "./alerts-answer.js";
import { bar, button, others } from "./alerts-bar.js";
import { showMissed } from "./alerts-missed.js";
import { shown } from "./alerts-shown.js";
import { desk } from "./desk.js";

const LOAD_MS = 30_000;
const SWAP_MS = 400; // a hand on its way to the key still means the alarm that stood there before
let shape = "";
let drawing = false;

const open = () => alertStore.open();
/* What somebody chose to look at; else what nobody has answered; else what was answered here last. */
const main = () => {
  const all = open();
  /** @param {number} id */
  const kept = (id) => all.find((one) => one.id === id);
  return kept(shown.pinned) || all.find((one) => one.state === "raised") || kept(shown.answered) || all[0] || null;
};
/** @param {Alert | null} first */
const stands = (first) => {
  const id = first ? first.id : 0;
  if (shown.loud && id !== shown.drawn && id !== shown.pinned) shown.moved = performance.now();
  shown.drawn = id;
  shown.loud = Boolean(first) && first.state === "raised";
};
/* The very same form moves into every new drawing, with what is typed. */
/** @type {WeakMap<object, HTMLFormElement>} */
const forms = new WeakMap();
/** @param {Alert} alert */
const formOf = (alert) => {
  if (!forms.has(shown.form)) forms.set(shown.form, drawForm(alert));
  return forms.get(shown.form);
};
const draw = () => {
  drawing = false;
  const box = byId("desk-alerts");
  if (!box) return;
  const all = open();
  const first = main();
  if (shown.form && !(first && first.id === shown.form.id && first.state === "raised")) shown.form = null;
  const wanted = JSON.stringify([
    first,
    all.map((one) => [one.id, one.version, one.state, one.count]),
    shown.form,
    shown.load.flood,
  ]);
  alarmSound.ring(all);
  if (wanted === shape) {
    tick();
    return;
  }
  shape = wanted;
  const parts = [];
  stands(first);
  if (first) parts.push(bar(first, all));
  const rest = others(all, first);
  if (rest) parts.push(rest);
  const form = shown.form && first ? formOf(first) : null;
  if (form) parts.push(form);
  const held = /** @type {HTMLElement} */ (document.activeElement);
  box.replaceChildren(...parts);
  if (form && form.contains(held)) held.focus();
  tick();
};
export const dirty = () => {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(draw);
  }
};

const tick = () => {
  const now = live.now();
  for (const node of document.querySelectorAll("#desk-alerts .al-since"))
    say(node, duration(now - Number(node.dataset.since)));
  for (const node of document.querySelectorAll("#desk-alerts .al-until"))
    say(
      node,
      Number(node.dataset.due) > now ? t("剩 {time}", { time: remaining(Number(node.dataset.due), now) }) : t("已到时"),
    );
  pill();
};

/* ---- sound, load, what was missed ---- */
const pill = () => {
  const box = byId("desk-sound");
  if (!box.firstChild) {
    const list = button("", "G", showMissed);
    list.prepend(el("span"));
    box.append(el("span", "al-sound"), list);
  }
  const [sound, list] = box.children;
  const blocked = !alarmSound.on();
  say(sound, blocked ? t("声音被浏览器挡住，按任意键开启") : t("声音 开"));
  sound.classList.toggle("t-soon", blocked);
  say(list.firstChild, t("10 分钟告警 {n}", { n: shown.load.ten_minutes }));
  list.classList.toggle("t-over", shown.load.flood);
};
const weigh = async () => {
  const found = await get("/api/v1/alerts/load");
  if (!found) return; // the banner of the lost link says enough
  shown.load = found;
  dirty();
};

/* The alarm that stands in the bar, as it is now: a key never answers one that nobody looks at. */
const seen = () => open().find((one) => one.id === shown.drawn) || null;
const answer = () => {
  const alert = seen();
  const next = open().find((one) => one.state === "raised");
  if (!next) desk.tell(t("现在没有待确认的紧急事件"), "ok");
  else if (!alert || alert.state !== "raised") {
    shown.pinned = next.id;
    dirty();
    desk.tell(t("还没有确认：{title}，看清后再按 A", { title: next.title }), "warn");
  } else if (performance.now() - shown.moved < SWAP_MS)
    desk.tell(t("还没有确认：{title}，看清后再按 A", { title: alert.title }), "warn");
  else acknowledge(alert);
};
const look = () => {
  const alert = seen();
  if (alert) desk.choose(alert.event);
  else desk.tell(t("现在没有紧急事件"), "ok");
};

export const begin = () => {
  const group = t("紧急");
  desk.key("a", t("确认显示的紧急事件"), (event) => !event.repeat && answer(), group);
  desk.key("e", t("打开显示的紧急事件"), look, group);
  desk.key("g", t("告警清单和漏接"), showMissed, group);
  page.dirty = dirty;
  alertStore.replace(desk.first.alerts);
  alarmSound.start();
  live.on("alert", (alert) => {
    alertStore.take(alert);
    dirty();
    weigh();
  });
  live.on("rows", dirty);
  setInterval(() => {
    alertStore.link(live.now());
    alarmSound.ring(open());
    tick();
  }, 500);
  setInterval(weigh, LOAD_MS);
  weigh();
  dirty();
};
