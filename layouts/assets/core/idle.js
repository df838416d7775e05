/* Whether somebody is there: input is told to the server now and then, and a login nobody touches ends, said
   beforehand. */
import { el } from "./dom.js";
import { shutOut } from "./door.js";
import { get } from "./http.js";
import { t } from "./words.js";

const EVERY_MS = 60000; // no oftener than the server notes it
const WARN_S = 120;
/** @type {number} */
let leftS = null; // until the login ends by itself, as the server said it at `heard`
let heard = 0;
let told = -EVERY_MS;
let touched = false;
/** @type {HTMLElement} */
let box = null;

const left = () => leftS - (performance.now() - heard) / 1000;
/** @param {string} [method] */
const ask = async (method) => {
  const said = await get("/session/active", { method, shut: shutOut });
  if (!said) return;
  leftS = said.left_s;
  heard = performance.now();
  show();
};
const tell = () => {
  touched = false;
  told = performance.now();
  return ask("POST");
};

const show = () => {
  const n = leftS === null ? Infinity : Math.ceil(left());
  const text = n > WARN_S ? "" : t("{n} 秒后自动退出：动一下鼠标或按任意键继续", { n: Math.max(0, n) });
  if (!box && text) {
    box = document.body.appendChild(el("div", "acct-idle"));
    box.setAttribute("role", "alert");
  }
  if (box && box.textContent !== text) box.textContent = text;
};
const touch = () => {
  touched = true;
  if (leftS !== null && (performance.now() - told >= EVERY_MS || left() < WARN_S)) tell();
};
const second = () => {
  if (leftS === null) return;
  show();
  if (touched && performance.now() - told >= EVERY_MS) tell();
  else if (left() <= 0) {
    heard = performance.now();
    leftS = 5;
    ask("GET");
  } // another tab may have been used
};

const begin = () => ask("GET");
for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"])
  window.addEventListener(kind, touch, { capture: true, passive: true });
window.addEventListener(
  "pointermove",
  () => {
    touched = true;
    if (leftS !== null && left() < WARN_S) touch();
  },
  { capture: true, passive: true },
);
setInterval(second, 1000);
begin();
