/* The KPIs of the district or an area: each with num/den and what it was before, broken down, stages, where cases
   stand, who passes them on, at which level they end. */
import { byId, el } from "../core/dom.js";
import { percent } from "../core/text.js";
import { t } from "../core/words.js";
import { bottleneck, breakdown, COLUMNS, dimension, handoffs, levels, stages } from "./kpi-tables.js";
import { scores } from "./scores.js";

const TILES = [
  "reported",
  "closed",
  "on_time_rate",
  "on_time_close_rate",
  "satisfaction_rate",
  "rating_coverage",
  "first_fix_rate",
  "rework_rate",
  "claim_rate",
  "dispatch_accuracy",
  "supervised",
  "overdue",
];
let key = "";
/** @param {string} code @param {Api.Kpi} kpi */
const text = (code, kpi) =>
  scores.first.kpis[code].kind === "rate" ? (kpi.den ? percent(kpi.num, kpi.den) + "%" : "—") : kpi.text;
/* What changed since then, in points of a hundred or in numbers; nothing to compare is said. */
/** @param {string} code @param {Api.Kpi} kpi @param {Ratio | undefined} before @param {string} word */
const since = (code, kpi, before, word) => {
  const p = el("span", "s-since num");
  if (!before || !before.den) {
    p.textContent = word + " —";
    return p;
  }
  const rate = scores.first.kpis[code].kind === "rate";
  if (rate && !kpi.den) {
    p.textContent = word + " —";
    return p;
  }
  const by = rate ? (kpi.num / kpi.den - before.num / before.den) * 100 : kpi.num - before.num;
  const good = scores.first.kpis[code].better === "up" ? by > 0 : by < 0;
  const shown = rate ? Math.abs(by).toFixed(1) : String(Math.abs(by));
  p.append(
    word + " ",
    el("b", Number(shown) ? (good ? "is-up" : "is-down") : "", Number(shown) ? (by > 0 ? "▲" : "▼") + shown : "—"),
  );
  return p;
};

/** @param {string} code @param {Api.Kpi} kpi */
const tile = (code, kpi) => {
  const button = el("button", "s-tile");
  button.type = "button";
  button.dataset.kpi = code;
  button.dataset.num = String(kpi.num);
  button.dataset.den = String(kpi.den);
  const words = scores.first.kpis[code];
  button.append(
    el("span", "s-tile__n", words.name),
    el("b", "num", text(code, kpi)),
    el("small", "num", words.kind === "rate" ? `${kpi.num}/${kpi.den}` : ""),
  );
  const both = button.appendChild(el("span", "s-tile__s"));
  both.append(since(code, kpi, kpi.previous, t("环比")), since(code, kpi, kpi.last_year, t("同比")));
  button.title = words.formula;
  button.addEventListener("click", () => scores.go({ sheet: `list/${scores.state().area || "-"}/${code}` }));
  return button;
};

/** What the numbers are narrowed to beside the area. @type {Record<string, () => [string, Pairs]>} */
const FILTERS = {
  unit: () => [t("单位"), scores.first.units],
  category: () => [t("类别"), scores.first.categories],
  channel: () => [t("渠道"), scores.first.channels],
};
/** @param {ScoresState} state */
export const filters = (state) => {
  const box = el("div", "s-filters");
  for (const [name, of] of Object.entries(FILTERS)) {
    const [word, choices] = of();
    const label = box.appendChild(el("label", "", word + " "));
    const select = label.appendChild(el("select"));
    select.name = name;
    for (const [code, text_] of [["", t("全部")], ...choices]) {
      const option = select.appendChild(el("option", "", text_));
      option.value = code;
    }
    select.value = state[/** @type {"unit" | "category" | "channel"} */ (name)];
    select.addEventListener("change", () => scores.go({ [name]: select.value, sheet: "" }));
  }
  return box;
};

/** @param {ScoresState} state */
export const draw = async (state) => {
  const narrow = scores.narrowed();
  const wanted = [state.period, ...Object.entries(narrow).flat(), dimension].join("/");
  const box = byId("scores-board");
  if (key !== wanted || box._frame !== "kpis") {
    key = wanted;
    box._frame = "kpis";
    if (!box.querySelector(".s-tiles")) box.replaceChildren(el("p", "s-wait", t("正在统计…")));
  }
  const [kpis, lines, standing, passed, ended, when] = await Promise.all([
    scores.ask("/kpis?" + scores.query({ ...narrow, compare: 1 })),
    scores.ask(`/kpis/by/${dimension}?` + scores.query({ ...narrow, codes: COLUMNS.join(",") })),
    scores.ask("/bottleneck?" + new URLSearchParams(narrow)),
    scores.ask("/handoffs?" + scores.query(narrow)),
    scores.ask("/levels?" + scores.query(narrow)),
    scores.ask("/scores?" + scores.query({ board: "streets" })),
  ]);
  if (wanted !== key || scores.state().board !== "kpis") return;
  scores.when(when && kpis && { ...when, frozen_at: kpis.frozen_at });
  if (!kpis || !lines || !standing || !passed || !ended) {
    if (!box.querySelector(".s-tiles")) box.replaceChildren(el("p", "s-wait", t("没有取到数字，稍后会自动再试")));
    return;
  }
  const tiles = el("div", "s-tiles");
  tiles.append(...TILES.map((code) => tile(code, kpis.kpis[code])));
  const top = box.scrollTop;
  box.replaceChildren(
    filters(state),
    tiles,
    breakdown(lines, state),
    stages(kpis),
    bottleneck(standing),
    levels(ended, kpis.frozen_at),
    handoffs(passed, kpis.frozen_at),
  );
  box.scrollTop = top;
};
export const scoresKpis = { draw };
