/* A sketch of the ground with a pin to drag: outlines of the areas, places people know, the circle of a measured
   position. */
import { el, svg } from "../core/dom.js";
import { t } from "../core/words.js";
import { dot, flat, label, METRES, pairs, pathOf, pressedAt, within } from "../map/sketch.js";

const WIDE = 360;
const TALL = 300;
const STEPS = [120, 250, 500, 1000, 2500, 6000, 15_000]; // metres across the sketch

/* {box, set(place), place()}: `change` hears every move that a person makes. */
/** 
    @param {PinAsked} given */
export const makePin = ({ outlines, landmarks, centre, change }) => {
  const wrap = el("div", "p-pin");
  const box = wrap.appendChild(
    svg("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, class: "p-pin__map", role: "application", tabindex: 0 }),
  );
  box.setAttribute("aria-label", t("位置图：点一下或拖动红针；方向键移动"));
  const ground = box.appendChild(svg("g"));
  const about = box.appendChild(svg("circle", { class: "p-pin__about", r: 0 }));
  const needle = box.appendChild(svg("g", { class: "p-pin__needle" }));
  needle.append(
    svg("path", { d: "M0 0C-9-13-14-19-14-27a14 14 0 0 1 28 0C14-19 9-13 0 0z" }),
    svg("circle", { cy: -27, r: 5 }),
  );
  const scale = box.appendChild(svg("text", { x: 10, y: TALL - 10, class: "p-pin__scale" }));
  const tools = wrap.appendChild(el("div", "p-pin__tools"));
  let middle = centre || [0, 0];
  let size = 3;
  /** @type {Place} */
  let place = null; // {lng, lat, accuracy?}
  let dragging = false;

  const perPixel = () => STEPS[size] / WIDE;
  const view = () => flat(middle, METRES / perPixel(), WIDE, TALL);
  /** @param {number} lng @param {number} lat */
  const at = (lng, lat) => view().to([lng, lat]);
  const areas = outlines.map(([code, name, rows]) => ({ code, name, rings: rows.map(pairs) }));

  const paint = () => {
    const { to } = view();
    const parts = [];
    const names = [];
    for (const { code, name, rings } of areas) {
      const seen = rings.flat().map(to);
      const west = Math.min(...seen.map(([x]) => x));
      const east = Math.max(...seen.map(([x]) => x));
      const north = Math.min(...seen.map(([, y]) => y));
      const south = Math.max(...seen.map(([, y]) => y));
      if (east < 0 || west > WIDE || south < 0 || north > TALL) continue;
      const area = svg("path", { d: pathOf(rings, to), class: "p-pin__area", "fill-rule": "evenodd" });
      area.dataset.area = code;
      parts.push(area);
      /* a name stands in the middle of what is seen of its area, where that is wide enough for it */
      const [left, right, up, down] = [
        Math.max(0, west),
        Math.min(WIDE - 60, east),
        Math.max(0, north),
        Math.min(TALL - 20, south),
      ];
      if (right - left > name.length * 13 && down - up > 40)
        names.push(label(name, [(left + right) / 2, (up + down) / 2], "p-pin__name"));
    }
    for (const [name, lng, lat] of landmarks) {
      const [x, y] = at(lng, lat);
      if (x < 4 || x > WIDE - 4 || y < 4 || y > TALL - 4) continue;
      parts.push(dot([x, y], 3.5, "p-pin__dot"), label(name, [x, y + 16], "p-pin__mark"));
    }
    ground.replaceChildren(...parts, ...names);
    scale.textContent = t("图宽约 {n} 米", { n: STEPS[size] });
    point();
  };
  const point = () => {
    needle.style.display = place ? "" : "none";
    about.style.display = place && place.accuracy ? "" : "none";
    if (!place) return;
    const [x, y] = at(place.lng, place.lat);
    needle.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    about.setAttribute("cx", x.toFixed(1));
    about.setAttribute("cy", y.toFixed(1));
    about.setAttribute("r", place.accuracy ? (place.accuracy / perPixel()).toFixed(1) : "0");
  };
  /** @param {number} x @param {number} y */
  const moved = (x, y) => {
    const [lng, lat] = view().from([Math.min(WIDE, Math.max(0, x)), Math.min(TALL, Math.max(0, y))]);
    place = { lng, lat, accuracy: null, byHand: true };
    point();
  };
  box.addEventListener("pointerdown", (event) => {
    dragging = true;
    box.setPointerCapture(event.pointerId);
    moved(...pressedAt(box, event));
  });
  box.addEventListener("pointermove", (event) => {
    if (dragging) moved(...pressedAt(box, event));
  });
  const drop = () => {
    if (!dragging) return;
    dragging = false;
    follow();
    change(place);
  };
  box.addEventListener("pointerup", drop);
  box.addEventListener("pointercancel", drop);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = place ? at(place.lng, place.lat) : [WIDE / 2, TALL / 2];
    moved(x + step[0], y + step[1]);
    follow();
    change(place);
  });
  /* A pin dragged to the edge brings the ground along, so that everywhere can be reached. */
  const follow = () => {
    const [x, y] = at(place.lng, place.lat);
    if (x > 40 && x < WIDE - 40 && y > 50 && y < TALL - 40) return;
    middle = [place.lng, place.lat];
    paint();
  };
  /** @param {number} by */
  const zoom = (by) => {
    size = Math.min(STEPS.length - 1, Math.max(0, size + by));
    if (place) middle = [place.lng, place.lat];
    paint();
  };
  /** @type {[string, string, number][]} */
  const zooms = [
    ["＋", t("放大"), -1],
    ["－", t("缩小"), 1],
  ];
  for (const [sign, word, by] of zooms) {
    const button = tools.appendChild(el("button", "btn", sign));
    button.type = "button";
    button.setAttribute("aria-label", word);
    button.addEventListener("click", () => zoom(by));
  }
  paint();
  return {
    box: wrap,
    place: () => place,
    /** @param {Place | null} given @param {number} [across] */
    set: (given, across) => {
      place = given;
      if (given) middle = [given.lng, given.lat];
      if (across !== undefined) size = across;
      paint();
    },
  };
};

/* The area of the sketch a point lies in: [code, name], or null. What lies in a hole of an area lies in another one. */
/** @param {Outline[]} outlines @param {number} lng @param {number} lat */
export const areaAt = (outlines, lng, lat) => {
  const found = outlines.find(([, , rows]) => within(rows.map(pairs), [lng, lat]));
  return found ? [found[0], found[1]] : null;
};
