/* Many events dispatched together: the plan of the server is shown, one press sends all, each with a key of its own.
   What failed says why and can be sent again; what was not confirmed is repeated with the same key. */
import { act } from "../act/act.js";
import { byId, el } from "../core/dom.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { desk } from "./desk.js";
import { deskQueue } from "./queue.js";

const AT_ONCE = 4;
const SETTLE_MS = 150;
const MOST = 200;
/** @type {PlanRow[]} */
let rows = []; // {number, version, title, unit, due_at, why_not, state, said, key}
let asked = 0;
let wait = 0;
let busy = false;
let trouble = "";
const open = () => rows.length > 0;
/** @param {PlanRow} row */
const sent = (row) => row.state === "done" || row.state === "unsure";
const going = () => rows.filter((row) => !row.why_not && row.state !== "done");

const WORDS = {
  planned: () => "",
  sending: () => t("正在派"),
  /** @param {PlanRow} row */
  done: (row) => t("已派给 {unit}", { unit: row.unit.name }),
  unsure: () => t("未确认，再按一次不会重复"),
  /** @param {PlanRow} row */
  failed: (row) => row.said,
};

/** @param {PlanRow} row */
const line = (row) => {
  const made = el("li", "dp-b__row" + (row.why_not ? " dp-b__row--no" : ""));
  made.dataset.number = row.number;
  made.dataset.state = row.why_not ? "out" : row.state;
  const head = made.appendChild(el("p", "dp-b__h"));
  head.append(el("b", "num", row.number), el("span", "", row.title || ""));
  const what = made.appendChild(el("p", "dp-b__w num"));
  if (row.why_not) what.append(el("span", "dp-b__no", t("不派：{why}", { why: row.why_not })));
  else {
    what.append(
      el("b", "", row.unit.name),
      el("span", "", t("到期 {when}", { when: dayTime(Date.parse(row.due_at), desk.first.time_zone) })),
    );
    const said = WORDS[row.state](row);
    if (said) what.append(el("span", "dp-b__s dp-b__s--" + row.state, said));
  }
  return made;
};

const draw = () => {
  const slot = byId("dispatch-batch");
  byId("desk-dispatch").classList.toggle("is-batch", open());
  if (!open()) {
    slot.replaceChildren();
    return;
  }
  const box = el("div", "dp-b");
  const head = box.appendChild(el("header", "dp-h"));
  const done = rows.filter((row) => row.state === "done").length;
  const out = rows.filter((row) => row.why_not).length;
  head.append(
    el("h2", "", t("成批派单")),
    el(
      "span",
      "dp-h__what num",
      t("选中 {n} 件，可派 {go} 件，不派 {out} 件，已派 {done} 件", { n: rows.length, go: going().length, out, done }),
    ),
  );
  const quit = head.appendChild(el("button", "dp-link", t("收起")));
  quit.type = "button";
  quit.addEventListener("click", close);
  const list = box.appendChild(el("ol", "dp-b__list"));
  list.append(...rows.map(line));
  const foot = box.appendChild(el("footer", "dp-f"));
  const words = foot.appendChild(el("p", "dp-why-not", trouble));
  words.setAttribute("role", "status");
  const go = foot.appendChild(el("button", "btn btn--primary dp-go"));
  go.type = "button";
  go.dataset.batch = "go";
  go.disabled = busy || !going().length;
  const again = rows.some((row) => row.state === "failed" || row.state === "unsure");
  go.append(
    el(
      "span",
      "",
      busy
        ? t("正在派…")
        : again
          ? t("再派 {n} 件", { n: going().length })
          : t("全部派出 {n} 件", { n: going().length }),
    ),
    el("kbd", "", "D"),
  );
  go.addEventListener("click", send);
  const held = document.activeElement && slot.contains(document.activeElement);
  const top = slot.querySelector(".dp-b__list") ? slot.querySelector(".dp-b__list").scrollTop : 0;
  slot.replaceChildren(box);
  list.scrollTop = top;
  if (held) go.focus();
};

