/* All live events on one canvas above the areas: gathered for the view, drawn at most 30 times a second, only when something changed. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const QUIET = new Set(["handling", "checking", "on_hold"]); // nobody at the desk waits for these: they gather first
  const FRAME_MS = 33;
  const SLACK = 0.35; // of the view, gathered beyond its edges, so that panning finds it ready
  const AGE_MS = 5000; // time states change by themselves

  const Layer = () => L.Layer.extend({
    onAdd(map) {
      this.canvas = wall.canvasPane(map, "events", 450);
      this.hits = [];
      this.answer = null; // {cells, box, zoom, area, number}
      this.shown = true;
      map.on("move zoom viewreset resize", this.moved, this);
      this.dirty(true);
    },
    onRemove(map) {
      map.off("move zoom viewreset resize", this.moved, this);
      this.canvas.remove();
    },
    moved() { this.dirty(false); },
    show(on) { this.shown = on; this.canvas.style.display = on ? "" : "none"; this.dirty(true); },
    /* Draw in a coming frame; `data` says that events changed, not only the view. */
    dirty(data) {
      if (data) this.stale = true;
      if (this.frame || !this.shown) return;
      this.frame = -1;
      const rest = Math.max(FRAME_MS, 3 * (this.cost || 0)) - (performance.now() - (this.drawnAt || 0));
      const frame = () => { this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); }); };
      if (rest <= 0) frame();
      else setTimeout(frame, rest);
    },
    tick() { if (performance.now() - (this.askedAt || 0) > AGE_MS) this.dirty(true); },
    covers(view) {
      const held = this.answer;
      return held && held.scale === view.scale && held.area === wall.map.area() && view.left >= held.left && view.right <= held.right && view.top >= held.top && view.bottom <= held.bottom;
    },
    /* Gather anew when events changed or the view left what was gathered; one question at a time. */
    gather(view) {
      if (this.asking || !wall.points.ready || (!this.stale && this.covers(view))) return;
      const wait = Math.max(wall.points.remote ? 250 : 0, 3 * (this.gatherCost || 0)) - (performance.now() - (this.askedAt || -1e9));
      if (wait > 0 && this.covers(view)) { if (!this.later) this.later = setTimeout(() => { this.later = 0; this.dirty(false); }, wait); return; }
      const wide = (view.right - view.left) * SLACK;
      const high = (view.bottom - view.top) * SLACK;
      const ask = { left: view.left - wide, right: view.right + wide, top: view.top - high, bottom: view.bottom + high, scale: view.scale, unit: wall.rem() / 20, now: wall.now(), area: wall.map.area(), quiet: wall.points.statuses.map((status) => QUIET.has(status)) };
      this.stale = false;
      this.asking = true;
      this.askedAt = performance.now();
      wall.points.ask("cells", ask, (answer, cost, number) => {
        this.asking = false;
        this.gatherCost = cost;
        this.answer = { ...ask, ...answer, number };
        if (this.drawing) return;
        this.dirty(false);
      });
    },
    draw() {
      if (!this._map) return;
      const began = performance.now();
      const view = wall.viewOf(this._map);
      this.drawing = true;
      this.gather(view); // without a worker the answer is there at once
      this.drawing = false;
      const pen = wall.cleared(this.canvas, this._map);
      const unit = wall.rem() / 20;
      this.hits = [];
      for (const cell of this.answer ? this.answer.cells : []) {
        const x = (cell.x - view.left) * view.scale;
        const y = (cell.y - view.top) * view.scale;
        if (x > -40 && y > -40 && x < view.width + 40 && y < view.height + 40) this.paint(pen, cell, x, y, unit);
      }
      const inside = (row) => { const [x, y] = wall.points.world(row.lng, row.lat); return x >= view.left && x <= view.right && y >= view.top && y <= view.bottom; };
      if (this.answer && wall.points.painted(this.answer.number, inside, Date.now())) this.dirty(false); // Date: a measurement of drawing, not a deadline
      this.drawnAt = performance.now();
      this.cost = this.drawnAt - began;
      if (wall.points.ready && (this.stale || !this.covers(view))) this.dirty(false);
    },
    paint(pen, cell, x, y, unit) {
      const ratio = window.devicePixelRatio || 1;
      const time = cell.over ? "over" : cell.soon ? "soon" : "ok";
      const rows = () => cell.ids.map((id) => window.live.get(id)).filter(Boolean);
      const hit = { x, y, n: cell.n, radius: 12 * unit, get rows() { return rows(); } };
      if (cell.n === 1) {
        const kind = wall.status(wall.points.statuses[cell.shares.indexOf(1)]);
        const image = wall.glyphs.bitmap(kind.glyph, kind.token, unit * ratio, time);
        pen.drawImage(image, x - image.width / 2 / ratio, y - image.height / 2 / ratio, image.width / ratio, image.height / ratio);
      } else {
        const image = wall.glyphs.clusterBitmap(cell.n, cell.shares, unit * ratio, time);
        pen.drawImage(image, x - image.width / 2 / ratio, y - image.height / 2 / ratio, image.width / ratio, image.height / ratio);
        hit.radius = wall.glyphs.radius(cell.n) * unit;
      }
      this.hits.push(hit);
    },
    /* What is under a point of the map's box, the topmost first: {x, y, n, rows: the newest of them} or null. */
    at(x, y) {
      if (!this.shown) return null;
      for (let i = this.hits.length - 1; i >= 0; i -= 1) {
        const hit = this.hits[i];
        if (Math.hypot(hit.x - x, hit.y - y) <= hit.radius) return hit;
      }
      return null;
    },
  });

  wall.eventLayer = () => new (Layer())();

  /* ---- what every canvas on the map needs ---- */

  wall.canvasPane = (map, name, order) => {
    const pane = map.getPane(name) || map.createPane(name);
    pane.style.zIndex = order;
    pane.style.pointerEvents = "none";
    const canvas = pane.appendChild(document.createElement("canvas"));
    canvas.className = "w-map__" + name;
    return canvas;
  };

  /* The view in the square world (0…1): its edges, pixels to the world's width, and its size. */
  wall.viewOf = (map) => {
    const size = map.getSize();
    const corner = map.getPixelBounds().min;
    const scale = 256 * Math.pow(2, map.getZoom());
    return { width: size.x, height: size.y, scale, left: corner.x / scale, top: corner.y / scale, right: (corner.x + size.x) / scale, bottom: (corner.y + size.y) / scale };
  };

  /* A canvas as large as the map's box at its place, empty; the pen counts in CSS pixels. */
  wall.cleared = (canvas, map) => {
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    const wide = Math.round(size.x * ratio);
    const high = Math.round(size.y * ratio);
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide; canvas.height = high;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
    }
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, size.x, size.y);
    return pen;
  };
})(window.gridWall);
