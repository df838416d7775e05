/* One field of a form per kind of fact (the kinds of dashboard/rules/lifecycle/facts.py): how it is drawn and how it is
   read. */
import { el } from "../core/dom.js";
import { t } from "../core/words.js";
import { photoField } from "../photo/field.js";

let made = 0;

/** @param {string} type @param {Record<string, any>} more */
const input = (type, more) => {
  const node = el("input");
  node.type = type;
  Object.assign(node, { autocomplete: "off", ...more });
  return node;
};

/** @param {Pairs} pairs @param {string} id */
const list = (pairs, id) => {
  const box = el("datalist");
  box.id = id;
  for (const [code, name] of pairs) {
    const one = el("option");
    one.value = `${name} ${code}`;
    box.append(one);
  }
  return box;
};
/** @param {Pairs} pairs */
const coded = (pairs) => (/** @type {any} */ value) => {
  made += 1;
  const id = "act-list-" + made;
  const node = input("text", { maxLength: 120 });
  node.setAttribute("list", id);
  const known = pairs.find(([code]) => code === value);
  node.value = known ? `${known[1]} ${known[0]}` : value || "";
  return [node, list(pairs, id)];
};
/* The code that was meant: "name code", a code or a whole name; undefined when nothing fits. */
/** @param {Pairs} pairs @param {string} typed */
const meant = (pairs, typed) => {
  const text = typed.trim();
  const found = pairs.find(([code, name]) => text === `${name} ${code}` || text === code || text === name);
  return found ? found[0] : undefined;
};

/** @param {Fact} fact @param {any} value @param {string} empty */
const choices = (fact, value, empty) => {
  const select = el("select");
  for (const [code, word] of [["", empty], ...fact.choices]) {
    const one = el("option", "", word);
    one.value = code;
    select.append(one);
  }
  select.value = value || "";
  return [select];
};
/** @param {Fact} fact @param {any} value */
const radios = (fact, value) => {
  const box = el("div", "act-radios");
  made += 1;
  for (const [code, word] of fact.choices) {
    const one = input("radio", { name: "act-" + made, value: code, checked: code === value });
    const label = el("label", "act-radio");
    label.append(one, el("span", "", word));
    box.append(label);
  }
  return [box];
};
/** @param {any} value */
const area = (value) => {
  const node = el("textarea");
  node.rows = 3;
  node.maxLength = 2000;
  node.value = value || "";
  return [node];
};

/** @param {Book} book */
/** @param {[string, string, ...unknown[]]} entry @returns {[string, string]} */
const pair = ([code, name]) => [code, name];
/** @param {Book} book @returns {Pairs} */
const units = (book) => Object.entries(book.units || {});
/** @param {Book} book */
const categories = (book) => (book.categories || []).map(pair);
/** @param {Book} book */
const grids = (book) => (book.areas || []).filter((one) => one[3] === (book.levels || []).length - 1).map(pair);
/** @param {HTMLElement} node */
const only = (node) => node.querySelector("input, textarea, select").value.trim();
/** @param {Pairs} pairs @param {Word} words */
const read = (pairs, words) => (/** @type {HTMLElement} */ node) => {
  const typed = only(node);
  if (!typed) return {};
  const code = meant(pairs, typed);
  return code === undefined ? { fault: words() } : { value: code };
};

