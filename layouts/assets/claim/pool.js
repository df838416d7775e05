/* The pool: one card per event the unit may claim, soonest first. One press claims; the server's answer decides.
   A card that was lost says to whom and when, and leaves after 15 seconds. */
import { tellNews } from "../core/news.js";
import { act } from "../act/act.js";
import { byId, el, mark, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { grouped } from "../core/text.js";
import { clockTime, dayTime, hourTime, remaining } from "../core/time.js";
import { t } from "../core/words.js";
import { claim } from "./claim.js";
import { claimPoints } from "./points.js";

const GONE_MS = 15_000;
const WON_MS = 2500;
const ASK_MS = 300;
const SOON = 0.25; // of the claim window
const AROUND = 2 * Math.PI * 50;
const NS = "http://www.w3.org/2000/svg";
const facts = new Map(); // number → what only the API tells: why, rivals, due time, photos
const left = new Map(); // number → {row, kind, words, more, until}: no longer to be had, still on its card
const keys = new Map(); // number → the Idempotency-Key of a press that was not confirmed
const busy = new Set();
let stake = {};
let shown = [];
let known = new Map();
let filter = { text: "", street: "" };
let asking = 0;
let first = null;

const zone = () => first.time_zone;
const open = (row) => row.status === "claimable" && row.claim_due_at > window.live.now();

/* ---- a card ---- */
const svg = (tag, more) => {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(more)) node.setAttribute(name, value);
  return node;
};
const ring = () => {
  const box = svg("svg", { viewBox: "-56 -56 112 112", class: "c-ring num", role: "img" });
  box.append(
    svg("circle", { r: 50, class: "c-ring__t" }),
    svg("circle", { r: 50, class: "c-ring__v", transform: "rotate(-90)" }),
    svg("text", { y: 6, class: "c-ring__n" }),
    svg("text", { y: 27, class: "c-ring__w" }),
  );
  return box;
};
const make = (row) => {
  const card = el("li", "c-card c-pc");
  card.dataset.event = row.number;
  const head = card.appendChild(el("header", "c-pc__h"));
  head.append(el("span", "lv"), el("h3"), el("span", "c-pc__no num"));
  card.append(ring());
  const text = card.appendChild(el("div", "c-pc__f"));
  text.append(el("b"), el("span"), el("span"), el("span"), el("span"));
  const foot = card.appendChild(el("footer", "c-pc__b"));
  foot.append(el("p"));
  const button = foot.appendChild(el("button", "btn btn--primary c-take"));
  button.type = "button";
  button.dataset.action = "claim";
  button.dataset.own = ""; // act.js leaves it to us: the card itself says what became of the press
  button.append(el("span"), el("kbd"));
  button.addEventListener("click", () => take(row.number));
  return card;
};

const points = () => {
  const made = el("p");
  const worth = (rule) => el("b", "num", "+" + Number(stake[rule] || 0));
  made.append(t("抢单"), " ", worth("claim"), " ", t("按期"), " ", worth("claim_on_time"));
  const more = made.appendChild(el("small", "", t("非常满意") + " "));
  more.append(worth("very_satisfied"), " · " + (Number(stake.claim) ? t("退回不计") : t("抢单分已满")));
  return made;
};

const update = (card, row, place) => {
  const gone = left.get(row.number);
  const extra = facts.get(row.number);
  const level = first.level_words[row.level] || { word: "", class: "lv--grid" };
  mark(card, "data-status", gone ? gone.status : row.status);
  card.classList.toggle("c-pc--gone", Boolean(gone));
  card.classList.toggle("c-pc--won", Boolean(gone && gone.kind === "won"));
  const [head, , text, foot] = card.children;
  head.firstChild.className = "lv " + level.class;
  say(head.firstChild, level.word);
  say(head.children[1], row.title);
  say(
    head.lastChild,
    [row.number.slice(-6), extra && extra.photos ? t("照片 {n}", { n: extra.photos }) : ""].filter(Boolean).join(" · "),
  );
  const lines = gone
    ? [gone.words, gone.more, claim.place(row), "", ""]
    : [
        claim.place(row),
        [
          row.category_name,
          t("{source}上报", { source: first.sources[row.source] || "" }),
          hourTime(row.reported_at, zone()),
        ]
          .filter(Boolean)
          .join(" · "),
        extra
          ? t("现在抢，{when} 前办结（{limit}）", {
              when: dayTime(Date.parse(extra.due_at), zone()),
              limit: (first.limits[extra.limit.unit] || "{n}").replace("{n}", extra.limit.amount),
            })
          : "",
        extra
          ? extra.why.priority === 1
            ? t("可抢：{category}，{area}，首责", extra.why)
            : t("可抢：{category}，{area}，第 {priority} 顺位", extra.why)
          : "",
        extra
          ? extra.rivals.length
            ? t("同抢 {units}", { units: extra.rivals.join("、") })
            : t("只有本单位可抢")
          : "",
      ];
  lines.forEach((line, at) => say(text.children[at], line));
  text.title = extra && extra.description ? extra.description : "";
  const shape = gone ? "gone" : JSON.stringify(stake);
  if (foot._shape !== shape) {
    foot._shape = shape;
    foot.firstChild.replaceWith(
      gone ? el("p", "", gone.kind === "won" ? t("已转到“我的在办”") : t("不计分，不扣分")) : points(),
    );
  }
  const button = foot.lastChild;
  const n = gone ? 0 : place + 1;
  button.disabled = Boolean(gone) || busy.has(row.number);
  say(
    button.firstChild,
    gone ? (gone.kind === "won" ? t("抢到了") : t("已结束")) : busy.has(row.number) ? t("正在抢") : t("抢单"),
  );
  say(button.lastChild, n >= 1 && n <= 9 ? String(n) : "");
  button.setAttribute("aria-label", gone ? gone.words : t("抢单 {title}", { title: row.title }));
};

