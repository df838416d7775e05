/* The alarm's sound: a tone by kind, then the voice, for one alert at a time; silent within a tick of its
   acknowledgement. #screen-alert (on the desk #desk-alerts) tells in data-sound what is to be heard: quiet, blocked,
   shelved, tone, voice or waiting. */
import { mark } from "../core/dom.js";
import { page } from "../core/page.js";
import { alertStore } from "./alerts.js";
import { alarmVoice } from "./voice.js";

const CHECK_MS = 5000;
const EVERY_MS = 30000; // LIFECYCLE §4: unanswered, the sound repeats after 30 s
const GAP_MS = 10000; // a drill clock may run fast; ears do not
const TIMES = 4;
/** kind → notes [Hz, from s, length s], one round's length in s, wave @type {Record<string, Tone>} */
const TONES = {
  gas: {
    notes: [
      [523, 0, 0.22],
      [659, 0.28, 0.22],
      [880, 0.56, 0.4],
    ],
    round: 1.4,
    wave: "square",
    loud: 0.2,
  },
  fire: {
    notes: [
      [960, 0, 0.4],
      [640, 0.45, 0.4],
    ],
    round: 0.95,
    wave: "sawtooth",
    loud: 0.22,
  },
  water: {
    notes: [
      [392, 0, 0.5],
      [330, 0.6, 0.5],
    ],
    round: 1.4,
    wave: "triangle",
    loud: 0.5,
  },
  traffic: {
    notes: [
      [740, 0, 0.14],
      [740, 0.22, 0.14],
      [740, 0.44, 0.14],
    ],
    round: 1.3,
    wave: "square",
    loud: 0.2,
  },
  people: {
    notes: [
      [587, 0, 0.3],
      [784, 0.4, 0.3],
      [587, 0.8, 0.3],
    ],
    round: 1.6,
    wave: "sine",
    loud: 0.45,
  },
  other: {
    notes: [
      [880, 0, 0.26],
      [660, 0.28, 0.26],
      [880, 0.56, 0.26],
      [660, 0.84, 0.26],
    ],
    round: 1.5,
    wave: "sine",
    loud: 0.45,
  },
};
/** @type {AudioContext} */
let audio = null;
/** @type {{key: string, out: GainNode, nodes: Set<OscillatorNode>}} */
let tone = null; // {key, out, nodes}
let heard = { time: -1, moves: false };
/** @type {Map<string, {round: number, at: number, said: number, speak: Alert, late: boolean}>} */
const rung = new Map(); // alert id + episode → {round, at, said}

/** @param {Alert} alert */
const keyOf = (alert) => alert.id + "/" + alert.episode;

/** @param {GainNode} out @param {OscillatorType} wave @param {number} frequency @param {number} from
    @param {number} length */
const note = (out, wave, frequency, from, length) => {
  const voice = audio.createOscillator();
  const gain = audio.createGain();
  voice.type = wave;
  voice.frequency.value = frequency;
  gain.gain.setValueAtTime(0.0001, from);
  gain.gain.exponentialRampToValueAtTime(1, from + 0.03);
  gain.gain.setValueAtTime(1, from + length - 0.05);
  gain.gain.exponentialRampToValueAtTime(0.0001, from + length);
  voice.connect(gain).connect(out);
  voice.start(from);
  voice.stop(from + length);
  return voice;
};

/** @param {Alert} alert */
const play = (alert) => {
  const kind = TONES[alert.kind] || TONES.other;
  const out = audio.createGain();
  out.gain.value = kind.loud;
  out.connect(audio.destination);
  const mine = { key: keyOf(alert), out, nodes: new Set() };
  const begin = audio.currentTime + 0.02;
  for (let round = 0; round < TIMES; round += 1) {
    for (const [pitch, from, length] of kind.notes) {
      const voice = note(out, kind.wave, pitch, begin + round * kind.round + from, length);
      mine.nodes.add(voice);
      voice.onended = () => {
        mine.nodes.delete(voice);
        if (!mine.nodes.size) {
          out.disconnect();
          if (tone === mine) tone = null;
        }
      };
    }
  }
  tone = mine;
};

