/* What codes are called on the wall, and where an event is. */
import { alertStore } from "../alarm/alerts.js";
import { page } from "../core/page.js";
import { t } from "../core/words.js";
import { shownArea } from "./area.js";

/** @type {WallFirst} */
let known = null; // of which first data
/** @type {Map<string, Marked>} */
let byStatus = new Map();
/** @type {Map<string, string[]>} */
const parts = new Map(); // path → its codes; a few hundred different ones

const statuses = () => {
  if (known !== page.first) {
    known = page.first;
    byStatus = new Map(known.statuses.map((status) => [status.code, status]));
  }
  return byStatus;
};

/** @param {string} code */
export const statusOf = (code) => statuses().get(code) || { glyph: "dot", token: "st-handle", word: code };
/** @param {string} code */
export const statusWord = (code) =>
  statuses().has(code) ? statuses().get(code).word : page.first.status_words[code] || code;
/** @param {string} code */
export const tokenOf = (code) => statusOf(code).token;
/** @param {string} code */
export const unitName = (code) => (code ? page.first.units[code] || code : "");
/** @param {EventRow} row */
export const sinceOf = (row) => {
  const alert = alertStore.of(row);
  return row.reported_at || (alert ? alert.reported_at : 0);
};

/** @param {string} path */
export const codesOf = (path) => {
  if (!path) return [];
  if (!parts.has(path)) parts.set(path, path.split("/").filter(Boolean));
  return parts.get(path);
};

/* Where it is, as short as it stays clear: an address that names its street or community needs no more. */
/** @param {EventRow} row */
export const placeOf = (row) => {
  const codes = codesOf(row.path);
  const names = (page.first.levels.length > 1 ? codes.slice(1, 3) : codes).map(shownArea.name_of);
  const told = row.address && names.some((name) => name && row.address.includes(name));
  return [told ? "" : names[0], row.address].filter(Boolean).join(" · ") || t("位置待核实");
};
