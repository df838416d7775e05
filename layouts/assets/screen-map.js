/* The map of the wall: areas styled in place by open events, street names, emergencies as pulsing markers, hits. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const RETURN_MS = 120000;
  const LABELS = 40; // an innermost level with more areas than this is not labelled
  const LINES = {
    grid: { fill: true, fillColor: "#0d3049", fillOpacity: 1, color: "#1d5473", weight: 0.6 },
    community: { fill: false, color: "#2f7596", weight: 0.9 },
    street: { fill: false, color: "#7fd3ea", weight: 1.8, opacity: 0.85 },
    edge: { fill: false, color: "#8fe6f5", weight: 2.4, className: "w-map__edge" },
  };
  const RAMP = ["#0d3049", "#12425f", "#1a5b7d", "#26789d"];
  const { el, say, mark, t } = wall;

  const state = { map: null, layer: null, areas: new Map(), labels: new Map(), alarms: new Map(), buckets: new Map(), moved: false };

  const unit = () => wall.rem() / 20;
  const fitted = () => ({ paddingTopLeft: [16 * unit(), 24 * unit()], paddingBottomRight: [16 * unit(), 60 * unit()] });

  const fit = () => {
    const edges = [...state.areas.values()].map((area) => area.layer.getBounds());
    if (!state.map || !edges.length || state.moved) return;
    state.map.fitBounds(edges.reduce((all, one) => all.extend(one), L.latLngBounds(edges[0].getSouthWest(), edges[0].getNorthEast())), fitted());
  };

  /* Somebody moves the map: it stays where they put it, and returns to the whole district once left alone. */
  const gesture = () => {
    state.moved = true;
    clearTimeout(state.returning);
    state.returning = setTimeout(() => { state.moved = false; fit(); }, RETURN_MS);
  };

  const attach = (map) => {
    if (state.map === map) return;
    state.areas.clear(); state.labels.clear(); state.alarms.clear(); state.buckets.clear();
    state.map = map;
    state.moved = false;
    state.layer = wall.eventLayer().addTo(map);
    map.on("dragstart", gesture);
    map.on("click", (pressed) => show(pressed.containerPoint));
    map.getContainer().addEventListener("wheel", gesture, { passive: true });
    new ResizeObserver(() => { map.invalidateSize({ pan: false }); fit(); }).observe(map.getContainer());
    setTimeout(() => { fit(); wall.dirty(); }, 0); // after every area is on the map
  };

  wall.map = {
    style: (feature) => ({ ...LINES[feature.properties.kind], interactive: false, smoothFactor: 0.6 }),
    onEachFeature(feature, layer, context) {
      attach(context.map);
      state.areas.set(feature.properties.id, { layer, ...feature.properties });
    },
    dirty() { if (state.layer) state.layer.dirty(); },
    at: (x, y) => (state.layer ? state.layer.at(x, y) : null),
    name: (code) => (state.areas.has(code) ? state.areas.get(code).name : ""),
    levelOf: (code) => (state.areas.has(code) ? state.areas.get(code).level : ""),
    /* Fill grids and count beside names; touched only where the number changed. */
    count(open) {
      for (const [code, area] of state.areas) {
        if (area.kind !== "grid") continue;
        const bucket = Math.min(3, open.get(code) || 0);
        if (state.buckets.get(code) === bucket || (!bucket && !state.buckets.has(code))) continue;
        state.buckets.set(code, bucket);
        area.layer.setStyle({ fillColor: RAMP[bucket] });
      }
      label(open);
    },
    alarms: (rows, calm) => emergencies(rows, calm),
    tick(now) {
      for (const { row, marker } of state.alarms.values()) {
        const time = marker.getElement() && marker.getElement().querySelector("time");
        if (time) say(time, t("已持续 {time}", { time: wall.duration(now - wall.since(row)) }));
      }
    },
    redraw() { wall.glyphs.forget(); fit(); wall.map.dirty(); },
  };

  const labelled = () => {
    const levels = wall.first.levels;
    const wanted = levels.length > 2 ? levels[1] : levels[levels.length - 1];
    const found = [...state.areas.values()].filter((area) => area.level === wanted);
    return found.length <= LABELS ? found : [];
  };

  const label = (open) => {
    for (const area of labelled()) {
      if (!state.labels.has(area.id)) {
        const box = el("div", "w-map__label");
        box.append(el("b", "", area.name), el("span", "num"));
        const icon = L.divIcon({ html: box, className: "w-map__pin", iconSize: [0, 0] });
        const at = area.at ? L.latLng(area.at[1], area.at[0]) : area.layer.getBounds().getCenter();
        L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(state.map);
        state.labels.set(area.id, box);
      }
      say(state.labels.get(area.id).lastChild, t("在办 {n}", { n: open.get(area.id) || 0 }));
    }
  };

  const alarm = (row) => {
    const box = el("div", "w-emg");
    box.append(el("i"), el("i"), el("b", "", t("急")));
    const words = box.appendChild(el("div", "w-emg__t"));
    words.append(el("span", "", row.category_name || row.title), el("time", "num"));
    mark(box, "data-event", row.number);
    const icon = L.divIcon({ html: box, className: "w-map__pin", iconSize: [0, 0] });
    return { row, box, marker: L.marker([row.lat, row.lng], { icon, interactive: false, keyboard: false, zIndexOffset: 1000 }).addTo(state.map) };
  };

  const emergencies = (rows, calm) => {
    if (!state.map) return;
    const wanted = new Map(rows.filter((row) => Number.isFinite(row.lng)).map((row) => [row.id, row]));
    for (const [id, held] of state.alarms) {
      if (!wanted.has(id)) { held.marker.remove(); state.alarms.delete(id); }
    }
    for (const [id, row] of wanted) {
      if (!state.alarms.has(id)) {
        state.alarms.set(id, alarm(row));
        requestAnimationFrame(() => wall.drawn(row.number, Date.now()));
      }
      const held = state.alarms.get(id);
      held.row = row;
      held.marker.setLatLng([row.lat, row.lng]);
      mark(held.box, "data-status", row.status);
      held.box.classList.toggle("w-emg--calm", calm(row));
    }
    const named = wall.alerts.open()[0]; // one name tag: that of the alert in the strip
    for (const held of state.alarms.values()) {
      held.box.classList.toggle("w-emg--bare", state.alarms.size > 1 && Boolean(named) && named.event !== held.row.number);
    }
  };

  let hiding = 0;
  const show = (point) => {
    const box = document.getElementById("screen-callout");
    const near = [...state.alarms.values()].filter((held) => state.map.latLngToContainerPoint(held.marker.getLatLng()).distanceTo(point) < 18 * unit());
    const hit = wall.map.at(point.x, point.y);
    const rows = near.map((held) => held.row).concat(hit ? hit.rows : []);
    clearTimeout(hiding);
    if (!box) return;
    box.replaceChildren();
    rows.slice(0, 5).forEach((row) => {
      const item = box.appendChild(el("div", "w-callout__i"));
      mark(item, "data-event", row.number);
      mark(item, "data-status", row.status);
      item.append(el("b", "", row.title), el("span", "", [wall.status(row.status).word, wall.unit(row.unit), wall.place(row)].filter(Boolean).join(" · ")));
    });
    if (rows.length > 5) box.appendChild(el("div", "w-callout__m", t("另有 {n} 件", { n: rows.length - 5 })));
    if (!rows.length) return;
    hiding = setTimeout(() => box.replaceChildren(), 12000);
  };
})(window.gridWall);
