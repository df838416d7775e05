/* All live events on one canvas above the areas: drawn at most once per frame, only when something changed. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const QUIET = new Set(["handling", "checking", "on_hold"]); // nobody at the desk waits for these: they gather first
  const CELL = { quiet: 46, pressing: 22, crowd: 58 }; // in units of 1/20 rem
  const SLOW_MS = 12;
  const CROWD = 260; // events in view from which single marks would hide each other

  const worlds = new WeakMap(); // row → its place in the square world, computed once per version
  const world = (row) => {
    let at = worlds.get(row);
    if (!at) {
      const sin = Math.sin((row.lat * Math.PI) / 180);
      at = [row.lng / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
      worlds.set(row, at);
    }
    return at;
  };

  const drawable = (row) => Number.isFinite(row.lng) && Number.isFinite(row.lat);

  /* Put the rows inside the view into cells that do not slide when the map is panned. */
  const gather = (rows, view, unit) => {
    const cells = new Map();
    const seen = [];
    for (const row of rows) {
      if (row.emergency || !drawable(row)) continue;
      const [wx, wy] = world(row);
      const x = wx * view.scale - view.left;
      const y = wy * view.scale - view.top;
      if (x > -30 && y > -30 && x < view.width + 30 && y < view.height + 30) seen.push([row, x, y]);
    }
    const crowd = seen.length > CROWD;
    for (const [row, x, y] of seen) {
      const quiet = crowd || QUIET.has(row.status);
      const size = (crowd ? CELL.crowd : quiet ? CELL.quiet : CELL.pressing) * unit;
      const key = (quiet ? "q" : "p") + Math.floor((x + view.left) / size) + "," + Math.floor((y + view.top) / size);
      let cell = cells.get(key);
      if (!cell) cells.set(key, (cell = { quiet, x: 0, y: 0, rows: [] }));
      cell.x += x; cell.y += y; cell.rows.push(row);
    }
    return cells;
  };

  const Layer = () => L.Layer.extend({
    onAdd(map) {
      const pane = map.getPane("events") || map.createPane("events");
      pane.style.zIndex = 450;
      pane.style.pointerEvents = "none";
      this.canvas = pane.appendChild(document.createElement("canvas"));
      this.canvas.className = "w-map__events";
      this.painted = new Set();
      this.hits = [];
      map.on("move zoom viewreset resize", this.dirty, this);
      this.dirty();
    },
    onRemove(map) {
      map.off("move zoom viewreset resize", this.dirty, this);
      this.canvas.remove();
    },
    /* The next frame; with very many events the next but some, so that drawing takes a quarter of the time at most. */
    dirty() {
      if (this.frame) return;
      const frame = () => { this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); }); };
      const rest = this.cost > SLOW_MS ? 3 * this.cost - (performance.now() - this.drawnAt) : 0;
      if (rest <= 0) { frame(); return; }
      this.frame = -1; // waiting
      setTimeout(frame, rest);
    },
    view() {
      const size = this._map.getSize();
      const corner = this._map.getPixelBounds().min;
      return { width: size.x, height: size.y, left: corner.x, top: corner.y, scale: 256 * Math.pow(2, this._map.getZoom()) };
    },
    resize(view, ratio) {
      const wide = Math.round(view.width * ratio);
      const high = Math.round(view.height * ratio);
      if (this.canvas.width !== wide || this.canvas.height !== high) {
        this.canvas.width = wide; this.canvas.height = high;
        this.canvas.style.width = view.width + "px";
        this.canvas.style.height = view.height + "px";
      }
      L.DomUtil.setPosition(this.canvas, this._map.containerPointToLayerPoint([0, 0]));
    },
    draw() {
      if (!this._map) return;
      const began = performance.now();
      const view = this.view();
      const ratio = window.devicePixelRatio || 1;
      const unit = wall.rem() / 20;
      this.resize(view, ratio);
      const pen = this.canvas.getContext("2d");
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, view.width, view.height);
      const cells = [...gather(wall.rows(), view, unit).values()].sort((a, b) => b.quiet - a.quiet);
      this.hits = [];
      for (const cell of cells) this.paint(pen, cell, unit, ratio);
      this.remember(cells);
      this.drawnAt = performance.now();
      this.cost = this.drawnAt - began;
    },
    paint(pen, cell, unit, ratio) {
      const n = cell.rows.length;
      const x = cell.x / n;
      const y = cell.y / n;
      if (n === 1) {
        const kind = wall.status(cell.rows[0].status);
        const image = wall.glyphs.bitmap(kind.glyph, kind.token, unit * ratio);
        pen.drawImage(image, x - image.width / 2 / ratio, y - image.height / 2 / ratio, image.width / ratio, image.height / ratio);
        this.hits.push({ x, y, radius: 12 * unit, rows: cell.rows });
        return;
      }
      const shares = new Map();
      for (const row of cell.rows) shares.set(row.status, (shares.get(row.status) || 0) + 1);
      pen.save();
      pen.translate(x, y);
      wall.glyphs.cluster(pen, String(n), shares, unit);
      pen.restore();
      this.hits.push({ x, y, radius: wall.glyphs.radius(n) * unit, rows: cell.rows });
    },
    /* Tell the store when a number first reached the glass; forget numbers that left long ago. */
    remember(cells) {
      const now = Date.now(); // a measurement of drawing, not a deadline
      for (const cell of cells) {
        for (const row of cell.rows) {
          if (this.painted.has(row.number)) continue;
          this.painted.add(row.number);
          wall.drawn(row.number, now);
        }
      }
      if (this.painted.size > 50000) this.painted = new Set([...wall.rows()].map((row) => row.number));
    },
    /* What is under a point of the map's box, the topmost first drawn last: {rows} or null. */
    at(x, y) {
      for (let i = this.hits.length - 1; i >= 0; i -= 1) {
        const hit = this.hits[i];
        if (Math.hypot(hit.x - x, hit.y - y) <= hit.radius) return hit;
      }
      return null;
    },
  });

  wall.eventLayer = () => new (Layer())();
})(window.gridWall);
