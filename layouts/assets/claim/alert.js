/* Emergencies and new dispatches: a bar until the unit has signed, a tone, a notice of the browser where it was
   allowed. */

import { act } from "../act/act.js";
import { byId, el, say } from "../core/dom.js";
import { call } from "../core/http.js";
import { keyed } from "../core/keyed.js";
import { tellNews } from "../core/news.js";
import { duration } from "../core/time.js";
import { t } from "../core/words.js";
import { manyOf } from "../live/link.js";
import { live } from "../live/live.js";
import { claim } from "./claim.js";

const AGAIN_MS = 15_000; // an emergency that is not signed for rings again
const SOUND = "claim-sound";
// kind → [Hz, from s, length s]
/** @type {Record<string, [number, number, number][]>} */
const TONES = {
  order: [
    [660, 0, 0.16],
    [880, 0.2, 0.3],
  ],
  emergency: [
    [880, 0, 0.26],
    [660, 0.3, 0.26],
    [880, 0.6, 0.26],
    [660, 0.9, 0.26],
    [880, 1.2, 0.4],
  ],
};
/** @type {{key: number, text: string}[]} */
const log = [];
/** @type {AudioContext} */
let audio = null;
let wanted = (() => {
  try {
    return localStorage.getItem(SOUND) !== "off";
  } catch (_closed) {
    return true;
  }
})();
let rung = 0;
let rangAt = -Infinity;
let told = new Set();
/** @type {ClaimFirst} */
let first = null;

const audible = () => wanted && audio !== null && audio.state === "running";
const wake = () => {
  if (!wanted) return;
  audio = audio || new (window.AudioContext || window.webkitAudioContext)();
  if (audio.state === "suspended") audio.resume().then(bell, () => {});
};
/** @param {string} kind */
const play = (kind) => {
  // what was to be heard, for support and tests
  document.getElementById("claim").dataset.rang = kind + "/" + String(++rung);
  if (!audible()) return;
  for (const [frequency, from, length] of TONES[kind]) {
    const voice = audio.createOscillator();
    const gain = audio.createGain();
    const at = audio.currentTime + from;
    voice.frequency.value = frequency;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.4, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
    voice.connect(gain).connect(audio.destination);
    voice.start(at);
    voice.stop(at + length);
  }
};
/** @param {string} title @param {string} text @param {string} number */
const notify = (title, text, number) => {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const one = new Notification(title, { body: text, tag: number, lang: document.documentElement.lang });
    one.onclick = () => {
      window.focus();
      claim.choose(number);
      one.close();
    };
  } catch (_page) {
    /* some phones allow notices to service workers alone */
  }
};

/** New dispatches: one tone, one notice each. @param {EventRow[]} rows */
const ring = (rows) => {
  const plain = rows.filter((row) => !row.emergency);
  if (plain.length) play("order");
  for (const row of plain) notify(t("新派单，待签收"), `${row.title} · ${claim.place(row)}`, row.number);
};

/* ---- what is heard and noticed, said openly ---- */
const bell = () => {
  const box = byId("claim-bell");
  const sound = el(
    "button",
    "c-bell__b",
    !wanted ? t("声音 关") : audible() ? t("声音 开") : t("声音被浏览器拦住，点这里打开"),
  );
  sound.type = "button";
  sound.dataset.sound = !wanted ? "off" : audible() ? "on" : "blocked";
  sound.addEventListener("click", () => {
    if (wanted && audible()) wanted = false;
    else {
      wanted = true;
      wake();
    }
    try {
      localStorage.setItem(SOUND, wanted ? "on" : "off");
    } catch (_closed) {
      /* for this visit only */
    }
    bell();
  });
  box.replaceChildren(sound);
  if ("Notification" in window && Notification.permission === "default") {
    const ask = box.appendChild(el("button", "c-bell__b", t("开启桌面提醒")));
    ask.type = "button";
    ask.addEventListener("click", () => Notification.requestPermission().then(bell));
  } else
    box.append(
      el(
        "span",
        "",
        "Notification" in window && Notification.permission === "granted" ? t("桌面提醒 开") : t("桌面提醒 未开"),
      ),
    );
};

/* ---- emergencies this unit must sign for ---- */
const waiting = () =>
  live
    .alerts()
    .filter(
      (alert) =>
        alert.state !== "stood_down" && alert.units.some((one) => one.unit === first.unit.code && !one.accepted),
    );
/** @param {Alert} alert @param {HTMLButtonElement} button */
const sign = async (alert, button) => {
  if (button.disabled) return;
  button.disabled = true;
  const found = await call("/api/v1/events/" + encodeURIComponent(alert.event), { shut: live.leave });
  if (found.ok)
    await act.press("accept", { number: alert.event, version: found.said.event.version, facts: {} }, button);
  else tellNews(act.refusal(found), "warn");
  button.disabled = false;
};
/** @param {Alert} alert */
const bar = (alert) => {
  const line = el("div", "c-al");
  line.dataset.event = alert.event;
  line.append(el("strong", "", t("紧急")), el("div", "c-al__x"), el("b", "num c-al__t"));
  line.children[1].append(
    el("b", "", alert.title),
    el("span", "", [alert.address, claim.area(alert.grid), manyOf(alert)].filter(Boolean).join(" · ")),
  );
  const see = line.appendChild(el("button", "btn", t("查看")));
  see.type = "button";
  see.addEventListener("click", () => claim.choose(alert.event));
  const go = line.appendChild(el("button", "btn c-al__go"));
  go.type = "button";
  go.dataset.action = "accept";
  go.dataset.own = "";
  go.append(el("span", "", t("签收")), el("kbd", "", "A"));
  go.addEventListener("click", () => sign(alert, go));
  return line;
};
const alarms = () => {
  if (!first) return;
  const open = waiting().sort(
    (one, other) => (one.next ? one.next.at : Infinity) - (other.next ? other.next.at : Infinity) || one.id - other.id,
  );
  keyed(
    byId("claim-alert"),
    open,
    (alert) => alert.id + "/" + alert.episode,
    bar,
    (line, alert) => {
      say(
        line.querySelector(".c-al__t"),
        t("已 {time}", { time: duration(live.now() - (alert.reported_at || alert.raised_at)) }),
      );
    },
  );
  const now = performance.now();
  for (const alert of open) {
    const key = alert.id + "/" + alert.episode;
    if (!told.has(key)) {
      told.add(key);
      notify(t("紧急事件，请马上签收"), `${alert.title} · ${alert.address || ""}`, alert.event);
      rangAt = -Infinity;
    }
  }
  if (open.length && now - rangAt >= AGAIN_MS) {
    rangAt = now;
    play("emergency");
  }
  if (told.size > 500) told = new Set([...told].slice(-100));
};
const press = () => {
  const button = document.querySelector("#claim-alert .c-al__go");
  if (button) button.click();
  return Boolean(button);
};

/* ---- the foot: what happened last ---- */
const foot = () => {
  const box = byId("claim-foot");
  keyed(
    box,
    log,
    (one) => one.key,
    () => el("span"),
    (node, one) => say(node, one.text),
  );
};
/** @param {string} text */
const note = (text) => {
  log.unshift({ key: Math.random(), text });
  log.length = Math.min(log.length, 4);
  foot();
};

/** @param {ClaimFirst} given */
export const begin = (given) => {
  first = given;
  claim.log = note;
  bell();
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, wake, { passive: true });
  live.on("alert", alarms);
  live.on("rows", alarms);
  claim.onTick(alarms);
};
export const claimAlert = { ring, press };
