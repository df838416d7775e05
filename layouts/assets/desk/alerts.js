/* Emergencies at the desk: one bar with what is owed and what comes next, answered by a key, on behalf of somebody
   heard elsewhere, or silenced openly for a while. The alarm's store, sound and voice are those of the wall. */
import { act } from "../act/act.js";
import { alertStore } from "../alarm/alerts.js";
import { alarmSound } from "../alarm/sound.js";
import { byId, el, say } from "../core/dom.js";
import { page } from "../core/page.js";
import { clockTime, dayTime, duration, hourTime, remaining } from "../core/time.js";
import { t } from "../core/words.js";
import { manyOf } from "../live/link.js";
import { deskCells } from "./cells.js";
import { desk } from "./desk.js";
import { deskArea } from "./head.js";

const LOAD_MS = 30_000;
const SHIFT_MS = 8 * 3_600_000;
const SOON_ACK_MS = 60_000; // answered later than every desk was called: listed as missed
const CHIPS = 6;
const MINUTES = [5, 10, 15, 30];
const CHANNELS = [
  ["phone", () => t("电话")],
  ["radio", () => t("对讲机")],
  ["face", () => t("当面")],
  ["message", () => t("短信")],
];
let pinned = 0;
let answered = 0;
let form = null; // {kind, id}
let load = { ten_minutes: 0, flood: false };
let shape = "";
let drawing = false;

const open = () => alertStore.open();
/* What somebody chose to look at; else what nobody has answered; else what was answered here last. */
const main = () => {
  const all = open();
  const kept = (id) => all.find((one) => one.id === id);
  return kept(pinned) || all.find((one) => one.state === "raised") || kept(answered) || all[0] || null;
};
const here = () => t("调度台 {name}", { name: desk.first.account.name });
const place = (alert) =>
  [deskCells.shortNumber(alert.event), deskArea(alert.grid), alert.address].filter(Boolean).join(" · ");
const said = (alert) => {
  const { by, title, at, behalf } = alert.acknowledged || {};
  if (!alert.acknowledged) return t("无人确认");
  const when = clockTime(at, desk.first.time_zone);
  return behalf
    ? t("{when} {who} 已确认（{by} 代记，{channel}：{words}）", {
        when,
        who: behalf.who,
        by: title || by,
        channel: channelWord(behalf.channel),
        words: behalf.words,
      })
    : t("{when} {who} 已确认", { when, who: title || by });
};
const channelWord = (code) => (CHANNELS.find(([one]) => one === code) || ["", () => code])[1]();
const NEXT = {
  raise: () => t("推送单位、大屏、调度台"),
  repeat: () => t("再次响铃"),
  widen: () => t("全部席位、单位负责人"),
  webhook: () => t("转短信和电话通知"),
  reopen: () => t("未签收将再次告警"),
  overdue: () => t("到时未办结将再次告警"),
};

/* ---- answering ---- */
const post = async (alert, verb, body, words) => {
  const late = () => desk.tell(t("还没有得到确认，正在等服务器；可以再按，不会重复"), "warn", Infinity);
  const answer = await act.post(`/api/v1/alerts/${alert.id}/${verb}`, body, null, late);
  if (answer.ok) {
    form = null;
    answered = alert.id;
    desk.tell(words, "ok");
    dirty();
    return true;
  }
  const faults = (answer.said.errors || []).filter((one) => fault(one.field, one.message));
  if (!faults.length) desk.tell(act.refusal(answer), answer.status === 409 ? "warn" : "bad");
  return false;
};
const acknowledge = (alert) =>
  post(alert, "acknowledge", { episode: alert.episode, screen: here() }, t("已确认：{title}", { title: alert.title }));
const fault = (field, text) => {
  const node = document.querySelector(`#desk-alerts [data-field="${field.replace(/^on_behalf\./, "")}"] .act-fault`);
  if (node) say(node, text);
  return Boolean(node);
};

