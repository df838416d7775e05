/* The stretches of border that keep causing trouble, worst first, in a dialog beside the panel of dispatch. */

import { el, say } from "../core/dom.js";
import { get } from "../core/http.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { desk } from "./desk.js";

/** @param {{street?: string, name: string}} grid */
const named = (grid) => [grid.street, grid.name].filter(Boolean).join(" ");

const head = () => {
  const row = el("tr");
  for (const word of [t("边界"), t("存疑"), t("待定归属"), t("属地退单"), t("裁定"), t("最近一次")]) {
    const cell = el("th", "", word);
    cell.scope = "col";
    row.append(cell);
  }
  const made = el("thead");
  made.append(row);
  return made;
};

/** @param {Api.Stretches["items"][number]} one */
const row = (one) => {
  const made = el("tr");
  const name = el("th", "", one.grids.map(named).join(" ↔ "));
  name.scope = "row";
  const rulings = one.rulings.map((ruling) => t("{name} {n} 次", { name: named(ruling), n: ruling.count })).join("、");
  const last = one.last
    ? t("{name}，{by}，{when}", {
        name: named(one.last),
        by: one.last.by,
        when: dayTime(Date.parse(one.last.at), desk.first.time_zone),
      })
    : "—";
  made.append(
    name,
    el("td", "num", one.doubtful),
    el("td", "num", one.waiting),
    el("td", "num", one.declines),
    el("td", "num", rulings || "—"),
    el("td", "num", last),
  );
  return made;
};

const open = async () => {
  const slot = document.getElementById("desk-stretches");
  const box = el("dialog", "dp-drawer");
  box.setAttribute("aria-label", t("常出争议的边界"));
  const top = box.appendChild(el("header", "dp-h"));
  const note = el("span", "dp-h__what", t("正在取…"));
  const quit = el("button", "dp-link", t("收起 Esc"));
  quit.type = "button";
  quit.addEventListener("click", () => box.close());
  top.append(el("h2", "", t("常出争议的边界")), note, quit);
  box.addEventListener("close", () => slot.replaceChildren());
  slot.replaceChildren(box);
  box.showModal();
  const said = await get("/api/v1/borders/stretches");
  if (!said) {
    say(note, t("没有取到，请稍后再打开"));
    return;
  }
  say(
    note,
    said.items.length ? t("近 {n} 天，最费事的在前", { n: said.days }) : t("近 {n} 天没有争议", { n: said.days }),
  );
  if (!said.items.length) return;
  const table = el("table", "dp-table");
  const rows = el("tbody");
  rows.append(...said.items.map(row));
  table.append(head(), rows);
  const scroll = box.appendChild(el("div", "dp-scroll"));
  scroll.tabIndex = 0;
  scroll.append(table);
};

document.addEventListener("click", (event) => {
  if (/** @type {HTMLElement} */ (event.target).closest('[data-open="stretches"]')) open();
});
