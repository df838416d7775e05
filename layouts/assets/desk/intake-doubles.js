/* Events that may be the same: looked up while somebody types, offered to be joined. */

import { el, say } from "../core/dom.js";
import { get } from "../core/http.js";
import { keyed } from "../core/keyed.js";
import { briefly } from "../core/spans.js";
import { t } from "../core/words.js";
import { deskCells } from "./cells.js";
import { desk } from "./desk.js";
import { entry } from "./intake-entry.js";
import { category } from "./intake-find.js";
import { save } from "./intake-send.js";

const MOST_SHOWN = 3;
/* ---- what it may double ---- */
export const lookDoubles = async () => {
  entry.doubles = [];
  drawDoubles();
  if (!entry.place) return;
  const mine = entry.place;
  const code = category().code || "";
  const found = await get(
    `/api/v1/duplicates?lng=${mine.lng}&lat=${mine.lat}` + (code ? "&category=" + encodeURIComponent(code) : ""),
  );
  if (!entry.form || mine !== entry.place || !found) return;
  entry.doubles = found.items;
  drawDoubles();
};
const drawDoubles = () => {
  const box = entry.form.querySelector(".in-doubles");
  box.hidden = !entry.doubles.length;
  say(box.querySelector(".in-doubles__h"), t("附近相似 {n} 件", { n: entry.doubles.length }));
  keyed(
    box.querySelector("ul"),
    entry.doubles.slice(0, MOST_SHOWN),
    (one) => one.number,
    () => {
      const node = el("li");
      node.append(el("span", "num"), el("b"), el("span", "num"));
      const button = node.appendChild(el("button", "btn in-join", t("就是这件，并入")));
      button.type = "button";
      return node;
    },
    (node, one) => {
      const [number, title, where] = node.children;
      say(number, deskCells.shortNumber(one.number));
      say(title, one.title);
      say(
        where,
        [
          t("相距 {n} 米", { n: Math.round(one.distance_m || 0) }),
          t("{time}前", { time: briefly(one.hours * 3_600_000) }),
          desk.first.status_words[one.status],
        ].join(" · "),
      );
      node.querySelector("button").onclick = () => save("join", one.number);
    },
  );
};
