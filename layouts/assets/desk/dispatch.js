/* The choice in the panel of dispatch: which grid, which unit, who helps, what is said. Dash draws the panel anew; the
   choice stays. */

import { act } from "../act/act.js";
import { byId, el, mark, say } from "../core/dom.js";
import { t } from "../core/words.js";
import { desk } from "./desk.js";
import { tickLeft } from "./dispatch-left.js";
import { complain, draftOf, opinion } from "./dispatch-opinion.js";

/** @type {Dispatched[]} */
const PICKS = ["unit", "grid"];
const FRESH_MS = 60_000; // due times and loads are no older than this
export const body = () => byId("dispatch-body");
const holder = () => {
  const box = body();
  return box && box.querySelector("[data-event][data-version]");
};
/** @type {{number: string, unit: string, grid: string, co: Set<string>, field: HTMLTextAreaElement}} */
export let pick = null; // {number, unit, grid, co, field}
/** @type {"opinion" | {group: Dispatched, code: string} | null} */
let held = null; // which choice had the focus: {group, code}
let seq = 0;

/** @param {HTMLElement} one */
const picked = (one) => /** @type {Dispatched} */ (one.dataset.pick);

/** @param {HTMLElement} box */
const place = (box) => {
  const slot = box.querySelector("#dispatch-opinion");
  if (!slot || slot.contains(pick.field)) return;
  const { need } = JSON.parse(slot.getAttribute("data-initial"));
  const label = el("label", "dp-opinion__l", need ? t("派单意见（还在待抢单，必填原因）") : t("派单意见（选填）"));
  const typing = document.activeElement === pick.field || held === "opinion";
  const fault = el("p", "act-fault");
  fault.setAttribute("role", "alert");
  label.append(pick.field);
  slot.replaceChildren(label, fault);
  slot.dataset.need = need ? "1" : "";
  if (typing) pick.field.focus();
};

/** @param {Dispatched} group */
const choices = (group) => [...body().querySelectorAll(`[data-pick="${group}"]`)];

/** @param {Dispatched} group @param {string} code */
const show = (group, code) => {
  for (const one of choices(group)) {
    const on = one.dataset.code === code;
    mark(one, "aria-checked", on);
    one.tabIndex = on ? 0 : -1;
    const card = one.closest(".dp-cand") || one;
    card.classList.toggle(card === one ? "dp-opt--on" : "dp-cand--on", on);
  }
};

/* Put the choice into the drawing: marks, buttons, what will be sent. */
export const sync = () => {
  const box = holder();
  if (!box) return;
  const number = box.dataset.event;
  if (!pick || pick.number !== number) pick = { number, unit: null, grid: null, co: null, field: opinion(number) };
  for (const group of PICKS) {
    const all = choices(group);
    if (!all.length) continue;
    const drawn = all.find((one) => one.getAttribute("aria-checked") === "true") || all[0];
    if (!all.some((one) => one.dataset.code === pick[group])) pick[group] = drawn.dataset.code;
    show(group, pick[group]);
  }
  helpers(box);
  place(box);
  const go = box.querySelector('[data-action="dispatch"]');
  if (go && pick.unit && !go.querySelector(".dp-go__to:empty")) {
    const card = choices("unit").find((one) => one.dataset.code === pick.unit);
    mark(go, "data-unit", pick.unit);
    const facts = {};
    if (pick.co && pick.co.size) facts.co_units = [...pick.co].filter((code) => code !== pick.unit);
    if (pick.field.value.trim()) facts.reason = pick.field.value.trim();
    mark(go, "data-facts", JSON.stringify(facts));
    if (card) say(go.querySelector(".dp-go__to"), card.dataset.name);
  }
  const settle = box.querySelector('[data-action="settle_border"]');
  const side = choices("grid").find((one) => one.dataset.code === pick.grid);
  if (settle && side) {
    mark(settle, "data-grid", pick.grid);
    say(settle.querySelector(".dp-go__to"), side.querySelector(".dp-opt__w").textContent);
  }
};

/** @param {HTMLElement} box */
const helpers = (box) => {
  for (const one of box.querySelectorAll("[data-called]")) one.hidden = one.dataset.called === pick.unit;
  const all = [...box.querySelectorAll("button[data-co]")];
  if (!all.length) return;
  if (pick.co === null) pick.co = new Set();
  for (const one of all) {
    one.hidden = one.dataset.co === pick.unit;
    const called = one.disabled; // whom an emergency calls anyway is no choice: the rule adds them
    if (called) pick.co.delete(one.dataset.co);
    mark(one, "aria-checked", (called || pick.co.has(one.dataset.co)) && !one.hidden);
  }
};

