/* What lies behind: the ledger of a line, the list of a number, the formula. Opened by a tap, closed by a tap or Esc.
 */
import { byId, el, say } from "../core/dom.js";
import { exporting } from "../core/exporting.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { scoresBoard } from "./board.js";
import { scores } from "./scores.js";
import { corrections, formula } from "./sheet-formula.js";

const PAGE = 100;
export let key = "";

/** @param {string} title @param {string} more */
export const frame = (title, more) => {
  const box = byId("scores-sheet");
  const head = el("header", "s-sheet__h");
  const words = el("div");
  words.append(el("h2", "", title), el("p", "num", more || ""));
  const quit = el("button", "btn s-x", "✕");
  quit.type = "button";
  quit.setAttribute("aria-label", t("关闭"));
  quit.addEventListener("click", () => scores.go({ sheet: "" }));
  head.append(words, quit);
  const body = el("div", "s-sheet__b");
  body.tabIndex = 0;
  box.replaceChildren(head, body);
  return body;
};
/** @param {string} text */
const note = (text) => {
  const p = byId("scores-sheet").querySelector(".s-sheet__h p");
  if (p) say(p, text);
};
/** @param {HTMLElement} body @param {string | null} next @param {(cursor?: string) => void} load */
const more = (body, next, load) => {
  if (!next) return;
  const button = body.appendChild(el("button", "btn s-more", t("再看 {n} 条", { n: PAGE })));
  button.type = "button";
  button.addEventListener("click", () => {
    button.remove();
    load(next);
  });
};
/** @param {string} mine */
export const wanted = (mine) => key === mine;
/** @param {ScoresState} _state @param {string} code */
export const name = (_state, code) => {
  const line = scoresBoard.line(code);
  const area = scores.first.areas.find((one) => one[0] === code);
  return line ? line.name : area ? area[1] : code;
};

/** One ledger entry: points, rule, event, when. @param {Api.Entry} one @param {string} zone */
export const item = (one, zone) => {
  const points = Number(one.points);
  const made = el("li", "s-item" + (one.reverses ? " s-item--back" : ""));
  const link = made.appendChild(el("a", "s-item__a"));
  link.href = "/event/" + encodeURIComponent(one.event);
  link.dataset.event = one.event;
  link.append(
    el("b", "num" + (points < 0 ? " is-down" : ""), (points > 0 ? "+" : "") + points),
    el("span", "s-item__t", (one.reverses ? t("冲正") + " · " : "") + one.name),
    el("span", "s-item__e", one.title),
    el("small", "num", `${one.event} · ${dayTime(Date.parse(one.at), zone)}`),
  );
  return made;
};

/** ---- the ledger behind a line ---- @param {ScoresState} state @param {string} code */
const entries = (state, code) => {
  const mine = key;
  const body = frame(name(state, code), t("正在取…"));
  if (scores.first.may.take)
    body.append(
      exporting.button(() => [
        "entries",
        name(state, code),
        { board: state.board, code, period: state.period, area: state.area },
      ]),
    );
  const list = body.appendChild(el("ol", "s-list"));
  let sum = 0;
  let n = 0;
  /** @param {string} [cursor] */
  const load = async (cursor) => {
    const found = await scores.ask(
      `/scores/${state.board}/${encodeURIComponent(code)}/entries?` +
        scores.query({ area: state.area, limit: cursor === undefined ? 1000 : PAGE, cursor }),
    );
    if (!wanted(mine)) return;
    if (!found) {
      note(t("没有取到明细，请再试"));
      return;
    }
    for (const one of found.items) {
      sum += Math.round(Number(one.points) * 10);
      n += 1;
      list.append(item(one, scores.first.time_zone));
    }
    note(found.next ? t("前 {n} 笔", { n }) : t("共 {n} 笔，合计 {sum} 分", { n, sum: sum / 10 }));
    byId("scores-sheet").dataset.sum = (sum / 10).toFixed(1);
    if (!n) list.append(el("li", "s-none", t("这一期没有积分记录")));
    more(body, found.next, load);
  };
  load();
};

