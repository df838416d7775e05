/* The map of the wall: joins ground, points, lines and alarms, its buttons and its legend; what the other scripts may ask of it. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const CALLOUT_MS = 12000;
  const KEPT = "grid.map.layers";
  const TILE_ERRORS = 6; // in a row without a tile in between: the server is gone
  const TILE_RETRY_MS = 60000;
  const { el, say, mark, t } = wall;

  let map = null;
  let layer = null;
  let chosen = null; // the selected area while nobody else keeps it
  const layers = { events: true, heat: false, kinds: false, places: false };
  try { Object.assign(layers, JSON.parse(localStorage.getItem(KEPT) || "{}")); } catch (_closed) { /* a browser without storage starts anew */ }

  const area = () => (wall.area ? wall.area.code : chosen) || null;

  const select = (code) => {
    if (wall.area) wall.area.set(code);
    else { chosen = code; selected(); }
  };

  const selected = () => {
    wall.ground.select(area());
    wall.view.look(area());
    wall.map.dirty(true);
  };

  const show = () => {
    layer.show(layers.events);
    wall.heat.show(layers.heat);
    wall.places.show(layers.places);
    wall.ground.byKind(layers.kinds);
    wall.map.tools();
  };

  const toggle = (name) => {
    layers[name] = !layers[name];
    try { localStorage.setItem(KEPT, JSON.stringify(layers)); } catch (_closed) { /* as above */ }
    show();
  };

  const attach = (found) => {
    if (map === found) return;
    map = found;
    for (const part of [wall.ground, wall.alarms, wall.heat, wall.places, wall.lines, wall.view]) part.attach(map);
    layer = wall.eventLayer().addTo(map);
    map.on("click", (pressed) => press(pressed.containerPoint, pressed.latlng));
    setTimeout(ready, 0); // after every area is on the map
  };

  const ready = () => {
    const root = map.getContainer().parentElement;
    root.addEventListener("click", (pressed) => {
      const button = pressed.target.closest("button");
      if (!button) return;
      if (button.hasAttribute("data-layer")) toggle(button.getAttribute("data-layer"));
      else if (button.hasAttribute("data-reset")) wall.view.reset();
    });
    const edge = [...wall.ground.areas.values()].find((one) => one.centre);
    wall.lines.centre(edge ? edge.centre : null);
    wall.points.start();
    if (wall.area) wall.area.on(selected);
    wall.ground.select(area());
    wall.view.look(area(), false);
    show();
    wall.dirty();
  };

  wall.map = {
    style: (feature) => ({ ...wall.ground.line(feature.properties.kind), interactive: false, smoothFactor: 0.6 }),
    onEachFeature(feature, drawn, context) {
      attach(context.map);
      wall.ground.add(drawn, feature.properties);
    },
    /* A dead tile server is taken off quietly and tried again every minute; events lie above and stay. */
    tileload(event) { event.target._failed = 0; },
    tileerror(event) {
      const tiles = event.target;
      tiles._failed = (tiles._failed || 0) + 1;
      if (tiles._failed < TILE_ERRORS || !tiles._map) return;
      const held = tiles._map;
      tiles._failed = 0;
      tiles.remove();
      setTimeout(() => tiles.addTo(held), TILE_RETRY_MS);
    },
    area,
    forcesOf: (one) => wall.alarms.forcesOf(one),
    dirty(data) {
      if (!layer) return;
      layer.dirty(Boolean(data));
      if (data) wall.heat.dirty();
    },
    at: (x, y) => (layer ? layer.at(x, y) : null),
    name: (code) => (wall.ground.areas.has(code) ? wall.ground.areas.get(code).name : ""),
    levelOf: (code) => (wall.ground.areas.has(code) ? wall.ground.areas.get(code).level : ""),
    count() { wall.ground.count(wall.points.open); },
    alarms(rows, calm) {
      wall.alarms.draw(rows, calm);
      wall.view.watch();
    },
    tick(now) {
      wall.alarms.tick(now);
      if (layer) layer.tick();
    },
    redraw() {
      wall.glyphs.forget();
      wall.ground.redraw();
      wall.view.refit();
      wall.map.dirty(true);
      wall.lines.redraw();
      wall.places.show(layers.places);
      key(document.getElementById("screen-ramp"), true);
    },
    /* Bring buttons and legend up to date. */
    tools() {
      if (!map) return;
      const root = map.getContainer().parentElement;
      const has = { kinds: wall.ground.kinds.length > 1, places: wall.places.any };
      for (const button of root.querySelectorAll("[data-layer]")) {
        const name = button.getAttribute("data-layer");
        mark(button, "aria-pressed", layers[name] ? "true" : "false");
        button.hidden = has[name] === false;
      }
      root.querySelector("[data-reset]").hidden = !wall.view.held;
      key(document.getElementById("screen-ramp"));
    },
  };

  /* ---- the legend of the fills, the time states, the heat and the places: each colour with its word ---- */

  const swatch = (colour, word) => {
    const item = el("span", "w-key__i");
    const sign = item.appendChild(el("i"));
    sign.style.background = colour;
    item.appendChild(el("span", "", word));
    return item;
  };

  const drawn = (paint, word) => {
    const item = el("span", "w-key__i");
    const canvas = item.appendChild(el("canvas"));
    const size = (canvas.width = canvas.height = Math.round(1.3 * wall.rem() * (window.devicePixelRatio || 1)));
    const pen = canvas.getContext("2d");
    pen.translate(size / 2, size / 2);
    paint(pen, size);
    item.appendChild(el("span", "", word));
    return item;
  };

  const line = (title, items, classes = "") => {
    const row = el("div", "w-key__r " + classes);
    row.append(el("b", "", title), ...items);
    return row;
  };

  const key = (box, anew) => {
    if (!box) return;
    const words = wall.ground.words;
    const shape = JSON.stringify([layers, words, wall.ground.kinds, wall.places.any]);
    if (!anew && box._shape === shape) return;
    box._shape = shape;
    const state = (name) => (pen, size) => { pen.translate(0, name === "over" ? size * 0.1 : 0); wall.glyphs.time(pen, name, (size / 40) * 1.2); wall.glyphs.draw(pen, "dot", wall.glyphs.colour("st-handle"), size / 40); };
    const dot = (pen, size) => wall.glyphs.draw(pen, "dot", wall.glyphs.colour("st-handle"), size / 26);
    const rows = [
      layers.kinds
        ? line(t("网格类型"), wall.ground.kinds.map((kind) => swatch(wall.ground.colourOf(kind), kind)))
        : line(t("网格在办件数"), words.map((word, at) => swatch(wall.ground.RAMP[at], word)), "num"),
    ];
    if (layers.events) rows.push(line(t("时限"), [drawn(dot, t("正常")), drawn(state("soon"), t("临期")), drawn(state("over"), t("超期"))]));
    if (layers.heat) {
      const bar = el("i", "w-key__heat");
      bar.style.background = "linear-gradient(90deg," + wall.heatRamp.map((rgb) => "rgb(" + rgb.join(" ") + ")").join() + ")";
      rows.push(line(t("事件热力"), [el("span", "", t("少")), bar, el("span", "", t("多"))]));
    }
    if (layers.places && wall.places.any) rows.push(line(t("力量与场所"), wall.places.kinds().map(([kind, word]) => drawn((pen, size) => wall.placeMark(pen, kind, 0, 0, size / 28), word))));
    box.replaceChildren(...rows);
  };
  wall.ramp = (box) => key(box); // the conductor asks for it at every drawing

  /* ---- a tap: an emergency, an event, a place, else the area under it ---- */

  let hiding = 0;
  const press = (point, at) => {
    const unit = wall.rem() / 20;
    const hit = wall.map.at(point.x, point.y);
    const place = wall.places.at(point.x, point.y);
    const rows = wall.alarms.at(point, 18 * unit).concat(hit ? hit.rows : []);
    if (rows.length || place) callout(rows, hit ? hit.n : 0, place);
    else enter(wall.ground.chain(at));
  };

  /* One level down inside the selected area; beside it, its neighbour on the same level; outside everything, one level up. */
  const enter = (chain) => {
    callout([], 0, null);
    const now = area();
    const depth = chain.indexOf(now);
    const level = wall.first.levels.indexOf(wall.map.levelOf(now));
    if (!chain.length) { if (now) select(above(now)); }
    else if (!now || depth >= 0) { if (chain[Math.max(depth, 0) + 1]) select(chain[Math.max(depth, 0) + 1]); }
    else if (chain[level]) select(chain[level]);
  };

  const above = (code) => {
    const held = wall.ground.areas.get(code);
    const outer = held && wall.ground.areas.get(held.parent);
    return outer && outer.parent && wall.ground.areas.has(outer.parent) ? outer.id : null;
  };

  const callout = (rows, all, place) => {
    const box = document.getElementById("screen-callout");
    clearTimeout(hiding);
    if (!box) return;
    box.replaceChildren();
    rows.slice(0, 5).forEach((row) => {
      const item = box.appendChild(el("div", "w-callout__i"));
      mark(item, "data-event", row.number);
      mark(item, "data-status", row.status);
      item.append(el("b", "", row.title), el("span", "", [wall.status(row.status).word, wall.unit(row.unit), wall.place(row)].filter(Boolean).join(" · ")));
    });
    const rest = Math.max(all, rows.length) - Math.min(5, rows.length);
    if (rest > 0) box.appendChild(el("div", "w-callout__m", t("另有 {n} 件", { n: rest })));
    if (place) {
      const item = box.appendChild(el("div", "w-callout__i"));
      item.append(el("b", "", place.name), el("span", "", [wall.places.word(place.kind), wall.unit(place.unit), place.note].filter(Boolean).join(" · ")));
    }
    if (!box.firstChild) return;
    hiding = setTimeout(() => box.replaceChildren(), CALLOUT_MS);
  };
})(window.gridWall);
