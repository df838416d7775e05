/* How long the deadlines in the panel of dispatch still are. */
import { say } from "../core/dom.js";
import { duration, remaining } from "../core/time.js";
import { t } from "../core/words.js";
import { live } from "../live/live.js";

/** @param {HTMLElement | null} box */
export const tickLeft = (box) => {
  if (!box) return;
  const now = live.now();
  for (const node of box.querySelectorAll("[data-left]")) {
    const left = Number(node.dataset.left) - now;
    say(
      node,
      left >= 0
        ? t("剩 {time}", { time: remaining(Number(node.dataset.left), now) })
        : t("超期 {time}", { time: duration(-left) }),
    );
    const wanted = "num " + (left < 0 ? "t-over" : "");
    if (node.className !== wanted) node.className = wanted;
  }
};