const urge = async (alert) => {
  const answer = await fetch("/api/v1/events/" + alert.event, { cache: "no-store" }).catch(() => null);
  const found = answer && answer.ok ? await answer.json() : null;
  if (!found || !found.allowed.includes("urge")) {
    desk.tell(found ? t("两小时内已催办过") : t("没有连上服务器，这一步未确认；恢复后再按一次，不会重复"), "warn");
    return;
  }
  act.press("urge", { number: alert.event, version: found.event.version, facts: {} });
};

/* ---- small forms ---- */
const input = (box, name, words, most) => {
  const cell = box.appendChild(el("label", "al-field", words));
  cell.dataset.field = name;
  const node = cell.appendChild(el("input"));
  Object.assign(node, { type: "text", name, maxLength: most, autocomplete: "off" });
  cell.append(el("span", "act-fault"));
  return node;
};
const choice = (box, name, words, options) => {
  const cell = box.appendChild(el("label", "al-field", words));
  cell.dataset.field = name;
  const node = cell.appendChild(el("select"));
  node.name = name;
  for (const [code, text] of options) {
    const one = el("option", "", text);
    one.value = code;
    node.append(one);
  }
  cell.append(el("span", "act-fault"));
  return node;
};
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
        const until = new Date(window.live.now() + Number(made.elements.until.value) * 60_000 - 500).toISOString();
        return post(
          alert,
          "shelve",
          { reason: made.elements.reason.value.trim(), until },
          t("已静音 {n} 分钟", { n: made.elements.until.value }),
        );
      },
    ];
  },
};
const drawForm = (alert) => {
  const made = el("form", "al-form");
  made.noValidate = true;
  made.dataset.ownKeys = "";
  const [words, send] = FORMS[form.kind](alert, made);
  const go = made.appendChild(el("button", "btn btn--primary", words));
  go.type = "submit";
  const quit = made.appendChild(el("button", "btn", t("取消")));
  quit.type = "button";
  quit.addEventListener("click", () => {
    form = null;
    dirty();
  });
  made.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      form = null;
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
  setTimeout(() => made.elements[0].focus(), 0);
  return made;
};

/* ---- the bar ---- */
const button = (words, key, run, name) => {
  const node = el("button", "btn al-btn", words);
  node.type = "button";
  if (key) node.append(el("kbd", "", key));
  if (name) {
    node.dataset.action = name;
    node.dataset.own = "";
  }
  node.addEventListener("click", run);
  return node;
};
const chip = (unit) => {
  const node = el("span", "al-chip" + (unit.accepted ? "" : " al-chip--wait"));
  node.append(
    el("i", "", unit.accepted ? "✓" : "◷"),
    el("span", "", unit.accepted ? unit.name : t("{unit} 待签收", { unit: unit.name })),
  );
  if (!unit.accepted && unit.due_at) {
    const due = node.appendChild(el("b", "num al-until"));
    due.dataset.due = unit.due_at;
  }
  return node;
};

const numbered = (alert) => {
  const n = alertStore.number(alert);
  return n ? n + " · " : "";
};

