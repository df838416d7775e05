/* The KPIs of the district or an area: each with num/den and what it was before, broken down, stages, where cases stand,
   who passes them on, at which level they end. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const TILES = ["reported", "closed", "on_time_rate", "on_time_close_rate", "satisfaction_rate", "rating_coverage", "first_fix_rate", "rework_rate", "claim_rate", "dispatch_accuracy", "supervised", "overdue"];
  const DIMENSIONS = { area: () => t("按区域"), unit: () => t("按单位"), category: () => t("按类别"), channel: () => t("按渠道") };
  const COLUMNS = ["reported", "closed", "on_time_rate", "satisfaction_rate", "rating_coverage", "first_fix_rate"];
  const MOST = 60;
  const el = (...what) => wall.el(...what); // format.js is loaded after this file
  const t = (...what) => wall.t(...what);
  const byId = (id) => document.getElementById(id);
  let key = "";
  let dimension = "area";

  const text = (code, kpi) => (wall.scores.first.kpis[code].kind === "rate" ? (kpi.den ? wall.percent(kpi.num, kpi.den) + "%" : "—") : kpi.text);
  const minutes = (seconds) => (seconds < 3600 ? t("{n} 分", { n: Math.round(seconds / 60) }) : seconds < 86_400 ? t("{n} 小时", { n: (seconds / 3600).toFixed(1) }) : t("{n} 天", { n: (seconds / 86_400).toFixed(1) }));

  /* What changed since then, in points of a hundred or in numbers; nothing to compare is said. */
  const since = (code, kpi, before, word) => {
    const p = el("span", "s-since num");
    if (!before || !before.den) { p.textContent = word + " —"; return p; }
    const rate = wall.scores.first.kpis[code].kind === "rate";
    if (rate && !kpi.den) { p.textContent = word + " —"; return p; }
    const by = rate ? (kpi.num / kpi.den - before.num / before.den) * 100 : kpi.num - before.num;
    const good = wall.scores.first.kpis[code].better === "up" ? by > 0 : by < 0;
    const shown = rate ? Math.abs(by).toFixed(1) : String(Math.abs(by));
    p.append(word + " ", el("b", Number(shown) ? (good ? "is-up" : "is-down") : "", Number(shown) ? (by > 0 ? "▲" : "▼") + shown : "—"));
    return p;
  };

  const tile = (code, kpi) => {
    const button = el("button", "s-tile");
    button.type = "button";
    button.dataset.kpi = code;
    button.dataset.num = kpi.num;
    button.dataset.den = kpi.den;
    const words = wall.scores.first.kpis[code];
    button.append(el("span", "s-tile__n", words.name), el("b", "num", text(code, kpi)), el("small", "num", words.kind === "rate" ? `${kpi.num}/${kpi.den}` : ""));
    const both = button.appendChild(el("span", "s-tile__s"));
    both.append(since(code, kpi, kpi.previous, t("环比")), since(code, kpi, kpi.last_year, t("同比")));
    button.title = words.formula;
    button.addEventListener("click", () => wall.scores.go({ sheet: `list/${wall.scores.state().area || "-"}/${code}` }));
    return button;
  };

  /* What the numbers are narrowed to beside the area. */
  const FILTERS = { unit: () => [t("单位"), wall.scores.first.units], category: () => [t("类别"), wall.scores.first.categories], channel: () => [t("渠道"), wall.scores.first.channels] };
  const filters = (state) => {
    const box = el("div", "s-filters");
    for (const [name, of] of Object.entries(FILTERS)) {
      const [word, choices] = of();
      const label = box.appendChild(el("label", "", word + " "));
      const select = label.appendChild(el("select"));
      select.name = name;
      for (const [code, text_] of [["", t("全部")], ...choices]) { const option = select.appendChild(el("option", "", text_)); option.value = code; }
      select.value = state[name];
      select.addEventListener("change", () => wall.scores.go({ [name]: select.value, sheet: "" }));
    }
    return box;
  };

  const panel = (title, ...more) => { const box = el("section", "s-panel"); const head = box.appendChild(el("header", "s-panel__h")); head.append(el("h2", "", title), ...more.filter(Boolean)); return box; };
  /* Takes the table of a panel away, narrowed as it stands. */
  const taken = (what, title, filters) => wall.scores.first.may.take && wall.exporting.button(() => [what, title, { ...wall.scores.narrowed(), ...filters() }]);
  const inPeriod = () => ({ period: wall.scores.state().period });
  const table = (heads, rows) => {
    const wrap = el("div", "s-scroll");
    wrap.tabIndex = 0;
    const made = wrap.appendChild(el("table", "s-kt num"));
    const top = made.appendChild(el("thead")).appendChild(el("tr"));
    for (const head of heads) { const cell = top.appendChild(el("th", "", head)); cell.scope = "col"; }
    const body = made.appendChild(el("tbody"));
    for (const cells of rows) {
      const row = body.appendChild(el("tr"));
      cells.forEach((cell, at) => { const one = row.appendChild(el(at ? "td" : "th")); if (!at) one.scope = "row"; one.append(cell instanceof Node ? cell : String(cell)); });
    }
    if (!rows.length) body.appendChild(el("tr")).appendChild(el("td", "s-none", t("这一期没有记录")));
    return wrap;
  };
  const rate = (num, den) => (den ? `${wall.percent(num, den)}% ${num}/${den}` : "—");

  const breakdown = (found, state) => {
    const picks = el("div", "s-picks");
    picks.setAttribute("role", "radiogroup");
    for (const [name, word] of Object.entries(DIMENSIONS)) {
      const button = picks.appendChild(el("button", "s-pick", word()));
      button.type = "button";
      button.dataset.dimension = name;
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", String(name === dimension));
      button.addEventListener("click", () => { dimension = name; draw(wall.scores.state()); });
    }
    const box = panel(t("分项"), picks, taken("breakdown", t("分项"), () => ({ ...inPeriod(), dimension, codes: COLUMNS.join(",") })));
    const words = wall.scores.first.kpis;
    box.append(table([DIMENSIONS[dimension](), ...COLUMNS.map((code) => words[code].name)], found.rows.slice(0, MOST).map((row) => {
      let name = row.name;
      if (dimension === "area" && row.code !== state.area) { name = el("button", "s-open", row.name); name.type = "button"; name.addEventListener("click", () => wall.scores.go({ area: row.code, sheet: "" })); }
      return [name, ...COLUMNS.map((code) => { const kpi = row.kpis[code]; return words[code].kind === "rate" ? rate(kpi.num, kpi.den) : kpi.num; })];
    })));
    return box;
  };

  /* Beside frozen numbers: what is told of the records as they are now. */
  const now = (told) => (told ? el("small", "s-now", t("按现在的记录统计")) : null);
  const stages = ({ kpis, counted_now }) => {
    const box = panel(t("各环节用时"), now(counted_now.length));
    box.append(table([t("环节"), t("件数"), t("平均"), t("九成不超过")], Object.keys(wall.scores.first.stages).map((code) => {
      const mean = kpis[code];
      const ninety = kpis[code + "_p90"];
      return [wall.scores.first.stages[code], mean.den, mean.den ? minutes(mean.num / mean.den) : "—", ninety.den ? minutes(ninety.num) : "—"];
    })));
    return box;
  };
  const bottleneck = (found) => {
    const box = panel(t("堵在哪里"), taken("bottleneck", t("堵在哪里"), () => ({})));
    box.append(table([t("状态"), t("件数"), t("已过处置时限"), t("停留中位"), t("九成不超过"), t("最久")], found.rows.filter((row) => row.n).map((row) => {
      const link = el(row.oldest ? "a" : "span", row.oldest ? "s-link" : "", minutes(row.oldest_s));
      if (row.oldest) link.href = "/event/" + encodeURIComponent(row.oldest);
      return [row.name, row.n, row.over, minutes(row.p50_s), minutes(row.p90_s), link];
    })));
    return box;
  };
  const handoffs = (found, frozen) => {
    const box = panel(t("退单与返工"), now(frozen), taken("handoffs", t("退单与返工"), inPeriod));
    box.append(table([t("单位"), t("退单/承接"), t("返工/核查"), ...found.grounds.map((one) => one.name)], found.rows.filter((row) => row.declined.num || row.returned.num).slice(0, MOST).map((row) => [row.name, rate(row.declined.num, row.declined.den), rate(row.returned.num, row.returned.den), ...found.grounds.map((one) => row.by_ground[one.code] || 0)])));
    return box;
  };
  const levels = (found, frozen) => {
    const box = panel(t("小事不出网格、社区、街道"), now(frozen), taken("levels", t("小事不出网格、社区、街道"), inPeriod));
    const share = (row, upTo) => rate(row.counts.slice(0, upTo).reduce((all, n) => all + n, 0), row.closed);
    box.append(table([t("区域"), t("办结数"), t("不出网格"), t("不出社区"), t("不出街道")], found.areas.map((row) => [row.name, row.closed, share(row, 1), share(row, 2), share(row, 3)])));
    const word = (level) => wall.scores.first.level_words[level].word;
    const cell = (expected, finished) => found.rows.find((one) => one.expected === expected && one.finished === finished).count;
    box.append(el("p", "s-note num", t("不超过应办层级 {rate}：{num}/{den}；行是应办层级，列是实际办结层级", { rate: found.within.text, num: found.within.num, den: found.within.den })));
    box.append(table([t("应办 / 办结"), ...found.levels.map(word)], found.levels.map((expected) => [word(expected), ...found.levels.map((finished) => cell(expected, finished))])));
    return box;
  };

  const draw = async (state) => {
    const narrow = wall.scores.narrowed();
    const wanted = [state.period, ...Object.entries(narrow).flat(), dimension].join("/");
    const box = byId("scores-board");
    if (key !== wanted || box._frame !== "kpis") { key = wanted; box._frame = "kpis"; if (!box.querySelector(".s-tiles")) box.replaceChildren(el("p", "s-wait", t("正在统计…"))); }
    const [kpis, lines, standing, passed, ended, when] = await Promise.all([
      wall.scores.ask("/kpis?" + wall.scores.query({ ...narrow, compare: 1 })),
      wall.scores.ask(`/kpis/by/${dimension}?` + wall.scores.query({ ...narrow, codes: COLUMNS.join(",") })),
      wall.scores.ask("/bottleneck?" + new URLSearchParams(narrow)),
      wall.scores.ask("/handoffs?" + wall.scores.query(narrow)),
      wall.scores.ask("/levels?" + wall.scores.query(narrow)),
      wall.scores.ask("/scores?" + wall.scores.query({ board: "streets" })),
    ]);
    if (wanted !== key || wall.scores.state().board !== "kpis") return;
    wall.scores.when(when && kpis && { ...when, frozen_at: kpis.frozen_at });
    if (!kpis || !lines || !standing || !passed || !ended) { if (!box.querySelector(".s-tiles")) box.replaceChildren(el("p", "s-wait", t("没有取到数字，稍后会自动再试"))); return; }
    const tiles = el("div", "s-tiles");
    tiles.append(...TILES.map((code) => tile(code, kpis.kpis[code])));
    const top = box.scrollTop;
    box.replaceChildren(filters(state), tiles, breakdown(lines, state), stages(kpis), bottleneck(standing), levels(ended, kpis.frozen_at), handoffs(passed, kpis.frozen_at));
    box.scrollTop = top;
  };
  wall.scoresKpis = { draw };
})(window.gridWall);
