/* The administrator's page: asks every few seconds how the screens are, changes texts in place, sends the buttons. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const EVERY_MS = 5000;
  const ONLINE_S = 15; // the lease of datasources/alerts/screens.py
  const OLD_S = 10;
  const UNDO_MS = 10000;
  const el = (...what) => wall.el(...what); // format.js is loaded after this file
  const say = (...what) => wall.say(...what);
  const t = (...what) => wall.t(...what);
  const byId = (id) => document.getElementById(id);
  let root = null;
  let first = null;
  let state = null;
  const undo = new Map(); // screen → until when its revocation can be taken back (performance clock)
  const sure = new Map(); // screen → until when a second press renews

  /* ---- asking and telling ---- */
  const ask = async (path, body) => {
    const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(path, body === undefined ? { cache: "no-store" } : post);
    if (answer.status === 401) location.assign("/login?next=/admin");
    const said = await wall.saidBy(answer);
    if (!answer.ok) throw new Error([said.detail, ...(said.errors || []).map((one) => one.message)].filter(Boolean)[0] || said.title || String(answer.status));
    return said;
  };
  const tell = (text) => say(byId("admin-news"), text || "");
  const act = (path, body, then) => ask(path, body).then((said) => { tell(""); then(said); return refresh(); }).catch((error) => tell(error.message));
  const refresh = () => ask("/admin/state").then((said) => { state = said; tell(""); draw(); }).catch(() => tell(t("暂时连不上服务器，正在重试；下面是上一次的情况")));

  /* ---- words ---- */
  const span = (s) => {
    if (s < 60) return t("{n} 秒", { n: Math.round(s) });
    if (s < 3600) return t("{n} 分钟", { n: Math.floor(s / 60) });
    if (s < 86400) return t("{n} 小时", { n: Math.floor(s / 3600) });
    return t("{n} 天", { n: Math.floor(s / 86400) });
  };
  const REASONS = { open: () => t("打开"), night: () => t("夜间刷新"), heap: () => t("内存超限刷新"), frames: () => t("画面停顿刷新") };
  const online = (one) => !one.revoked_at && one.ago !== undefined && one.ago <= ONLINE_S;
  const status = (one) => {
    if (one.revoked_at) return ["out", t("已撤销")];
    if (one.ago === undefined) return ["", one.opened_at ? t("已打开，还没有报到") : t("还没有打开过")];
    if (!online(one) && !one.kiosk) return ["", t("已离开 {time}", { time: span(one.ago) })]; // a browser that logged in once: nobody's fault
    return online(one) ? ["on", t("在线")] : ["lost", t("失联 {time}", { time: span(one.ago) })];
  };
  const known = (value, say) => (value === undefined || value === null ? ["—", "adm-none"] : say(value));
  const over = (bad, text) => [text, bad ? "adm-bad" : ""];
  const NONE = () => ["—", "adm-none"];

  /* column: title, class, (screen, report) → [text, class] or a second line */
  const COLUMNS = [
    [() => t("屏幕"), "", (one) => [one.name, "", one.place || (one.kiosk ? "" : t("账号登录"))], true],
    [() => t("状态"), "", (one) => { const [kind, word] = status(one); return [word, "adm-dot adm-dot--" + kind]; }],
    [() => t("声音"), "", (one) => (online(one) ? over(!one.audible, one.audible ? t("听得见") : t("听不见")) : NONE())],
    [() => t("位置滞后"), "r num", (one, report) => known(report.lag_s, (s) => over(s > OLD_S, t("{n} 秒", { n: s.toFixed(1) })))],
    [() => t("数据时龄"), "r num", (one, report) => known(report.age, (s) => over(s > OLD_S, t("{n} 秒", { n: s.toFixed(1) })))],
    [() => t("与服务器一致"), "", (one, report) => known(report.hash_ok, (ok) => over(!ok, ok ? t("一致") : t("不一致")))],
    [() => t("内存 MB"), "r num", (one, report) => known(report.heap_mb, (mb) => [String(Math.round(mb)), ""])],
    [() => t("帧 ms"), "r num", (one, report) => known(report.frame_ms, (ms) => over(ms > 100, String(Math.round(ms))))],
    [() => t("错误"), "r num", (one, report) => known(report.errors, (n) => over(n > 0, String(n)))],
    [() => t("已运行"), "", (one, report) => known(report.uptime_s, (s) => [span(s), "", REASONS[report.reason] ? REASONS[report.reason]() : ""]), true],
    [() => t("来源地址"), "num", (one) => known(one.origin || null, (text) => [text, ""])],
  ];

  /* ---- tables: made once, texts changed in place ---- */
  const table = (box, titles, more) => {
    if (box.firstChild) return box.querySelector("tbody");
    const made = box.appendChild(el("table"));
    const head = made.appendChild(el("thead")).appendChild(el("tr"));
    for (const [title, classes] of titles) { const cell = head.appendChild(el("th", classes, title())); cell.scope = "col"; }
    if (more) { head.appendChild(el("th")).appendChild(el("span", "sr", more)); }
    return made.appendChild(el("tbody"));
  };
  const button = (text, classes, press) => { const made = el("button", "btn " + classes, text); made.type = "button"; made.addEventListener("click", press); return made; };

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
    const path = (verb) => "/admin/screens/" + encodeURIComponent(one.name) + "/" + verb;
    const take = button(t("撤销"), "btn--warn", () => act(path("revoke"), {}, () => undo.set(one.key, performance.now() + UNDO_MS)));
    const back = button("", "", () => act(path("restore"), {}, () => undo.delete(one.key)));
    const renew = button("", "", () => {
      if (!(sure.get(one.key) > performance.now())) { sure.set(one.key, performance.now() + UNDO_MS / 2); return draw(); }
      sure.delete(one.key);
      return act(path("renew"), {}, (said) => once(one.name, said.address));
    });
    for (const [made, verb] of [[take, "revoke"], [back, "restore"], [renew, "renew"]]) { made.dataset.action = verb; cell.append(made); }
    return made;
  };

  const fill = (node, one) => {
    const report = online(one) ? one.report || {} : {};
    COLUMNS.forEach(([, , what], place) => {
      const [text, classes, second] = what(one, report);
      const cell = node.children[place];
      say(cell.firstChild, text);
      if (cell.firstChild.className !== classes) cell.firstChild.className = classes;
      if (cell.children[1]) say(cell.children[1], second || "");
    });
    if (!first.may_change) return;
    const [take, back, renew] = node.lastChild.firstChild.children;
    const left = Math.ceil(((undo.get(one.key) || 0) - performance.now()) / 1000);
    take.hidden = !one.kiosk || Boolean(one.revoked_at);
    back.hidden = !(one.revoked_at && left > 0);
    renew.hidden = !one.kiosk || !back.hidden;
    say(back, t("撤回（{n}）", { n: left }));
    say(renew, sure.get(one.key) > performance.now() ? t("再按一次，旧地址作废") : t("换发地址"));
  };

  const ACCOUNTS = [
    [() => t("账号"), "", (one) => one.name],
    [() => t("名称"), "", (one) => one.title],
    [() => t("角色"), "", (one) => one.role],
    [() => t("单位或区域"), "", (one) => one.belongs || "—"],
    [() => t("状态"), "", (one) => (one.disabled ? t("已停用") : t("可用"))],
    [() => t("来源"), "", (one) => (one.demo ? t("演示账号") : "")],
  ];
  const person = () => { const made = el("tr"); ACCOUNTS.forEach(([, classes]) => made.appendChild(el("td", classes))); return made; };

  const draw = () => {
    if (!root || !state) return;
    const shown = state.screens;
    wall.keyed(table(byId("admin-screens"), COLUMNS, first.may_change ? t("操作") : ""), shown, (one) => one.key, row, fill);
    const here = shown.filter(online);
    say(byId("admin-screens-note"), shown.length ? t("{n} 块，{on} 块在线，{loud} 块听得见", { n: shown.length, on: here.length, loud: here.filter((one) => one.audible).length }) : t("还没有屏幕"));
    wall.keyed(table(byId("admin-accounts"), ACCOUNTS), state.accounts, (one) => one.name, person, (node, one) =>
      ACCOUNTS.forEach(([, , what], place) => say(node.children[place], what(one))));
    wall.adminLimits(table(byId("admin-limits"), wall.adminLimits.columns, first.may_change ? t("操作") : ""), state, { first, button, act });
    say(byId("admin-accounts-note"), t("{n} 个，在命令行管理", { n: state.accounts.length }));
  };

  /* ---- a new screen ---- */
  const once = (name, address) => {
    const box = byId("admin-address");
    const line = el("div");
    const field = el("input");
    field.readOnly = true;
    field.value = address;
    field.setAttribute("aria-label", t("屏幕地址"));
    const copy = button(t("复制"), "btn--primary", () => { field.select(); if (navigator.clipboard) navigator.clipboard.writeText(address); else document.execCommand("copy"); say(copy, t("已复制")); });
    line.append(field, copy, button(t("收起"), "", () => box.replaceChildren()));
    box.replaceChildren(el("b", "", t("“{name}”的地址，只显示这一次：在大厅电脑的浏览器里打开它", { name })), line);
  };

  const choice = (form, name, label, options) => {
    const select = el("select");
    select.name = name;
    for (const [value, text] of options) { const option = el("option", "", text); option.value = value; select.append(option); }
    form.appendChild(el("label", "", label)).append(select);
  };
  const input = (form, name, label, most, needed) => {
    const made = el("input");
    Object.assign(made, { name, maxLength: most, required: needed, autocomplete: "off" });
    form.appendChild(el("label", "", label)).append(made);
  };
  const form = (box) => {
    const made = box.appendChild(el("form"));
    input(made, "name", t("屏幕名"), 40, true);
    input(made, "place", t("挂在哪里"), 80, false);
    choice(made, "area", t("显示区域"), [["", t("全区")], ...first.areas.slice(1)]);
    choice(made, "scene", t("场景"), first.scenes);
    choice(made, "rotate", t("轮播"), [["", t("不轮播")], ...first.rotations.map((s) => [s, t("{n} 秒", { n: s })])]);
    choice(made, "lang", t("语言"), [["", t("默认")], ...first.languages]);
    made.append(Object.assign(el("button", "btn btn--primary", t("新增屏幕")), { type: "submit" }));
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = Object.fromEntries(new FormData(made));
      act("/admin/screens", { ...said, rotate: Number(said.rotate) || 0 }, ({ address }) => { once(said.name, address); made.reset(); });
    });
  };

  const look = () => {
    const found = byId("admin");
    if (!found || found === root || !byId("admin-accounts")) return;
    root = found;
    first = JSON.parse(root.getAttribute("data-initial"));
    if (first.may_change) form(byId("admin-make"));
    refresh();
  };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  setInterval(() => { if (root && root.isConnected && !document.hidden) refresh(); }, EVERY_MS);
  setInterval(() => { if (root && root.isConnected && (undo.size || sure.size)) draw(); }, 500);
})(window.gridWall);
