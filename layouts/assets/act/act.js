/* Acting on an event through the one HTTP door, from any page: a button, a form, an answer, a safe repeat. Every press
   has its own Idempotency-Key; what was not confirmed within a second says so and can be sent again with it. */
import { byId, el, say } from "../core/dom.js";
import { newKey, usedBefore } from "../core/http.js";
import { tellNews } from "../core/news.js";
import { t } from "../core/words.js";
import { done, outdated, overtaken, refusal, unsure } from "./answers.js";
import { aboutOf, book } from "./book.js";
import { draftName, drop, keep, kept } from "./drafts.js";
import { actFields } from "./fields.js";
import { post, seat, send } from "./send.js";

/** @type {OpenForm} */
let open = null; // the form that is open: {action, number, version, facts, key, box, …}

/* ---- pressing: at once when nothing is missing, else a form ---- */
/** @param {Rule} rule @param {Record<string, any>} facts */
const missing = (rule, facts) => rule.ask || rule.facts.some((fact) => fact.required && !(fact.name in facts));

/** @param {string} action @param {About} about @param {HTMLButtonElement} [button] */
const press = async (action, about, button) => {
  const rule = book().rules[action];
  if (!rule) return;
  if (missing(rule, about.facts)) {
    form(action, about);
    return;
  }
  if (button) button.disabled = true;
  const key = (button && button._key) || newKey(); // an unconfirmed press is repeated with the same key
  const late = () =>
    tellNews(t("“{action}”还没有得到确认，正在等服务器；可以再按，不会重复", { action: rule.word }), "warn", Infinity);
  const answer = await send(about.number, about.version, action, about.facts, {
    key,
    late: () => {
      late();
      if (button) button.disabled = false;
    },
  });
  if (button) {
    button.disabled = false;
    button._key = unsure(answer) ? key : null;
  }
  if (answer.ok) done(action, about.number, answer);
  else if (answer.status === 422 && rule.facts.length) form(action, about, answer);
  else {
    tellNews(refusal(answer), answer.status === 409 ? "warn" : "bad");
    if (overtaken(answer)) outdated(about.number);
  }
};

/* ---- the form ---- */
const close = () => {
  if (!open) return;
  open.box.replaceChildren();
  open.box.parentElement.classList.remove("is-acting");
  const back = open.back;
  open = null;
  if (back && back.isConnected) back.focus();
};

/** @param {HTMLFormElement} form @param {string} name @param {string} text */
const fault = (form, name, text) => {
  const holder = form.querySelector(`[data-fact="${name}"]`);
  if (!holder) return false;
  const said = holder.querySelector(".act-fault");
  say(said, text);
  const field = holder.querySelector("input, textarea, select");
  if (field) field.setAttribute("aria-invalid", text ? "true" : "false");
  return true;
};

/** @param {string} action @param {About} about @param {Answer} [answer] */
const form = (action, about, answer) => {
  const box = byId("act-form");
  const rule = book().rules[action];
  if (!box || !rule) return;
  if (open && open.action === action && open.number === about.number && !answer) {
    focusFirst(open.form);
    return;
  }
  const back = /** @type {HTMLElement} */ (document.activeElement);
  close();
  const name = draftName(about.number, action);
  const made = el("form", "act");
  made.noValidate = true;
  made.dataset.event = about.number;
  made.dataset.form = action;
  made.setAttribute("aria-label", rule.word);
  const head = made.appendChild(el("header", "act__h"));
  head.append(el("h3", "", rule.word), el("span", "num", about.number));
  const quit = head.appendChild(el("button", "act__x", t("收起 Esc")));
  quit.type = "button";
  quit.addEventListener("click", close);
  const values = { ...kept(name), ...about.facts };
  for (const fact of rule.facts)
    if (!(fact.name in about.facts)) made.append(actFields.field(fact, values[fact.name], book()));
  const general = made.appendChild(el("p", "act-fault act__all"));
  general.setAttribute("role", "alert");
  const foot = made.appendChild(el("footer", "act__f"));
  const go = foot.appendChild(el("button", "btn btn--primary", rule.word));
  go.type = "submit";
  go.append(el("kbd", "", "Ctrl Enter"));
  open = {
    action,
    number: about.number,
    version: about.version,
    facts: about.facts,
    key: newKey(),
    box,
    form: made,
    general,
    go,
    name,
    back,
  };
  made.addEventListener("input", () => {
    keep(name, actFields.values(made));
    if (open && !open.unsure && !open.busy) open.key = newKey();
  });
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  made.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  });
  box.append(made);
  box.parentElement.classList.add("is-acting");
  if (answer) show(answer);
  focusFirst(made);
};

