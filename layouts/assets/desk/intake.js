/* Writing down what somebody tells by phone or at the counter: the caller is not the operator, the place is found by
   words or by a click, what it may double is shown before it is saved. What was typed outlives a reload and a lost
   server. */
import { act } from "../act/act.js";
import { combo } from "../core/combo.js";
import { byId, el, say } from "../core/dom.js";
import { duration } from "../core/time.js";
import { t } from "../core/words.js";
import { desk } from "./desk.js";
import { lookDoubles } from "./intake-doubles.js";
import { entry, freshCall } from "./intake-entry.js";
import { FIELDS, SOURCES } from "./intake-fields.js";
import { FINDS } from "./intake-find.js";
import { save } from "./intake-send.js";
import { deskPin } from "./pin.js";

export const DRAFT = () => `draft:${desk.first.account.name}:intake`;

export const values = () => ({
  ...Object.fromEntries(Object.entries(entry.fields).map(([name, node]) => [name, node.value])),
  source: entry.form.querySelector("input[name=source]:checked").value,
  emergency: entry.form.elements.emergency.checked,
  place: entry.place,
});
export const changed = () => {
  if (entry.form) act.draft.keep(DRAFT(), { ...values(), sent: entry.call.sent });
};
/* The draft and the call are over; a form that stands open is another call's. */
export const forget = () => {
  act.draft.drop(DRAFT());
  entry.call = freshCall();
};

/** @param {string} name @param {string} text */
export const fault = (name, text) => {
  const node = entry.form.querySelector(`[data-field="${name}"] .act-fault`);
  if (!node) return false;
  say(node, text);
  if (entry.fields[name]) entry.fields[name].setAttribute("aria-invalid", text ? "true" : "false");
  return true;
};
export const clearFaults = () => {
  for (const name of [...Object.keys(entry.fields), "emergency"]) fault(name, "");
  say(entry.form.querySelector(".in-all"), "");
};

/** ---- the place ---- @param {FoundPlace} found */
const locate = (found) => {
  entry.place = found;
  const note = entry.form.querySelector(".in-place");
  say(
    note,
    found ? [found.where, found.name].filter(Boolean).join(" ") + (found.rough ? t("（约略，可在图上点准）") : "") : "",
  );
  changed();
  lookDoubles();
};

/** @param {FoundPlace} one */
export const choose = (one) => {
  const levels = desk.first.levels;
  // only a part was typed
  if (one.name.includes(entry.fields.address.value.trim())) entry.fields.address.value = one.name;
  locate({
    lng: one.lng,
    lat: one.lat,
    name: one.name,
    where: one.where,
    rough: levels.includes(one.kind) && one.kind !== levels[levels.length - 1],
  });
  deskPin.show(entry.place, pinned);
};
/** @param {FoundPlace} at */
const pinned = (at) => locate({ ...at, rough: false });
/** ---- opening and closing ---- @param {IntakeField} given */
const cellOf = ([name, words, columns, kind, most]) => {
  const cell = el("div", "in-field in-field--" + columns);
  cell.dataset.field = name;
  const label = cell.appendChild(el("label", "", words()));
  const node = cell.appendChild(el("input"));
  node.type = kind === "tel" ? "tel" : "text";
  node.autocomplete = "off";
  node.maxLength = most;
  node.id = "intake-" + name;
  label.htmlFor = node.id;
  if (kind === "address") {
    label.append(el("span", "in-place"));
    const pin = cell.appendChild(el("button", "in-pin", t("图上点选")));
    pin.type = "button";
    pin.addEventListener("click", () => deskPin.show(entry.place, pinned));
    node.addEventListener("input", () => {
      if (entry.place) locate(null);
    });
  }
  if (FINDS[kind]) combo(node, cell, FINDS[kind]);
  const said = cell.appendChild(el("p", "act-fault"));
  said.id = node.id + "-fault";
  said.setAttribute("role", "alert");
  node.setAttribute("aria-describedby", said.id);
  entry.fields[name] = node;
  return cell;
};

