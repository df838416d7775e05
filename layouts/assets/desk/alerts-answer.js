/* Answering an emergency: acknowledging it, for oneself or on behalf of somebody heard elsewhere, silencing it,
   urging. */

import { act } from "../act/act.js";
import { el, say } from "../core/dom.js";
import { get } from "../core/http.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { dirty } from "./alerts.js";
import { shown } from "./alerts-shown.js";
import { desk } from "./desk.js";

const MINUTES = [5, 10, 15, 30];
/** @type {[string, Word][]} */
export const CHANNELS = [
  ["phone", () => t("电话")],
  ["radio", () => t("对讲机")],
  ["face", () => t("当面")],
  ["message", () => t("短信")],
];
const here = () => t("调度台 {name}", { name: desk.first.account.name });
/** ---- answering ---- @param {Alert} alert @param {string} verb @param {object} body @param {string} words */
const post = async (alert, verb, body, words) => {
  const late = () => desk.tell(t("还没有得到确认，正在等服务器；可以再按，不会重复"), "warn", Infinity);
  const answer = await act.post(`/api/v1/alerts/${alert.id}/${verb}`, body, null, late);
  const mine = shown.form && shown.form.id === alert.id; // else another alarm's stands there by now
  if (answer.ok) {
    if (mine) shown.form = null;
    if (shown.pinned === alert.id) shown.pinned = 0; // answered: what nobody has answered comes next
    shown.answered = alert.id;
    desk.tell(words, "ok");
    dirty();
    return true;
  }
  const faults = (answer.said.errors || []).filter(
    (/** @type {{field: string, message: string}} */ one) => mine && fault(one.field, one.message),
  );
  if (!faults.length) desk.tell(act.refusal(answer), answer.status === 409 ? "warn" : "bad");
  return false;
};
/** @param {Alert} alert */
export const acknowledge = (alert) =>
  post(alert, "acknowledge", { episode: alert.episode, screen: here() }, t("已确认：{title}", { title: alert.title }));
/** @param {string} field @param {string} text */
const fault = (field, text) => {
  const node = document.querySelector(`#desk-alerts [data-field="${field.replace(/^on_behalf\./, "")}"] .act-fault`);
  if (node) say(node, text);
  return Boolean(node);
};

/** @param {Alert} alert */
export const urge = async (alert) => {
  const found = await get("/api/v1/events/" + alert.event);
  if (!found || !found.allowed.includes("urge")) {
    desk.tell(found ? t("两小时内已催办过") : t("没有连上服务器，这一步未确认；恢复后再按一次，不会重复"), "warn");
    return;
  }
  act.press("urge", { number: alert.event, version: found.event.version, facts: {} });
};

/* ---- small forms ---- */
/** @param {HTMLElement} box @param {string} name @param {string} words @param {number} most */
const input = (box, name, words, most) => {
  const cell = box.appendChild(el("label", "al-field", words));
  cell.dataset.field = name;
  const node = cell.appendChild(el("input"));
  Object.assign(node, { type: "text", name, maxLength: most, autocomplete: "off" });
  cell.append(el("span", "act-fault"));
  return node;
};
/** @param {HTMLElement} box @param {string} name @param {string} words
    @param {[string | number, string][]} options */
const choice = (box, name, words, options) => {
  const cell = box.appendChild(el("label", "al-field", words));
  cell.dataset.field = name;
  const node = cell.appendChild(el("select"));
  node.name = name;
  for (const [code, text] of options) {
    const one = el("option", "", text);
    one.value = String(code);
    node.append(one);
  }
  cell.append(el("span", "act-fault"));
  return node;
};
/** @type {Record<string, (alert: Alert, made: HTMLFormElement) => [string, () => Promise<boolean>]>} */
const FORMS = {
  behalf(alert, made) {
    input(made, "who", t("谁确认的"), 60);
    choice(
      made,
      "channel",
      t("怎么说的"),
      CHANNELS.map(([code, words]) => [code, words()]),
    );
    input(made, "words", t("原话"), 500);
    return [
      t("代为确认"),
      () => {
        const body = {
          who: made.elements.who.value.trim(),
          channel: made.elements.channel.value,
          words: made.elements.words.value.trim(),
        };
        return post(
          alert,
          "acknowledge",
          { episode: alert.episode, screen: here(), on_behalf: body },
          t("已代 {who} 确认", { who: body.who }),
        );
      },
    ];
  },
  shelf(alert, made) {
    const { count } = alert; // as shown now: more that came since are not silenced unseen
    if (count > 1) made.append(el("span", "", t("同一来源的 {n} 件会一并静音", { n: count })));
    input(made, "reason", t("静音原因（大屏会显示）"), 500);
    choice(
      made,
      "until",
      t("静音多久"),
      MINUTES.map((n) => [n, t("{n} 分钟", { n })]),
    );
    return [
      t("静音"),
      () => {
        const until = new Date(live.now() + Number(made.elements.until.value) * 60_000 - 500).toISOString();
        return post(
          alert,
          "shelve",
          { reason: made.elements.reason.value.trim(), until, count },
          t("已静音 {n} 分钟", { n: made.elements.until.value }),
        );
      },
    ];
  },
};
/** @param {Alert} alert */
export const drawForm = (alert) => {
  const made = el("form", "al-form");
  made.noValidate = true;
  made.dataset.ownKeys = "";
  const [words, send] = FORMS[shown.form.kind](alert, made);
  const go = made.appendChild(el("button", "btn btn--primary", words));
  go.type = "submit";
  const quit = made.appendChild(el("button", "btn", t("取消")));
  quit.type = "button";
  quit.addEventListener("click", () => {
    shown.form = null;
    dirty();
  });
  made.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      shown.form = null;
      dirty();
    }
  });
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const node of made.querySelectorAll(".act-fault")) say(node, "");
    go.disabled = true;
    await send();
    go.disabled = false;
  });
  setTimeout(() => /** @type {HTMLElement} */ (made.elements[0]).focus(), 0);
  return made;
};
