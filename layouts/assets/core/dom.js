/* Elements and their text. Text always enters the page as text, never as HTML. */

export const byId = (id) => document.getElementById(id);

export const el = (tag, classes, text) => {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
};

/* A part of a drawing, with its attributes. */
export const svg = (tag, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  return made;
};

/* Change a text only where it differs: an unchanged one costs no layout. */
export const say = (node, text) => {
  if (node && node.textContent !== text) node.textContent = text;
};

/* The same for an attribute. */
export const mark = (node, name, value) => {
  const said = String(value);
  if (node.getAttribute(name) !== said) node.setAttribute(name, said);
};

/* Call `look` now and whenever the page changes: Dash draws late and draws again. */
export const whenDrawn = (look) => {
  look();
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
};