const hush = () => {
  if (!tone) return;
  for (const voice of tone.nodes) {
    voice.onended = null;
    voice.stop();
  }
  tone.out.disconnect();
  tone = null;
};

/* Running, and its clock moves: a test of the way to the loudspeaker that nobody hears. */
const check = () => {
  if (!audio) return;
  heard = { time: audio.currentTime, moves: audio.currentTime > heard.time };
};

/* Rounds follow the alert's own time, so that every screen of a hall sounds together, also after a reload. */
/** @param {Alert} alert @param {number} now */
const due = (alert, now) => {
  const last = rung.get(keyOf(alert));
  const round = Math.floor((now - alert.raised_at) / EVERY_MS);
  return !last || (round > last.round && performance.now() - last.at >= GAP_MS);
};

/** @param {Alert} alert @param {number} now */
const sound = (alert, now) => {
  const key = keyOf(alert);
  const last = rung.get(key);
  const rungs = alert.ladder.filter((one) => one.done).length;
  play(alert);
  const news = !last || rungs > last.said; // spoken at the raise and at each rung, not with every repetition
  rung.set(key, {
    round: Math.floor((now - alert.raised_at) / EVERY_MS),
    at: performance.now(),
    said: rungs,
    speak: news ? alert : null,
    late: !last && now - alert.raised_at > EVERY_MS,
  });
};

/* After its tone an alert is spoken, if it has something to say. */
const speak = () => {
  for (const [key, last] of rung) {
    if (!last.speak || (tone && tone.key === key)) continue;
    const alert = last.speak;
    last.speak = null;
    alarmVoice.say(key, alarmVoice.text(alert, last.late));
    return;
  }
};

/** @param {Alert[]} raised @param {Alert[]} loud */
const state = (raised, loud) => {
  if (!raised.length) return "quiet";
  if (!loud.length) return "shelved";
  if (!alarmSound.on()) return "blocked";
  return tone ? "tone" : alarmVoice.current() ? "voice" : "waiting";
};

/** @param {Alert[]} raised @param {Alert[]} loud */
const tell = (raised, loud) => {
  const box = document.getElementById("screen-alert") || document.getElementById("desk-alerts");
  if (!box) return;
  const now = (tone && tone.key) || alarmVoice.current() || "";
  mark(box, "data-sound", state(raised, loud));
  mark(box, "data-sounding", now.split("/")[0]);
  mark(box, "data-audio", audio ? audio.state : "none");
  mark(box, "data-voice", alarmVoice.available() ? "zh" : "none");
};

export const alarmSound = {
  changed: () => {}, // the wall tells the server whether it can be heard
  start() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context || audio) return;
    audio = new Context();
    if (window.speechSynthesis) window.speechSynthesis.getVoices(); // loads the list of voices
    const wake = () =>
      audio.resume().then(
        () => {
          check();
          alarmSound.changed();
        },
        () => {},
      );
    audio.onstatechange = () => alarmSound.changed();
    setInterval(check, CHECK_MS);
    ["pointerdown", "keydown"].forEach((gesture) => document.addEventListener(gesture, wake, { passive: true }));
  },
  on: () => Boolean(audio) && audio.state === "running" && (heard.moves || heard.time < 0),
  tones: TONES,
  /** @param {Alert[]} alerts */
  ring(alerts) {
    const now = page.now();
    const raised = alerts.filter((alert) => alert.state === "raised");
    const loud = alertStore.loud(raised, now);
    const keys = new Set(loud.map(keyOf));
    for (const key of rung.keys()) if (!keys.has(key)) rung.delete(key);
    if (tone && !keys.has(tone.key)) hush();
    if (alarmVoice.current() && !keys.has(alarmVoice.current())) alarmVoice.stop();
    if (alarmSound.on() && !tone && !alarmVoice.current()) {
      speak();
      const next = !alarmVoice.current() && loud.find((alert) => due(alert, now));
      if (next) sound(next, now);
    }
    tell(raised, loud);
  },
};
