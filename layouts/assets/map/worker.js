/* The points of a very full map, gathered beside the page: the same class, asked by messages. */
import { Points } from "./gather.js";

const points = new Points();
const page = /** @type {Worker} */ (/** @type {unknown} */ (self)); // what answers here goes there

self.onmessage = ({ data }) => {
  if (data.batch) {
    points.put(data.batch);
    return;
  }
  const began = performance.now();
  const answer = data.kind === "heat" ? points.heat(data.ask) : points.cells(data.ask);
  const moved = "pixels" in answer ? [answer.pixels.buffer] : [];
  page.postMessage({ number: data.number, answer, cost: performance.now() - began }, moved);
};
