/* The pieces of the emergency strip: large while nobody has answered, one line once in hand. Text enters as text only.
 */
import { alarmSound } from "../alarm/sound.js";
import { el, mark, say } from "../core/dom.js";
import { clockTime, duration, hourTime, remaining } from "../core/time.js";
import { t } from "../core/words.js";
import { manyOf } from "../live/link.js";
import { wallMap } from "../map/map.js";
import { CHIPS, chip, forces, ladder, next, notes, row, unitRow } from "./alert-pieces.js";
import { acknowledged, elapsed, happened, lead, numbered, owing, place, signed, zone } from "./alert-words.js";

const LONG_TITLE = 14; // signs: more would be cut where the nearest forces stand below
const ROWS = 4; // units in the large strip, below the shift leader
/** @param {HTMLElement} box @param {string} classes @param {...(Node | string)} children */
const cell = (box, classes, ...children) => {
  const made = box.appendChild(el("div", classes));
  made.append(...children.filter(Boolean));
  return made;
};
export const alertParts = {
  /** In hand: one line of five cells. @param {Alert} alert @param {boolean} lost */
  strip(alert, lost) {
    const box = el("section", "w-strip");
    cell(
      box,
      "w-strip__i",
      ...t("紧急|事件")
        .split("|")
        .map((line) => el("span", "", line)),
    );
    cell(
      box,
      "w-strip__t",
      el("b", "w-cut", numbered(alert) + alert.title),
      el("span", "w-cut", [place(alert), manyOf(alert)].filter(Boolean).join(" · ")),
    );
    cell(box, "w-strip__e", el("span", "", t("已持续")), elapsed(alert.reported_at));
    const chips = el("div", "w-acks");
    chips.append(
      ...owing(alert)
        .slice(0, CHIPS)
        .map((one) => chip(one, lost)),
    );
    if (alert.units.length > CHIPS) chips.append(el("span", "w-ackchip", "+" + (alert.units.length - CHIPS)));
    cell(
      box,
      "w-strip__a",
      el(
        "span",
        "w-cut",
        t("签收 {n} / {all}", { n: signed(alert), all: alert.units.length }) + " · " + acknowledged(alert),
      ),
      chips,
    );
    const [what, ...more] = next(alert, lost);
    const line = el("div", "w-strip__m");
    line.append(...more);
    cell(
      box,
      "w-strip__n",
      el("span", "w-cut", lead(alert) ? t("下一步 · 责任 {unit}", { unit: lead(alert) }) : t("下一步")),
      what,
      line,
    );
    return box;
  },
  /* Nobody has answered: confirmation and each signature in a row of its own, so that one cannot silence the others. */
  /** @param {Alert} alert @param {boolean} lost */
  alarm(alert, lost) {
    const box = el("section", "w-alarm");
    cell(box, "w-alarm__i", el("strong", "w-bell", "!"), el("span", "", t("紧急事件")));
    const told = [
      ...happened(alert, clockTime),
      alert.category,
      t("责任 {unit}", { unit: lead(alert) || t("待指派") }),
      manyOf(alert),
    ]
      .filter(Boolean)
      .join(" · ");
    cell(
      box,
      "w-alarm__t",
      el("h2", "w-cut2" + (alert.title.length > LONG_TITLE ? " w-alarm__long" : ""), numbered(alert) + alert.title),
      el("p", "w-cut", place(alert)),
      el("p", "w-alarm__s w-cut", told),
      forces(alert),
      notes(alert),
    );
    const limit = alert.ladder.find((rung) => rung.what === "widen");
    const within = limit ? t("限 {time} 内确认", { time: duration(limit.at - alert.raised_at) }) : "";
    cell(box, "w-alarm__e", el("span", "", t("无人确认 已")), elapsed(alert.raised_at), el("span", "", within));
    const head = el(
      "h3",
      "",
      t("确认 {a} / 1 · 单位签收 {n} / {all}", { a: 0, n: signed(alert), all: alert.units.length }),
    );
    const list = el("ul");
    const units = owing(alert);
    list.append(
      row(t("值班长"), lost ? t("状态未知") : t("未确认"), false),
      ...units.slice(0, units.length > ROWS ? ROWS - 1 : ROWS).map((one) => unitRow(one, lost)),
    );
    if (units.length > ROWS)
      list.append(
        row(
          t("另有 {n} 家单位", { n: units.length - ROWS + 1 }),
          "",
          units.slice(ROWS - 1).every((one) => one.accepted),
        ),
      );
    cell(box, "w-alarm__a", head, list);
    cell(
      box,
      "w-alarm__l",
      el("h3", "", t("无人确认时自动升级")),
      ladder(alert, lost),
      el("p", "", t("请在调度台确认")),
    );
    return box;
  },
  /* The other open ones: each can be touched into the strip. */
  /** @param {Alert[]} alerts @param {(id: number) => void} show */
  others(alerts, show) {
    const box = el("nav", "w-others");
    box.append(el("b", "", t("另有 {n} 起", { n: alerts.length })));
    for (const alert of alerts) {
      const raised = alert.state === "raised";
      const item = box.appendChild(el("div", raised ? "w-other w-other--loud" : "w-other"));
      item.append(
        el("b", "w-cut", numbered(alert) + alert.title),
        el("span", "w-cut", manyOf(alert) || alert.address || wallMap.name(alert.grid)),
        el("em", "", raised ? t("未确认") : t("处置中")),
        elapsed(raised ? alert.raised_at : alert.reported_at),
      );
      mark(item, "data-other", alert.id);
      mark(item, "role", "button");
      mark(item, "tabindex", 0);
      item.addEventListener("click", () => show(alert.id));
      item.addEventListener("keydown", (pressed) => {
        if (pressed.key === "Enter") show(alert.id);
      });
    }
    return box;
  },
  /** Raised while this screen was away: true times, and what has become of each. @param {Alert[]} alerts */
  missed(alerts) {
    const box = el("section", "w-missed");
    box.append(el("b", "w-missed__h", t("断线期间 {n} 起", { n: alerts.length })));
    for (const alert of alerts.slice(0, 3)) {
      const over = alert.state === "stood_down" && alert.stood_down_at;
      const fate = over
        ? t("{when} 已解除", { when: hourTime(alert.stood_down_at, zone()) })
        : alert.acknowledged
          ? acknowledged(alert)
          : alert.state === "raised"
            ? t("未确认")
            : t("已解除");
      const item = box.appendChild(
        el("div", alert.state === "raised" ? "w-missed__i w-missed__i--loud" : "w-missed__i"),
      );
      item.append(
        el("time", "num", happened(alert, hourTime).join(" · ")),
        el("b", "w-cut", alert.title),
        el("em", "w-cut", fate),
      );
      mark(item, "data-missed", alert.id);
    }
    return box;
  },
  /** @param {HTMLElement} box @param {number} now */
  tick(box, now) {
    for (const time of box.querySelectorAll(".w-since")) {
      const said = duration(now - Number(time.getAttribute("data-since")));
      say(time, said);
      mark(time, "data-long", Math.max(0, said.length - 5)); // h:mm:ss must fit as well
    }
    for (const time of box.querySelectorAll(".w-until")) {
      const left = Number(time.getAttribute("data-due")) - now;
      const said = remaining(now + left, now);
      const bare = time.classList.contains("w-until--bare");
      say(
        time,
        left <= 0
          ? bare
            ? t("逾时")
            : t("已到时")
          : bare
            ? said
            : time.classList.contains("w-until--in")
              ? t("{time} 后", { time: said })
              : t("剩 {time}", { time: said }),
      );
    }
    for (const shelf of box.querySelectorAll(".w-shelved"))
      shelf.hidden = Number(shelf.getAttribute("data-until")) <= now;
    const shelved = box.querySelector(".w-shelved:not([hidden])");
    for (const note of box.querySelectorAll(".w-blocked")) note.hidden = alarmSound.on() || Boolean(shelved);
  },
};
