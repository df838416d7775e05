/* Tables of the KPI page: the breakdown, the stages, the bottleneck, hand-overs, levels. */

import { el } from "../core/dom.js";
import { exporting } from "../core/exporting.js";
import { measured } from "../core/spans.js";
import { percent } from "../core/text.js";
import { t } from "../core/words.js";
import { draw } from "./kpis.js";
import { scores } from "./scores.js";

/** @type {Record<string, Word>} */
const DIMENSIONS = {
  area: () => t("按区域"),
  unit: () => t("按单位"),
  category: () => t("按类别"),
  channel: () => t("按渠道"),
};
export const COLUMNS = ["reported", "closed", "on_time_rate", "satisfaction_rate", "rating_coverage", "first_fix_rate"];
const MOST = 60;
export let dimension = "area";

/** @param {string} title @param {...(Node | null | false)} more */
const panel = (title, ...more) => {
  const box = el("section", "s-panel");
  const head = box.appendChild(el("header", "s-panel__h"));
  head.append(el("h2", "", title), .../** @type {Node[]} */ (more.filter(Boolean)));
  return box;
};
/* Takes the table of a panel away, narrowed as it stands. */
/** @param {string} what @param {string} title @param {() => object} filters */
const taken = (what, title, filters) =>
  scores.first.may.take && exporting.button(() => [what, title, { ...scores.narrowed(), ...filters() }]);
const inPeriod = () => ({ period: scores.state().period });
/** @param {string[]} heads @param {TableCells[]} rows */
const table = (heads, rows) => {
  const wrap = el("div", "s-scroll");
  wrap.tabIndex = 0;
  const made = wrap.appendChild(el("table", "s-kt num"));
  const top = made.appendChild(el("thead")).appendChild(el("tr"));
  for (const head of heads) {
    const cell = top.appendChild(el("th", "", head));
    cell.scope = "col";
  }
  const body = made.appendChild(el("tbody"));
  for (const cells of rows) {
    const row = body.appendChild(el("tr"));
    cells.forEach((cell, at) => {
      const one = row.appendChild(el(at ? "td" : "th"));
      if (!at) one.scope = "row";
      one.append(cell instanceof Node ? cell : String(cell));
    });
  }
  if (!rows.length) body.appendChild(el("tr")).appendChild(el("td", "s-none", t("这一期没有记录")));
  return wrap;
};
/** @param {number} num @param {number} den */
export const rate = (num, den) => (den ? `${percent(num, den)}% ${num}/${den}` : "—");

/** @param {Api.Breakdown} found @param {ScoresState} state */
export const breakdown = (found, state) => {
  const picks = el("div", "s-picks");
  picks.setAttribute("role", "radiogroup");
  for (const [name, word] of Object.entries(DIMENSIONS)) {
    const button = picks.appendChild(el("button", "s-pick", word()));
    button.type = "button";
    button.dataset.dimension = name;
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", String(name === dimension));
    button.addEventListener("click", () => {
      dimension = name;
      draw(scores.state());
    });
  }
  const box = panel(
    t("分项"),
    picks,
    taken("breakdown", t("分项"), () => ({ ...inPeriod(), dimension, codes: COLUMNS.join(",") })),
  );
  const words = scores.first.kpis;
  box.append(
    table(
      [DIMENSIONS[dimension](), ...COLUMNS.map((code) => words[code].name)],
      found.rows.slice(0, MOST).map((row) => {
        /** @type {string | HTMLElement} */
        let name = row.name;
        if (dimension === "area" && row.code !== state.area) {
          const open = el("button", "s-open", row.name);
          open.type = "button";
          name = open;
          open.addEventListener("click", () => scores.go({ area: row.code, sheet: "" }));
        }
        return [
          name,
          ...COLUMNS.map((code) => {
            const kpi = row.kpis[code];
            return words[code].kind === "rate" ? rate(kpi.num, kpi.den) : kpi.num;
          }),
        ];
      }),
    ),
  );
  return box;
};

