/* All live events on one canvas above the areas: gathered for the view, drawn at most 30 times a second, only when
   something changed. */

import { page } from "../core/page.js";
import { rem } from "../core/room.js";
import { live } from "../live/live.js";
import { statusOf } from "../wall/names.js";
import { glyphs } from "./glyphs.js";
import { wallMap } from "./map.js";
import { canvasPane, cleared, viewOf } from "./pane.js";
import { livePoints } from "./points.js";

const QUIET = new Set(["handling", "checking", "on_hold"]); // nobody at the desk waits for these: they gather first
const FRAME_MS = 33;
const SLACK = 0.35; // of the view, gathered beyond its edges, so that panning finds it ready
const AGE_MS = 5000; // time states change by themselves

const Layer = () =>
  window.L.Layer.extend(
    /** @type {object & ThisType<EventLayer>} */ ({
      /** @param {LeafletMap} map */
      onAdd(map) {
        this.canvas = canvasPane(map, "events", 450);
        this.hits = [];
        this.answer = null; // {cells, box, zoom, area, number}
        this.shown = true;
        map.on("move zoom viewreset resize", this.moved, this);
        this.dirty(true);
      },
      /** @param {LeafletMap} map */
      onRemove(map) {
        map.off("move zoom viewreset resize", this.moved, this);
        this.canvas.remove();
      },
      moved() {
        this.dirty(false);
      },
      /** @param {boolean} on */
      show(on) {
        this.shown = on;
        this.canvas.style.display = on ? "" : "none";
        this.dirty(true);
      },
      /** Draw in a coming frame; `data` says that events changed, not only the view. @param {boolean} data */
      dirty(data) {
        if (data) this.stale = true;
        if (this.frame || !this.shown) return;
        this.frame = -1;
        const rest = Math.max(FRAME_MS, 3 * (this.cost || 0)) - (performance.now() - (this.drawnAt || 0));
        const frame = () => {
          this.frame = requestAnimationFrame(() => {
            this.frame = 0;
            this.draw();
          });
        };
        if (rest <= 0) frame();
        else setTimeout(frame, rest);
      },
      tick() {
        if (performance.now() - (this.askedAt || 0) > AGE_MS) this.dirty(true);
      },
      /** @param {MapView} view */
      covers(view) {
        const held = this.answer;
        return (
          held &&
          held.scale === view.scale &&
          held.area === wallMap.area() &&
          view.left >= held.left &&
          view.right <= held.right &&
          view.top >= held.top &&
          view.bottom <= held.bottom
        );
      },
      /* Gather anew when events changed or the view left what was gathered; one question at a time. */
      /** @param {MapView} view */
      gather(view) {
        if (this.asking || !livePoints.ready || (!this.stale && this.covers(view))) return;
        const wait =
          Math.max(livePoints.remote ? 250 : 0, 3 * (this.gatherCost || 0)) -
          (performance.now() - (this.askedAt || -1e9));
        if (wait > 0 && this.covers(view)) {
          if (!this.later)
            this.later = setTimeout(() => {
              this.later = 0;
              this.dirty(false);
            }, wait);
          return;
        }
        const wide = (view.right - view.left) * SLACK;
        const high = (view.bottom - view.top) * SLACK;
        const ask = {
          left: view.left - wide,
          right: view.right + wide,
          top: view.top - high,
          bottom: view.bottom + high,
          scale: view.scale,
          unit: rem() / 20,
          now: page.now(),
          area: wallMap.area(),
          quiet: livePoints.statuses.map((status) => QUIET.has(status)),
        };
        this.stale = false;
        this.asking = true;
        this.askedAt = performance.now();
        livePoints.ask("cells", ask, (answer, cost, number) => {
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
        const view = viewOf(this._map);
        this.drawing = true;
        this.gather(view); // without a worker the answer is there at once
        this.drawing = false;
        const pen = cleared(this.canvas, this._map);
        const unit = rem() / 20;
        this.hits = [];
        for (const cell of this.answer ? this.answer.cells : []) {
          const x = (cell.x - view.left) * view.scale;
          const y = (cell.y - view.top) * view.scale;
          if (x > -40 && y > -40 && x < view.width + 40 && y < view.height + 40) this.paint(pen, cell, x, y, unit);
        }
        /** @param {EventRow} row */
        const inside = (row) => {
          const [x, y] = livePoints.world(row.lng, row.lat);
          return x >= view.left && x <= view.right && y >= view.top && y <= view.bottom;
        };
        // Date: a measurement of drawing, not a deadline
        if (this.answer && livePoints.painted(this.answer.number, inside, Date.now())) this.dirty(false);
        this.drawnAt = performance.now();
        this.cost = this.drawnAt - began;
        if (livePoints.ready && (this.stale || !this.covers(view))) this.dirty(false);
      },
      /** @param {CanvasRenderingContext2D} pen @param {MapCell} cell @param {number} x @param {number} y
        @param {number} unit */
      paint(pen, cell, x, y, unit) {
        const ratio = window.devicePixelRatio || 1;
        const time = cell.over ? "over" : cell.soon ? "soon" : "ok";
        const rows = () => cell.ids.map((id) => live.get(id)).filter(Boolean);
        const hit = {
          x,
          y,
          n: cell.n,
          radius: 12 * unit,
          get rows() {
            return rows();
          },
        };
        if (cell.n === 1) {
          const kind = statusOf(livePoints.statuses[cell.shares.indexOf(1)]);
          const image = glyphs.bitmap(kind.glyph, kind.token, unit * ratio, time);
          pen.drawImage(
            image,
            x - image.width / 2 / ratio,
            y - image.height / 2 / ratio,
            image.width / ratio,
            image.height / ratio,
          );
        } else {
          const image = glyphs.clusterBitmap(cell.n, cell.shares, unit * ratio, time);
          pen.drawImage(
            image,
            x - image.width / 2 / ratio,
            y - image.height / 2 / ratio,
            image.width / ratio,
            image.height / ratio,
          );
          hit.radius = glyphs.radius(cell.n) * unit;
        }
        this.hits.push(hit);
      },
      /* What is under a point of the map's box, the topmost first: {x, y, n, rows: the newest of them} or null. */
      /** @param {number} x @param {number} y */
      at(x, y) {
        if (!this.shown) return null;
        for (let i = this.hits.length - 1; i >= 0; i -= 1) {
          const hit = this.hits[i];
          if (Math.hypot(hit.x - x, hit.y - y) <= hit.radius) return hit;
        }
        return null;
      },
    }),
  );

export const eventLayer = () => new (Layer())();