const bar = (alert, all) => {
  const raised = alert.state === "raised";
  const box = el("section", "al" + (raised ? " al--raised" : ""));
  Object.assign(box.dataset, { event: alert.event, status: alert.state, alert: alert.id });
  const count = box.appendChild(el("div", "al-i"));
  count.append(el("span", "", t("紧急")), el("span", "", t("{n} 起", { n: all.length })));
  const text = box.appendChild(el("div", "al-t"));
  text.append(
    el("b", "", numbered(alert) + alert.title),
    el("span", "", [place(alert), manyOf(alert)].filter(Boolean).join(" · ")),
  );
  const since = box.appendChild(el("div", "al-e"));
  since.append(el("span", "", raised ? t("无人确认 已") : t("已持续")));
  const time = since.appendChild(el("b", "num al-since"));
  time.dataset.since = raised ? alert.raised_at : alert.reported_at;
  const acks = box.appendChild(el("div", "al-a"));
  acks.append(el("p", "", said(alert)));
  const chips = acks.appendChild(el("div", "al-chips"));
  const owing = [...alert.units].sort((a, b) => a.accepted - b.accepted);
  chips.append(...owing.slice(0, CHIPS).map(chip));
  if (owing.length > CHIPS) chips.append(el("span", "al-chip", "+" + (owing.length - CHIPS)));
  if (!owing.length) chips.append(el("span", "al-chip al-chip--wait", t("责任单位待指派")));
  const next = box.appendChild(el("div", "al-n"));
  next.append(
    el("span", "", t("下一步")),
    el("b", "", alert.next ? (NEXT[alert.next.what] || (() => alert.next.what))() : t("办结后解除")),
  );
  if (alert.next) {
    const due = next.appendChild(el("i", "num al-until"));
    due.dataset.due = alert.next.at;
  }
  const does = box.appendChild(el("div", "al-b"));
  if (raised) does.append(button(t("确认"), "A", () => acknowledge(alert), "acknowledge"));
  does.append(button(t("查看"), "E", () => desk.choose(alert.event)));
  if (raised) {
    does.append(
      button(t("代确认"), "", () => {
        form = { kind: "behalf", id: alert.id };
        dirty();
      }),
    );
    does.append(
      button(t("静音"), "", () => {
        form = { kind: "shelf", id: alert.id };
        dirty();
      }),
    );
  } else does.append(button(t("催办"), "", () => urge(alert)));
  return box;
};

const others = (all, first) => {
  const box = el("nav", "al-others");
  if (load.flood)
    box.append(el("b", "al-flood", t("告警洪峰：10 分钟 {n} 起，先确认最紧急的", { n: load.ten_minutes })));
  for (const alert of all.filter((one) => one !== first)) {
    const node = box.appendChild(el("button", "al-other" + (alert.state === "raised" ? " al-other--loud" : "")));
    node.type = "button";
    node.append(
      el("b", "", numbered(alert) + alert.title),
      el("span", "", [alert.state === "raised" ? t("未确认") : t("处置中"), manyOf(alert)].filter(Boolean).join(" · ")),
    );
    const time = node.appendChild(el("span", "num al-since"));
    time.dataset.since = alert.state === "raised" ? alert.raised_at : alert.reported_at;
    node.addEventListener("click", () => {
      pinned = alert.id;
      dirty();
    });
  }
  const shelved = first && alertStore.shelf(first, window.live.now());
  if (shelved)
    box.append(
      el(
        "span",
        "al-shelf",
        t("静音至 {when}：{reason}（{by}）", {
          when: hourTime(shelved.until, desk.first.time_zone),
          reason: shelved.reason,
          by: shelved.title || shelved.by,
        }),
      ),
    );
  return box.childNodes.length ? box : null;
};

const draw = () => {
  drawing = false;
  const box = byId("desk-alerts");
  if (!box) return;
  const all = open();
  const first = main();
  if (form && !(first && first.id === form.id && first.state === "raised")) form = null;
  const wanted = JSON.stringify([
    first,
    all.map((one) => [one.id, one.version, one.state, one.count]),
    form,
    load.flood,
  ]);
  alarmSound.ring(all);
  if (wanted === shape) {
    tick();
    return;
  }
  shape = wanted;
  const parts = [];
  if (first) parts.push(bar(first, all));
  const rest = others(all, first);
  if (rest) parts.push(rest);
  if (form && first) parts.push(drawForm(first));
  box.replaceChildren(...parts);
  tick();
};
const dirty = () => {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(draw);
  }
};

const tick = () => {
  const now = window.live.now();
  for (const node of document.querySelectorAll("#desk-alerts .al-since"))
    say(node, duration(now - Number(node.dataset.since)));
  for (const node of document.querySelectorAll("#desk-alerts .al-until"))
    say(
      node,
      Number(node.dataset.due) > now ? t("剩 {time}", { time: remaining(Number(node.dataset.due), now) }) : t("已到时"),
    );
  pill();
};

