/* What still waits in the phone, and what the server would not take. */

import { byId, el } from "../core/dom.js";
import { hourTime } from "../core/time.js";
import { t } from "../core/words.js";
import { phone } from "../phone/phone.js";
import { items } from "./field.js";
import { outbox } from "./outbox.js";

const { first } = phone;

/** ---- what waits in the phone ---- @type {Record<string, Word>} */
const STATES = { waiting: () => t("待发送"), conflict: () => t("有冲突"), refused: () => t("没有收下") };
/** @param {OutboxItem} item */
const parcel = (item) => {
  const made = el("li", "p-card p-out-item");
  made.dataset.state = item.state;
  made.append(
    el("b", "", STATES[item.state]()),
    el("span", "", item.title),
    el("time", "num", hourTime(item.at, Intl.DateTimeFormat().resolvedOptions().timeZone)),
  );
  if (item.state === "waiting") {
    if (!item.tries) return made;
    made.classList.add("is-unsent");
    made.firstChild.textContent = t("没有发出");
    made.append(
      el(
        "p",
        "",
        [t("已试 {n} 次，会一直重试，直到发出", { n: item.tries }), item.said && item.said.words]
          .filter(Boolean)
          .join(" · "),
      ),
    );
    return made;
  }
  made.append(el("p", "", (item.said && item.said.words) || ""));
  const row = made.appendChild(el("div", "p-two"));
  const event = item.said && item.said.event;
  if (item.state === "conflict" && event && event.status !== "checking")
    made.append(el("p", "", t("这件事现在是“{status}”", { status: first.status_words[event.status] || event.status })));
  if (item.state === "refused" || (event && event.status === "checking")) {
    const again = row.appendChild(el("button", "btn btn--primary", t("再发一次")));
    again.type = "button";
    again.addEventListener("click", () => outbox.again(item.id, event ? event.version : undefined));
  }
  const drop = row.appendChild(el("button", "btn", t("知道了，不再发")));
  drop.type = "button";
  drop.addEventListener("click", () => outbox.forget(item.id));
  return made;
};
export const drawOutbox = () => {
  const list = items.filter((item) => item.state in STATES);
  const box = byId("field-outbox");
  if (!list.length) {
    box.replaceChildren();
    return;
  }
  const n = list.filter((item) => item.state === "waiting").length;
  const all = el("ol", "p-list");
  all.append(...list.map(parcel));
  box.replaceChildren(el("h2", "p-h", n ? t("手机里还有 {n} 件没发出，有网会自动发", { n }) : t("需要您看一下")), all);
};
