/* A grid worker's day: tasks nearest first, what was reported, points and why, the alarm, what still waits in the
   phone. */
import { byId, el, say } from "../core/dom.js";
import { dayTime, hourTime, longDate, weekdayName } from "../core/time.js";
import { t } from "../core/words.js";
import { phone } from "../phone/phone.js";
import { reportSteps } from "../phone/steps.js";
import { outbox } from "./outbox.js";

const LOOK_MS = 15_000;
const KEPT = "field:last";
const SOON_MS = 30 * 60_000;
const OLD_FIX_MS = 120_000;
const { first, tell, go, call, locate, lastFix, metres, far, hold, left, level, status, kept, onShow, setClock, now } =
  phone;
let day = kept(KEPT);
let items = [];
let heard = day ? day.heard : 0;
let online = false;
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
    location.replace("/login?next=/field");
    return false;
  }
  const there = Boolean(answer && answer.ok);
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

const link = () => {
  const box = byId("field-live");
  box.dataset.state = online ? "live" : "offline";
  say(box.firstElementChild, online ? t("已连接") : t("没有网络"));
  say(box.lastElementChild, heard ? t("{when} 更新", { when: hourTime(heard, first.time_zone) }) : "");
};

/* ---- today ---- */
const stats = () => {
  const box = byId("field-day");
  const head = el("div", "p-h");
  head.append(
    el("h2", "", t("今日")),
    el("span", "num", `${longDate(now(), first.time_zone)} ${weekdayName(now(), first.time_zone)}`),
  );
  const list = el("ul", "p-stat num");
  const numbers = [
    [tasks().length, t("待核查")],
    [day ? day.reported_today : "—", t("今日上报")],
    [day ? day.checked_today : "—", t("已核查")],
  ];
  for (const [n, word] of numbers) {
    const one = list.appendChild(el("li"));
    one.append(el("b", "", String(n)), el("span", "", word));
  }
  const grid = el(
    "p",
    "p-sub num",
    [t("{n} 个网格", { n: first.outlines.length }), day ? t("辖区在办 {n} 件", { n: day.open }) : ""]
      .filter(Boolean)
      .join(" · "),
  );
  box.replaceChildren(head, list, grid);
};

/* What was checked here already and only waits to be sent is no task any more. */
const tasks = () => {
  const done = new Set(
    items
      .filter((item) => item.kind === "check" && (item.state === "waiting" || item.state === "sent"))
      .map((item) => item.number + "/" + item.round),
  );
  const fix = lastFix();
  const list = ((day && day.tasks) || [])
    .filter((task) => !done.has(task.number + "/" + task.round))
    .map((task) => ({ ...task, away: fix && task.lng !== null ? metres(fix, task) : null }));
  return list.sort(
    (one, other) =>
      (one.away === null ? 1 : 0) - (other.away === null ? 1 : 0) ||
      (one.away || 0) - (other.away || 0) ||
      Date.parse(one.check_due_at) - Date.parse(other.check_due_at),
  );
};
const card = (task) => {
  const made = el("li", "p-card p-task");
  made.dataset.event = task.number;
  made.dataset.status = task.status;
  const title = made.appendChild(el("h3"));
  title.append(level(task.level), el("span", "", task.title));
  made.append(
    el(
      "p",
      "",
      [task.address || task.grid, task.unit ? t("{unit} 已处置", { unit: task.unit }) : ""].filter(Boolean).join(" · "),
    ),
  );
  const time = made.appendChild(el("p", "p-due num"));
  const rest = Date.parse(task.check_due_at) - now();
  time.append(
    el("b", rest < 0 ? "t-over" : rest < SOON_MS ? "t-soon" : "", left(rest)),
    el("span", "", task.away === null ? "" : t("距 {far}", { far: far(task.away) })),
  );
  const button = made.appendChild(el("button", "btn btn--primary", t("去核查")));
  button.type = "button";
  button.addEventListener("click", () => go("check", task.number));
  return made;
};
const mine = () => {
  const waiting = items
    .filter((item) => item.kind === "report" && item.state === "waiting")
    .map((item) => {
      const line = el("li", "p-row");
      line.append(el("span", "p-row__t", item.title), el("span", "p-wait", item.tries ? t("没有发出") : t("待发送")));
      if (item.tries) line.lastElementChild.classList.add("is-unsent");
      return line;
    });
  const known = ((day && day.mine) || []).map((one) => {
    const line = el("li", "p-row");
    line.dataset.event = one.number;
    line.dataset.status = one.status;
    const link = line.appendChild(el("a"));
    link.href = "/event/" + encodeURIComponent(one.number);
    link.append(level(one.level), el("span", "p-row__t", one.title), status(one.status));
    return line;
  });
  const list = [...waiting, ...known];
  return list.length ? list : [el("li", "p-none", t("还没有上报过"))];
};

