/* What an answer to an action means, in words. */
import { usedBefore } from "../core/http.js";
import { tellNews } from "../core/news.js";
import { others } from "../core/stale.js";
import { t } from "../core/words.js";
import { book } from "./book.js";

/** @param {string} action */
const wordOf = (action) => (book().rules[action] ? book().rules[action].word : action);
/** @param {Answer} answer */
export const refusal = (answer) => {
  if (others(answer)) return answer.said.detail;
  if (!answer.status) return t("没有连上服务器，这一步未确认；恢复后再按一次，不会重复");
  if (unsure(answer))
    return t("{why}；这一步未确认，再按一次，不会重复", {
      why: (answer.said && (answer.said.detail || answer.said.title)) || t("服务器没有办成"),
    });
  if (usedBefore(answer)) return t("前一次其实已经办成，内容是改动之前的");
  const said = answer.said;
  const winner = said.winner && said.winner.name ? t("{name} 已先一步办理", { name: said.winner.name }) : "";
  const first = (said.errors || []).map((/** @type {{message: string}} */ one) => one.message)[0];
  return [winner, said.detail || first || said.title].filter(Boolean).join("：");
};
/* Nobody knows whether it was done: no answer, a server that is ill, the first try still in work, or nobody logged in
   any more or somebody else, which says nothing of the try before. Pressed again with the same key it is the same
   press. Only a 409 that shows the event as it now is says that somebody was faster. */
/** @param {Answer} answer */
export const unsure = (answer) =>
  !answer.status ||
  answer.status >= 500 ||
  answer.status === 401 ||
  answer.status === 408 ||
  answer.status === 429 ||
  others(answer) ||
  (answer.status === 409 && /:in-work$/.test((answer.said && answer.said.type) || ""));
/** @param {Answer} answer */
export const overtaken = (answer) =>
  answer.status === 409 && Boolean(answer.said && (answer.said.event || answer.said.winner));
/** @param {string} number */
export const outdated = (number) => document.dispatchEvent(new CustomEvent("outdated", { detail: { number } }));
/** @param {string} action @param {string} number @param {Answer} answer */
export const done = (action, number, answer) => {
  const unit = answer.said.unit ? answer.said.unit.name : "";
  tellNews(
    action === "dispatch" && unit
      ? t("{number} 已派给 {unit}", { number, unit })
      : t("{number}：{action} 已办", { number, action: wordOf(action) }),
    "ok",
  );
};
