/* A tap on the map: an emergency, an event, a place, else the area under it. */
import { el, mark } from "../core/dom.js";
import { page } from "../core/page.js";
import { rem } from "../core/room.js";
import { t } from "../core/words.js";
import { shownArea } from "../wall/area.js";
import { placeOf, statusOf, unitName } from "../wall/names.js";
import { alarms } from "./alarms.js";
import { ground } from "./ground.js";
import { wallMap } from "./map.js";
import { places } from "./places.js";

const CALLOUT_MS = 12000;
let hiding = 0;
/** @param {LeafletPoint} point @param {LatLng} at */
export const press = (point, at) => {
  const unit = rem() / 20;
  const hit = wallMap.at(point.x, point.y);
  const place = places.at(point.x, point.y);
  const rows = alarms.at(point, 18 * unit).concat(hit ? hit.rows : []);
  if (rows.length || place) callout(rows, hit ? hit.n : 0, place);
  else enter(ground.chain(at));
};

/* One level down inside the selected area; beside it, its neighbour on the same level; outside everything, one level
   up. */
/** @param {string[]} chain */
const enter = (chain) => {
  callout([], 0, null);
  const now = shownArea.code || null;
  const depth = chain.indexOf(now);
  const level = page.first.levels.indexOf(wallMap.levelOf(now));
  if (!chain.length) {
    if (now) shownArea.set(above(now));
  } else if (!now || depth >= 0) {
    if (chain[Math.max(depth, 0) + 1]) shownArea.set(chain[Math.max(depth, 0) + 1]);
  } else if (chain[level]) shownArea.set(chain[level]);
};

/** @param {string} code */
const above = (code) => {
  const held = ground.areas.get(code);
  const outer = held && ground.areas.get(held.parent);
  return outer && outer.parent && ground.areas.has(outer.parent) ? outer.id : null;
};

/** @param {EventRow[]} rows @param {number} all @param {MapPlace} place */
const callout = (rows, all, place) => {
  const box = document.getElementById("screen-callout");
  clearTimeout(hiding);
  if (!box) return;
  box.replaceChildren();
  rows.slice(0, 5).forEach((row) => {
    const item = box.appendChild(el("div", "w-callout__i"));
    mark(item, "data-event", row.number);
    mark(item, "data-status", row.status);
    item.append(
      el("b", "", row.title),
      el("span", "", [statusOf(row.status).word, unitName(row.unit), placeOf(row)].filter(Boolean).join(" · ")),
    );
  });
  const rest = Math.max(all, rows.length) - Math.min(5, rows.length);
  if (rest > 0) box.appendChild(el("div", "w-callout__m", t("另有 {n} 件", { n: rest })));
  if (place) {
    const item = box.appendChild(el("div", "w-callout__i"));
    item.append(
      el("b", "", place.name),
      el("span", "", [places.word(place.kind), unitName(place.unit), place.note].filter(Boolean).join(" · ")),
    );
  }
  if (!box.firstChild) return;
  hiding = setTimeout(() => box.replaceChildren(), CALLOUT_MS);
};
