/* The command bar: a number chooses, a verb acts on the chosen event, a unit or a word filters; what it cannot read it
   says. */

import { act } from "../act/act.js";
import { byId, el } from "../core/dom.js";
import { get } from "../core/http.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { deskCells } from "./cells.js";
import { desk } from "./desk.js";
import { deskTabs } from "./tabs.js";

const MOST = 8;
const ASK_MS = 300;
let input = /** @type {HTMLInputElement} */ (null);
let list = /** @type {HTMLElement} */ (null);
let offers = /** @type {CommandOffer[]} */ ([]); // {text, note, run}
let active = 0;
let asked = 0;

const first = () => desk.first;

/** Verbs that stand at the beginning: the words of the rule book in the page's language. @param {string} text */
const verb = (text) => {
  const spoken = Object.entries(first().rules).filter(([, rule]) =>
    text.toLowerCase().startsWith(rule.word.toLowerCase()),
  );
  const [action, rule] = spoken.sort((a, b) => b[1].word.length - a[1].word.length)[0] || [];
  return action ? { action, word: rule.word, rest: text.slice(rule.word.length).trim() } : null;
};
/* Units whose name holds the words; after them those whose name has the letters in this order, as people shorten
   names. */
/** @param {string} text @param {string} name */
const inOrder = (text, name) => {
  let at = 0;
  for (const letter of name) if (letter === text[at]) at += 1;
  return at === text.length;
};
/** @param {string} text */
const unitsLike = (text) => {
  const wanted = text.toLowerCase();
  const units = Object.entries(first().units).map(([code, name]) => [code, name, name.toLowerCase()]);
  const held = units.filter(([code, , name]) => wanted && (name.includes(wanted) || code.toLowerCase() === wanted));
  return held.length || wanted.length < 2 ? held : units.filter(([, , name]) => inOrder(wanted, name));
};

/** @param {string} action @param {Record<string, any>} facts */
const perform = (action, facts) => {
  const box = desk.drawn("event-body");
  if (!box || !box.querySelector(`[data-action="${action}"]`)) {
    desk.tell(desk.notNow(first().rules[action].word), "warn");
    return;
  }
  act.press(action, { number: box.dataset.event, version: Number(box.dataset.version), facts });
};

/** @param {any} said */
const ofVerb = (said) => {
  const { action, word, rest } = said;
  if (action === "dispatch" && rest)
    return unitsLike(rest).map(([code, name]) => ({
      text: `${word} ${name}`,
      note: t("派给这个单位"),
      run: () => perform(action, { unit: code }),
    }));
  const rule = first().rules[action];
  const free = rule.facts.find((fact) => fact.kind === "text");
  const facts = rest && free ? { [free.name]: rest } : {};
  return [
    {
      text: [word, rest].filter(Boolean).join(" "),
      note: desk.number() || t("还没有选事件"),
      run: () => perform(action, facts),
    },
  ];
};

/** A verb half written: its full word is offered. @param {string} text */
const ofBeginning = (text) =>
  Object.entries(first().rules)
    .filter(([, rule]) => text && rule.word.toLowerCase().startsWith(text.toLowerCase()))
    .map(([action, rule]) => ({
      text: rule.word,
      note: desk.number() || t("还没有选事件"),
      run: () => perform(action, {}),
    }));

/** @param {string} text */
const ofNumber = (text) => {
  const found = [];
  for (const row of live.rows()) {
    if (row.number.endsWith(text) || deskCells.shortNumber(row.number) === text) found.push(row);
    if (found.length >= MOST) break;
  }
  return found.map((row) => ({
    text: `${row.number} ${row.title}`,
    note: first().status_words[row.status],
    run: () => desk.choose(row.number),
  }));
};

/** @param {string} text */
const search = (text) => ({
  text: t("筛选“{text}”", { text }),
  note: t("编号、文字、地点、单位"),
  run: () => {
    deskTabs.open("all");
    deskTabs.filter(text);
  },
});

