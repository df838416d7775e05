/* The bars above the boards: tabs, tools, the way back up. */
import { byId, el } from "../core/dom.js";
import { exporting } from "../core/exporting.js";
import { t } from "../core/words.js";
import { scoresBoard } from "./board.js";
import { address, first, go, narrowed, state } from "./scores.js";

export const tabs = () => {
  const box = byId("scores-tabs");
  if (!box.firstChild) {
    for (const [name, word] of first.boards) {
      const button = box.appendChild(el("button", "s-tab", word));
      button.type = "button";
      button.dataset.board = name;
      button.setAttribute("role", "tab");
      button.addEventListener("click", () =>
        go({ board: name, sheet: "", q: "", sort: "rank", unit: "", category: "", channel: "" }),
      );
    }
  }
  for (const button of box.children)
    button.setAttribute("aria-selected", String(/** @type {HTMLElement} */ (button).dataset.board === state.board));
};

export const tools = () => {
  const box = byId("scores-tools");
  if (!box.firstChild) {
    const input = box.appendChild(el("input", "s-find"));
    Object.assign(input, { type: "search", placeholder: t("找一行"), maxLength: 40, autocomplete: "off" });
    input.setAttribute("aria-label", t("找一行"));
    input.addEventListener("input", () => {
      state.q = input.value.trim();
      history.replaceState(null, "", address(state));
      scoresBoard.filter();
    });
    const how = box.appendChild(el("button", "btn s-how", t("怎么算的")));
    how.type = "button";
    how.addEventListener("click", () => go({ sheet: "formula" }));
    if (first.may.take)
      box.append(
        exporting.button(() =>
          state.board === "kpis"
            ? ["kpis", t("指标"), { ...narrowed(), period: state.period }]
            : ["board", boardName(), { board: state.board, period: state.period, area: state.area }],
        ),
      );
  }
  const input = box.querySelector("input");
  if (input.value !== state.q && document.activeElement !== input) input.value = state.q;
  input.hidden = state.board === "kpis";
  box.hidden = state.board === "cases";
};

const boardName = () => first.boards.find(([name]) => name === state.board)[1];
/* District › street › community › grid: the road to the area whose lines are shown. */
export const road = () => {
  const box = byId("scores-road");
  const areas = new Map(first.areas.map((area) => [area[0], area]));
  const steps = [];
  for (let code = state.area; areas.has(code); code = areas.get(code)[2]) steps.unshift(areas.get(code));
  if (!steps.length) {
    box.replaceChildren();
    return;
  }
  if (steps[0][3] > 0) {
    const top = areas.get(steps[0][2]);
    if (top) steps.unshift(top);
  }
  box.replaceChildren(
    ...steps.flatMap(([code, name, , depth], at) => {
      const button = el("button", "s-step", name);
      button.type = "button";
      if (at === steps.length - 1) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => go({ area: depth ? code : "", sheet: "", q: "" }));
      return at ? [el("span", "", "›"), button] : [button];
    }),
  );
};
