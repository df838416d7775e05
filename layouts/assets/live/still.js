/* On every page but the wall, which has a place of its own for it: which part of the product stands still, and what to
   do. */

import { el, say } from "../core/dom.js";
import { keyed } from "../core/keyed.js";
import { duration } from "../core/time.js";
import { t } from "../core/words.js";
import { stillWords } from "./link.js";
import { live } from "./live.js";

const EVERY_MS = 1000;
/** @type {HTMLElement} */
let box = null;

const draw = () => {
  if (!document.querySelector("[data-live]") || document.getElementById("screen")) {
    if (box) box.remove();
    box = null;
    return;
  }
  const still = live.still;
  if (!still.length) {
    if (box) box.remove();
    box = null;
    return;
  }
  if (!box || !box.isConnected) {
    box = document.body.appendChild(el("div", "still"));
    box.id = "still";
    box.setAttribute("role", "alert");
  }
  keyed(
    box,
    still.map(stillWords),
    (one) => one.title,
    () => {
      const line = el("p");
      line.append(el("b"), el("span"), el("time", "num"));
      return line;
    },
    (line, one) => {
      say(line.children[0], one.title);
      say(line.children[1], one.text);
      say(line.children[2], t("已停 {time}", { time: duration(one.seconds * 1000) }));
    },
  );
};
setInterval(draw, EVERY_MS);
