/* A board's rows: its head, how rows are ordered, one line and its numbers. */
import { el, mark, say, svg } from "../core/dom.js";
import { percent } from "../core/text.js";
import { t } from "../core/words.js";
import { shown } from "./board.js";
import { scores } from "./scores.js";

const WIDE = 88;
const TALL = 26;
/** @param {(number | string)[]} values */
const spark = (values) => {
  const box = svg("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, class: "s-spark", "aria-hidden": "true" });
  const numbers = values.map(Number);
  if (numbers.length > 1) {
    const low = Math.min(0, ...numbers);
    const high = Math.max(0, ...numbers);
    /** @param {number} i */
    const x = (i) => 3 + (i * (WIDE - 6)) / (numbers.length - 1);
    /** @param {number} n */
    const y = (n) => TALL - 4 - ((n - low) / (high - low || 1)) * (TALL - 8);
    const last = numbers.length - 1;
    box.append(
      svg("path", { d: numbers.map((n, i) => (i ? "L" : "M") + x(i).toFixed(1) + " " + y(n).toFixed(1)).join("") }),
      svg("circle", { cx: x(last).toFixed(1), cy: y(numbers[last]).toFixed(1), r: "2.5" }),
    );
  }
  return box;
};

/** @type {Record<string, (row: BoardLine) => number | string>} */
const SORTS = {
  /** @param {BoardLine} row */
  rank: (row) => (row.rank === null ? Infinity : row.rank),
  /** @param {BoardLine} row */
  name: (row) => row.name,
  /** @param {BoardLine} row */
  points: (row) => -Number(row.points),
  /** @param {BoardLine} row */
  composite: (row) => (row.composite === null ? Infinity : -row.composite),
};
/** @param {string} name */
const sortOf = (name) =>
  SORTS[name] ||
  ((row) => {
    const { num, den } = row.rates[name] || { num: 0, den: 0 };
    return den ? -num / den : Infinity;
  });
/** @param {BoardLine[]} rows @param {string} name */
export const sorted = (rows, name) => {
  const by = sortOf(name);
  return rows
    .map((row, at) => /** @type {[number | string, number, BoardLine]} */ ([by(row), at, row]))
    .sort(([one, a], [other, b]) => (one < other ? -1 : one > other ? 1 : a - b))
    .map(([, , row]) => row);
};

/** ---- head ---- @param {ScoresState} state @param {Api.Board} found */
export const head = (state, found) => {
  const row = el("div", "s-row s-row--head");
  row.setAttribute("role", "row");
  /** @param {string} name @param {string} word @param {string} kind */
  const column = (name, word, kind) => {
    const cell = row.appendChild(el("div", "s-c s-c--" + kind));
    cell.setAttribute("role", "columnheader");
    cell.setAttribute(
      "aria-sort",
      state.sort === name ? (name === "rank" || name === "name" ? "ascending" : "descending") : "none",
    );
    const button = cell.appendChild(el("button", "s-sort", word));
    button.type = "button";
    button.dataset.sort = name;
    button.addEventListener("click", () => scores.go({ sort: name }, true));
  };
  column("rank", t("名次"), "rank");
  column("name", scores.first.boards.find(([name]) => name === state.board)[1], "name");
  column("points", t("积分"), "points");
  if (state.board !== "workers") column("composite", t("综合得分"), "score");
  for (const code of rates(state)) column(code, scores.first.kpis[code].name, "rate");
  const trend = row.appendChild(el("div", "s-c s-c--trend", found.buckets.length > 1 ? t("走势") : ""));
  trend.setAttribute("role", "columnheader");
  return row;
};
/** @param {ScoresState} state */
export const rates = (state) =>
  state.board === "workers" ? ["on_time_rate", "satisfaction_rate"] : scores.first.rates.slice(0, 4);

/** ---- a row ---- @param {ScoresState} state */
export const make = (state) => (/** @type {BoardLine} */ line) => {
  const row = el("div", "s-row");
  row.setAttribute("role", "row");
  row.dataset.code = line.code;
  const rank = row.appendChild(el("div", "s-c s-c--rank"));
  const ledger = rank.appendChild(el("button", "s-rank"));
  ledger.type = "button";
  ledger.append(el("b", "s-medal num"));
  ledger.addEventListener("click", () => scores.go({ sheet: "entries/" + line.code }));
  const name = row.appendChild(el("div", "s-c s-c--name"));
  const open = name.appendChild(el("button", "s-open"));
  open.type = "button";
  open.append(el("span", "s-name"), el("span", "s-change num"));
  open.addEventListener("click", () => scores.go({ sheet: "entries/" + line.code }));
  if (deeper(state)) {
    const down = name.appendChild(el("button", "s-down", "›"));
    down.type = "button";
    down.setAttribute("aria-label", t("看 {name} 的下级", { name: line.name }));
    down.addEventListener("click", () => scores.go({ board: deeper(state), area: line.code, sheet: "", q: "" }));
  }
  const points = row.appendChild(el("div", "s-c s-c--points"));
  const tap = points.appendChild(el("button", "s-num"));
  tap.type = "button";
  tap.append(el("b", "num"));
  tap.addEventListener("click", () => scores.go({ sheet: "entries/" + line.code }));
  if (state.board !== "workers") row.append(el("div", "s-c s-c--score"));
  for (const code of rates(state)) {
    const cell = row.appendChild(el("div", "s-c s-c--rate"));
    const button = cell.appendChild(el("button", "s-num"));
    button.type = "button";
    button.dataset.kpi = code;
    button.append(el("b", "num"), el("small", "num"), el("i", "s-bar"));
    button.addEventListener("click", () => scores.go({ sheet: `list/${line.code}/${code}` }));
  }
  row.append(el("div", "s-c s-c--trend"));
  for (const cell of row.children) cell.setAttribute("role", "cell");
  return row;
};
/* The board of the areas right below those of this one, by the levels that the district has. */
/** @param {ScoresState} state */
const deeper = (state) => {
  const { depths } = scores.first;
  return state.board in depths
    ? Object.keys(depths).find((board) => depths[board] === depths[state.board] + 1)
    : undefined;
};

/** @param {ScoresState} state */
export const update = (state) => (/** @type {HTMLElement} */ row, /** @type {BoardLine} */ line) => {
  const cells = [...row.children];
  const medal = cells[0].querySelector(".s-medal");
  mark(cells[0].firstElementChild, "aria-label", t("{name} 的积分明细", { name: line.name }));
  say(medal, line.rank === null ? "–" : String(line.rank));
  medal.className = "s-medal num" + (line.rank && line.rank <= 3 ? " s-medal--" + line.rank : "");
  row.classList.toggle("s-row--apart", line.rank === null);
  row.classList.toggle("is-open", state.sheet.split("/")[1] === line.code);
  row.classList.toggle(
    "s-row--corrected",
    shown.corrections.some((one) => one.code === line.code),
  );
  say(cells[1].querySelector(".s-name"), line.name);
  const change = cells[1].querySelector(".s-change");
  say(
    change,
    line.rank === null
      ? t("样本不足")
      : line.change === null
        ? ""
        : line.change > 0
          ? `▲${line.change}`
          : line.change < 0
            ? `▼${-line.change}`
            : "—",
  );
  change.className = "s-change num" + (line.change > 0 ? " is-up" : line.change < 0 ? " is-down" : "");
  change.title = line.change ? t("比上期 {n} 名", { n: (line.change > 0 ? "+" : "−") + Math.abs(line.change) }) : "";
  say(cells[2].querySelector("b"), line.points.replace(/\.0$/, ""));
  mark(cells[2].firstElementChild, "data-points", line.points);
  let at = 3;
  if (state.board !== "workers") {
    say(cells[at], line.composite === null ? "—" : line.composite.toFixed(1));
    /** @type {HTMLElement} */ (cells[at]).title = line.dropped.length
      ? t("{parts} 没有可统计的，其余按权重折算", {
          parts: line.dropped.map((/** @type {string} */ code) => scores.first.kpis[code].name).join("、"),
        })
      : "";
    cells[at].classList.toggle("s-c--part", line.dropped.length > 0 && line.composite !== null);
    at += 1;
  }
  for (const code of rates(state)) {
    const { num, den } = line.rates[code] || { num: 0, den: 0 };
    const button = cells[at].querySelector("button");
    say(button.children[0], den ? percent(num, den) + "%" : "—");
    say(button.children[1], den ? `${num}/${den}` : "");
    button.querySelector("i").style.setProperty("--v", den ? (num / den).toFixed(3) : "0");
    mark(button, "data-num", num);
    mark(button, "data-den", den);
    /** @type {HTMLButtonElement} */ (button).disabled = !den;
    /** @type {HTMLElement} */ (button).setAttribute(
      "aria-label",
      `${line.name} ${scores.first.kpis[code].name} ${den ? percent(num, den) + "% " + num + "/" + den : "—"}`,
    );
    at += 1;
  }
  const shape = (line.trend || []).join();
  if (/** @type {HTMLElement} */ (cells[at])._shape !== shape) {
    /** @type {HTMLElement} */ (cells[at])._shape = shape;
    cells[at].replaceChildren(...((line.trend || []).length > 1 ? [spark(line.trend)] : []));
  }
};
