/* Elements and their text. Text always enters the page as text, never as HTML. */

export const byId = (id) => document.getElementById(id);

export const el = (tag, classes, text) => {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== undefined && text !== null) made.textContent = text;
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
