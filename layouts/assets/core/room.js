/* How much fits into a box, in rem: the wall is scaled by the size of its letters. */

/* How many rows of a height in rem fit into a box, its padding aside. */
/** @param {HTMLElement} box @param {number} high */
export const fits = (box, high) => Math.max(0, Math.floor(roomIn(box) / high + 0.02));

/** The height inside a box in rem, its padding aside. @param {HTMLElement} box */
export const roomIn = (box) => {
  const style = getComputedStyle(box);
  return (box.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom)) / rem();
};

export const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize) || 20;
