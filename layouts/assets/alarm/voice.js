/* The spoken alert: Chinese speech of a voice on this machine, so that no word leaves the house. One sentence at a
   time. */
import { page } from "../core/page.js";
import { hourTime } from "../core/time.js";

const LONGEST_MS = 20000; // an engine that never says that it ended
/** @type {{key: string, ends: number}} */
let speaking = null; // {key, ends}

const engine = () => window.speechSynthesis || null;
const voice = () =>
  (engine()
    ? engine()
        .getVoices()
        .find((one) => /^zh|^cmn/i.test(one.lang) && one.localService)
    : null) || null;

/** The server's sentence; one told late carries its true time. @param {Alert} alert @param {boolean} late */
const text = (alert, late) =>
  (alert.voice || "") + (late ? hourTime(alert.raised_at, page.first.time_zone) + "。" : "");

/** @param {string} [key] */
const stop = (key) => {
  if (!speaking || (key && speaking.key !== key)) return;
  speaking = null;
  if (engine()) engine().cancel();
};

export const alarmVoice = {
  text,
  available: () => voice() !== null,
  current: () => (speaking && performance.now() < speaking.ends ? speaking.key : null),
  /** @param {string} key @param {string} words */
  say(key, words) {
    const chosen = voice();
    if (!chosen || !words) return;
    stop();
    const said = new SpeechSynthesisUtterance(words);
    const mine = { key, ends: performance.now() + LONGEST_MS };
    said.voice = chosen;
    said.lang = chosen.lang;
    said.rate = 0.95;
    said.onend = said.onerror = () => {
      if (speaking === mine) speaking = null;
    };
    speaking = mine;
    engine().speak(said);
  },
  stop,
};
