/* When an event was first drawn, by its number: a measurement, kept for the last few thousand. */

const DRAWN_KEPT = 5000;
/** @type {Map<string, number>} */
export const drawn = new Map();
/** @param {string} number @param {number} epochMs */
export function markDrawn(number, epochMs) {
  if (drawn.has(number)) return;
  drawn.set(number, epochMs);
  if (drawn.size > DRAWN_KEPT) drawn.delete(drawn.keys().next().value);
}
