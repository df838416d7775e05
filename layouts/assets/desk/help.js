/* `?`: every key of the desk by group, read from the table of keys itself; Esc leaves whatever has the focus. */
import { act } from "../act/act.js";
import { el } from "../core/dom.js";
import { t } from "../core/words.js";
import { desk } from "./desk.js";

/** @type {Record<string, string>} */
const SHOWN = { ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };
/** @param {string} key */
const printed = (key) =>
  SHOWN[key] ||
  (key.length === 1 && key !== key.toLowerCase() ? "⇧" + key : key.toUpperCase().replace("ENTER", "Enter"));

const show = () => {
  const box = document.getElementById("desk-help");
  const dialog = el("dialog", "d-help");
  dialog.setAttribute("aria-label", t("全部快捷键"));
  const head = dialog.appendChild(el("header", "d-help__h"));
  head.append(el("h2", "", t("全部快捷键")));
  const quit = head.appendChild(el("button", "btn", t("关闭 Esc")));
  quit.type = "button";
  quit.addEventListener("click", () => dialog.close());
  const groups = new Map();
  for (const one of desk.keys()) {
    if (!groups.has(one.group)) groups.set(one.group, new Map());
    const words = groups.get(one.group);
    words.set(one.label, [...(words.get(one.label) || []), printed(one.key)]);
  }
  const body = dialog.appendChild(el("div", "d-help__b"));
  for (const [group, words] of groups) {
    const part = body.appendChild(el("section"));
    part.append(el("h3", "", group));
    const rows = part.appendChild(el("dl"));
    for (const [label, keys] of words) {
      const row = rows.appendChild(el("div"));
      row.append(el("dt", "", label));
      const cell = row.appendChild(el("dd"));
      for (const key of keys) cell.append(el("kbd", "", key));
    }
  }
  dialog.addEventListener("close", () => dialog.remove());
  box.append(dialog);
  dialog.showModal();
};

export const begin = () => {
  desk.key("?", t("全部快捷键"), show, t("页面"));
  desk.key(
    "Escape",
    t("离开，回到队列"),
    () => {
      if (act.openForm()) act.close();
      else if (document.activeElement) /** @type {HTMLElement} */ (document.activeElement).blur();
    },
    t("页面"),
  );
};
