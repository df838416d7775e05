/* An event as it is drawn: countdowns by the server's time, persons shown after a reveal; on its own page also the
   live link. */

import { byId, say, whenDrawn } from "../core/dom.js";
import { TIME_CLASS, timeState } from "../core/due.js";
import { duration, remaining } from "../core/time.js";
import { t } from "../core/words.js";
import { linkSaid } from "../live/link.js";
import { live } from "../live/live.js";

/** @type {{number: string, id?: number, version?: number, seq: number, rules: Record<string, Rule>}} */
let page = null; // the event's own page: {number, id, version, seq}

const tick = () => {
  const box = byId("event-body");
  if (!box) return;
  const now = live.now();
  for (const node of box.querySelectorAll("[data-due]")) {
    const due = Number(node.dataset.due);
    const soon = Number(node.dataset.soon);
    const handling = soon ? { handle_due_at: due, warn_due_at: soon } : null;
    const passed = { time: duration(now - due) };
    say(node, now <= due ? remaining(due, now) : handling ? t("超期 {time}", passed) : t("超时 {time}", passed));
    const kind = TIME_CLASS[handling ? timeState(handling, now) : now > due ? "over" : ""];
    const wanted = "num " + kind;
    if (node.className !== wanted) node.className = wanted;
  }
  if (page) link();
};

const link = () => {
  const node = byId("event-live");
  say(node, linkSaid());
  node.classList.toggle("live--lost", live.state !== "live");
};

const redraw = () =>
  window.dash_clientside.set_props("event-chosen", { data: { number: page.number, seq: ++page.seq } });

/** @param {number[]} ids */
const took = (ids) => {
  for (const id of ids) {
    const row = live.get(id);
    if (row && row.number === page.number) page.id = id;
  }
  if (page.id === undefined || !ids.includes(page.id)) return;
  const row = live.get(page.id);
  const version = row ? row.version : -1;
  const drawn = document.querySelector("#event-body [data-version]");
  if (drawn && Number(drawn.dataset.version) === version) return;
  redraw();
};

document.addEventListener("acted", (event) => {
  const { action, answer } = event.detail;
  if (action !== "reveal") {
    if (page && event.detail.number === page.number) redraw();
    return;
  }
  const shown = document.querySelector("#event-body .e-reporter");
  if (!shown) return;
  say(shown, [answer.reporter.name, answer.reporter.phone].filter(Boolean).join(" "));
  const button = shown.parentElement.querySelector("[data-reveal]");
  if (button) button.remove();
});
document.addEventListener("outdated", (event) => {
  if (page && event.detail.number === page.number) redraw();
});

/* The letters printed on the buttons work on the event's own page too; the desk has its own table of keys. */
document.addEventListener("keydown", (event) => {
  if (!page || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (/** @type {HTMLElement} */ (event.target).closest("input, textarea, select, [contenteditable=true], dialog"))
    return;
  const action = Object.keys(page.rules).find((one) => page.rules[one].key === event.key);
  const button = action && document.querySelector(`#event-body [data-action="${action}"]:not(:disabled)`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

const look = () => {
  const root = byId("event");
  if (!root || page || !root.matches("[data-rules]")) return;
  const first = JSON.parse(root.getAttribute("data-initial"));
  page = { number: first.number, seq: 0, rules: first.rules };
  live.on("rows", took);
  tick();
};
whenDrawn(look);
setInterval(tick, 500);
