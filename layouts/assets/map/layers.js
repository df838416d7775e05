/* Which layers of the map are shown; the browser keeps the choice. */
const KEPT = "grid.map.layers";

/** @type {Record<string, boolean>} */
export const layers = { events: true, heat: false, kinds: false, places: false };
try {
  Object.assign(layers, JSON.parse(localStorage.getItem(KEPT) || "{}"));
} catch (_closed) {
  /* a browser without storage starts anew */
}

/** @param {string} name */
export const toggleLayer = (name) => {
  layers[name] = !layers[name];
  try {
    localStorage.setItem(KEPT, JSON.stringify(layers));
  } catch (_closed) {
    /* as above */
  }
};
