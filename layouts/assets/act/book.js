/* The rule book of the page: {rules, account, units, categories}. */

/** @type {Book} */
let known = null;
/* The rule book of the page: {rules, account, units, categories}. */
export const book = () => {
  if (known === null) {
    const holder = document.querySelector("#desk, [data-rules]");
    known = holder ? JSON.parse(holder.getAttribute("data-initial")) : { rules: {}, account: { name: "" } };
  }
  return known;
};
