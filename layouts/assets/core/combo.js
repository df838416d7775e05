/* A text field that offers what its words may mean: arrows move, Enter or Tab takes, Esc leaves the words as they are.
 */
import { el } from "./dom.js";

const ASK_MS = 200;
const MOST = 6;
let made = 0;

/* `find(text)` promises [{label, note, pick()}]; the list stands in `cell` beside the field. */
/** @param {HTMLInputElement} node @param {HTMLElement} cell @param {(text: string) => Promise<Offer[]>} find */
export const combo = (node, cell, find) => {
  const list = cell.appendChild(el("ul", "d-offers in-offers"));
  list.id = "combo-" + ++made;
  list.setAttribute("role", "listbox");
  node.setAttribute("role", "combobox");
  node.setAttribute("aria-controls", list.id);
  node.setAttribute("aria-expanded", "false");
  /** @type {Offer[]} */
  let offers = [];
  let active = 0;
  let asked = 0;

  const paint = () => {
    node.setAttribute("aria-expanded", String(offers.length > 0));
    list.replaceChildren(
      ...offers.map((offer, at) => {
        const one = el("li", "d-offer");
        one.id = `${list.id}-${at}`;
        one.setAttribute("role", "option");
        one.setAttribute("aria-selected", String(at === active));
        one.append(el("b", "", offer.label), el("span", "", offer.note || ""));
        one.addEventListener("mousedown", (event) => {
          event.preventDefault();
          /** @param {Offer} offer */
          take(offer);
        });
        return one;
      }),
    );
    if (offers.length) node.setAttribute("aria-activedescendant", `${list.id}-${active}`);
    else node.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    asked += 1;
    offers = [];
    paint();
  };
  /** @param {Offer} offer */
  const take = (offer) => {
    close();
    offer.pick();
  };

  node.addEventListener("input", () => {
    const text = node.value.trim();
    const mine = ++asked;
    if (!text) {
      close();
      return;
    }
    setTimeout(async () => {
      if (mine !== asked) return;
      const found = await find(text);
      if (mine !== asked || !node.isConnected) return;
      offers = found.slice(0, MOST);
      active = 0;
      paint();
    }, ASK_MS);
  });
  node.addEventListener("keydown", (event) => {
    if (!offers.length || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      active = Math.min(Math.max(active + (event.key === "ArrowDown" ? 1 : -1), 0), offers.length - 1);
      paint();
    } else if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      take(offers[active]);
    } else if (event.key === "Tab" && !event.shiftKey) take(offers[active]);
    else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  });
  node.addEventListener("blur", () =>
    setTimeout(() => {
      if (document.activeElement !== node) close();
    }, 150),
  ); // a quick hand is back before that
};
