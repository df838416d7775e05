/* Reporters who are not content with a closing: a button with the number that wait, a list, each opens its event to be
   answered. */

import { byId, el } from "../core/dom.js";
import { get } from "../core/http.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { countButton } from "./count-button.js";
import { desk } from "./desk.js";

const LOOK_MS = 30_000;
const KEY = "O"; // shift and o; o alone opens a closed event again
/** @type {Api.Objections["items"]} */
let items = [];
let timer = 0;

const look = async () => {
  clearTimeout(timer);
  timer = setTimeout(look, LOOK_MS);
  const said = await get("/api/v1/objections");
  if (!said) return; // the link in the head says how old everything is
  items = said.items;
  button();
};

const button = () => countButton("desk-objections", t("异议"), items.length, open, "⇧O");

/** @param {Api.Objections["items"][number]} one @param {HTMLDialogElement} box */
const line = (one, box) => {
  const made = el("li", "d-objection");
  const go = made.appendChild(el("button", "btn"));
  go.type = "button";
  go.dataset.event = one.number;
  go.append(el("b", "num", one.number), el("span", "", one.title));
  go.addEventListener("click", () => {
    box.close();
    desk.choose(one.number);
  });
  made.append(
    el("p", "", one.text),
    el(
      "small",
      "num",
      [one.unit, t("办结于 {when}", { when: dayTime(Date.parse(one.closed_at), desk.first.time_zone) })]
        .filter(Boolean)
        .join(" · "),
    ),
  );
  return made;
};

const open = async () => {
  await look();
  const box = el("dialog", "dp-drawer");
  box.setAttribute("aria-label", t("上报人的异议"));
  const top = box.appendChild(el("header", "dp-h"));
  const quit = el("button", "dp-link", t("收起 Esc"));
  quit.type = "button";
  quit.addEventListener("click", () => box.close());
  top.append(
    el("h2", "", t("上报人的异议")),
    el(
      "span",
      "dp-h__what",
      items.length ? t("{n} 件等待答复：重新打开，或写明原因驳回", { n: items.length }) : t("没有等待答复的异议"),
    ),
    quit,
  );
  const list = box.appendChild(el("ol", "dp-scroll"));
  list.append(...items.map((one) => line(one, box)));
  box.addEventListener("close", () => box.remove());
  byId("desk-objections").append(box);
  box.showModal();
};

document.addEventListener("acted", (event) => {
  if (["reopen", "dismiss"].includes(event.detail.action)) look();
});
export const begin = () => {
  desk.key(KEY, t("上报人的异议"), open, t("页面"));
  look();
};