/* ---- what waits in the phone ---- */
const STATES = { waiting: () => t("待发送"), conflict: () => t("有冲突"), refused: () => t("没有收下") };
const parcel = (item) => {
  const made = el("li", "p-card p-out-item");
  made.dataset.state = item.state;
  made.append(
    el("b", "", STATES[item.state]()),
    el("span", "", item.title),
    el("time", "num", hourTime(item.at, Intl.DateTimeFormat().resolvedOptions().timeZone)),
  );
  if (item.state === "waiting") {
    if (!item.tries) return made;
    made.classList.add("is-unsent");
    made.firstChild.textContent = t("没有发出");
    made.append(
      el(
        "p",
        "",
        [t("已试 {n} 次，会一直重试，直到发出", { n: item.tries }), item.said && item.said.words]
          .filter(Boolean)
          .join(" · "),
      ),
    );
    return made;
  }
  made.append(el("p", "", (item.said && item.said.words) || ""));
  const row = made.appendChild(el("div", "p-two"));
  const event = item.said && item.said.event;
  if (item.state === "conflict" && event && event.status !== "checking")
    made.append(el("p", "", t("这件事现在是“{status}”", { status: first.status_words[event.status] || event.status })));
  if (item.state === "refused" || (event && event.status === "checking")) {
    const again = row.appendChild(el("button", "btn btn--primary", t("再发一次")));
    again.type = "button";
    again.addEventListener("click", () => outbox.again(item.id, event ? event.version : undefined));
  }
  const drop = row.appendChild(el("button", "btn", t("知道了，不再发")));
  drop.type = "button";
  drop.addEventListener("click", () => outbox.forget(item.id));
  return made;
};
const drawOutbox = () => {
  const list = items.filter((item) => item.state in STATES);
  const box = byId("field-outbox");
  if (!list.length) {
    box.replaceChildren();
    return;
  }
  const n = list.filter((item) => item.state === "waiting").length;
  const all = el("ol", "p-list");
  all.append(...list.map(parcel));
  box.replaceChildren(el("h2", "p-h", n ? t("手机里还有 {n} 件没发出，有网会自动发", { n }) : t("需要您看一下")), all);
};

/* ---- points ---- */
const score = () => {
  const box = byId("field-points");
  if (!day) {
    box.replaceChildren(el("p", "p-none", t("连上网后显示积分")));
    return;
  }
  const sums = el("ul", "p-card p-stat num");
  for (const [n, word] of [
    [Number(day.points.today), t("今日积分")],
    [Number(day.points.month), t("本月积分")],
  ]) {
    const one = sums.appendChild(el("li"));
    one.append(el("b", "", String(n)), el("span", "", word));
  }
  const list = el("ol", "p-card p-rows");
  for (const one of day.entries) {
    const line = list.appendChild(el("li", "p-row p-entry"));
    const n = Number(one.points);
    line.append(
      el("b", "num" + (n < 0 ? " t-over" : ""), (n > 0 ? "+" : "") + n),
      el("span", "p-row__t", (one.reversed ? t("冲正") + " " : "") + (first.points[one.rule] || one.rule)),
    );
    const link = line.appendChild(el("a", "num", one.event.slice(-6)));
    link.href = "/event/" + encodeURIComponent(one.event);
    line.append(el("time", "num", dayTime(Date.parse(one.at), first.time_zone)));
  }
  if (!day.entries.length) list.append(el("li", "p-none", t("本月还没有积分记录")));
  box.replaceChildren(sums, el("h2", "p-h", t("本月每一笔")), list);
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

/* ---- reporting ---- */
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

/* ---- the alarm: one second held, gone at once ---- */
const alarm = async () => {
  const recent = lastFix();
  const fix =
    recent && Date.now() - recent.at < OLD_FIX_MS
      ? recent
      : await Promise.race([locate(), new Promise((done) => setTimeout(() => done({ why: "" }), 2500))]);
  const known = !fix.why;
  const where = known
    ? { lng: fix.lng, lat: fix.lat, accuracy_m: fix.accuracy }
    : first.centre
      ? { lng: first.centre[0], lat: first.centre[1], accuracy_m: 500 }
      : {};
  const body = {
    title: t("网格员现场紧急求助"),
    description: known ? undefined : t("没有取得定位，按社区中心报的位置"),
    emergency: true,
    source: "grid_worker",
    address: first.area || undefined,
    ...where,
  };
  const item = await outbox.add({ kind: "report", path: "/api/v1/events", title: body.title, body });
  go("alarm", String(item.id));
};
const alarmed = () => {
  const item = items.find((one) => String(one.id) === alarmed.id);
  const box = byId("field-alarmed");
  const sent = item && item.state === "sent";
  const unsent = item && !sent && (item.state !== "waiting" || item.tries > 0);
  const big = el("p", "p-alarmed" + (sent ? " is-sent" : unsent ? " is-unsent" : ""));
  big.dataset.state = item ? item.state : "";
  const word = sent
    ? t("指挥中心已收到")
    : item && item.state !== "waiting"
      ? t("没有收下")
      : unsent
        ? t("还没有发出！")
        : t("正在发出…");
  const why = item && item.said && item.said.words;
  const more = sent
    ? t("编号 {number}", { number: item.said.number })
    : [
        why,
        unsent && item.state === "waiting" ? t("已试 {n} 次，正在一直重试", { n: item.tries }) : "",
        t("没有网络时请直接打电话"),
      ]
        .filter(Boolean)
        .join(" · ");
  big.append(el("b", "", word), el("span", "num", more));
  const calls = el("p", "p-calls");
  for (const number of ["110", "119", "120"]) {
    const one = calls.appendChild(el("a", "btn", number));
    one.href = "tel:" + number;
  }
  const back = el("button", "btn p-go", t("返回"));
  back.type = "button";
  back.addEventListener("click", () => go("today", "", true));
  box.replaceChildren(big, calls, back);
};
hold(byId("field-alarm"), alarm);

export const field = {
  task: (number) => ((day && day.tasks) || []).find((one) => one.number === number) || null,
  tasks,
  online: () => online,
};
onShow((view, part) => {
  if (view === "alarm") {
    alarmed.id = part;
    alarmed();
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
  navigator.serviceWorker.register("/field-sw.js", { scope: "/field" }).catch(() => undefined);
