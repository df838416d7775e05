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

/* What a button is about: the event it stands at, as it was drawn, and what the button itself says. */
/** @param {HTMLButtonElement} button */
export const aboutOf = (button) => {
  const holder = button.closest("[data-event][data-version]");
  if (!holder) return null;
  const facts = button.dataset.facts ? JSON.parse(button.dataset.facts) : {};
  for (const name of ["unit", "grid", "request", "original", "rating"])
    if (button.dataset[name]) facts[name] = button.dataset[name];
  return { number: holder.dataset.event, version: Number(holder.dataset.version), facts };
};