/* ---- the list behind a number ---- */
/** @param {ScoresState} state @param {string} code @param {string} kpi @param {string} part */
export const list = (state, code, kpi, part) => {
  const mine = key;
  const words = scores.first.kpis[kpi];
  const body = frame(`${name(state, code)} · ${words.name}`, t("正在取…"));
  const tabs = body.appendChild(el("div", "s-parts"));
  tabs.setAttribute("role", "tablist");
  for (const [one, word] of [
    ["num", words.num],
    ["den", words.den],
  ]) {
    const button = tabs.appendChild(el("button", "s-tab", word));
    button.type = "button";
    button.dataset.part = one;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-selected", String(one === part));
    button.addEventListener("click", () => scores.go({ sheet: `list/${code}/${kpi}/${one}` }, true));
  }
  if (state.board !== "kpis" && scoresBoard.frozen()) body.append(el("p", "", t("榜上是定格时的数，清单按现在的记录")));
  const items = body.appendChild(el("ol", "s-list"));
  /** @type {Record<string, any>} */
  const narrow = code === "-" ? {} : scores.line(state.board === "kpis" ? "streets" : state.board, code);
  for (const [one, value] of Object.entries(scores.narrowed())) if (!narrow[one]) narrow[one] = value;
  if (scores.first.may.take)
    tabs.after(
      exporting.button(() => [
        "counted",
        `${name(state, code)} · ${words.name}`,
        { kpi, part, period: state.period, ...narrow },
      ]),
    );
  events(body, items, mine, `/kpis/${kpi}/events?`, { ...narrow, part });
};

/** ---- the list behind a cell of the levels ---- @param {string} expected @param {string} finished */
const levels = (expected, finished) => {
  /** @param {string} level */
  const word = (level) => (scores.first.level_words[level] || { word: "" }).word;
  const title = t("应办 {expected}，办结 {finished}", { expected: word(expected), finished: word(finished) });
  const body = frame(title, t("正在取…"));
  const items = body.appendChild(el("ol", "s-list"));
  events(body, items, key, "/levels/events?", { ...scores.narrowed(), expected, finished });
};

/** @param {HTMLElement} body @param {HTMLElement} items @param {string} mine @param {string} path
    @param {Record<string, any>} narrow */
const events = (body, items, mine, path, narrow) => {
  /** @param {string} [cursor] */
  const load = async (cursor) => {
    const found = await scores.ask(path + scores.query({ ...narrow, limit: PAGE, cursor }));
    if (!wanted(mine)) return;
    if (!found) {
      note(t("没有取到明细，请再试"));
      return;
    }
    note(
      found.hidden
        ? t("{n} 件，其中 {hidden} 件您无权查看", { n: found.count, hidden: found.hidden })
        : t("{n} 件", { n: found.count }),
    );
    byId("scores-sheet").dataset.count = found.count;
    for (const one of found.items) {
      const item = items.appendChild(el("li", "s-item"));
      const link = item.appendChild(el("a", "s-item__a s-item__a--event"));
      link.href = "/event/" + encodeURIComponent(one.number);
      link.dataset.event = one.number;
      link.dataset.status = one.status;
      const level = scores.first.level_words[one.level];
      link.append(
        el("span", "lv " + level.class, level.word),
        el("span", "s-item__t", one.title),
        el(
          "span",
          "s-item__e" + (one.on_time === false ? " is-down" : ""),
          one.on_time === false ? t("超期") : one.on_time ? t("按期") : "",
        ),
        el(
          "small",
          "num",
          [one.number, dayTime(Date.parse(one.counted.at), scores.first.time_zone), one.grid ? one.grid.name : ""]
            .filter(Boolean)
            .join(" · "),
        ),
      );
    }
    if (!found.count) items.append(el("li", "s-none", t("没有事件")));
    more(body, found.next, load);
  };
  load();
};

/** @param {ScoresState} state */
const draw = (state) => {
  const mine = [state.sheet, state.board, state.period, state.area].join("|");
  if (mine === key) return;
  key = mine;
  const box = byId("scores-sheet");
  delete box.dataset.sum;
  delete box.dataset.count;
  const [kind, code, kpi, part] = state.sheet.split("/");
  if (kind === "entries") entries(state, code);
  else if (kind === "list" && scores.first.kpis[kpi]) list(state, code, kpi, part || "num");
  else if (kind === "levels") levels(code, kpi);
  else if (kind === "corrections") corrections();
  else if (kind === "formula") formula(state);
  else box.replaceChildren();
  if (state.sheet) {
    const quit = box.querySelector(".s-x");
    if (quit) quit.focus({ preventScroll: true });
  }
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && scores.first && scores.state().sheet) scores.go({ sheet: "" });
});
export const scoresSheet = { draw };
