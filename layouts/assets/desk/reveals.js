/* For the lead: who has looked at reporters' numbers so often within the hour that the product said it is enough. */

import { byId, el } from "../core/dom.js";
import { get } from "../core/http.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { countButton } from "./count-button.js";
import { desk } from "./desk.js";

const LOOK_MS = 30_000;
/** @type {Api.Reveals["items"]} */
let items = [];

const look = async () => {
  const said = await get("/api/v1/reveals");
  setTimeout(look, LOOK_MS);
  if (!said) return; // the link in the head says how old everything is
  items = said.items.filter((/** @type {Api.Reveals["items"][number]} */ one) => one.reached_at);
  button();
};

const button = () => countButton("desk-reveals", t("查看联系方式达上限"), items.length, open);

/** @param {Api.Reveals["items"][number]} one */
const line = (one) => {
  const made = el("li", "d-objection");
  const when = t("{when} 达到上限", { when: dayTime(Date.parse(one.reached_at), desk.first.time_zone) });
  made.append(
    el("p", "", `${one.title} ${one.account}`),
    el("small", "num", [t("一小时内 {n} 次", { n: one.count }), when].join(" · ")),
  );
  return made;
};

const open = () => {
  const box = el("dialog", "dp-drawer");
  box.setAttribute("aria-label", t("查看联系方式达上限"));
  const top = box.appendChild(el("header", "dp-h"));
  const quit = el("button", "dp-link", t("收起 Esc"));
  quit.type = "button";
  quit.addEventListener("click", () => box.close());
  top.append(
    el("h2", "", t("查看联系方式达上限")),
    el("span", "dp-h__what", t("每次查看都已留痕；请核实是否为工作需要")),
    quit,
  );
  box.appendChild(el("ol", "dp-scroll")).append(...items.map(line));
  box.addEventListener("close", () => box.remove());
  byId("desk-reveals").append(box);
  box.showModal();
};

export const begin = () => {
  if (byId("desk-reveals")) look();
}; // an operator is told nothing of the others
