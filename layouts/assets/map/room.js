/* What stands on the map above everything drawn: emergencies, their name tag, the switches, the path, the legend.
   Words keep clear of it. */

const SIGNS = ".w-emg > b, .w-emg__t, .w-layers, .w-crumb, .w-mapbar .w-note, .w-mapfoot";
const NAMES = ", .w-map__label:not(.w-map__label--hidden)";

/* The boxes in the map's own pixels: [{left, top, right, bottom}]. */
/** @param {LeafletMap} map @param {string} wanted */
const signs = (map, wanted) => {
  const glass = map.getContainer().getBoundingClientRect();
  return [...map.getContainer().closest(".w-mapbox").querySelectorAll(wanted)]
    .map((node) => node.getBoundingClientRect())
    .filter((box) => box.width)
    .map((box) => ({
      left: box.left - glass.left,
      top: box.top - glass.top,
      right: box.right - glass.left,
      bottom: box.bottom - glass.top,
    }));
};

export const mapRoom = {
  /** @param {number} x @param {number} y @param {number} wide @param {number} high */
  box: (x, y, wide, high) => ({ left: x - wide / 2, top: y - high / 2, right: x + wide / 2, bottom: y + high / 2 }),
  /* Keeps what is taken: `free(box)` says whether a box lies whole on the map and on nothing, `take(box)` claims it;
     `names` counts those of areas as standing. */
  /** @param {LeafletMap} map @param {boolean} [names] */
  on(map, names = false) {
    const taken = signs(map, names ? SIGNS + NAMES : SIGNS);
    const size = map.getSize();
    return {
      /** @param {MapBox} box */
      free: (box) =>
        box.left >= 0 &&
        box.top >= 0 &&
        box.right <= size.x &&
        box.bottom <= size.y &&
        !taken.some(
          (one) => one.left < box.right && box.left < one.right && one.top < box.bottom && box.top < one.bottom,
        ),
      /** @param {MapBox} box */
      take(box) {
        taken.push(box);
      },
    };
  },
};
