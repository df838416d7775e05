/* What the pages in a pocket share: views that the back button knows, short news, the server's time, where the phone
   is. */
import { byId, el } from "../core/dom.js";
import { call as ask, newKey } from "../core/http.js";
import { t } from "../core/words.js";

const NEWS_MS = 6000;
const FIX_MS = 12_000;
const HOLD_MS = 1000;
/** @type {PhoneFirst} */
const first = JSON.parse(byId("first").textContent);
const root = document.querySelector(".phone");
const shown = new Set(); // called with the name of a view that comes to be seen
let clock = { server: first.now, at: Date.now(), speed: first.speed };
let newsEnds = 0;

/* ---- views: #name or #name/part, so that the back button walks them ---- */
const where = () => {
  const [view, ...part] = decodeURIComponent(location.hash.slice(1)).split("/");
  return { view: view || root.dataset.first, part: part.join("/") };
};
const show = () => {
  const { view, part } = where();
  const known = [...root.querySelectorAll("main > section")].some((one) => one.dataset.view === view);
  root.dataset.view = known ? view : root.dataset.first;
  for (const button of root.querySelectorAll("[data-go]"))
    button.setAttribute("aria-current", String(button.dataset.go === root.dataset.view));
  for (const fn of shown) fn(root.dataset.view, part);
  window.scrollTo(0, 0);
  root.querySelector("main").scrollTop = 0;
};
/** @param {string} view @param {string} [part] @param {boolean} [replace] */
const go = (view, part, replace) => {
  const hash = "#" + view + (part ? "/" + part : "");
  if (location.hash === hash) {
    show();
    return;
  }
  if (replace) {
    history.replaceState(null, "", hash);
    show();
  } else location.hash = hash;
};
root.dataset.first = root.dataset.view;
window.addEventListener("hashchange", show);

/** ---- news ---- @param {string} text @param {string} [kind] @param {number} [ms] */
const tell = (text, kind, ms) => {
  clearTimeout(newsEnds);
  byId("news").replaceChildren(...(text ? [el("p", "p-news__p p-news--" + (kind || "ok"), text)] : []));
  if (text) newsEnds = setTimeout(() => tell(""), ms || NEWS_MS);
};

/* ---- the server: null when no answer came; what a dead network swallows is given up, else all that waits stands
   behind it ---- */
const PATIENCE_MS = 15_000;
/** @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers] */
const call = async (method, path, body, headers) => {
  const answer = await ask(path, { method, body, headers, patience: PATIENCE_MS });
  return answer.status ? answer : null;
};
/** @param {Answer} answer */
const refusal = (answer) => {
  const said = answer.said || {};
  return (
    (said.errors || []).map((/** @type {{message: string}} */ one) => one.message).join("；") ||
    said.detail ||
    said.title ||
    t("没有成功，请再试")
  );
};

/* ---- time: the server's, whatever the phone's own clock says ---- */
let heard = false; // the page itself may come from the phone's own store, days old
/** @param {number} server @param {number} speed */
const setClock = (server, speed) => {
  clock = { server, at: Date.now(), speed };
  heard = true;
};
const clockKnown = () => heard;
const now = () => clock.server + (Date.now() - clock.at) * clock.speed;
/* The server's moment at which something happened in this phone `at` (its own clock): a clock that is wrong is wrong
   by the same then and now. */
/** @param {number} at */
const trueTime = (at) => new Date(Math.round(clock.server - Math.max(0, clock.at - at) * clock.speed)).toISOString();

/** ---- where the phone is: {lng, lat, accuracy} or {why} ---- @type {Record<string, Word>} */
const WHY = { 1: () => t("没有允许定位"), 2: () => t("现在定不了位"), 3: () => t("定位超时") };
/** @type {Place & {at: number}} */
let fix = null;
const locate = () =>
  new Promise((done) => {
    if (!navigator.geolocation) {
      done({ why: t("这部手机不能定位") });
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        fix = { lng: coords.longitude, lat: coords.latitude, accuracy: Math.ceil(coords.accuracy), at: Date.now() };
        done(fix);
      },
      (error) => done({ why: (WHY[error.code] || WHY[2])() }),
      { enableHighAccuracy: true, timeout: FIX_MS, maximumAge: 15_000 },
    );
  });
/** @param {Place} one @param {Place} other */
const metres = (one, other) => {
  const tall = 111_320;
  return Math.hypot((one.lat - other.lat) * tall, (one.lng - other.lng) * tall * Math.cos((one.lat * Math.PI) / 180));
};
/** @param {number} m */
const far = (m) =>
  m < 1000 ? t("{n} 米", { n: Math.round(m / 10) * 10 || Math.round(m) }) : t("{n} 公里", { n: (m / 1000).toFixed(1) });

/* A button that acts only when it is held for a second, by finger or key. */
/** @param {HTMLElement} button @param {() => void} run */
const hold = (button, run) => {
  let timer = 0;
  /** @param {boolean} early */
  const stop = (early) => {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    button.classList.remove("is-held");
    if (early) tell(t("要按住 1 秒"), "warn");
  };
  /** @param {Event & Partial<KeyboardEvent>} event */
  const begin = (event) => {
    if (timer || (event.type === "keydown" && (event.repeat || ![" ", "Enter"].includes(event.key)))) return;
    if (event.type === "keydown") event.preventDefault();
    button.classList.add("is-held");
    timer = setTimeout(() => {
      stop(false);
      run();
    }, HOLD_MS);
  };
  button.addEventListener("pointerdown", begin);
  button.addEventListener("keydown", begin);
  for (const name of ["pointerup", "pointercancel", "pointerleave", "keyup", "blur"])
    button.addEventListener(name, () => stop(true));
  button.addEventListener("contextmenu", (event) => event.preventDefault());
};

/** @param {string} code */
const level = (code) => {
  const found = first.level_words[code] || { word: "", class: "lv--grid" };
  return el("span", "lv " + found.class, found.word);
};
/** @param {string} code */
const status = (code) => el("span", "st " + (first.status_classes[code] || ""), first.status_words[code] || code);
/** @param {string} name @param {any} value */
const kept = (name, value) => {
  try {
    if (value === undefined) return JSON.parse(localStorage.getItem(name) || "null");
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch (_closed) {
    /* for this visit only */
  }
  return value;
};

for (const button of root.querySelectorAll("[data-go]")) button.addEventListener("click", () => go(button.dataset.go));
export const phone = {
  first,
  root,
  show,
  go,
  /** @param {(view: string, part: string) => void} fn */
  onShow: (fn) => shown.add(fn),
  tell,
  call,
  refusal,
  setClock,
  clockKnown,
  now,
  trueTime,
  locate,
  lastFix: () => fix,
  metres,
  far,
  hold,
  level,
  status,
  newKey,
  kept,
};
window.addEventListener("load", show);