const close = () => {
  rows = [];
  trouble = "";
  asked += 1;
  draw();
  if (deskQueue) deskQueue.clear();
};

/** @param {string[]} numbers */
const fetchPlan = async (numbers) => {
  const mine = ++asked;
  const answer = await act.post("/api/v1/events/plan", { numbers });
  if (mine !== asked) return null;
  if (answer.ok) return answer.said.items;
  trouble = answer.status ? act.refusal(answer) : t("没有连上服务器，派单计划没有取到；恢复后重新勾选");
  return null;
};

/** @param {Api.Planned[]} items @param {any} before */
const planned = (items, before) =>
  items.map((item) => {
    const old = before.get(item.number);
    return old && sent(old)
      ? old
      : { ...item, state: old ? old.state : "planned", said: old ? old.said : "", key: null };
  });

/* A new selection: what was sent stays said, also when its event has moved or left the queue before its answer came. */
/** @param {string[]} numbers */
const select = (numbers) => {
  clearTimeout(wait);
  if (busy) return;
  if (numbers.length < 2) {
    if (!rows.some(sent)) {
      rows = [];
      asked += 1;
      draw();
    }
    return;
  }
  wait = setTimeout(async () => {
    trouble = numbers.length > MOST ? t("一次最多派 {most} 件，只列出前 {most} 件", { most: MOST }) : "";
    const items = await fetchPlan(numbers.slice(0, MOST));
    const unsure = rows.filter((row) => row.state === "unsure" && !numbers.includes(row.number));
    if (items) {
      rows = [...planned(items, new Map(rows.map((row) => [row.number, row]))), ...unsure];
      draw();
    } else if (trouble) desk.tell(trouble, "bad");
  }, SETTLE_MS);
};

/** @param {PlanRow} row */
const one = async (row) => {
  row.state = "sending";
  row.key = row.key || act.newKey();
  draw();
  const late = () => {
    row.state = "unsure";
    draw();
  };
  const answer = await act.send(row.number, row.version, "dispatch", { unit: row.unit.code }, { key: row.key, late });
  if (answer.ok) row.state = "done";
  else if (act.unsure(answer)) row.state = "unsure";
  else {
    row.state = "failed";
    row.said = act.refusal(answer);
    row.key = null;
  }
  draw();
};

/* What failed is planned anew first: it has changed since. */
const again = async () => {
  const failed = rows.filter((row) => row.state === "failed").map((row) => row.number);
  if (!failed.length) return;
  const items = await fetchPlan(failed);
  if (!items) return;
  const fresh = new Map(items.map((/** @type {Api.Planned} */ item) => [item.number, item]));
  rows = rows.map((row) =>
    fresh.has(row.number) ? { ...fresh.get(row.number), state: "planned", said: "", key: null } : row,
  );
};

async function send() {
  if (busy || !open()) return;
  clearTimeout(wait); // a plan still under way would put fresh rows in place of those that are being sent
  asked += 1;
  busy = true;
  trouble = "";
  draw();
  await again();
  const left = going();
  const lane = async () => {
    for (let row = left.shift(); row; row = left.shift()) await one(row);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  busy = false;
  const done = rows.filter((row) => row.state === "done").length;
  const rest = going().length;
  draw();
  desk.tell(
    rest ? t("已派 {done} 件，还有 {rest} 件没派成，原因写在各件下面", { done, rest }) : t("已派 {done} 件", { done }),
    rest ? "warn" : "ok",
  );
}

/* While a batch is open its keys come first: D must never send the single event behind it. */
document.addEventListener(
  "keydown",
  (event) => {
    if (!open() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (
      /** @type {HTMLElement} */ (event.target).closest &&
      /** @type {HTMLElement} */ (event.target).closest("input:not([type=checkbox]), textarea, select, dialog")
    )
      return;
    /** @type {Record<string, () => void>} */
    const keys = {
      d: send,
      D: send,
      Escape: () => {
        if (!busy) close();
      },
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keys[event.key]();
  },
  true,
);

export const begin = () => {
  desk.on("select", select);
};
export const deskBatch = { select, rows: () => rows.map((row) => ({ ...row })) };
