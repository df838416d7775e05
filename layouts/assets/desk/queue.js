/* The queue: open events in dash-ag-grid, fed by the live store, in the order of the time left.
   What is chosen or looked at stays where it is while rows come, change and go. */

import { byId } from "../core/dom.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";
import { deskCells } from "./cells.js";
import { desk } from "./desk.js";
import { deskTabs } from "./tabs.js";

const LATE_MS = 2000;
const FLASHED = 20; // so many new rows at once flash; more are a snapshot, not news
const ROW_PX = 33;
const NARROW_PX = 600;
const known = new Set();
/** @type {GridApi} */
let api = null;
/** @type {GridNode} */
let chosen = null; // the node that is marked
/** @type {{node: GridNode, top: number}} */
let anchor = null; // {node, top}: the row that must not move on the glass
/** @type {(row: EventRow) => boolean} */
let passes = () => true;
let settled = false;

/* ---- what must not move ---- */
const viewport = () => document.querySelector("#desk-grid .ag-body-viewport");
const hold = () => {
  const view = viewport();
  if (!api || !view) return;
  /** @param {GridNode} node */
  const seen = (node) =>
    node &&
    node.rowTop !== null &&
    node.rowTop >= view.scrollTop - ROW_PX &&
    node.rowTop < view.scrollTop + view.clientHeight;
  /** @type {GridNode | null} */
  const held =
    chosen && seen(chosen)
      ? chosen
      : view.scrollTop > 0
        ? api.getDisplayedRowAtIndex(Math.ceil(view.scrollTop / ROW_PX))
        : null;
  anchor = held ? { node: held, top: held.rowTop - view.scrollTop } : null;
};
const keep = () => {
  const view = viewport();
  if (!anchor || !view || anchor.node.rowTop === null || anchor.node.displayed === false) {
    hold();
    return;
  }
  const wanted = anchor.node.rowTop - anchor.top;
  if (Math.abs(wanted - view.scrollTop) >= 1) view.scrollTop = Math.max(0, wanted);
};

/** ---- rows ---- @param {number[]} ids */
const took = (ids) => {
  if (!api) return;
  /** @type {{add: EventRow[], update: EventRow[], remove: {id: number}[]}} */
  const change = { add: [], update: [], remove: [] };
  for (const id of ids) {
    const row = live.get(id);
    if (row) {
      change[known.has(id) ? "update" : "add"].push(row);
      known.add(id);
    } else if (known.delete(id)) change.remove.push({ id });
  }
  if (!change.add.length && !change.update.length && !change.remove.length) return;
  const news = settled && change.add.length <= FLASHED;
  api.applyTransactionAsync(change, (/** @type {{add: GridNode[]}} */ done) => {
    if (news && done.add.length) api.flashCells({ rowNodes: done.add, flashDuration: 1500, fadeDuration: 800 });
    settled = true;
    if (!chosen && desk.chosen()) mark();
  });
  deskTabs.dirty();
};

const mark = () => {
  const number = desk.number();
  const row = desk.chosen();
  const before = chosen;
  chosen = row && api ? api.getRowNode(String(row.id)) || null : null;
  if (api) api.redrawRows({ rowNodes: [before, chosen].filter(Boolean) });
  if (chosen && chosen.rowIndex !== null) api.ensureNodeVisible(chosen, null);
  hold();
  return number;
};

/** @param {number} by */
const move = (by) => {
  if (!api || !api.getDisplayedRowCount()) return;
  const at =
    chosen && chosen.rowIndex !== null && chosen.displayed
      ? chosen.rowIndex + by
      : by > 0
        ? 0
        : api.getDisplayedRowCount() - 1;
  const node = api.getDisplayedRowAtIndex(Math.min(Math.max(at, 0), api.getDisplayedRowCount() - 1));
  if (node) desk.choose(node.data.number);
};

/* Dash's own copy of what is ticked comes back late from a render: it may not tick again what was unticked since. */
let unticked = -Infinity;
const ticking = () => {
  unticked = -Infinity;
};
const selected = () => (api ? api.getSelectedRows().map((/** @type {EventRow} */ row) => row.number) : []);

/* After an action the next event comes up by itself when the one just decided left the tab. */
/** @param {CustomEvent} event */
const onward = (event) => {
  if (!chosen || event.detail.number !== desk.number() || selected().length) return;
  const at = chosen.rowIndex;
  setTimeout(() => {
    if (!api || desk.number() !== event.detail.number) return;
    const row = desk.chosen();
    if (row && passes(row)) return;
    const next = api.getDisplayedRowAtIndex(Math.min(at, api.getDisplayedRowCount() - 1));
    if (next) desk.choose(next.data.number);
  }, 450);
};