const open = () => {
  const box = byId("desk-intake");
  if (entry.form) {
    entry.fields.phone.focus();
    return;
  }
  entry.began = performance.now();
  entry.form = el("form", "in");
  entry.form.noValidate = true;
  entry.form.dataset.ownKeys = "";
  entry.fields = {};
  entry.place = null;
  const head = entry.form.appendChild(el("header", "in-h"));
  head.append(
    el("h2", "", t("代报")),
    el("span", "num in-time"),
    el("span", "in-who", t("记录人 {name}，下面填反映人", { name: desk.first.account.title })),
  );
  const source = entry.form.appendChild(el("div", "in-field in-field--5"));
  source.dataset.field = "source";
  source.append(el("span", "in-label", t("来源")));
  const seg = source.appendChild(el("div", "in-seg"));
  seg.setAttribute("role", "radiogroup");
  seg.setAttribute("aria-label", t("来源"));
  SOURCES.forEach(([code, words], at) => {
    const label = seg.appendChild(el("label"));
    const radio = label.appendChild(el("input"));
    Object.assign(radio, { type: "radio", name: "source", value: code, checked: at === 1 });
    label.append(el("span", "", words()));
  });
  for (const one of FIELDS) entry.form.append(cellOf(one));
  const box2 = entry.form.appendChild(el("div", "in-doubles"));
  box2.hidden = true;
  box2.append(el("b", "in-doubles__h"), el("ul"));
  const foot = entry.form.appendChild(el("footer", "in-f"));
  const urgent = foot.appendChild(el("label", "in-check"));
  urgent.dataset.field = "emergency";
  const tick = urgent.appendChild(el("input"));
  Object.assign(tick, { type: "checkbox", name: "emergency" });
  urgent.append(el("span", "", t("紧急，直接派发")), el("span", "act-fault"));
  const all = foot.appendChild(el("p", "act-fault in-all"));
  all.setAttribute("role", "alert");
  const clear = foot.appendChild(el("button", "btn", t("清空")));
  clear.type = "button";
  clear.addEventListener("click", () => {
    forget();
    close();
    open();
  });
  const fold = foot.appendChild(el("button", "btn", t("收起")));
  fold.type = "button";
  fold.append(el("kbd", "", "Esc"));
  fold.addEventListener("click", close);
  const go = foot.appendChild(el("button", "btn btn--primary", t("登记并立案")));
  go.type = "submit";
  go.append(el("kbd", "", "Ctrl Enter"));
  go.disabled = entry.call.busy;
  entry.form.addEventListener("submit", (event) => {
    event.preventDefault();
    save("report");
  });
  entry.form.addEventListener("input", changed);
  entry.form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save("report");
    }
  });
  box.replaceChildren(entry.form);
  restore(act.draft.kept(DRAFT()));
  entry.fields.phone.focus();
};

/** @param {any} draft */
const restore = (draft) => {
  entry.call.sent = entry.call.sent || (draft.sent && draft.sent.tries ? draft.sent : null);
  for (const [name, node] of Object.entries(entry.fields)) if (draft[name]) node.value = draft[name];
  if (draft.source) {
    const radio = entry.form.querySelector(`input[name=source][value=${draft.source}]`);
    if (radio) radio.checked = true;
  }
  if (draft.emergency) entry.form.elements.emergency.checked = true;
  if (draft.place) locate(draft.place);
};

export const close = () => {
  entry.form = null;
  deskPin.hide();
  fold();
  byId("event-body").focus({ preventScroll: true });
};
/* The line that stands in the form's place. */
export const fold = () => {
  const bar = el("div", "in-bar");
  const button = bar.appendChild(el("button", "btn", t("电话、来访代报")));
  button.type = "button";
  button.dataset.action = "report";
  button.dataset.own = "";
  button.append(el("kbd", "", "N"));
  button.addEventListener("click", open);
  const waiting = Object.keys(act.draft.kept(DRAFT())).length > 0;
  bar.append(
    el(
      "span",
      "",
      waiting ? t("有一份没有登记完的草稿") : entry.served ? t("本班已登记 {n} 件", { n: entry.served }) : "",
    ),
  );
  byId("desk-intake").replaceChildren(bar);
};

const tick = () => {
  if (entry.form)
    say(entry.form.querySelector(".in-time"), t("已用 {time}", { time: duration(performance.now() - entry.began) }));
};

export const begin = () => {
  close();
  desk.key("n", t("电话、来访代报"), open, t("页面"));
  setInterval(tick, 1000);
};
