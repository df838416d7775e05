/* Writing down what somebody tells by phone or at the counter: the caller is not the operator, the place is found by
   words or by a click, what it may double is shown before it is saved. What was typed outlives a reload and a lost
   server. */
import { act } from "../act/act.js";
import { actFields } from "../act/fields.js";
import { combo } from "../core/combo.js";
import { byId, el, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { duration } from "../core/time.js";
import { t } from "../core/words.js";
import { deskCells } from "./cells.js";
import { desk } from "./desk.js";
import { briefly } from "./head.js";
import { deskPin } from "./pin.js";

const MOST_SHOWN = 3;
const DRAFT = () => `draft:${desk.first.account.name}:intake`;
let form = null; // null while closed
let fields = {};
let place = null; // {lng, lat, name, code}
let doubles = [];
let keys = {}; // one Idempotency-Key for each thing that can be sent, new whenever what is sent changes
let began = 0;
let busy = false;
let served = 0;

const SOURCES = [
  ["hotline_12345", () => t("12345 转办")],
  ["phone", () => t("电话")],
  ["walk_in", () => t("来访")],
];
/* name → [words, columns of twelve, kind, most characters, hint] */
const FIELDS = [
  ["phone", () => t("来电号码"), 3, "tel", 20],
  ["name", () => t("来电人称呼"), 2, "text", 40],
  ["external_id", () => t("工单号"), 2, "text", 60],
  ["title", () => t("事项"), 5, "text", 100],
  ["category", () => t("类别"), 7, "category", 100],
  ["address", () => t("地点（输入即落格）"), 7, "address", 200],
  ["description", () => t("情况"), 5, "text", 2000],
];
/* where the server's words about a field are shown */
const FAULTS = {
  "reporter.phone": "phone",
  "reporter.name": "name",
  lng: "address",
  lat: "address",
  accuracy_m: "address",
  "report.emergency": "emergency",
  original: "",
};

const values = () => ({
  ...Object.fromEntries(Object.entries(fields).map(([name, node]) => [name, node.value])),
  source: form.querySelector("input[name=source]:checked").value,
  emergency: form.elements.emergency.checked,
  place,
});
const keep = () => {
  if (form) act.draft.keep(DRAFT(), values());
};
const changed = () => {
  keys = {};
  keep();
};

const fault = (name, text) => {
  const node = form.querySelector(`[data-field="${name}"] .act-fault`);
  if (!node) return false;
  say(node, text);
  if (fields[name]) fields[name].setAttribute("aria-invalid", text ? "true" : "false");
  return true;
};
const clearFaults = () => {
  for (const name of [...Object.keys(fields), "emergency"]) fault(name, "");
  say(form.querySelector(".in-all"), "");
};

const category = () => {
  const typed = fields.category.value.trim();
  if (!typed) return { code: "" };
  const pairs = desk.first.categories.map(([code, name]) => [code, name]);
  const code = actFields.meant(pairs, typed);
  if (code !== undefined) return { code };
  const like = pairs.filter(([, name]) => name.includes(typed));
  return like.length === 1 ? { code: like[0][0] } : { fault: t("没有这个类别，请从列表里选") };
};

/* ---- the place ---- */
const locate = (found) => {
  place = found;
  const note = form.querySelector(".in-place");
  say(
    note,
    found ? [found.where, found.name].filter(Boolean).join(" ") + (found.rough ? t("（约略，可在图上点准）") : "") : "",
  );
  changed();
  lookDoubles();
};

const choose = (one) => {
  const levels = desk.first.levels;
  if (one.name.includes(fields.address.value.trim())) fields.address.value = one.name; // only a part was typed
  locate({
    lng: one.lng,
    lat: one.lat,
    name: one.name,
    where: one.where,
    rough: levels.includes(one.kind) && one.kind !== levels[levels.length - 1],
  });
  deskPin.show(place, pinned);
};
const pinned = (at) => locate({ ...at, rough: false });
const placesLike = async (text) => {
  const answer = await fetch(`/api/v1/gazetteer?q=${encodeURIComponent(text)}`, { cache: "no-store" }).catch(
    () => null,
  );
  return answer && answer.ok
    ? (await answer.json()).items.map((one) => ({ label: one.name, note: one.where, pick: () => choose(one) }))
    : [];
};

const categoriesLike = async (text) => {
  const all = desk.first.categories;
  const parents = new Map(all.map(([code, name]) => [code, name]));
  const rank = ([code, name]) => (code === text ? 3 : name === text ? 2 : name.startsWith(text) ? 1 : 0);
  return all
    .filter(([code, name, parent]) => parent && (name.includes(text) || code.toLowerCase() === text.toLowerCase()))
    .sort((a, b) => rank(b) - rank(a) || a[1].length - b[1].length)
    .map(([code, name, parent]) => ({
      label: name,
      note: parents.get(parent) || "",
      pick: () => {
        fields.category.value = `${name} ${code}`;
        changed();
        lookDoubles();
      },
    }));
};

const FINDS = { address: placesLike, category: categoriesLike };

/* ---- what it may double ---- */
const lookDoubles = async () => {
  doubles = [];
  drawDoubles();
  if (!place) return;
  const mine = place;
  const code = category().code || "";
  const answer = await fetch(
    `/api/v1/duplicates?lng=${place.lng}&lat=${place.lat}${code ? "&category=" + encodeURIComponent(code) : ""}`,
    { cache: "no-store" },
  ).catch(() => null);
  if (!form || mine !== place || !answer || !answer.ok) return;
  doubles = (await answer.json()).items;
  drawDoubles();
};
const drawDoubles = () => {
  const box = form.querySelector(".in-doubles");
  box.hidden = !doubles.length;
  say(box.querySelector(".in-doubles__h"), t("附近相似 {n} 件", { n: doubles.length }));
  keyed(
    box.querySelector("ul"),
    doubles.slice(0, MOST_SHOWN),
    (one) => one.number,
    () => {
      const node = el("li");
      node.append(el("span", "num"), el("b"), el("span", "num"));
      const button = node.appendChild(el("button", "btn in-join", t("就是这件，并入")));
      button.type = "button";
      return node;
    },
    (node, one) => {
      const [number, title, where, button] = node.children;
      say(number, deskCells.shortNumber(one.number));
      say(title, one.title);
      say(
        where,
        [
          t("相距 {n} 米", { n: Math.round(one.distance_m || 0) }),
          t("{time}前", { time: briefly(one.hours * 3_600_000) }),
          desk.first.status_words[one.status],
        ].join(" · "),
      );
      button.onclick = () => save("join", one.number);
    },
  );
};

/* ---- saving ---- */
const report = (code) => {
  const said = values();
  const text = (name) => (said[name] || "").trim();
  const body = {
    title: text("title"),
    description: text("description"),
    source: said.source,
    address: text("address") || (place ? place.name : ""),
  };
  if (code) body.category = code;
  if (place) Object.assign(body, { lng: place.lng, lat: place.lat });
  if (said.emergency) body.emergency = true;
  if (text("external_id")) body.external_id = text("external_id");
  if (text("phone") || text("name"))
    body.reporter = {
      ...(text("name") ? { name: text("name") } : {}),
      ...(text("phone") ? { phone: text("phone") } : {}),
    };
  return body;
};

const refuse = (answer) => {
  const faults = answer.said.errors || [];
  const rest = faults
    .filter(
      (one) =>
        !fault(
          FAULTS[one.field.replace(/^report\.(?!emergency)/, "")] ?? one.field.replace(/^report\./, ""),
          one.message,
        ),
    )
    .map((one) => one.message);
  say(form.querySelector(".in-all"), faults.length && !rest.length ? "" : rest.join("；") || act.refusal(answer));
  const first = form.querySelector('[aria-invalid="true"]');
  if (first) first.focus();
};

const save = async (how, original) => {
  if (!form || busy) return;
  clearFaults();
  const kind = category();
  if (kind.fault) {
    fault("category", kind.fault);
    fields.category.focus();
    return;
  }
  if (!fields.title.value.trim() && kind.code)
    fields.title.value = desk.first.categories.find(([code]) => code === kind.code)[1];
  if (!fields.title.value.trim()) {
    fault("title", t("请写明是什么事"));
    fields.title.focus();
    return;
  }
  if (!place && !fields.address.value.trim()) {
    fault("address", t("请写明地点，或在图上点一下"));
    fields.address.focus();
    return;
  }
  busy = true;
  const go = form.querySelector("button[type=submit]");
  go.disabled = true;
  const late = () => {
    say(form.querySelector(".in-all"), t("还没有得到确认，正在等服务器；可以再按，不会重复"));
    go.disabled = false;
    busy = false;
  };
  const name = how + (original || "");
  keys[name] = keys[name] || act.newKey();
  const body = report(kind.code);
  const answer =
    how === "join"
      ? await act.post("/api/v1/events/join", { original, report: body }, keys[name], late)
      : await act.post("/api/v1/events", body, keys[name], late);
  busy = false;
  go.disabled = false;
  if (!answer.ok) {
    refuse(answer);
    if (answer.status) delete keys[name];
    return;
  }
  served += 1;
  if (how === "join") {
    done(
      answer.said.original.number,
      t("已并入 {number}，共 {n} 人反映", { number: original, n: answer.said.original.demand }),
    );
    return;
  }
  const event = answer.said;
  if (event.status === "reported" && kind.code) {
    const registered = await act.send(event.number, event.version, "register", {});
    if (!registered.ok) {
      done(
        event.number,
        t("{number} 已登记，还没有立案：{why}", { number: event.number, why: act.refusal(registered) }),
        "warn",
      );
      return;
    }
    done(event.number, t("{number} 已登记并立案", { number: event.number }));
    return;
  }
  done(event.number, t("{number} 已登记", { number: event.number }));
};
const done = (number, words, kind) => {
  act.draft.drop(DRAFT());
  close();
  desk.tell(words, kind || "ok");
  desk.choose(number);
};

/* ---- opening and closing ---- */
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
    pin.addEventListener("click", () => deskPin.show(place, pinned));
    node.addEventListener("input", () => {
      if (place) locate(null);
    });
  }
  if (FINDS[kind]) combo(node, cell, FINDS[kind]);
  const said = cell.appendChild(el("p", "act-fault"));
  said.id = node.id + "-fault";
  said.setAttribute("role", "alert");
  node.setAttribute("aria-describedby", said.id);
  fields[name] = node;
  return cell;
};