const count = (card, row, now, lost) => {
  const [trackless, value, number, word] = card.children[1].children;
  const gone = left.get(row.number);
  const rest = row.claim_due_at - now;
  const part = gone ? 0 : Math.max(0, Math.min(1, rest / first.claim_ms));
  const soon = !gone && part <= SOON;
  void trackless;
  mark(number, "data-due", row.claim_due_at);
  say(number, gone ? (gone.kind === "won" ? "✓" : "—") : remaining(row.claim_due_at, now));
  say(
    word,
    gone ? (gone.kind === "won" ? t("抢到了") : t("已结束")) : lost ? t("停更时") : soon ? t("即将到时") : t("剩余"),
  );
  mark(value, "stroke-dasharray", `${(part * AROUND).toFixed(1)} ${AROUND.toFixed(1)}`);
  card.classList.toggle("c-pc--soon", soon);
  card.children[1].setAttribute("aria-label", word.textContent + " " + number.textContent);
};

/* ---- which cards ---- */
const fits = (row) => {
  if (filter.street && !(row.path || "").includes(`/${filter.street}/`)) return false;
  if (!filter.text) return true;
  return [row.number, row.title, row.category_name, claim.place(row)].some((part) =>
    (part || "").toLowerCase().includes(filter.text),
  );
};

const draw = () => {
  if (!first || !window.live.loaded) return;
  const now = window.live.now();
  for (const [number, gone] of left) if (performance.now() >= gone.until) left.delete(number);
  const rows = [];
  for (const row of window.live.rows()) if (open(row) && !claim.isMine(row)) rows.push(row);
  notice(rows, now);
  for (const gone of left.values()) rows.push(gone.row);
  const every = rows.length - left.size;
  rows.sort((one, other) => one.claim_due_at - other.claim_due_at || one.id - other.id);
  shown = rows.filter(fits);
  known = new Map(rows.filter((row) => !left.has(row.number)).map((row) => [row.number, row]));
  const lost = window.live.link !== "live";
  const none = lost ? t("数据停更，新来的事件可能没有显示；恢复后自动补齐") : t("现在没有可抢的事件，来了会响铃");
  let place = -1;
  keyed(
    byId("claim-pool"),
    shown,
    (row) => row.number,
    make,
    (card, row) => {
      if (!left.has(row.number)) place += 1;
      update(card, row, place);
      count(card, row, now, lost);
    },
  );
  const box = byId("claim-pool");
  box.classList.toggle("is-empty", !shown.length);
  mark(box, "data-empty", every ? t("没有符合条件的事件；清空筛选看全部 {n} 件", { n: every }) : none);
  say(byId("claim-pool-n"), grouped(every));
  claim.count("pool", grouped(every));
  if ([...known.keys()].some((number) => !facts.has(number))) ask();
};

/* What stood on a card and is not to be had any more says goodbye: the server tells who has it. */
const notice = (rows, now) => {
  const still = new Set(rows.map((row) => row.number));
  for (const [number, row] of known) {
    if (still.has(number) || left.has(number) || busy.has(number)) continue;
    const mine = window.live.get(row.id);
    if (mine && claim.isMine(mine)) continue;
    const gone = {
      row,
      kind: "gone",
      status: "pending_dispatch",
      words: row.claim_due_at <= now ? t("抢单时间已到") : t("已不在抢单池"),
      more: t("由指挥中心派单"),
      until: performance.now() + GONE_MS,
    };
    left.set(number, gone);
    claim.ask("/api/v1/pool/" + encodeURIComponent(number)).then((fate) => {
      if (fate) told(gone, fate.claimed, fate.unit && fate.unit.name, fate.at, fate.status);
    });
    setTimeout(draw, GONE_MS + 50);
  }
};
const told = (gone, claimed, unit, at, status) => {
  gone.status = status || gone.status;
  if (claimed && unit) {
    const when = at ? clockTime(Date.parse(at), zone()) : "";
    gone.words = t("已被 {unit} 抢单 {when}", { unit, when });
    gone.more = t("以服务器时间为准");
    claim.log(t("{when} {unit} 抢单成功 {title}", { when, unit, title: gone.row.title }));
  } else if (status && status !== "pending_dispatch" && status !== "claimable")
    gone.words = first.status_words[status] || gone.words;
  draw();
};