/** Beside frozen numbers: what is told of the records as they are now. @param {unknown} told */
const now = (told) => (told ? el("small", "s-now", t("按现在的记录统计")) : null);
/** @param {Api.Kpis} given */
export const stages = ({ kpis, counted_now }) => {
  const box = panel(t("各环节用时"), now(counted_now.length));
  box.append(
    table(
      [t("环节"), t("件数"), t("平均"), t("九成不超过")],
      Object.keys(scores.first.stages).map((code) => {
        const mean = kpis[code];
        const ninety = kpis[code + "_p90"];
        return [
          scores.first.stages[code],
          mean.den,
          mean.den ? measured(mean.num / mean.den) : "—",
          ninety.den ? measured(ninety.num) : "—",
        ];
      }),
    ),
  );
  return box;
};
/** @param {Api.Bottleneck} found */
export const bottleneck = (found) => {
  const box = panel(
    t("堵在哪里"),
    taken("bottleneck", t("堵在哪里"), () => ({})),
  );
  box.append(
    table(
      [t("状态"), t("件数"), t("已过处置时限"), t("停留中位"), t("九成不超过"), t("最久")],
      found.rows
        .filter((row) => row.n)
        .map((row) => {
          // whoever may not open the oldest case reads its age alone
          if (!row.oldest)
            return [row.name, row.n, row.over, measured(row.p50_s), measured(row.p90_s), measured(row.oldest_s)];
          const link = el("a", "s-link", measured(row.oldest_s));
          link.href = "/event/" + encodeURIComponent(row.oldest);
          return [row.name, row.n, row.over, measured(row.p50_s), measured(row.p90_s), link];
        }),
    ),
  );
  return box;
};
/** @param {Api.Handoffs} found @param {string | null} frozen */
export const handoffs = (found, frozen) => {
  const box = panel(t("退单与返工"), now(frozen), taken("handoffs", t("退单与返工"), inPeriod));
  box.append(
    table(
      [t("单位"), t("退单/承接"), t("返工/核查"), ...found.grounds.map((one) => one.name)],
      found.rows
        .filter((row) => row.declined.num || row.returned.num)
        .slice(0, MOST)
        .map((row) => [
          row.name,
          rate(row.declined.num, row.declined.den),
          rate(row.returned.num, row.returned.den),
          ...found.grounds.map((one) => row.by_ground[one.code] || 0),
        ]),
    ),
  );
  return box;
};
/** @param {Api.Levels} found @param {string | null} frozen */
export const levels = (found, frozen) => {
  const box = panel(
    t("小事不出网格、社区、街道"),
    now(frozen),
    taken("levels", t("小事不出网格、社区、街道"), inPeriod),
  );
  /** @param {{counts: number[], closed: number}} row @param {number} upTo */
  const share = (row, upTo) =>
    rate(
      row.counts.slice(0, upTo).reduce((all, n) => all + n, 0),
      row.closed,
    );
  box.append(
    table(
      [t("区域"), t("办结数"), t("不出网格"), t("不出社区"), t("不出街道")],
      found.areas.map((row) => [row.name, row.closed, share(row, 1), share(row, 2), share(row, 3)]),
    ),
  );
  /** @param {string} level */
  const word = (level) => scores.first.level_words[level].word;
  /** @param {string} expected @param {string} finished */
  const cell = (expected, finished) => {
    const n = found.rows.find((one) => one.expected === expected && one.finished === finished).count;
    if (!n) return n;
    const button = el("button", "s-open", String(n));
    button.type = "button";
    button.dataset.cell = `${expected}/${finished}`;
    button.addEventListener("click", () => scores.go({ sheet: `levels/${expected}/${finished}` }));
    return button;
  };
  box.append(
    el(
      "p",
      "s-note num",
      t("不超过应办层级 {rate}：{num}/{den}；行是应办层级，列是实际办结层级", {
        rate: found.within.text,
        num: found.within.num,
        den: found.within.den,
      }),
    ),
  );
  box.append(
    table(
      [t("应办 / 办结"), ...found.levels.map(word)],
      found.levels.map((expected) => [word(expected), ...found.levels.map((finished) => cell(expected, finished))]),
    ),
  );
  return box;
};
