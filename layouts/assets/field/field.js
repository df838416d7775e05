/* A grid worker's day: tasks nearest first, what was reported, points and why, the alarm, what still waits in the
   phone. */
import { byId, el, say } from "../core/dom.js";
import { shutOut } from "../core/door.js";
import { others } from "../core/stale.js";
import { hourTime } from "../core/time.js";
import { t } from "../core/words.js";
import { phone } from "../phone/phone.js";
import { reportSteps } from "../phone/steps.js";
import { alarm, alarmed } from "./alarm.js";
import { card, mine, score, stats, tasks } from "./lists.js";
import { outbox } from "./outbox.js";
import { drawOutbox } from "./waiting.js";

const { first, tell, go, call, locate, lastFix, hold, kept, onShow, setClock } = phone;

const LOOK_MS = 15_000;
const KEPT = "field:last";
/** @type {FieldDay} */
export let day = kept(KEPT);
/** @type {OutboxItem[]} */
export let items = [];
let heard = day ? day.heard : 0;
let online = false;
let taken = false; // somebody else is signed in in this browser
let timer = 0;

byId("field-area").textContent = first.area || first.district;
byId("field-who").textContent = [first.street, first.title].filter(Boolean).join(" · ");

/* ---- the link ---- */
let asks = 0;
let newest = 0; // an answer that comes after a later one's says nothing any more
const look = async () => {
  clearTimeout(timer);
  const mine = ++asks;
  timer = setTimeout(() => {
    if (!document.hidden) look();
  }, LOOK_MS);
  const answer = await call("GET", "/api/v1/field");
  if (answer && answer.status === 401) {
    shutOut();
    return false;
  }
  const there = Boolean(answer && answer.ok);
  taken = Boolean(answer && others(answer));
  if (mine < newest) return there;
  newest = mine;
  online = there;
  if (online) {
    setClock(answer.said.now, answer.said.speed);
    heard = answer.said.now;
    day = { ...answer.said, heard };
    kept(KEPT, { ...day });
  }
  draw();
  return online;
};
export const fieldNow = look;

export const link = () => {
  const box = byId("field-live");
  box.dataset.state = online ? "live" : "offline";
  say(box.firstElementChild, online ? t("已连接") : taken ? t("换人登录了") : t("没有网络"));
  say(box.lastElementChild, heard ? t("{when} 更新", { when: hourTime(heard, first.time_zone) }) : "");
};

const draw = () => {
  link();
  stats();
  const list = tasks();
  byId("field-tasks").replaceChildren(
    ...(list.length
      ? list.map(card)
      : [el("li", "p-card p-none", day ? t("没有要核查的，辛苦了") : t("连上网后显示任务"))]),
  );
  say(
    byId("field-tasks-n"),
    list.length ? t("{n} 件", { n: list.length }) + (lastFix() ? " · " + t("近的在前") : "") : "",
  );
  const badge = byId("field-badge");
  badge.hidden = !list.length;
  say(badge, String(list.length));
  byId("field-mine").replaceChildren(...mine());
  drawOutbox();
  score();
};

/** ---- reporting ---- @param {ReportSteps} given */
const report = async ({ title, category, description, address, place, pictures, resolved }) => {
  const body = {
    title,
    category,
    description,
    address,
    source: "grid_worker",
    ...(resolved ? { resolved_on_site: true } : {}),
  };
  if (place)
    Object.assign(body, { lng: place.lng, lat: place.lat, ...(place.accuracy ? { accuracy_m: place.accuracy } : {}) });
  await outbox.add({
    kind: "report",
    path: "/api/v1/events",
    title,
    body,
    pictures: pictures.map(({ blob }) => ({ blob, id: "" })),
  });
  tell(
    navigator.onLine ? t("已存好，正在发出：{title}", { title }) : t("已存在手机里，有网会自动发：{title}", { title }),
    "ok",
  );
  go("today", "", true);
  return true;
};
reportSteps({ name: "field:" + first.account, send: report, onSite: true });

hold(byId("field-alarm"), alarm);

export const field = {
  /** @param {string} number */
  task: (number) => ((day && day.tasks) || []).find((one) => one.number === number) || null,
  tasks,
  online: () => online,
};
onShow((view, part) => {
  if (view === "alarm") {
    alarmed(part);
  }
  if (view === "today" || view === "check") {
    draw();
    locate().then(draw);
  }
});
outbox.on((list) => {
  items = list;
  draw();
  if (phone.root.dataset.view === "alarm") alarmed();
});
outbox.volatile().then((only) => {
  if (only) tell(t("这个浏览器不让存数据：没网时上报的内容关掉页面会丢"), "warn");
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});
window.addEventListener("offline", () => {
  online = false;
  draw();
});
window.addEventListener("online", look);
draw();
outbox.flush();
look();
if ("serviceWorker" in navigator)
  // plain http: the page works, but not offline
  navigator.serviceWorker.register("/field-sw.js", { scope: "/field" }).catch(() => {});
