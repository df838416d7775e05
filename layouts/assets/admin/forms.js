/* The form that names a new screen. */
import { byId, el, say } from "../core/dom.js";
import { t } from "../core/words.js";
import { act, button, first } from "./admin.js";

/** @param {string} name @param {string} address */
export const once = (name, address) => {
  const box = byId("admin-address");
  const line = el("div");
  const field = el("input");
  field.readOnly = true;
  field.value = address;
  field.setAttribute("aria-label", t("屏幕地址"));
  const copy = button(t("复制"), "btn--primary", () => {
    field.select();
    if (navigator.clipboard) navigator.clipboard.writeText(address);
    else document.execCommand("copy");
    say(copy, t("已复制"));
  });
  line.append(
    field,
    copy,
    button(t("收起"), "", () => box.replaceChildren()),
  );
  box.replaceChildren(el("b", "", t("“{name}”的地址，只显示这一次：在大厅电脑的浏览器里打开它", { name })), line);
};

/** @param {HTMLFormElement} form @param {string} name @param {string} label
    @param {[string | number, string][]} options */
const choice = (form, name, label, options) => {
  const select = el("select");
  select.name = name;
  for (const [value, text] of options) {
    const option = el("option", "", text);
    option.value = String(value);
    select.append(option);
  }
  form.appendChild(el("label", "", label)).append(select);
};
/** @param {HTMLFormElement} form @param {string} name @param {string} label @param {number} most
    @param {boolean} needed */
const input = (form, name, label, most, needed) => {
  const made = el("input");
  Object.assign(made, { name, maxLength: most, required: needed, autocomplete: "off" });
  form.appendChild(el("label", "", label)).append(made);
};
/** @param {HTMLElement} box */
export const form = (box) => {
  const made = box.appendChild(el("form"));
  input(made, "name", t("屏幕名"), 40, true);
  input(made, "place", t("挂在哪里"), 80, false);
  choice(made, "area", t("显示区域"), [["", t("全区")], ...first.areas.slice(1)]);
  choice(made, "scene", t("场景"), first.scenes);
  choice(made, "rotate", t("轮播"), [
    ["", t("不轮播")],
    ...first.rotations.map((s) => /** @type {[number, string]} */ ([s, t("{n} 秒", { n: s })])),
  ]);
  choice(made, "lang", t("语言"), [["", t("默认")], ...first.languages]);
  made.append(Object.assign(el("button", "btn btn--primary", t("新增屏幕")), { type: "submit" }));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = () => Object.fromEntries(new FormData(made));
    const said = typed();
    act("/admin/screens", { ...said, rotate: Number(said.rotate) || 0 }, ({ address }) => {
      once(String(said.name), address);
      if (JSON.stringify(typed()) === JSON.stringify(said)) made.reset(); // else the next one is being written
    });
  });
};
