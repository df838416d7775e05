/* How the number was made, and what was corrected since. */
import { el } from "../core/dom.js";
import { t } from "../core/words.js";
import { scoresBoard } from "./board.js";
import { scores } from "./scores.js";
import { frame, item, key, wanted } from "./sheet.js";

export const corrections = () => {
  const found = scoresBoard.corrections();
  const body = frame(t("定格之后的更正"), t("{n} 行", { n: found.length }));
  const zone = scores.first.time_zone;
  for (const one of found) {
    const box = body.appendChild(el("section", "s-fixed"));
    box.dataset.code = one.code;
    box.append(el("h3", "", one.name));
    const lines = box.appendChild(el("ul"));
    /** @param {string} name @param {string} then @param {string} now */
    const line = (name, then, now) =>
      lines.append(el("li", "num", t("{name}：定格 {then}，现为 {now}", { name, then, now })));
    if (one.points !== one.frozen_points) line(t("积分"), one.frozen_points, one.points);
    for (const rate of Object.values(one.rates))
      line(rate.name, `${rate.frozen.num}/${rate.frozen.den}`, `${rate.now.num}/${rate.now.den}`);
    const list = box.appendChild(el("ol", "s-list"));
    for (const entry of one.entries) list.append(item(entry, zone));
  }
  if (!found.length) body.append(el("p", "s-none", t("没有更正")));
};

/** ---- how it is counted ---- @param {ScoresState} _state */
export const formula = async (_state) => {
  const mine = key;
  const body = frame(t("怎么算的"), "");
  const found = await scores.ask("/scores/formula");
  if (!found || !wanted(mine)) return;
  /** @param {string[]} cells @param {"th" | "td"} [kind] */
  const line = (cells, kind) => {
    const row = el("tr");
    for (const cell of cells) row.append(el(kind || "td", "", cell));
    return row;
  };
  /** @param {string[]} heads @param {string[][]} rows */
  const table = (heads, rows) => {
    const made = el("table", "s-formula");
    const top = el("thead");
    top.append(line(heads, "th"));
    const all = el("tbody");
    all.append(...rows.map((cells) => line(cells)));
    made.append(top, all);
    return made;
  };
  body.append(
    el("h3", "", t("综合得分（一周及以上的榜）")),
    table(
      [t("指标"), t("权重"), t("算法")],
      found.parts.map((/** @type {Api.Formula["parts"][number]} */ one) => [one.name, "×" + one.weight, one.formula]),
    ),
    el(
      "p",
      "",
      t(
        "每项 = 分子 ÷ 分母 × 权重，四项相加满分 100；没有可统计的项（0/0）不计，其余按权重折算。办结不足 {n} 件的单列为“样本不足”，不排名。",
        { n: found.least_closed },
      ),
    ),
    el("h3", "", t("积分")),
    table(
      [t("规则"), t("分")],
      found.points.map((/** @type {Api.Formula["points"][number]} */ one) => [one.name, one.points]),
    ),
    el(
      "p",
      "",
      t("积分 = 流水之和，只加记录、不改记录，冲正也是一笔。抢单加分每单位每日最多 {cap} 分。", {
        cap: found.claim_cap,
      }),
    ),
    el("h3", "", t("周期")),
    el(
      "p",
      "",
      t("按本地日历日，含首尾两天；今日的榜按积分排名，7 天及以上按综合得分排名。升降与上一个同样长的周期相比。"),
    ),
    el("p", "", t("算法来源：LIFECYCLE §7、§8（本系统规则书）")),
  );
};
