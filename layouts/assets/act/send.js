/* Sending an action once, safely repeatable: every press has its own key, every tab its own seat. */

import { call, newKey } from "../core/http.js";
import { live } from "../live/live.js";

const CONFIRM_MS = 1000;
/* This tab, as others on the same event see it; kept through a reload, which would else be held off by itself. */
export const seat = (() => {
  const fresh = Math.random().toString(36).slice(2, 10);
  try {
    const kept = sessionStorage.getItem("seat") || fresh;
    sessionStorage.setItem("seat", kept);
    return kept;
  } catch (_closed) {
    return fresh;
  }
})();
/* Send JSON once. Return {ok, status, said}; status 0 when no answer came. `late` is called when a second has passed.
 */
/** @param {string} path @param {object} body @param {string} [key] @param {() => void} [late] */
export const post = async (path, body, key, late) => {
  const waited = late ? setTimeout(late, CONFIRM_MS) : 0;
  const headers = { "X-Seat": seat, ...(key ? { "Idempotency-Key": key } : {}) };
  const answer = await call(path, { body, headers, shut: live.leave });
  clearTimeout(waited);
  return answer;
};

/** @param {string} number @param {number} version @param {string} action @param {object} facts
    @param {{key?: string, late?: () => void}} [more] */
export const send = async (number, version, action, facts, more) => {
  const { key = newKey(), late } = more || {};
  const answer = await post(`/api/v1/events/${encodeURIComponent(number)}/${action}`, { version, ...facts }, key, late);
  if (answer.ok) document.dispatchEvent(new CustomEvent("acted", { detail: { number, action, answer: answer.said } }));
  return { ...answer, key };
};
