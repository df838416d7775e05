/* Numbers as text, and text that must be short. */

/* A rate with one decimal, or a dash: nothing out of nothing is neither 0 % nor 100 %. */
/** @param {number} num @param {number} den */
export const percent = (num, den) => {
  if (!den) return "—";
  if (num === den || num === 0) return num === 0 ? "0" : "100";
  return Math.min(99.9, Math.max(0.1, Math.round((num / den) * 1000) / 10)).toFixed(1); // all and nothing stay apart
};

/** @param {number} n */
export const grouped = (n) => (Number.isFinite(n) ? String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",") : "—");

const signs = Intl.Segmenter ? new Intl.Segmenter() : null; // not every browser has it
/* The first signs of a text, none cut in half: at most `most` UTF-16 units, what a person sees as one sign stays
   whole. */
/** @param {string} text @param {number} most */
export const cut = (text, most) => {
  if (text.length <= most) return text;
  let kept = "";
  for (const sign of signs ? [...signs.segment(text)].map((one) => one.segment) : [...text]) {
    if (kept.length + sign.length > most) break;
    kept += sign;
  }
  return kept;
};
