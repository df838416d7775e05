/* What the pack says stands where: party rooms, key places, cameras, stations, teams. Drawn only when asked for. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const RETRY_MS = 30000;
  const KINDS = {
    party: { mark: () => wall.t("党"), token: "gold", word: () => wall.t("党组织") },
    key_place: { mark: () => wall.t("重"), token: "time-soon", word: () => wall.t("重点场所") },
    camera: { mark: () => wall.t("摄"), token: "text-2", word: () => wall.t("摄像头") },
    station: { mark: () => wall.t("站"), token: "accent", word: () => wall.t("站点") },
    team: { mark: () => wall.t("队"), token: "accent", word: () => wall.t("队伍") },
    office: { mark: () => wall.t("办"), token: "level-street", word: () => wall.t("办公点") },
  };
  const OTHER = { mark: () => wall.t("点"), token: "text-2", word: () => wall.t("其他地点") };

  let map = null;
  let canvas = null;
  let items = [];
  let on = false;
  let frame = 0;
  let hits = [];
  let asked = false;
  const units = new Map();

  /* A place's sign: a square with one character, so that it is never taken for an event. */
  wall.placeMark = (pen, kind, x, y, unit) => {
    const known = KINDS[kind] || OTHER;
    const half = 11 * unit;
    pen.fillStyle = wall.glyphs.colour("bg");
    pen.fillRect(x - half - unit, y - half - unit, 2 * half + 2 * unit, 2 * half + 2 * unit);
    pen.strokeStyle = pen.fillStyle = wall.glyphs.colour(known.token);
    pen.lineWidth = 2 * unit;
    pen.strokeRect(x - half, y - half, 2 * half, 2 * half);
    pen.font = "700 " + 14 * unit + "px " + wall.glyphs.colour("font");
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(known.mark(), x, y + unit);
  };

  const draw = () => {
    frame = 0;
    if (!map) return;
    const pen = wall.cleared(canvas, map);
    const view = wall.viewOf(map);
    const unit = wall.rem() / 20;
    hits = [];
    for (const item of on ? items : []) {
      const [wx, wy] = wall.points.world(item.lng, item.lat);
      const x = (wx - view.left) * view.scale;
      const y = (wy - view.top) * view.scale;
      if (x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) continue;
      wall.placeMark(pen, item.kind, x, y, unit);
      hits.push({ x, y, item });
    }
  };

  const soon = () => { if (!frame && (on || hits.length)) frame = requestAnimationFrame(draw); };

  const load = () => {
    fetch("/api/v1/places", { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((found) => {
        items = (found.items || []).filter((item) => Number.isFinite(item.lng) && Number.isFinite(item.lat));
        for (const item of items) if (item.unit && !units.has(item.unit)) units.set(item.unit, [item.lng, item.lat]);
        wall.map.tools();
        soon();
      })
      .catch((reason) => { if (reason !== 404) setTimeout(load, RETRY_MS); }); // 404: this server knows no places
  };

  wall.places = {
    attach(found) {
      map = found;
      canvas = wall.canvasPane(map, "places", 445);
      map.on("move zoom viewreset resize", soon);
      if (!asked) { asked = true; load(); }
    },
    get any() { return items.length > 0; },
    /* The kinds the pack has, for the legend: [[kind, word]]. */
    kinds() { return [...new Set(items.map((item) => item.kind))].map((kind) => [kind, (KINDS[kind] || OTHER).word()]); },
    ofUnit: (unit) => (unit && units.get(unit)) || null,
    show(wanted) { if (!canvas) return; on = wanted; canvas.style.display = on ? "" : "none"; if (!frame) frame = requestAnimationFrame(draw); },
    at(x, y) {
      const near = hits.find((hit) => Math.hypot(hit.x - x, hit.y - y) < 14 * (wall.rem() / 20));
      return near ? near.item : null;
    },
    word: (kind) => (KINDS[kind] || OTHER).word(),
  };
})(window.gridWall);