/** @param {string} text @returns {CommandOffer[]} */
const offered = (text) => {
  const said = verb(text);
  /** @type {CommandOffer[]} */
  const found = said ? ofVerb(said) : [];
  if (/^\d{1,14}(-\d+)?$/.test(text)) found.push(...ofNumber(text));
  if (!said) found.push(...ofBeginning(text));
  if (!said)
    for (const [code, name] of unitsLike(text).slice(0, 3))
      found.push({
        text: name,
        note: t("只看这个单位的事件"),
        run: () => {
          deskTabs.open("all");
          deskTabs.filter(name.toLowerCase());
        },
        code,
      });
  if (!said && text) found.push(search(text));
  return found.slice(0, MOST);
};

/* What is closed is not in the live set: the server is asked for it, and its answers join the list. */
/** @param {string} text */
const askServer = (text) => {
  const mine = ++asked;
  setTimeout(async () => {
    if (mine !== asked || text.length < 2 || verb(text)) return;
    const path = /^\d{14}$/.test(text) ? null : `/api/v1/events?q=${encodeURIComponent(text)}&limit=5`;
    const found = path && (await get(path));
    if (mine !== asked) return;
    if (!path) {
      offers.push({ text, note: t("按编号打开"), run: () => desk.choose(text) });
      paint();
      return;
    }
    if (!found) return;
    const held = new Set(offers.map((one) => one.text));
    for (const one of found.items) {
      const line = `${one.number} ${one.title}`;
      if (!held.has(line))
        offers.push({ text: line, note: first().status_words[one.status], run: () => desk.choose(one.number) });
    }
    paint();
  }, ASK_MS);
};

const paint = () => {
  list.hidden = !offers.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  list.replaceChildren(
    ...offers.slice(0, MOST + 5).map((offer, place) => {
      const one = el("li", "d-offer");
      one.id = "desk-offer-" + place;
      one.setAttribute("role", "option");
      one.setAttribute("aria-selected", String(place === active));
      one.append(el("b", "", offer.text), el("span", "", offer.note || ""));
      one.addEventListener("mousedown", (event) => {
        event.preventDefault();
        run(offer);
      });
      return one;
    }),
  );
  if (offers.length) input.setAttribute("aria-activedescendant", "desk-offer-" + active);
};

const read = () => {
  const text = input.value.trim();
  active = 0;
  offers = text ? offered(text) : [];
  paint();
  if (text) askServer(text);
};

const close = () => {
  offers = [];
  asked += 1;
  paint();
};
/** @param {CommandOffer} offer */
const run = (offer) => {
  input.value = "";
  close();
  input.blur();
  offer.run();
};

/** @param {KeyboardEvent} event */
const pressed = (event) => {
  if (event.isComposing) return;
  if (event.key === "Escape") {
    event.stopPropagation();
    if (offers.length) close();
    else {
      input.value = "";
      input.blur();
    }
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    active = Math.min(Math.max(active + (event.key === "ArrowDown" ? 1 : -1), 0), Math.max(0, offers.length - 1));
    paint();
  }
  if (event.key === "Enter") {
    event.preventDefault();
    const text = input.value.trim();
    if (offers[active]) run(offers[active]);
    else if (text) desk.tell(t("没有听懂“{text}”：可以输入编号、单位、地点，或“派单 单位名”", { text }), "warn");
  }
};

export const begin = () => {
  const box = byId("desk-command-box");
  const label = box.appendChild(el("label", "sr", t("命令")));
  input = box.appendChild(el("input", "d-command"));
  label.htmlFor = input.id = "desk-command";
  Object.assign(input, {
    type: "text",
    autocomplete: "off",
    maxLength: 100,
    placeholder: t("输入编号、地点、单位，或“派单 单位名”"),
  });
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", "desk-offers");
  box.append(el("kbd", "d-slash", "/"));
  list = box.appendChild(el("ul", "d-offers"));
  list.id = "desk-offers";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  input.addEventListener("input", read);
  input.addEventListener("keydown", pressed);
  const left = () => document.activeElement !== input && close();
  input.addEventListener("blur", () => setTimeout(left, 150)); // a quick hand is back before that
  desk.key("/", t("命令"), () => input.focus(), t("页面"));
};
