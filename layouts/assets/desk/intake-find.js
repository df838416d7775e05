/* What the words of the form may mean: a category, a place. */

import { actFields } from "../act/fields.js";
import { get } from "../core/http.js";
import { t } from "../core/words.js";
import { desk } from "./desk.js";
import { changed, choose } from "./intake.js";
import { lookDoubles } from "./intake-doubles.js";
import { entry } from "./intake-entry.js";

export const category = () => {
  const typed = entry.fields.category.value.trim();
  if (!typed) return { code: "" };
  const pairs = desk.first.categories.map(([code, name]) => /** @type {[string, string]} */ ([code, name]));
  const code = actFields.meant(pairs, typed);
  if (code !== undefined) return { code };
  const like = pairs.filter(([, name]) => name.includes(typed));
  return like.length === 1 ? { code: like[0][0] } : { fault: t("没有这个类别，请从列表里选") };
};

/** @param {string} text */
const placesLike = async (text) => {
  const found = await get(`/api/v1/gazetteer?q=${encodeURIComponent(text)}`);
  return found
    ? found.items.map((/** @type {Api.Gazetteer["items"][number]} */ one) => ({
        label: one.name,
        note: one.where,
        pick: () => choose(one),
      }))
    : [];
};

/** @param {string} text */
const categoriesLike = async (text) => {
  const all = desk.first.categories;
  const parents = new Map(all.map(([code, name]) => /** @type {[string, string]} */ ([code, name])));
  /** @param {CategoryEntry} entry */
  const rank = ([code, name]) => (code === text ? 3 : name === text ? 2 : name.startsWith(text) ? 1 : 0);
  return all
    .filter(([code, name, parent]) => parent && (name.includes(text) || code.toLowerCase() === text.toLowerCase()))
    .sort((a, b) => rank(b) - rank(a) || a[1].length - b[1].length)
    .map(([code, name, parent]) => ({
      label: name,
      note: parents.get(parent) || "",
      pick: () => {
        entry.fields.category.value = `${name} ${code}`;
        changed();
        lookDoubles();
      },
    }));
};

/** @type {Record<string, (text: string) => Promise<Offer[]>>} */
export const FINDS = { address: placesLike, category: categoriesLike };
