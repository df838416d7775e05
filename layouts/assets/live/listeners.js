/* Telling the modules that draw: rows at most once a frame, everything else at once. */

/** @type {Record<string, Set<(...facts: any[]) => void>>} */
export const listeners = { rows: new Set(), view: new Set(), alert: new Set(), state: new Set() };

let changed = new Set();
let frame = false;

/** @param {string} name @param {...unknown} facts */
export function tell(name, ...facts) {
  for (const fn of listeners[name]) {
    try {
      fn(...facts);
    } catch (error) {
      if (window.reportError)
        window.reportError(error); // counted by wall/watch.js like any other
      else console.error(`live: a listener of "${name}" failed`, error);
    }
  }
}

function flush() {
  frame = false;
  if (!changed.size) return;
  const ids = [...changed];
  changed = new Set();
  tell("rows", ids);
}

/** @param {Iterable<number>} ids */
export function touch(ids) {
  for (const id of ids) changed.add(id);
  if (frame || !changed.size) return;
  frame = true;
  const once = () => frame && flush();
  requestAnimationFrame(once);
  setTimeout(once, document.hidden ? 250 : 1000); // a hidden tab and a screen switched off have no frames
}