/** @param {HTMLElement} made */
const focusFirst = (made) => {
  const found =
    made.querySelector('[aria-invalid="true"]') ||
    made.querySelector("input:not([type=hidden]), textarea, select, button[type=submit]");
  if (found) found.focus();
};

/** @param {Answer} answer */
const show = (answer) => {
  const before = usedBefore(answer);
  const faults = before ? [] : answer.said.errors || [];
  const beside = faults.filter((/** @type {{field: string, message: string}} */ one) =>
    fault(open.form, one.field, one.message),
  );
  const rest = faults
    .filter((/** @type {{field: string, message: string}} */ one) => !beside.includes(one))
    .map((/** @type {{field: string, message: string}} */ one) => one.message);
  say(open.general, beside.length && !rest.length ? "" : rest.join("；") || refusal(answer));
  if (before) outdated(open.number);
  if (answer.status === 409 && answer.said.event) {
    // it was moved meanwhile: the text stays, the next press is about the event as it is
    open.version = answer.said.event.version;
    open.key = newKey();
    say(open.general, t("{why}。您写的内容还在；看清最新情况后可再提交", { why: refusal(answer) }));
    outdated(open.number);
  }
};

const submit = async () => {
  if (!open || open.busy) return;
  const mine = open;
  for (const holder of mine.form.querySelectorAll("[data-fact]")) fault(mine.form, holder.dataset.fact, "");
  say(mine.general, "");
  const read = await actFields.facts(mine.form, book());
  if (read.faults.length) {
    for (const [name, text] of read.faults) fault(mine.form, name, text);
    focusFirst(mine.form);
    return;
  }
  mine.busy = true;
  mine.go.disabled = true;
  const late = () => {
    say(mine.general, t("还没有得到确认，正在等服务器；可以再按，不会重复"));
    mine.go.disabled = false;
    mine.busy = false;
    mine.unsure = true;
  };
  const answer = await send(
    mine.number,
    mine.version,
    mine.action,
    { ...mine.facts, ...read.facts },
    { key: mine.key, late },
  );
  mine.busy = false;
  mine.go.disabled = false;
  mine.unsure = unsure(answer);
  if (answer.ok) {
    drop(mine.name);
    if (open === mine) close();
    done(mine.action, mine.number, answer);
  } else if (open === mine) {
    show(answer);
    if (!unsure(answer)) mine.key = newKey();
    focusFirst(mine.form);
  } else {
    tellNews(refusal(answer), "bad");
  }
};

document.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest("button[data-action]");
  if (
    !button ||
    /** @type {HTMLButtonElement} */ (button).disabled ||
    button.dataset.own !== undefined ||
    !button.closest("#desk, [data-rules]")
  )
    return;
  const about = aboutOf(button);
  if (!about) return;
  event.preventDefault();
  press(button.dataset.action, about, button);
});

export const act = {
  seat,
  send,
  post,
  press,
  form,
  close,
  refusal,
  unsure,
  usedBefore,
  overtaken,
  newKey,
  openForm: () => open && open.form,
  book,
  draft: { keep, kept, drop },
};
