/* The first step of a report: what it is, in words and by a tile. `draft` gives what is being written, `keep` keeps
   it. */
import { el } from "../core/dom.js";
import { t } from "../core/words.js";
import { phone } from "./phone.js";

const OFTEN = 5;
const { first, kept } = phone;

/** @param {{name: string, draft: () => ReportDraft, keep: () => void}} given */
export const whatStep = ({ name, draft, keep }) => {
  const kinds = new Map(
    first.categories.map(([code, word, parent, photo, emergency]) => [code, { code, word, parent, photo, emergency }]),
  );
  /** @param {string} code */
  const children = (code) => [...kinds.values()].filter((one) => one.parent === code);
  const often = () =>
    (kept(name + ":often") || []).filter((/** @type {string} */ code) => kinds.has(code)).slice(0, OFTEN);
  let heading = "";
  /** @param {PhoneCategory} kind @param {() => void} run @param {boolean} [on] */
  const tile = (kind, run, on) => {
    const button = el("button", "p-kind" + (on ? " is-on" : ""), kind.word);
    button.type = "button";
    button.dataset.category = kind.code;
    button.setAttribute("aria-pressed", String(Boolean(on)));
    button.addEventListener("click", run);
    return button;
  };
  /** @param {string} code */
  const pick = (code) => {
    draft().category = draft().category === code ? "" : code;
    keep();
    what();
  };
  const text = el("textarea", "p-text");
  Object.assign(text, { rows: 3, maxLength: 500, placeholder: t("说说是什么情况（可以用键盘上的话筒说）") });
  text.setAttribute("aria-label", t("情况"));
  text.value = draft().text;
  text.addEventListener("input", () => {
    draft().text = text.value;
    keep();
  });
  const tiles = el("div", "p-kinds");
  tiles.setAttribute("role", "group");
  tiles.setAttribute("aria-label", t("类别"));
  const what = () => {
    const chosen = kinds.get(draft().category);
    if (heading) {
      const back = tile({ code: "", word: "‹ " + kinds.get(heading).word }, () => {
        heading = "";
        what();
      });
      back.classList.add("p-kind--back");
      tiles.replaceChildren(
        back,
        ...children(heading).map((kind) => tile(kind, () => pick(kind.code), kind.code === draft().category)),
      );
      return;
    }
    const top = [...kinds.values()].filter((one) => !one.parent && (children(one.code).length || !one.parent));
    const quick = [...new Set([...(chosen ? [chosen.code] : []), ...often()])].map((code) => kinds.get(code));
    tiles.replaceChildren(
      ...quick.map((kind) => tile(kind, () => pick(kind.code), kind.code === draft().category)),
      ...top.map((kind) => {
        const made = tile(
          kind,
          () => {
            if (children(kind.code).length) {
              heading = kind.code;
              what();
            } else pick(kind.code);
          },
          kind.code === draft().category,
        );
        made.classList.add("p-kind--more");
        return made;
      }),
    );
  };
  return {
    nodes: [text, tiles],
    kinds,
    draw: what,
    clear() {
      text.value = "";
      heading = "";
    },
    /** A category that was sent is offered first the next time. @param {string} code */
    remember(code) {
      kept(
        name + ":often",
        [code, ...(kept(name + ":often") || []).filter((/** @type {string} */ one) => one !== code)].slice(0, OFTEN),
      );
    },
  };
};