const open = () => {
  const box = byId("desk-intake");
  if (form) {
    fields.phone.focus();
    return;
  }
  began = performance.now();
  form = el("form", "in");
  form.noValidate = true;
  form.dataset.ownKeys = "";
  fields = {};
  place = null;
  const head = form.appendChild(el("header", "in-h"));
  head.append(
    el("h2", "", t("代报")),
    el("span", "num in-time"),
    el("span", "in-who", t("记录人 {name}，下面填反映人", { name: desk.first.account.title })),
  );
  const source = form.appendChild(el("div", "in-field in-field--5"));
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
  for (const one of FIELDS) form.append(cellOf(one));
  const box2 = form.appendChild(el("div", "in-doubles"));
  box2.hidden = true;
  box2.append(el("b", "in-doubles__h"), el("ul"));
  const foot = form.appendChild(el("footer", "in-f"));
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
    act.draft.drop(DRAFT());
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
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save("report");
  });
  form.addEventListener("input", changed);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save("report");
    }
  });
  box.replaceChildren(form);
  restore(act.draft.kept(DRAFT()));
  fields.phone.focus();
};

const restore = (draft) => {
  for (const [name, node] of Object.entries(fields)) if (draft[name]) node.value = draft[name];
  if (draft.source) {
    const radio = form.querySelector(`input[name=source][value=${draft.source}]`);
    if (radio) radio.checked = true;
  }
  if (draft.emergency) form.elements.emergency.checked = true;
  if (draft.place) locate(draft.place);
};

const close = () => {
  form = null;
  deskPin.hide();
  const bar = el("div", "in-bar");
  const button = bar.appendChild(el("button", "btn", t("电话、来访代报")));
  button.type = "button";
  button.dataset.action = "report";
  button.dataset.own = "";
  button.append(el("kbd", "", "N"));
  button.addEventListener("click", open);
  const waiting = Object.keys(act.draft.kept(DRAFT())).length > 0;
  bar.append(
    el("span", "", waiting ? t("有一份没有登记完的草稿") : served ? t("本班已登记 {n} 件", { n: served }) : ""),
  );
  byId("desk-intake").replaceChildren(bar);
  byId("event-body").focus({ preventScroll: true });
};

const tick = () => {
  if (form) say(form.querySelector(".in-time"), t("已用 {time}", { time: duration(performance.now() - began) }));
};

export const begin = () => {
  close();
  desk.key("n", t("电话、来访代报"), open, t("页面"));
  setInterval(tick, 1000);
};