/* ---- sound, load, what was missed ---- */
const pill = () => {
  const box = byId("desk-sound");
  if (!box.firstChild) {
    const list = button("", "G", showMissed);
    list.prepend(el("span"));
    box.append(el("span", "al-sound"), list);
  }
  const [sound, list] = box.children;
  const blocked = !alarmSound.on();
  say(sound, blocked ? t("声音被浏览器挡住，按任意键开启") : t("声音 开"));
  sound.classList.toggle("t-soon", blocked);
  say(list.firstChild, t("10 分钟告警 {n}", { n: load.ten_minutes }));
  list.classList.toggle("t-over", load.flood);
};
const weigh = () =>
  fetch("/api/v1/alerts/load", { cache: "no-store" })
    .then((answer) => (answer.ok ? answer.json() : load))
    .then((found) => {
      load = found;
      dirty();
    })
    .catch(() => undefined); // the banner of the lost link says enough

const fate = (alert) => {
  const ms = (time) => (typeof time === "string" ? Date.parse(time) : time);
  const raised = ms(alert.raised_at);
  if (!alert.acknowledged) return [alert.state === "stood_down" ? t("无人确认，已解除") : t("无人确认"), true];
  const after = ms(alert.acknowledged.at) - raised;
  return [t("{time} 后确认", { time: duration(after) }), after > SOON_ACK_MS];
};
const showMissed = async () => {
  const since = new Date(window.live.now() - SHIFT_MS).toISOString();
  const answer = await fetch("/api/v1/alerts/missed?since=" + encodeURIComponent(since), { cache: "no-store" }).catch(
    () => null,
  );
  if (!answer || !answer.ok) {
    desk.tell(t("没有连上服务器，这一步未确认；恢复后再按一次，不会重复"), "bad");
    return;
  }
  const { items } = await answer.json();
  const dialog = el("dialog", "d-help al-list");
  const head = dialog.appendChild(el("header", "d-help__h"));
  head.append(
    el(
      "h2",
      "",
      t("八小时内的告警：{n} 起，漏接或迟确认 {m} 起", {
        n: items.length,
        m: items.filter((one) => fate(one)[1]).length,
      }),
    ),
  );
  const quit = head.appendChild(el("button", "btn", t("关闭 Esc")));
  quit.type = "button";
  quit.addEventListener("click", () => dialog.close());
  const rows = dialog.appendChild(el("ol", "al-rows"));
  for (const alert of items) {
    const [words, late] = fate(alert);
    const row = rows.appendChild(el("li"));
    row.append(
      el("time", "num", dayTime(Date.parse(alert.raised_at), desk.first.time_zone)),
      el("b", "", alert.title),
      el("span", "", alert.address || ""),
      el("em", late ? "t-over" : "", words),
    );
    const go = row.appendChild(el("button", "e-link", t("查看")));
    go.type = "button";
    go.addEventListener("click", () => {
      dialog.close();
      desk.choose(alert.event);
    });
  }
  if (!items.length) rows.append(el("li", "", t("八小时内没有告警")));
  dialog.addEventListener("close", () => dialog.remove());
  byId("desk-help").append(dialog);
  dialog.showModal();
};

export const begin = () => {
  const group = t("紧急");
  const newest = (run, none) => () => {
    const alert = open().find((one) => one.state === "raised") || (none ? null : main());
    if (alert) run(alert);
    else desk.tell(t("现在没有待确认的紧急事件"), "ok");
  };
  desk.key("a", t("确认最新的紧急事件"), newest(acknowledge, true), group);
  desk.key(
    "e",
    t("打开紧急事件"),
    newest((alert) => desk.choose(alert.event), false),
    group,
  );
  desk.key("g", t("告警清单和漏接"), showMissed, group);
  page.dirty = dirty;
  alertStore.replace(desk.first.alerts);
  alarmSound.start();
  window.live.on("alert", (alert) => {
    alertStore.take(alert);
    dirty();
    weigh();
  });
  window.live.on("rows", dirty);
  setInterval(() => {
    alertStore.link(window.live.now());
    alarmSound.ring(open());
    tick();
  }, 500);
  setInterval(weigh, LOAD_MS);
  weigh();
  dirty();
};
