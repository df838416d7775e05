/* Lists keyed by what they show: a row that stays keeps its element, a new one arrives once, order follows the data. */

/* Make `box` hold one child per item; make(item) builds it, update(node, item, index) fills it. */
/** @template T @template {HTMLElement} N @param {HTMLElement} box @param {T[]} items
    @param {(item: T) => unknown} keyOf @param {(item: T) => N} make
    @param {(node: N, item: T, index: number) => void} update */
export const keyed = (box, items, keyOf, make, update) => {
  const held = box._held || (box._held = new Map());
  const fresh = box._drawn === true;
  const wanted = new Set();
  let before = box.firstChild;
  items.forEach((item, index) => {
    const key = String(keyOf(item));
    wanted.add(key);
    let node = held.get(key);
    if (!node) {
      node = make(item);
      held.set(key, node);
      if (fresh) node.classList.add("is-new");
    }
    update(node, item, index);
    if (node === before) before = before.nextSibling;
    else box.insertBefore(node, before);
  });
  for (const [key, node] of held) {
    if (!wanted.has(key)) {
      node.remove();
      held.delete(key);
    }
  }
  box._drawn = true;
};
