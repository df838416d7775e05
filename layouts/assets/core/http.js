/* The one way to ask the server: JSON there, JSON back, never an exception. Every question says for whom the page was
   drawn. */
import { account, whose } from "./stale.js";

const MINE = account ? { "X-Account": encodeURIComponent(account) } : {};

/* The JSON of an answer; a refusal without any is {}, a good answer cut in the middle is a lost one and throws. */
/** @param {Response} answer */
const saidBy = (answer) =>
  answer.json().catch((cut) => {
    if (answer.ok) throw cut;
    return {};
  });

/* Ask once. Return {ok, status, said}; status 0 where no whole answer came. A body is sent as JSON, bytes as they are;
   `patience` in ms gives up what a dead network swallows, `shut` is called where nobody is logged in any more, `read`
   takes a good answer that is not JSON, `last` outlives the page. */
/** @param {string} path @param {Question} [question] @returns {Promise<Answer>} */
export const call = async (path, { method, body, headers, patience, shut, read, last } = {}) => {
  const json = body !== undefined && !(body instanceof Uint8Array);
  const ended = new AbortController();
  const end = patience ? setTimeout(() => ended.abort(), patience) : 0;
  try {
    const answer = await fetch(path, {
      method: method || (body === undefined ? "GET" : "POST"),
      cache: "no-store",
      keepalive: last,
      signal: ended.signal,
      headers: { Accept: "application/json", ...MINE, ...(json && { "Content-Type": "application/json" }), ...headers },
      body: json ? JSON.stringify(body) : body,
    });
    if (answer.status === 401 && shut) shut();
    const whole = { ok: answer.ok, status: answer.status, said: await (answer.ok && read ? read : saidBy)(answer) };
    whose(whole);
    return whole;
  } catch (_lost) {
    return { ok: false, status: 0, said: {} };
  } finally {
    clearTimeout(end);
  }
};

/* What a page asks for, or null: refused, shut out or without an answer. */
/** @param {string} path @param {Question} [more] @returns {Promise<any>} */
export const get = async (path, more) => {
  const answer = await call(path, more);
  return answer.ok ? answer.said : null;
};

/* Why something was refused: the first field that is wrong, else the refusal itself. */
/** @param {Partial<Api.Problem>} said @returns {string} */
export const faultOf = (said) => ((said.errors || [])[0] || {}).message || said.detail || said.title;

/* Whether a key was refused for its words: something else was sent with it before, and that has been taken. */
/** @param {Answer} answer */
export const usedBefore = (answer) =>
  answer.status === 422 &&
  ((answer.said && answer.said.errors) || []).some(
    (/** @type {{field: string}} */ one) => one.field === "Idempotency-Key",
  );

/* A fresh Idempotency-Key: one press, one key, however often it has to be sent. */
export const newKey = () =>
  crypto.randomUUID
    ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("-");
