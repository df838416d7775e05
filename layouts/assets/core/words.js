/* The words of the page, in its language: the msgid is the Chinese sentence. */

/** @type {Record<string, string>} */
let catalogue = null;

const words = () => {
  if (catalogue === null) {
    const holder = document.getElementById("words");
    try {
      catalogue = holder ? JSON.parse(holder.textContent) : {};
    } catch (_broken) {
      catalogue = {};
    }
  }
  return catalogue;
};

/* The sentence in the page's language; {names} are filled in. The msgid is the Chinese sentence. */
/** @param {string} msgid @param {Record<string, string | number>} [params] @returns {string} */
export const t = (msgid, params) => {
  const said = words()[msgid] || msgid;
  return params ? said.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole)) : said;
};
