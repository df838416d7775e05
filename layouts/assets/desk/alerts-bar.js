/* The bar of emergencies: what is owed, what comes next, the row of the others. */

import { alertStore } from "../alarm/alerts.js";
import { el } from "../core/dom.js";
import { clockTime, hourTime } from "../core/time.js";
import { t } from "../core/words.js";
import { manyOf } from "../live/link.js";
import { live } from "../live/live.js";
import { dirty } from "./alerts.js";
import { acknowledge, CHANNELS, urge } from "./alerts-answer.js";
import { shown } from "./alerts-shown.js";
import { deskCells } from "./cells.js";
import { desk } from "./desk.js";
import { deskArea } from "./head.js";

const CHIPS = 6;
/** @param {Alert} alert */
const place = (alert) =>
  [deskCells.shortNumber(alert.event), deskArea(alert.grid), alert.address].filter(Boolean).join(" · ");
/** @param {Alert} alert */
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
/** @param {string} code */
const channelWord = (code) => (CHANNELS.find(([one]) => one === code) || ["", () => code])[1]();
/** @type {Record<string, Word>} */
const NEXT = {
  raise: () => t("推送单位、大屏、调度台"),
  repeat: () => t("再次响铃"),
  widen: () => t("全部席位、单位负责人"),
  webhook: () => t("转短信和电话通知"),
  reopen: () => t("未签收将再次告警"),
  overdue: () => t("到时未办结将再次告警"),
};

/** ---- the bar ---- @param {string} words @param {string} key @param {() => void} run @param {string} [name] */
export const button = (words, key, run, name) => {
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
/** @param {Alert["units"][number]} unit */
const chip = (unit) => {
  const node = el("span", "al-chip" + (unit.accepted ? "" : " al-chip--wait"));
  node.append(
    el("i", "", unit.accepted ? "✓" : "◷"),
    el("span", "", unit.accepted ? unit.name : t("{unit} 待签收", { unit: unit.name })),
  );
  if (!unit.accepted && unit.due_at) {
    const due = node.appendChild(el("b", "num al-until"));
    due.dataset.due = String(unit.due_at);
  }
  return node;
};

/** @param {Alert} alert */
const numbered = (alert) => {
  const n = alertStore.number(alert);
  return n ? n + " · " : "";
};

/** @param {Alert} alert @param {Alert[]} all */
export const bar = (alert, all) => {
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
  time.dataset.since = String(raised ? alert.raised_at : alert.reported_at);
  const acks = box.appendChild(el("div", "al-a"));
  acks.append(el("p", "", said(alert)));
  const chips = acks.appendChild(el("div", "al-chips"));
  const owing = [...alert.units].sort((a, b) => Number(a.accepted) - Number(b.accepted));
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
    due.dataset.due = String(alert.next.at);
  }
  const does = box.appendChild(el("div", "al-b"));
  if (raised) does.append(button(t("确认"), "A", () => acknowledge(alert), "acknowledge"));
  does.append(button(t("查看"), "E", () => desk.choose(alert.event)));
  if (raised) {
    does.append(
      button(t("代确认"), "", () => {
        shown.form = { kind: "behalf", id: alert.id };
        dirty();
      }),
    );
    does.append(
      button(t("静音"), "", () => {
        shown.form = { kind: "shelf", id: alert.id };
        dirty();
      }),
    );
  } else does.append(button(t("催办"), "", () => urge(alert)));
  return box;
};

/** @param {Alert[]} all @param {Alert} first */
export const others = (all, first) => {
  const box = el("nav", "al-others");
  if (shown.load.flood)
    box.append(el("b", "al-flood", t("告警洪峰：10 分钟 {n} 起，先确认最紧急的", { n: shown.load.ten_minutes })));
  for (const alert of all.filter((one) => one !== first)) {
    const node = box.appendChild(el("button", "al-other" + (alert.state === "raised" ? " al-other--loud" : "")));
    node.type = "button";
    node.append(
      el("b", "", numbered(alert) + alert.title),
      el("span", "", [alert.state === "raised" ? t("未确认") : t("处置中"), manyOf(alert)].filter(Boolean).join(" · ")),
    );
    const time = node.appendChild(el("span", "num al-since"));
    time.dataset.since = String(alert.state === "raised" ? alert.raised_at : alert.reported_at);
    node.addEventListener("click", () => {
      shown.pinned = alert.id;
      dirty();
    });
  }
  const shelved = first && alertStore.shelf(first, live.now());
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
