/* Messages that outside systems have not taken: a button with their number, a list with since when and why, each may
   go out again. */

import { act } from "../act/act.js";
import { byId, el } from "../core/dom.js";
import { get } from "../core/http.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { countButton } from "./count-button.js";
import { desk } from "./desk.js";

const LOOK_MS = 15_000;
const TARGETS = { alert: () => t("告警通知"), efficiency: () => t("效能办") };
const REASONS = { no_audible_screen: () => t("没有听得见的屏幕"), unacknowledged: () => t("告警无人确认") };
/** @param {Record<string, Word>} words @param {string} code */
const word = (words, code) => (words[code] ? words[code]() : code);
/** @type {Pick<Api.Deliveries, "items" | "owed" | "failed">} */
let found = { items: [], owed: 0, failed: 0 };
let timer = 0;

const look = async () => {
  clearTimeout(timer);
  timer = setTimeout(look, LOOK_MS);
  const said = await get("/api/v1/deliveries");
  if (!said) return;
  found = said;
  button();
};

const button = () => countButton("desk-deliveries", t("通知未送达"), found.owed, open);

/** @param {Api.Deliveries["items"][number]} one */
const line = (one) => {
  const made = el("li", "d-objection");
  made.dataset.delivery = String(one.id);
  made.append(
    el("b", "", [word(TARGETS, one.target), word(REASONS, one.reason)].join(" · ")),
    el("p", one.state === "failed" ? "t-over" : "", one.why || ""),
  );
  const since = [
    one.event,
    t("{when} 起", { when: dayTime(Date.parse(one.created_at), desk.first.time_zone) }),
    t("已试 {n} 次", { n: one.tries }),
  ].filter(Boolean);
  made.append(el("small", "num", since.join(" · ")));
  const go = made.appendChild(el("button", "btn", t("现在再发")));
  go.type = "button";
  go.addEventListener("click", async () => {
    go.disabled = true;
    const answer = await act.post(`/api/v1/deliveries/${one.id}/again`, {});
    desk.tell(answer.ok ? t("已排到最前，马上再发") : act.refusal(answer), answer.ok ? "ok" : "bad");
    look();
  });
  return made;
};

const open = async () => {
  await look();
  const box = el("dialog", "dp-drawer");
  box.setAttribute("aria-label", t("没有送达的通知"));
  const top = box.appendChild(el("header", "dp-h"));
  const quit = el("button", "dp-link", t("收起 Esc"));
  quit.type = "button";
  quit.addEventListener("click", () => box.close());
  top.append(
    el("h2", "", t("没有送达的通知")),
    el("span", "dp-h__what", t("{n} 条还没有送达，其中 {failed} 条试过没成", { n: found.owed, failed: found.failed })),
    quit,
  );
  const list = box.appendChild(el("ol", "dp-scroll"));
  list.append(...found.items.map(line));
  box.addEventListener("close", () => box.remove());
  byId("desk-deliveries").append(box);
  box.showModal();
};

export const begin = () => look();
