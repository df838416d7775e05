/* The queue: open events in dash-ag-grid, fed by the live store, in the order of the time left.
   What is chosen or looked at stays where it is while rows come, change and go. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const FLASHED = 20; // so many new rows at once flash; more are a snapshot, not news
  const SOON_MS = 5 * 60_000;
  const ROW_PX = 33;
  const NARROW_PX = 600;
  const LAST = 9e15; // no deadline: after all that have one
  const el = (...what) => wall.el(...what); // format.js is loaded after this file
  const t = (...what) => wall.t(...what);
  const byId = (id) => document.getElementById(id);
  const known = new Set();
  let api = null;
  let chosen = null; // the node that is marked
  let anchor = null; // {node, top}: the row that must not move on the glass
  let passes = () => true;
  let settled = false;

  const first = () => wall.desk.first;
  const english = () => document.documentElement.lang.startsWith("en"); // its words are longer
  /* From when a deadline is near: for handling a quarter of its limit or half an hour before, else five minutes. */
  const soonAt = (row) => (row.status === "handling" ? wall.deskTabs.lateFrom(row) : dueOf(row) - SOON_MS);
  const dueOf = (row) => { const [field] = first().dues[row.status] || []; return (field && row[field]) || LAST; };
  const place = (row) => wall.deskPlace(row);
  const shortNumber = (number) => {
    const found = /^(\d{4})(\d{4})(\d{6})$/.exec(number);
    if (!found) return number;
    const day = wall.dayOf(window.live.now(), first().time_zone);
    const count = String(Number(found[3])).padStart(4, "0");
    return found[1] + found[2] === day ? count : `${found[2]}-${Number(found[3])}`;
  };

  /* ---- cells: built once, changed in place ---- */
  const cell = (fill) => class {
    init(params) { this.box = el("span", "q-cell"); this.refresh(params); }
    getGui() { return this.box; }
    refresh(params) { if (params.data) fill(this.box, params.data); return true; }
  };

  const paintLeft = (box, now) => {
    const due = box.dataset.due ? Number(box.dataset.due) : LAST;
    const left = due - now;
    const kind = due === LAST ? "" : left < 0 ? "over" : now >= Number(box.dataset.soon) ? "soon" : "ok";
    const text = due === LAST ? "—" : wall.briefly(Math.abs(left));
    const word = kind === "over" ? t("超期") : kind === "soon" ? t("临期") : "";
    const [small, bold] = box.children;
    wall.say(small, word);
    wall.say(bold, text);
    const classes = "q-left num" + (kind === "over" ? " t-over" : kind === "soon" ? " t-soon" : "");
    if (box.className !== classes) box.className = classes;
  };
  const Left = cell((box, row) => {
    if (!box.firstChild) box.append(el("small"), el("b"));
    wall.mark(box, "data-event", row.number);
    wall.mark(box, "data-status", row.status);
    wall.mark(box, "data-due", dueOf(row) === LAST ? "" : dueOf(row));
    wall.mark(box, "data-soon", soonAt(row));
    paintLeft(box, window.live.now());
  });
  const CARDS = { ordinary: () => t("督办"), yellow: () => t("黄牌"), red: () => t("红牌") };
  const Title = cell((box, row) => {
    if (!box.firstChild) box.append(el("span", "q-title"));
    wall.say(box.firstChild, wall.deskTitle(row));
    const flags = [
      [row.emergency, t("紧急"), "over"],
      [row.border, t("交界"), "border"],
      [row.supervision, (CARDS[row.supervision] || CARDS.ordinary)(), "soon"],
      [row.request, row.request === "hold" ? t("申请挂单") : t("申请延期"), "ask"],
      [row.declines, t("退单 {n}", { n: row.declines || 0 }), "soon"],
    ].filter(([on]) => on);
    while (box.children.length > 1) box.lastChild.remove();
    for (const [, word, kind] of flags) box.append(el("span", "q-flag q-flag--" + kind, word));
  });
  const LevelMark = cell((box, row) => {
    const level = first().level_words[row.level] || { word: "", class: "" };
    box.className = "lv " + level.class;
    wall.say(box, level.word);
  });
  const StatusMark = cell((box, row) => {
    box.className = "st " + (first().status_classes[row.status] || "");
    wall.say(box, first().status_words[row.status] || row.status);
  });

  const unit = (row) => (row.unit ? first().units[row.unit] || row.unit : "");
  const columns = () => [
    { colId: "left", headerName: t("剩余"), width: english() ? 146 : 112, cellRenderer: Left, valueGetter: (p) => dueOf(p.data), sort: "asc", comparator: (a, b, one, other) => Number(Boolean(other.data.emergency)) - Number(Boolean(one.data.emergency)) || a - b },
    { colId: "number", headerName: t("编号"), width: 72, valueGetter: (p) => p.data.number, valueFormatter: (p) => shortNumber(p.value), tooltipField: "number", cellClass: "q-number num" },
    { colId: "title", headerName: t("事项"), flex: 3, minWidth: 90, cellRenderer: Title, valueGetter: (p) => p.data.title, tooltipValueGetter: (p) => [p.data.title, place(p.data), p.data.address, unit(p.data)].filter(Boolean).join(" · ") },
    { colId: "place", headerName: t("属地"), flex: 2, minWidth: 76, valueGetter: (p) => place(p.data), tooltipValueGetter: (p) => [place(p.data), p.data.address].filter(Boolean).join(" · ") },
    { colId: "level", headerName: t("级"), width: 40, cellRenderer: LevelMark, valueGetter: (p) => ["grid", "community", "street", "district"].indexOf(p.data.level) },
    { colId: "status", headerName: t("状态"), width: english() ? 104 : 84, cellRenderer: StatusMark, valueGetter: (p) => p.data.status },
    { colId: "unit", headerName: t("承办"), flex: 1, minWidth: 76, valueGetter: (p) => unit(p.data) || "—", tooltipValueGetter: (p) => unit(p.data) },
  ];

  /* ---- what must not move ---- */
  const viewport = () => document.querySelector("#desk-grid .ag-body-viewport");
  const hold = () => {
    const view = viewport();
    if (!api || !view) return;
    const seen = (node) => node && node.rowTop !== null && node.rowTop >= view.scrollTop - ROW_PX && node.rowTop < view.scrollTop + view.clientHeight;
    const held = chosen && seen(chosen) ? chosen : view.scrollTop > 0 ? api.getDisplayedRowAtIndex(Math.ceil(view.scrollTop / ROW_PX)) : null;
    anchor = held ? { node: held, top: held.rowTop - view.scrollTop } : null;
  };
  const keep = () => {
    const view = viewport();
    if (!anchor || !view || anchor.node.rowTop === null || anchor.node.displayed === false) { hold(); return; }
    const wanted = anchor.node.rowTop - anchor.top;
    if (Math.abs(wanted - view.scrollTop) >= 1) view.scrollTop = Math.max(0, wanted);
  };

  /* ---- rows ---- */
  const took = (ids) => {
    if (!api) return;
    const change = { add: [], update: [], remove: [] };
    for (const id of ids) {
      const row = window.live.get(id);
      if (row) { change[known.has(id) ? "update" : "add"].push(row); known.add(id); }
      else if (known.delete(id)) change.remove.push({ id });
    }
    if (!change.add.length && !change.update.length && !change.remove.length) return;
    const news = settled && change.add.length <= FLASHED;
    api.applyTransactionAsync(change, (done) => {
      if (news && done.add.length) api.flashCells({ rowNodes: done.add, flashDuration: 1500, fadeDuration: 800 });
      settled = true;
      if (!chosen && wall.desk.chosen()) mark();
    });
    wall.deskTabs.dirty();
  };

  const mark = () => {
    const number = wall.desk.number();
    const row = wall.desk.chosen();
    const before = chosen;
    chosen = row && api ? api.getRowNode(String(row.id)) || null : null;
    if (api) api.redrawRows({ rowNodes: [before, chosen].filter(Boolean) });
    if (chosen && chosen.rowIndex !== null) api.ensureNodeVisible(chosen, null);
    hold();
    return number;
  };

  const move = (by) => {
    if (!api || !api.getDisplayedRowCount()) return;
    const at = chosen && chosen.rowIndex !== null && chosen.displayed ? chosen.rowIndex + by : by > 0 ? 0 : api.getDisplayedRowCount() - 1;
    const node = api.getDisplayedRowAtIndex(Math.min(Math.max(at, 0), api.getDisplayedRowCount() - 1));
    if (node) wall.desk.choose(node.data.number);
  };

  const selected = () => (api ? api.getSelectedRows().map((row) => row.number) : []);

  /* After an action the next event comes up by itself when the one just decided left the tab. */
  const onward = (event) => {
    if (!chosen || event.detail.number !== wall.desk.number() || selected().length) return;
    const at = chosen.rowIndex;
    setTimeout(() => {
      if (!api || wall.desk.number() !== event.detail.number) return;
      const row = wall.desk.chosen();
      if (row && passes(row)) return;
      const next = api.getDisplayedRowAtIndex(Math.min(at, api.getDisplayedRowCount() - 1));
      if (next) wall.desk.choose(next.data.number);
    }, 450);
  };

  const tick = () => {
    const now = window.live.now();
    for (const box of document.querySelectorAll("#desk-grid .q-left")) paintLeft(box, now);
  };

  const keys = () => {
    const group = t("队列");
    const key = wall.desk.key;
    key("j", t("下一件"), () => move(1), group);
    key("k", t("上一件"), () => move(-1), group);
    key("ArrowDown", t("下一件"), () => move(1), group);
    key("ArrowUp", t("上一件"), () => move(-1), group);
    key("Enter", t("打开：去事件详情"), () => { if (!wall.desk.number()) move(1); else byId("event-body").focus(); }, group);
    key("x", t("勾选，可成批派单"), () => { if (chosen) chosen.setSelected(!chosen.isSelected()); }, group);
  };

  const start = (found) => {
    api = found;
    api.setGridOption("columnDefs", columns());
    api.setGridOption("defaultColDef", { sortable: true, resizable: true, suppressHeaderMenuButton: true, sortingOrder: ["asc", "desc"] });
    api.setGridOption("rowSelection", { mode: "multiRow", checkboxes: true, headerCheckbox: false, enableClickSelection: false });
    api.setGridOption("selectionColumnDef", { width: 34, resizable: false, suppressHeaderMenuButton: true });
    api.setGridOption("rowClassRules", { "is-chosen": (p) => Boolean(p.data) && p.data.number === wall.desk.number(), "is-emergency": (p) => Boolean(p.data && p.data.emergency) });
    api.setGridOption("isExternalFilterPresent", () => true);
    api.setGridOption("doesExternalFilterPass", (node) => passes(node.data));
    api.addEventListener("rowClicked", (event) => wall.desk.choose(event.data.number));
    api.addEventListener("modelUpdated", () => { keep(); wall.deskTabs.counted(api.getDisplayedRowCount()); });
    api.addEventListener("bodyScrollEnd", hold);
    /* On a narrow desk place and unit give way: both stand in the tooltip and in the event. */
    const fit = () => api.setColumnsVisible(["place", "unit"], byId("desk-grid-box").clientWidth > NARROW_PX);
    new ResizeObserver(fit).observe(byId("desk-grid-box"));
    fit();
    api.addEventListener("selectionChanged", () => wall.desk.emit("select", selected()));
    window.live.on("rows", took);
    wall.desk.on("choose", mark);
    document.addEventListener("acted", onward);
    setInterval(tick, 1000);
    keys();
    const kept = wall.desk.number();
    if (kept) setTimeout(mark, 600);
  };

  document.addEventListener("desk", async () => {
    wall.desk.selected = selected;
    wall.deskTabs.start();
    const grid = await new Promise((done) => {
      const look = () => {
        const holder = window.dash_ag_grid && byId("desk-grid");
        if (holder) window.dash_ag_grid.getApiAsync("desk-grid").then(done);
        else setTimeout(look, 50);
      };
      look();
    });
    start(grid);
  });

  wall.deskQueue = {
    passing: (test) => { passes = test; anchor = null; if (api) { api.onFilterChanged(); mark(); } },
    dueOf: (row) => dueOf(row),
    none: LAST,
    move,
    shortNumber,
    unit,
    clear: () => api && api.deselectAll(),
    top: () => { const node = api && api.getDisplayedRowAtIndex(0); if (node) wall.desk.choose(node.data.number); return Boolean(node); },
  };
})(window.gridWall);
