/* The strip of key numbers: numerator and denominator always there, a digit turns only when it changed. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const { el, say, mark, t } = wall;

  const make = (kpi) => {
    const card = el("article", "w-kpi");
    const head = card.appendChild(el("div", "w-kpi__l"));
    head.append(el("span", "w-kpi__t", kpi.name), el("small", "num"));
    const value = card.appendChild(el("div", "w-kpi__n"));
    value.append(el("span", "w-flip num"), el("em", "", kpi.kind === "rate" ? "%" : t("件")));
    mark(card, "data-kpi", kpi.code);
    return card;
  };

  const turn = (digit, sign) => {
    if (digit.textContent === sign) return;
    if (digit.textContent) digit.classList.add("is-turning");
    digit.textContent = sign;
  };

  const flip = (box, text) => {
    const signs = [...text];
    while (box.children.length > signs.length) box.lastChild.remove();
    signs.forEach((sign, at) => {
      const tag = /\d/.test(sign) ? "B" : "I";
      let digit = box.children[at];
      if (!digit || digit.tagName !== tag) {
        const made = el(tag);
        if (digit) digit.replaceWith(made); else box.appendChild(made);
        digit = made;
        digit.addEventListener("animationend", () => digit.classList.remove("is-turning"));
      }
      turn(digit, sign);
    });
  };

  const update = (card, kpi) => {
    const { num, den } = kpi.value;
    const rate = kpi.kind === "rate";
    mark(card, "data-num", num === undefined || num === null ? "" : num);
    mark(card, "data-den", den === undefined || den === null ? "" : den);
    const counted = Number.isFinite(num);
    flip(card.querySelector(".w-flip"), !counted ? "—" : rate ? wall.percent(num, den) : String(num));
    card.querySelector("em").hidden = !counted || (rate && !den);
    say(card.querySelector("small"), rate && counted ? num + "/" + den : "");
    card.classList.toggle("w-kpi--long", card.querySelector(".w-flip").children.length > 4 && kpi.kind === "count");
  };

  wall.kpis = (box, table, view) => {
    const values = (view && view.kpis) || {};
    const cards = table.map((kpi) => ({ ...kpi, value: values[kpi.code] || {} }));
    wall.keyed(box, cards, (kpi) => kpi.code, make, update);
  };
})(window.gridWall);