/** @param {Dispatched} group @param {string} code @param {boolean} focus */
const choose = (group, code, focus) => {
  pick[group] = code;
  sync();
  const one = choices(group).find((node) => node.dataset.code === code);
  if (one && focus) one.focus();
  if (one) one.scrollIntoView({ block: "nearest" });
};

/** @param {Dispatched} group @param {number} by @param {boolean} focus */
const step = (group, by, focus) => {
  const codes = choices(group).map((one) => one.dataset.code);
  if (codes.length) choose(group, codes[(codes.indexOf(pick[group]) + by + codes.length) % codes.length], focus);
};
/* What is to be chosen first: the grid while it is in doubt and may not wait, then the unit. */
const asked = () => {
  const shut = body().querySelector('[data-action="dispatch"]:disabled');
  return choices("grid").length && (shut || !choices("unit").length) ? "grid" : "unit";
};

document.addEventListener(
  "click",
  (event) => {
    const box = holder();
    if (!box || !box.contains(/** @type {Node} */ (event.target))) return;
    const one = /** @type {HTMLElement} */ (event.target).closest("[data-pick]");
    const card = /** @type {HTMLElement} */ (event.target).closest(".dp-cand");
    const co = /** @type {HTMLElement} */ (event.target).closest("[data-co]");
    if (co) {
      if (!pick.co.delete(co.dataset.co)) pick.co.add(co.dataset.co);
      sync();
      return;
    }
    if (one) {
      choose(picked(one), one.dataset.code, true);
      return;
    }
    if (card) {
      choose("unit", card.querySelector("[data-pick]").dataset.code, true);
      return;
    }
    const go = /** @type {HTMLElement} */ (event.target).closest('[data-action="dispatch"]');
    const slot = byId("dispatch-opinion");
    if (go && slot && slot.dataset.need && !pick.field.value.trim()) {
      event.preventDefault();
      event.stopPropagation(); // act.js must not send what will be refused
      complain(t("还在待抢单，直接派单要写明原因"));
      pick.field.focus();
    }
  },
  true,
);

/** @type {Record<string, number>} */
const BY = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
document.addEventListener(
  "keydown",
  (event) => {
    const one =
      /** @type {HTMLElement} */ (event.target).closest &&
      /** @type {HTMLElement} */ (event.target).closest("#dispatch-body [data-pick]");
    if (!one || !(event.key in BY) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault(); // the queue's arrows stay where they are
    step(picked(one), BY[event.key], true);
  },
  true,
);

document.addEventListener("focusin", (event) => {
  const one = /** @type {HTMLElement} */ (event.target).closest("#dispatch-body [data-pick]");
  held = one ? { group: picked(one), code: one.dataset.code } : pick && event.target === pick.field ? "opinion" : null;
});
const refocus = () => {
  if (!held || held === "opinion" || document.activeElement !== document.body) return;
  const { group } = held;
  const one = choices(group).find((node) => node.dataset.code === pick[group]);
  if (one) one.focus();
};

const refresh = () => {
  if (!holder() || document.hidden || held === "opinion") return;
  window.dash_clientside.set_props("dispatch-asked", { data: { seq: ++seq } });
};

document.addEventListener("acted", (event) => {
  const { number, action } = event.detail;
  if (action === "dispatch") act.draft.drop(draftOf(number));
  if (pick && action === "dispatch" && number === pick.number) pick = null;
  if (number === desk.number()) desk.redraw(); // the link may be slow; the answer is here
});

export const begin = () => {
  const box = body();
  new MutationObserver(() => {
    if (holder()) {
      sync();
      refocus();
      tickLeft(body());
    }
  }).observe(box, { childList: true, subtree: true });
  const group = t("派单");
  desk.key(
    "]",
    t("下一个单位或网格"),
    () => {
      if (holder()) step(asked(), 1, false);
    },
    group,
  );
  desk.key(
    "[",
    t("上一个单位或网格"),
    () => {
      if (holder()) step(asked(), -1, false);
    },
    group,
  );
  desk.key(
    "f",
    t("到派单面板里选"),
    () => {
      if (!holder()) return;
      const one = choices(asked()).find((node) => node.tabIndex === 0);
      if (one) one.focus();
    },
    group,
  );
  desk.key(
    ";",
    t("写派单意见"),
    () => {
      if (pick && pick.field.isConnected) pick.field.focus();
    },
    group,
  );
  setInterval(() => tickLeft(body()), 1000);
  setInterval(refresh, FRESH_MS);
};
