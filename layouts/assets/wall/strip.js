/* The emergency strip: which alert fills it, the row of the others. Never a modal; no press acts on an event. */
import { alertStore } from "../alarm/alerts.js";
import { mark } from "../core/dom.js";
import { page } from "../core/page.js";
import { alertParts } from "./alert-parts.js";
import { nearestForces } from "./forces.js";

const TURN_MS = 8000; // the row of the others shows its next page
const PAGE = 3;

/** @param {HTMLElement} box */
const turn = (box) => {
  const others = box.querySelectorAll(".w-other");
  const pages = Math.ceil(others.length / PAGE);
  const shown = pages > 1 ? Math.floor(performance.now() / TURN_MS) % pages : 0;
  others.forEach((node, index) => {
    node.hidden = Math.floor(index / PAGE) !== shown;
  });
};

/** @param {HTMLElement} box @param {Alert[]} alerts @param {Alert} first @param {Alert[]} gone
    @param {boolean} lost */
const build = (box, alerts, first, gone, lost) => {
  const others = alerts.filter((alert) => alert !== first);
  box.replaceChildren();
  ["data-event", "data-status", "data-alert"].forEach((name) => box.removeAttribute(name));
  if (gone.length) box.append(alertParts.missed(gone));
  if (!first) return;
  mark(box, "data-event", first.event);
  mark(box, "data-status", first.state);
  mark(box, "data-alert", first.id);
  if (others.length) box.append(alertParts.others(others, alertStore.show));
  box.append((first.state === "raised" ? alertParts.alarm : alertParts.strip)(first, lost));
};

export const alertStrip = {
  /** @param {HTMLElement} box @param {HTMLElement} root @param {boolean} lost */
  draw(box, root, lost) {
    const alerts = alertStore.open();
    const first = alertStore.main(alerts);
    const gone = alertStore.missed();
    root.classList.toggle(
      "wall--emg",
      alerts.some((alert) => alert.state === "raised"),
    );
    const forces = first ? nearestForces.of(first) : [];
    const wanted = first || gone.length ? JSON.stringify([first, alerts, gone, forces.length, lost]) : "";
    if (box._shape === wanted) return;
    box._shape = wanted;
    build(box, alerts, first, gone, lost);
    alertStrip.tick(box, page.now());
  },
  /** @param {HTMLElement} box @param {number} now */
  tick(box, now) {
    alertStore.link(now);
    alertStore.expire();
    alertParts.tick(box, now);
    turn(box);
  },
};
