/* Who else is at the chosen event: a beat every ten seconds while it is open, a line that says who holds it, a
   take-over with a reason. */
import { act } from "../act/act.js";
import { byId, el, whenDrawn } from "../core/dom.js";
import { call } from "../core/http.js";
import { t } from "../core/words.js";

const BEAT_MS = 10_000; // a hold ends after 45 s of silence
const SETTLE_MS = 600; // who only passes by on the arrow keys holds nothing
let number = "";
let timer = 0;
/** @type {HTMLElement} */
let root = null;

/** @param {string} one */
const path = (one) => `/api/v1/events/${encodeURIComponent(one)}/presence`;
/** @param {Api.Present["others"][number]} one */
const person = (one) => {
  const name = one.title === one.account ? one.account : `${one.title} ${one.account}`;
  return one.account === act.book().account.name ? t("{who}的另一席位", { who: name }) : name;
};

/* A held event is dimmed, not locked: the server says no, in words, and after a take-over yes. */
/** @param {Api.Present} said */
const draw = (said) => {
  const box = byId("event-presence");
  if (!box) return;
  const held = Boolean(said && said.holder && !said.mine);
  root.classList.toggle("is-held", held);
  box.dataset.state = held ? "held" : said ? "mine" : "";
  const names = said ? said.others.map(person).join(" · ") : "";
  const text = held
    ? t("{who} 正在处理，您现在只能查看", { who: person(said.holder) })
    : names
      ? t("您在处理；{who} 也在看", { who: names })
      : "";
  const key = number + held + text;
  if (box.dataset.said === key) return; // the same line again must not be read out again, nor lose the focus
  box.dataset.said = key;
  box.classList.toggle("e-here--held", held);
  box.replaceChildren(...(text ? [el("i", "e-here__dot"), el("p", "", text)] : []));
  if (!held) return;
  const take = box.appendChild(el("button", "btn e-here__take", t("接手…")));
  take.type = "button";
  take.dataset.action = "presence/take";
  take.dataset.own = ""; // act.js leaves it to us: the line stands outside what Dash draws
  take.addEventListener("click", () => {
    const drawn = document.querySelector("#event-body [data-version]");
    act.press("presence/take", { number, version: drawn ? Number(drawn.dataset.version) : 0, facts: {} });
  });
};

const beat = async () => {
  clearTimeout(timer);
  const asked = number;
  if (!asked) return;
  const answer = await act.post(path(asked), { seat: act.seat });
  if (asked !== number) return;
  if (answer.ok) draw(answer.said);
  timer = setTimeout(beat, BEAT_MS);
};

/** @param {string} chosen */
const go = (chosen) => {
  if (chosen === number) return;
  number = chosen;
  draw(null);
  clearTimeout(timer);
  timer = setTimeout(beat, SETTLE_MS);
};

const leave = () => {
  if (!number || !root) return;
  call(path(number), { body: { seat: act.seat, leave: true }, last: true });
};

/** @param {HTMLElement} found @param {string} chosen */
const begin = (found, chosen) => {
  root = found;
  if (chosen) go(chosen);
};

/* The event's own page; a page that shows one event after another calls `begin` itself. */
const look = () => {
  const found = byId("event");
  if (found && found !== root && byId("event-presence"))
    begin(found, JSON.parse(found.getAttribute("data-initial")).number);
};

export const presence = { begin, go, beat };
document.addEventListener("acted", (event) => {
  if (event.detail.action === "presence/take" && event.detail.number === number) draw(event.detail.answer);
});
document.addEventListener("outdated", (event) => {
  if (root && event.detail.number === number) beat();
});
document.addEventListener("visibilitychange", () => {
  if (root && !document.hidden) beat();
});
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", (event) => {
  if (root && event.persisted) beat();
});
whenDrawn(look);