const ask = () => {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const found = await claim.ask("/api/v1/pool");
    if (!found) return;
    stake = found.stake;
    claim.bonus = { left: String(Number(found.bonus_left)), cap: String(Number(found.bonus_cap)) };
    claimPoints.draw();
    for (const item of found.items) facts.set(item.number, item);
    for (const number of [...facts.keys()]) if (!known.has(number) && !left.has(number)) facts.delete(number);
    draw();
  }, ASK_MS);
};

/* ---- claiming ---- */
const leave = (row, kind, words, more, ms, status) => {
  left.set(row.number, { row, kind, status, words, more, until: performance.now() + ms });
  setTimeout(draw, ms + 50);
};

const take = async (number) => {
  const row = known.get(number);
  if (!row || busy.has(number) || left.has(number)) return;
  busy.add(number);
  draw();
  const key = keys.get(number) || act.newKey();
  const late = () => tellNews(t("抢单还没有得到确认，正在等服务器；可以再按，不会重复"), "warn", Infinity);
  const answer = await act.send(number, row.version, "claim", {}, { key, late });
  busy.delete(number);
  keys.delete(number);
  if (answer.ok) {
    leave(
      row,
      "won",
      t("抢到了：{title}", { title: row.title }),
      t("{when} 前办结", { when: dayTime(Date.parse(answer.said.handle_due_at), zone()) }),
      WON_MS,
      "handling",
    );
    tellNews(t("抢到了：{title}", { title: row.title }), "ok");
    claim.log(t("{when} 抢到 {title}", { when: clockTime(window.live.now(), zone()), title: row.title }));
  } else if (act.unsure(answer)) {
    keys.set(number, key); // pressed again it is the same press
    tellNews(act.refusal(answer), answer.status ? "bad" : "warn");
  } else if (act.overtaken(answer)) {
    const winner = answer.said.winner;
    leave(
      row,
      "lost",
      t("抢单时间已过"),
      act.refusal(answer),
      GONE_MS,
      answer.said.event ? answer.said.event.status : "pending_dispatch",
    );
    if (winner) {
      told(left.get(number), true, winner.name, winner.at, "handling");
      tellNews(left.get(number).words, "warn");
    } else tellNews(act.refusal(answer), "warn");
  } else tellNews(act.refusal(answer), "bad");
  draw();
};

/* The nth card that can still be claimed. */
const press = (n) => {
  const row = shown.filter((one) => !left.has(one.number))[n - 1];
  if (row) take(row.number);
  return Boolean(row);
};

/* ---- head: how many, filters ---- */
const head = () => {
  const box = byId("claim-pool-head");
  const title = box.appendChild(el("h2", "", t("抢单池")));
  title.append(" ");
  const n = title.appendChild(el("b", "num", "—"));
  n.id = "claim-pool-n";
  const street = box.appendChild(el("select", "d-select"));
  street.setAttribute("aria-label", t("街道"));
  for (const [code, name] of [
    ["", t("全部街道")],
    ...first.areas.filter((area) => area[3] === Math.max(1, (first.levels || []).indexOf("street"))),
  ]) {
    const one = street.appendChild(el("option", "", name));
    one.value = code;
  }
  street.addEventListener("change", () => {
    filter = { ...filter, street: street.value };
    draw();
  });
  const text = box.appendChild(el("input", "d-text"));
  Object.assign(text, { type: "search", placeholder: t("编号、标题、地点"), autocomplete: "off", maxLength: 60 });
  text.setAttribute("aria-label", t("搜索"));
  text.addEventListener("input", () => {
    filter = { ...filter, text: text.value.trim().toLowerCase() };
    draw();
  });
  const hint = box.appendChild(el("p", "c-hint"));
  hint.append(
    t("按剩余时间排序；数字键"),
    " ",
    el("kbd", "", "1"),
    "–",
    el("kbd", "", "9"),
    " ",
    t("一键抢单，以服务器时间为准"),
  );
};

export const begin = (given) => {
  first = given;
  head();
  window.live.on("rows", draw);
  window.live.on("state", draw);
  claim.onTick(draw);
};
export const claimPool = { press };