const keys = () => {
  const group = t("队列");
  const key = desk.key;
  key("j", t("下一件"), () => move(1), group);
  key("k", t("上一件"), () => move(-1), group);
  key("ArrowDown", t("下一件"), () => move(1), group);
  key("ArrowUp", t("上一件"), () => move(-1), group);
  key(
    "Enter",
    t("打开：去事件详情"),
    () => {
      if (!desk.number()) move(1);
      else byId("event-body").focus();
    },
    group,
  );
  key(
    "x",
    t("勾选，可成批派单"),
    () => {
      if (!chosen) mark(); // a row that came a moment ago is drawn before the grid says so
      ticking();
      if (chosen) chosen.setSelected(!chosen.isSelected());
    },
    group,
  );
};

/** @param {any} found */
const start = (found) => {
  api = found;
  api.setGridOption("columnDefs", deskCells.columns());
  api.setGridOption("defaultColDef", {
    sortable: true,
    resizable: true,
    suppressHeaderMenuButton: true,
    sortingOrder: ["asc", "desc"],
  });
  api.setGridOption("rowSelection", {
    mode: "multiRow",
    checkboxes: true,
    headerCheckbox: false,
    enableClickSelection: false,
  });
  api.setGridOption("selectionColumnDef", { width: 34, resizable: false, suppressHeaderMenuButton: true });
  api.setGridOption("rowClassRules", {
    /** @param {GridParams} p */
    "is-chosen": (p) => Boolean(p.data) && p.data.number === desk.number(),
    /** @param {GridParams} p */
    "is-emergency": (p) => Boolean(p.data && p.data.emergency),
  });
  api.setGridOption("isExternalFilterPresent", () => true);
  // Tab leaves the head and the rows for the next part of the page; J, K and the arrows walk the rows
  api.setGridOption("tabToNextHeader", () => false);
  api.setGridOption("tabToNextCell", () => false);
  api.setGridOption("doesExternalFilterPass", (/** @type {GridNode} */ node) => passes(node.data));
  api.addEventListener("rowClicked", (/** @type {{data: EventRow}} */ event) => desk.choose(event.data.number));
  api.addEventListener("modelUpdated", () => {
    keep();
    deskTabs.counted(api.getDisplayedRowCount());
  });
  api.addEventListener("bodyScrollEnd", hold);
  /* On a narrow desk place and unit give way: both stand in the tooltip and in the event. */
  const fit = () => api.setColumnsVisible(["place", "unit"], byId("desk-grid-box").clientWidth > NARROW_PX);
  new ResizeObserver(fit).observe(byId("desk-grid-box"));
  fit();
  api.addEventListener("selectionChanged", () => {
    if (selected().length && performance.now() - unticked < LATE_MS) api.deselectAll();
    else desk.emit("select", selected());
  });
  byId("desk-grid-box").addEventListener("pointerdown", ticking, true);
  live.on("rows", took);
  desk.on("choose", mark);
  document.addEventListener("acted", onward);
  setInterval(() => deskCells.tick(live.now()), 1000);
  keys();
  const kept = desk.number();
  if (kept) setTimeout(mark, 600);
};

export const begin = async () => {
  desk.selected = selected;
  deskTabs.start();
  const grid = await new Promise((done) => {
    const look = () => {
      const holder = window.dash_ag_grid && byId("desk-grid");
      if (holder) window.dash_ag_grid.getApiAsync("desk-grid").then(done);
      else setTimeout(look, 50);
    };
    look();
  });
  start(grid);
};

export const deskQueue = {
  /** @param {(row: EventRow) => boolean} test */
  passing: (test) => {
    passes = test;
    anchor = null;
    if (api) {
      api.onFilterChanged();
      mark();
    }
  },
  shown: () => (api ? api.getDisplayedRowCount() : 0),
  numbers: () => {
    /** @type {any} */
    const found = [];
    if (api) api.forEachNodeAfterFilterAndSort((/** @type {GridNode} */ node) => found.push(node.data.number));
    return found;
  },
  move,
  clear: () => {
    unticked = performance.now();
    if (api) api.deselectAll();
  },
  top: () => {
    const node = api && api.getDisplayedRowAtIndex(0);
    if (node) desk.choose(node.data.number);
    return Boolean(node);
  },
};
