/* The administrator's page: asks every few seconds how the screens are, changes texts in place, sends the buttons. */
import { byId, el, say, whenDrawn } from "../core/dom.js";
import { shutOut } from "../core/door.js";
import { call } from "../core/http.js";
import { keyed } from "../core/keyed.js";
import { t } from "../core/words.js";
import { COLUMNS, online } from "./columns.js";
import { form, once } from "./forms.js";
import { adminLimits } from "./limits.js";

const EVERY_MS = 5000;
const UNDO_MS = 10000;
/** @type {HTMLElement} */
let root = null;
/** @type {AdminFirst} */
export let first = null;
/** @type {AdminState} */
let state = null;
/** @type {Map<string, number>} */
const undo = new Map(); // screen → until when its revocation can be taken back (performance clock)
/** @type {Map<string, number>} */
const sure = new Map(); // screen → until when a second press renews

/** ---- asking and telling ---- @param {string} path @param {object} [body] @returns {Promise<any>} */
const ask = async (path, body) => {
  const { ok, status, said } = await call(path, { body, shut: shutOut });
  if (!ok)
    throw new Error(
      [said.detail, ...(said.errors || []).map((/** @type {{message: string}} */ one) => one.message), said.title].find(
        Boolean,
      ) || (status ? String(status) : t("没有连上服务器，请再试")),
    );
  return said;
};
/** @param {string} text */
const tell = (text) => say(byId("admin-news"), text || "");
/** @param {string} path @param {object} body @param {(said: any) => void} then */
export const act = (path, body, then) =>
  ask(path, body)
    .then((said) => {
      tell("");
      then(said);
      return refresh();
    })
    .catch((error) => tell(error.message));
const refresh = () =>
  ask("/admin/state")
    .then((said) => {
      state = said;
      tell("");
      draw();
    })
    .catch(() => tell(t("暂时连不上服务器，正在重试；下面是上一次的情况")));

/* ---- tables: made once, texts changed in place ---- */
/** @param {HTMLElement} box @param {[Word, string, ...unknown[]][]} titles @param {string} [more] */
const table = (box, titles, more) => {
  if (box.firstChild) return box.querySelector("tbody");
  const made = box.appendChild(el("table"));
  const head = made.appendChild(el("thead")).appendChild(el("tr"));
  for (const [title, classes] of titles) {
    const cell = head.appendChild(el("th", classes, title()));
    cell.scope = "col";
  }
  if (more) {
    head.appendChild(el("th")).appendChild(el("span", "sr", more));
  }
  return made.appendChild(el("tbody"));
};
/** @param {string} text @param {string} classes @param {() => void} press */
export const button = (text, classes, press) => {
  const made = el("button", "btn " + classes, text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
};

/** @param {ScreenState} one */
const row = (one) => {
  const made = el("tr");
  made.dataset.screen = one.key;
  for (const [, classes, , two] of COLUMNS) {
    const cell = made.appendChild(el("td", classes));
    cell.appendChild(el(two ? "b" : "span"));
    if (two) cell.appendChild(el("small"));
  }
  if (!first.may_change) return made;
  const cell = made.appendChild(el("td")).appendChild(el("div", "adm-do"));
  /** @param {string} verb */
  const path = (verb) => "/admin/screens/" + encodeURIComponent(one.name) + "/" + verb;
  const take = button(t("撤销"), "btn--warn", () =>
    act(path("revoke"), {}, () => undo.set(one.key, performance.now() + UNDO_MS)),
  );
  const back = button("", "", () => act(path("restore"), {}, () => undo.delete(one.key)));
  const renew = button("", "", () => {
    if (!(sure.get(one.key) > performance.now())) {
      sure.set(one.key, performance.now() + UNDO_MS / 2);
      return draw();
    }
    sure.delete(one.key);
    return act(path("renew"), {}, (said) => once(one.name, said.address));
  });
  for (const [verb, made] of Object.entries({ revoke: take, restore: back, renew })) {
    made.dataset.action = verb;
    cell.append(made);
  }
  return made;
};

/** @param {HTMLElement} node @param {ScreenState} one */
const fill = (node, one) => {
  const report = online(one) ? one.report || {} : {};
  COLUMNS.forEach(([, , what], place) => {
    const [text, classes, second] = what(one, report);
    const cell = node.children[place];
    say(cell.firstChild, text);
    if (/** @type {HTMLElement} */ (cell.firstChild).className !== classes)
      /** @type {HTMLElement} */ (cell.firstChild).className = classes;
    if (cell.children[1]) say(cell.children[1], second || "");
  });
  if (!first.may_change) return;
  const [take, back, renew] = node.lastElementChild.querySelectorAll("button");
  const left = Math.ceil(((undo.get(one.key) || 0) - performance.now()) / 1000);
  take.hidden = !one.kiosk || Boolean(one.revoked_at);
  back.hidden = !(one.revoked_at && left > 0);
  renew.hidden = !one.kiosk || !back.hidden;
  say(back, t("撤回（{n}）", { n: left }));
  say(renew, sure.get(one.key) > performance.now() ? t("再按一次，旧地址作废") : t("换发地址"));
};

/** @type {Column<PersonState>[]} */
const ACCOUNTS = [
  [() => t("账号"), "", (one) => one.name],
  [() => t("名称"), "", (one) => one.title],
  [() => t("角色"), "", (one) => one.role],
  [() => t("单位或区域"), "", (one) => one.belongs || "—"],
  [() => t("状态"), "", (one) => (one.disabled ? t("已停用") : t("可用"))],
  [() => t("来源"), "", (one) => (one.demo ? t("演示账号") : "")],
];
const person = () => {
  const made = el("tr");
  ACCOUNTS.forEach(([, classes]) => made.appendChild(el("td", classes)));
  return made;
};

const draw = () => {
  if (!root || !state) return;
  const shown = state.screens;
  keyed(table(byId("admin-screens"), COLUMNS, first.may_change ? t("操作") : ""), shown, (one) => one.key, row, fill);
  const here = shown.filter(online);
  say(
    byId("admin-screens-note"),
    shown.length
      ? t("{n} 块，{on} 块在线，{loud} 块听得见", {
          n: shown.length,
          on: here.length,
          loud: here.filter((one) => one.audible).length,
        })
      : t("还没有屏幕"),
  );
  keyed(
    table(byId("admin-accounts"), ACCOUNTS),
    state.accounts,
    (one) => one.name,
    person,
    (node, one) => ACCOUNTS.forEach(([, , what], place) => say(node.children[place], what(one))),
  );
  adminLimits(table(byId("admin-limits"), adminLimits.columns, first.may_change ? t("操作") : ""), state, {
    first,
    button,
    act,
  });
  say(byId("admin-accounts-note"), t("{n} 个，在命令行管理", { n: state.accounts.length }));
};

const look = () => {
  const found = byId("admin");
  if (!found || found === root || !byId("admin-accounts")) return;
  root = found;
  first = JSON.parse(root.getAttribute("data-initial"));
  if (first.may_change) form(byId("admin-make"));
  refresh();
};
whenDrawn(look);
setInterval(() => {
  if (root && root.isConnected && !document.hidden) refresh();
}, EVERY_MS);
setInterval(() => {
  if (root && root.isConnected && (undo.size || sure.size)) draw();
}, 500);
