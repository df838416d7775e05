/* Elements and their text. Text always enters the page as text, never as HTML. */

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/** @template {keyof HTMLElementTagNameMap} K @param {K} tag @param {string} [classes] @param {string | number} [text]
    @returns {HTMLElementTagNameMap[K]} */
export const el = (tag, classes, text) => {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined && text !== null) made.textContent = String(text);
  return made;
};

/* A part of a drawing, with its attributes. */
/** @template {keyof SVGElementTagNameMap} K @param {K} tag @param {Record<string, string | number>} [attributes]
    @returns {SVGElementTagNameMap[K]} */
export const svg = (tag, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, String(value));
  return made;
};

/* Change a text only where it differs: an unchanged one costs no layout. */
/** @param {Node | null} node @param {string} text */
export const say = (node, text) => {
  if (node && node.textContent !== text) node.textContent = text;
};

/** The same for an attribute. @param {Element} node @param {string} name @param {unknown} value */
export const mark = (node, name, value) => {
  const said = String(value);
  if (node.getAttribute(name) !== said) node.setAttribute(name, said);
};

/** Call `look` now and whenever the page changes: Dash draws late and draws again. @param {() => void} look */
export const whenDrawn = (look) => {
  look();
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
};
