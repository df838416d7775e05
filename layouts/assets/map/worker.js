/* The points of a very full map, gathered beside the page: the same class, asked by messages. */
import { Points } from "./gather.js";

const points = new Points();

self.onmessage = ({ data }) => {
  if (data.batch) {
    points.put(data.batch);
    return;
  }
  const began = performance.now();
  const answer = points[data.kind](data.ask);
  const moved = answer.pixels ? [answer.pixels.buffer] : [];
  self.postMessage({ number: data.number, answer, cost: performance.now() - began }, moved);
};
