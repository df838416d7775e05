/* What is said with a dispatch, kept as a draft. */
import { act } from "../act/act.js";
import { byId, el, say } from "../core/dom.js";
import { desk } from "./desk.js";
import { body, pick, sync } from "./dispatch.js";

/** @param {string} number */
export const draftOf = (number) => `draft:${desk.first.account.name}:${number}:dispatch`;

/* The opinion is one text field per event; the very same node moves into every new drawing, with what is typed. */
/** @param {string} number */
export const opinion = (number) => {
  const field = el("textarea", "dp-opinion__t");
  field.rows = 1;
  field.maxLength = 200;
  field.value = act.draft.kept(draftOf(number)).reason || "";
  field.addEventListener("input", () => {
    act.draft.keep(draftOf(number), { reason: field.value });
    complain("");
    sync();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      body().focus();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      desk.press("dispatch");
    }
  });
  return field;
};

/** @param {string} words */
export const complain = (words) => {
  const slot = byId("dispatch-opinion");
  if (!slot) return;
  say(slot.querySelector(".act-fault"), words);
  pick.field.setAttribute("aria-invalid", words ? "true" : "false");
};
