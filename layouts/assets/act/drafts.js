/* Drafts: what was typed outlives a reload, a lost link and a restarted server. */
import { book } from "./book.js";

const drafts = "draft:";
/* ---- drafts: what was typed outlives a reload, a lost link and a restarted server ---- */
/** @param {string} number @param {string} action */
export const draftName = (number, action) => `${drafts}${book().account.name}:${number}:${action}`;
/** @param {string} name @param {Record<string, any>} facts */
export const keep = (name, facts) => {
  try {
    localStorage.setItem(name, JSON.stringify(facts));
  } catch (_full) {
    /* the form itself still holds it */
  }
};
/** @param {string} name */
export const kept = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name) || "{}");
  } catch (_broken) {
    return {};
  }
};
/** @param {string} name */
export const drop = (name) => {
  try {
    localStorage.removeItem(name);
  } catch (_none) {
    /* nothing to drop */
  }
};
