/* Finding a place by a click: the district by communities, a click opens one by its grids, a click there sets the pin.
   Drawn from the pack's own areas as SVG; nothing is fetched from outside. */

import { el, say, svg } from "../core/dom.js";
import { get } from "../core/http.js";
import { t } from "../core/words.js";
import { dot, flat, label, pathOf, pressedAt, within } from "../map/sketch.js";
import { desk } from "./desk.js";
import { deskBrief } from "./head.js";

const W = 460;
const H = 340;
const PAD = 14;
/** @type {Map<string, AreaFeature[]>} */
const loaded = new Map(); // query → features
/** @type {HTMLElement} */
let box = null;
/** @type {(place: FoundPlace) => void} */
let told = null;
/** @type {FoundPlace} */
let pin = null;
let inside = ""; // code of the community that is open

/** @param {string} query */
const areas = async (query) => {
  if (!loaded.has(query)) {
    const said = await get("/api/v1/areas?" + query);
    if (!said) throw new Error("no areas");
    loaded.set(
      query,
      said.features.filter((/** @type {AreaFeature} */ one) => one.geometry && /Polygon/.test(one.geometry.type)),
    );
  }
  return loaded.get(query);
};
/** @param {Geometry} geometry */
const rings = (geometry) => (geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat());

/** All of them as large as the picture allows. @param {AreaFeature[]} features */
const frame = (features) => {
  const points = features.flatMap((one) => rings(one.geometry).flat());
  const west = Math.min(...points.map((p) => p[0]));
  const east = Math.max(...points.map((p) => p[0]));
  const south = Math.min(...points.map((p) => p[1]));
  const north = Math.max(...points.map((p) => p[1]));
  /** @type {LngLat} */
  const middle = [(west + east) / 2, (south + north) / 2];
  const shrink = Math.cos((middle[1] * Math.PI) / 180);
  const scale = Math.min((W - 2 * PAD) / ((east - west) * shrink), (H - 2 * PAD) / (north - south));
  return flat(middle, scale, W, H);
};

/* The level above the grids, or the only one there is. */
const community = () => {
  const levels = desk.first.levels;
  return levels[Math.max(0, levels.length - 2)];
};
const draw = async () => {
  let features;
  try {
    features = await areas(
      inside ? "parent=" + encodeURIComponent(inside) : "level=" + encodeURIComponent(community()),
    );
    if (inside && !features.length)
      features = (await areas("level=" + encodeURIComponent(community()))).filter(
        (one) => one.properties.code === inside,
      );
  } catch (_lost) {
    say(box.querySelector(".pin-hint"), t("暂时读不到区域，请用文字写地点"));
    return;
  }
  if (!box || !features.length) return;
  const { to, from } = frame(features);
  const picture = svg("svg", { viewBox: `0 0 ${W} ${H}`, class: "pin-map", role: "img" });
  for (const one of features) {
    const path = svg("path", {
      d: pathOf(rings(one.geometry), to),
      class: "pin-area",
      "fill-rule": "evenodd",
    });
    path.append(svg("title"));
    path.firstChild.textContent = one.properties.name;
    path.addEventListener("click", (event) => {
      if (!inside) {
        inside = one.properties.code;
        draw();
        return;
      }
      const [lng, lat] = from(pressedAt(picture, event));
      pin = { lng: Number(lng.toFixed(6)), lat: Number(lat.toFixed(6)), name: one.properties.name, where: "" };
      told(pin);
      draw();
    });
    picture.append(path);
  }
  for (const one of features) {
    if (one.properties.lng === null || one.properties.lng === undefined) continue;
    picture.append(label(deskBrief(one.properties), to([one.properties.lng, one.properties.lat]), "pin-name"));
  }
  if (pin) {
    const [x, y] = to([pin.lng, pin.lat]);
    if (x > 0 && x < W && y > 0 && y < H) picture.append(dot([x, y], 8, "pin-dot"));
  }
  box.querySelector(".pin-box").replaceChildren(picture);
  say(box.querySelector(".pin-hint"), inside ? t("点一下落点，可再点改正") : t("先点社区，再点位置"));
  box.querySelector(".pin-back").hidden = !inside;
};

/** @param {LngLat} point */
const communityOf = async (point) => {
  const found = (
    await areas("level=" + encodeURIComponent(community())).catch(() => /** @type {AreaFeature[]} */ ([]))
  ).find((one) => within(rings(one.geometry), point));
  return found ? found.properties.code : "";
};

/** @param {FoundPlace} place @param {(place: FoundPlace) => void} then */
const show = async (place, then) => {
  told = then;
  pin = place;
  inside = place ? await communityOf([place.lng, place.lat]) : "";
  if (!box) {
    box = el("div", "pin");
    const head = box.appendChild(el("header", "pin-h"));
    head.append(el("span", "pin-hint"));
    const back = head.appendChild(el("button", "e-link pin-back", t("回到全区")));
    back.type = "button";
    back.addEventListener("click", () => {
      inside = "";
      draw();
    });
    const quit = head.appendChild(el("button", "e-link", t("收起")));
    quit.type = "button";
    quit.addEventListener("click", hide);
    box.append(el("div", "pin-box"));
    document.getElementById("desk-intake").append(box);
  }
  draw();
};
const hide = () => {
  if (box) box.remove();
  box = null;
};

export const deskPin = { show, hide };