/* kind → [draw(fact, value, book) → nodes, read(node, fact, book) → {value} | {fault} | {}] */
/** @type {Record<string, FactKind>} */
const KINDS = {
  text: [(_fact, value) => area(value), (node) => (only(node) ? { value: only(node) } : {})],
  event: [
    (_fact, value) => {
      const node = input("text", { maxLength: 40 });
      node.value = value || "";
      return [node];
    },
    (node) => (only(node) ? { value: only(node) } : {}),
  ],
  category: [
    (_fact, value, book) => coded(categories(book))(value),
    (node, _fact, book) => read(categories(book), () => t("没有这个类别，请从列表里选"))(node),
  ],
  unit: [
    (_fact, value, book) => coded(units(book))(value),
    (node, _fact, book) => read(units(book), () => t("没有这个单位，请从列表里选"))(node),
  ],
  account: [
    (fact, value, book) => choices({ ...fact, choices: book.members || [] }, value, t("本单位任何人")),
    (node) => (only(node) ? { value: only(node) } : {}),
  ],
  grid: [
    (_fact, value, book) => coded(grids(book))(value),
    (node, _fact, book) => read(grids(book), () => t("没有这个网格，请从列表里选"))(node),
  ],
  units: [
    (_fact, value) => {
      const node = input("text", { maxLength: 400, placeholder: t("几个单位用逗号分开") });
      node.value = Array.isArray(value) ? value.join("，") : value || "";
      return [node];
    },
    (node, _fact, book) => {
      const typed = only(node)
        .split(/[,，、]/)
        .map((one) => one.trim())
        .filter(Boolean);
      const found = typed.map((one) => meant(units(book), one));
      const bad = typed.filter((_one, at) => found[at] === undefined);
      return bad.length ? { fault: t("没有“{name}”这个单位", { name: bad[0] }) } : found.length ? { value: found } : {};
    },
  ],
  number: [
    (_fact, value) => {
      const node = input("text", { inputMode: "decimal", maxLength: 20 });
      node.value = value ?? "";
      return [node];
    },
    (node) => {
      const typed = only(node);
      return !typed ? {} : Number.isFinite(Number(typed)) ? { value: Number(typed) } : { fault: t("应是数字") };
    },
  ],
  moment: [
    (_fact, value) => {
      const node = input("datetime-local", {});
      node.value = value || "";
      return [node];
    },
    (node) => (only(node) ? { value: new Date(only(node)).toISOString() } : {}),
  ],
  level: [(fact, value) => choices(fact, value, t("不变")), (node) => (only(node) ? { value: only(node) } : {})],
  flag: [
    (fact, value) => choices(fact, value, t("不变")),
    (node) => (only(node) ? { value: only(node) === "true" } : {}),
  ],
  request: [(fact, value) => choices(fact, value, t("请选择")), (node) => (only(node) ? { value: only(node) } : {})],
  ground: [
    (fact, value) => radios(fact, value),
    (node) => {
      const on = node.querySelector("input:checked");
      return on ? { value: on.value } : {};
    },
  ],
  rating: [
    (fact, value) => radios(fact, value),
    (node) => {
      const on = node.querySelector("input:checked");
      return on ? { value: on.value } : {};
    },
  ],
  photos: [() => photoField.make(), (node) => photoField.read(node)],
};

/* The field of a fact with its label, its demand and a place for what is wrong. */
/** @param {Fact} fact @param {any} value @param {Book} book */
const field = (fact, value, book) => {
  made += 1;
  const id = "act-field-" + made;
  const group = fact.kind === "ground" || fact.kind === "rating";
  const box = el(group ? "fieldset" : "div", "act-field");
  box.dataset.fact = fact.name;
  box.dataset.kind = fact.kind;
  const label = box.appendChild(el(group ? "legend" : "label", "act-label", fact.word));
  label.append(
    el("small", "", fact.required ? t("必填") : fact.when ? t("{when}必填", { when: fact.when }) : t("选填")),
  );
  const nodes = KINDS[fact.kind][0](fact, value, book);
  box.append(...nodes);
  const fault = box.appendChild(el("p", "act-fault"));
  fault.id = id + "-fault";
  fault.setAttribute("role", "alert");
  const main = box.querySelector("input, textarea, select");
  if (!group) {
    main.id = id;
    label.setAttribute("for", id);
  }
  main.setAttribute("aria-describedby", fault.id);
  return box;
};

/** @param {HTMLFormElement} form */
const holders = (form) => [...form.querySelectorAll("[data-fact]")];

/** What is typed, for a draft: {fact: text}. @param {HTMLFormElement} form */
const values = (form) => {
  /** @type {Record<string, any>} */
  const found = {};
  for (const node of holders(form)) {
    if (node.dataset.kind === "photos") continue;
    const on = node.querySelector("input[type=radio]")
      ? node.querySelector("input:checked")
      : node.querySelector("input, textarea, select");
    if (on && on.value) found[node.dataset.fact] = on.value;
  }
  return found;
};

/* What is meant: {facts, faults: [[name, words]]}. Required facts left empty are faults. */
/** @param {HTMLFormElement} form @param {Book} book */
const facts = async (form, book) => {
  const rule = book.rules[form.dataset.form];
  /** @type {Record<string, any>} */
  const found = {};
  const faults = [];
  for (const node of holders(form)) {
    const fact = rule.facts.find((one) => one.name === node.dataset.fact);
    const said = await KINDS[fact.kind][1](node, fact, book);
    if (said.fault) faults.push([fact.name, said.fault]);
    else if ("value" in said) found[fact.name] = said.value;
    else if (fact.required) faults.push([fact.name, t("请填写“{field}”", { field: fact.word })]);
  }
  return { facts: found, faults };
};

export const actFields = { field, values, facts, meant, coded };
