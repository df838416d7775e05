/* On the administrator's page: which part stands still, which rows are set aside and why, what outside systems have
   not taken. */
import { byId, el, say } from "../core/dom.js";
import { get } from "../core/http.js";
import { dayTime, duration } from "../core/time.js";
import { t } from "../core/words.js";

const EVERY_MS = 5000;
let zone = "Asia/Shanghai";

const PARTS = {
  clock: () => t("后台时钟"),
  publisher: () => t("推送"),
  database: () => t("数据库"),
};
const KINDS = {
  event: () => t("事件"),
  alert: () => t("告警"),
  news: () => t("待推送"),
  view: () => t("看板"),
  delivery: () => t("外部通知"),
  message: () => t("消息"),
};
const TARGETS = { alert: () => t("告警通知"), efficiency: () => t("效能办") };
const STATES = { waiting: () => t("等待"), failed: () => t("没有送到"), sent: () => t("已送达") };
const REASONS = { no_audible_screen: () => t("没有听得见的屏幕"), unacknowledged: () => t("告警无人确认") };
/** @param {Record<string, Word>} words @param {string} code */
const word = (words, code) => (words[code] ? words[code]() : code);

/** @param {HTMLElement} box @param {string[]} titles @param {(string | Node)[][]} rows @param {string} none */
const table = (box, titles, rows, none) => {
  const made = el("table");
  const head = made.appendChild(el("thead")).appendChild(el("tr"));
  for (const title of titles) {
    const cell = head.appendChild(el("th", "", title));
    cell.scope = "col";
  }
  const body = made.appendChild(el("tbody"));
  for (const cells of rows) {
    const line = body.appendChild(el("tr"));
    for (const cell of cells) {
      const made = line.appendChild(el("td"));
      if (cell instanceof Node) made.append(cell);
      else made.textContent = cell;
    }
  }
  if (!rows.length) {
    const cell = body.appendChild(el("tr")).appendChild(el("td", "adm-none", none));
    cell.colSpan = titles.length;
  }
  if (!box.firstChild || !made.isEqualNode(box.firstChild)) box.replaceChildren(made);
};

/** @param {AdminHealth} found */
const parts = (found) => {
  /** @type {Record<string, number>} */
  const ages = {
    clock: found.parts.clock_age,
    publisher: found.parts.publisher_age,
    database: found.parts.database_age,
  };
  const box = byId("admin-parts");
  table(
    box,
    [t("部分"), t("状态"), t("上次活动")],
    Object.entries(PARTS).map(([code, name]) => {
      const still = found.parts.still.includes(code);
      return [
        name(),
        el("span", "adm-dot adm-dot--" + (still ? "lost" : "on"), still ? t("停了") : t("正常")),
        still ? t("{time} 前", { time: duration(ages[code] * 1000) }) : t("刚刚"),
      ];
    }),
    "",
  );
  say(
    byId("admin-parts-note"),
    found.parts.still.length
      ? t("{n} 个部分停了，大屏和调度台正在提示", { n: found.parts.still.length })
      : t("都在正常运行"),
  );
  table(
    byId("admin-aside"),
    [t("是什么"), t("编号"), t("原因"), t("从什么时候起"), t("次数")],
    found.aside.map((one) => [
      word(KINDS, one.kind),
      one.key,
      one.reason,
      dayTime(one.first_at, zone),
      String(one.times),
    ]),
    t("没有被搁置的记录"),
  );
  say(
    byId("admin-aside-note"),
    found.aside.length ? t("{n} 条读不出或办不了，已搁置；其余照常", { n: found.aside.length }) : "",
  );
};

/** @param {Api.Deliveries} found @param {boolean} may */
const deliveries = (found, may) => {
  table(
    byId("admin-deliveries"),
    [t("给谁"), t("为什么"), t("事件"), t("状态"), t("从什么时候起"), t("已试"), t("原因"), t("操作")],
    found.items.map((one) => [
      word(TARGETS, one.target),
      word(REASONS, one.reason),
      one.event || "—",
      word(STATES, one.state),
      dayTime(Date.parse(one.created_at), zone),
      String(one.tries),
      one.why || "",
      may ? again(one.id) : "",
    ]),
    t("没有欠着的通知"),
  );
  say(
    byId("admin-deliveries-note"),
    found.owed
      ? t("{n} 条还没有送达，其中 {failed} 条试过没成", { n: found.owed, failed: found.failed })
      : t("都已送达"),
  );
};
/** @param {number} id */
const again = (id) => {
  const made = el("button", "btn", t("现在再发"));
  made.type = "button";
  made.dataset.delivery = String(id);
  return made;
};

const look = async () => {
  const root = byId("admin");
  if (!root || document.hidden) return;
  const first = JSON.parse(root.getAttribute("data-initial"));
  zone = first.time_zone;
  const [health, owed] = [await get("/admin/health"), await get("/api/v1/deliveries")];
  if (health) parts(health);
  if (owed) deliveries(owed, first.may_change);
};

document.addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest("#admin-deliveries [data-delivery]");
  if (!button) return;
  /** @type {HTMLButtonElement} */ (button).disabled = true;
  await get(`/api/v1/deliveries/${button.dataset.delivery}/again`, { body: {} });
  look();
});
const seen = new MutationObserver(() => {
  if (byId("admin-deliveries") && !byId("admin-deliveries")._seen) {
    byId("admin-deliveries")._seen = true;
    look();
  }
});
seen.observe(document.documentElement, { childList: true, subtree: true });
setInterval(look, EVERY_MS);
