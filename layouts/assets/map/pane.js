/* What every canvas on the map needs: a place above the areas, the view it shows, an empty sheet. */
import { el } from "../core/dom.js";

/** @param {LeafletMap} map @param {string} name @param {number} order */
export const canvasPane = (map, name, order) => {
  const pane = map.getPane(name) || map.createPane(name);
  pane.style.zIndex = String(order);
  pane.style.pointerEvents = "none";
  const canvas = pane.appendChild(el("canvas"));
  canvas.className = "w-map__" + name;
  return canvas;
};

/* The view in the square world (0…1): its edges, pixels to the world's width, and its size. */
/** @param {LeafletMap} map */
export const viewOf = (map) => {
  const size = map.getSize();
  const corner = map.getPixelBounds().min;
  const scale = 256 * Math.pow(2, map.getZoom());
  return {
    width: size.x,
    height: size.y,
    scale,
    left: corner.x / scale,
    top: corner.y / scale,
    right: (corner.x + size.x) / scale,
    bottom: (corner.y + size.y) / scale,
  };
};

/* A canvas as large as the map's box at its place, empty; the pen counts in CSS pixels. */
/** @param {HTMLCanvasElement} canvas @param {LeafletMap} map */
export const cleared = (canvas, map) => {
  const size = map.getSize();
  const ratio = window.devicePixelRatio || 1;
  const wide = Math.round(size.x * ratio);
  const high = Math.round(size.y * ratio);
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
  }
  window.L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, size.x, size.y);
  return pen;
};
