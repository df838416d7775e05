/* Acting on an event through the one HTTP door, from any page: a button, a form, an answer, a safe repeat. Every press
   has its own Idempotency-Key; what was not confirmed within a second says so and can be sent again with it. */
import { tellNews } from "../core/news.js";
import { byId, el, say } from "../core/dom.js";
import { newKey, saidBy } from "../core/http.js";
import { t } from "../core/words.js";
import { actFields } from "./fields.js";

const CONFIRM_MS = 1000;
const drafts = "draft:";
/* This tab, as others on the same event see it; kept through a reload, which would else be held off by itself. */
const seat = (() => {
  const fresh = Math.random().toString(36).slice(2, 10);
  try {
    const kept = sessionStorage.getItem("seat") || fresh;
    sessionStorage.setItem("seat", kept);
    return kept;
  } catch (_closed) {
    return fresh;
  }
})();
let known = null;
let open = null; // the form that is open: {action, number, version, facts, key, box, …}

/* The rule book of the page: {rules, account, units, categories}. */
const book = () => {
  if (known === null) {
    const holder = document.querySelector("#desk, [data-rules]");
    known = holder ? JSON.parse(holder.getAttribute("data-initial")) : { rules: {}, account: { name: "" } };
  }
  return known;
};

/* Send JSON once. Return {ok, status, said}; status 0 when no answer came. `late` is called when a second has passed.
 */
const post = async (path, body, key, late) => {
  const waited = late ? setTimeout(late, CONFIRM_MS) : 0;
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Seat": seat, ...(key ? { "Idempotency-Key": key } : {}) },
      body: JSON.stringify(body),
    });
    if (answer.status === 401) window.live.leave();
    const said = await saidBy(answer);
    return { ok: answer.ok, status: answer.status, said };
  } catch (_lost) {
    return { ok: false, status: 0, said: {} };
  } finally {
    clearTimeout(waited);
  }
};

const send = async (number, version, action, facts, more) => {
  const { key = newKey(), late } = more || {};
  const answer = await post(`/api/v1/events/${encodeURIComponent(number)}/${action}`, { version, ...facts }, key, late);
  if (answer.ok) document.dispatchEvent(new CustomEvent("acted", { detail: { number, action, answer: answer.said } }));
  return { ...answer, key };
};

/* ---- drafts: what was typed outlives a reload, a lost link and a restarted server ---- */
const draftName = (number, action) => `${drafts}${book().account.name}:${number}:${action}`;
const keep = (name, facts) => {
  try {
    localStorage.setItem(name, JSON.stringify(facts));
  } catch (_full) {
    /* the form itself still holds it */
  }
};
const kept = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name) || "{}");
  } catch (_broken) {
    return {};
  }
};
const drop = (name) => {
  try {
    localStorage.removeItem(name);
  } catch (_none) {
    /* nothing to drop */
  }
};

/* ---- what an answer means, in words ---- */
const wordOf = (action) => (book().rules[action] ? book().rules[action].word : action);
const refusal = (answer) => {
  if (!answer.status) return t("没有连上服务器，这一步未确认；恢复后再按一次，不会重复");
  if (unsure(answer))
    return t("{why}；这一步未确认，再按一次，不会重复", {
      why: (answer.said && (answer.said.detail || answer.said.title)) || t("服务器没有办成"),
    });
  const said = answer.said;
  const winner = said.winner && said.winner.name ? t("{name} 已先一步办理", { name: said.winner.name }) : "";
  const first = (said.errors || []).map((one) => one.message)[0];
  return [winner, said.detail || first || said.title].filter(Boolean).join("：");
};
/* Nobody knows whether it was done: no answer, a server that is ill, or the first try still in work. Pressed again with
   the same key it is the same press. Only a 409 that shows the event as it now is says that somebody was faster. */
const unsure = (answer) =>
  !answer.status ||
  answer.status >= 500 ||
  answer.status === 408 ||
  answer.status === 429 ||
  (answer.status === 409 && /:in-work$/.test((answer.said && answer.said.type) || ""));
const overtaken = (answer) =>
  answer.status === 409 && Boolean(answer.said && (answer.said.event || answer.said.winner));
const outdated = (number) => document.dispatchEvent(new CustomEvent("outdated", { detail: { number } }));
const done = (action, number, answer) => {
  const unit = answer.said.unit ? answer.said.unit.name : "";
  tellNews(
    action === "dispatch" && unit
      ? t("{number} 已派给 {unit}", { number, unit })
      : t("{number}：{action} 已办", { number, action: wordOf(action) }),
    "ok",
  );
};

/* ---- pressing: at once when nothing is missing, else a form ---- */
const missing = (rule, facts) => rule.ask || rule.facts.some((fact) => fact.required && !(fact.name in facts));

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

const aboutOf = (button) => {
  const holder = button.closest("[data-event][data-version]");
  if (!holder) return null;
  const facts = button.dataset.facts ? JSON.parse(button.dataset.facts) : {};
  for (const name of ["unit", "grid", "request", "original", "rating"])
    if (button.dataset[name]) facts[name] = button.dataset[name];
  return { number: holder.dataset.event, version: Number(holder.dataset.version), facts };
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

const fault = (form, name, text) => {
  const holder = form.querySelector(`[data-fact="${name}"]`);
  if (!holder) return false;
  const said = holder.querySelector(".act-fault");
  say(said, text);
  const field = holder.querySelector("input, textarea, select");
  if (field) field.setAttribute("aria-invalid", text ? "true" : "false");
  return true;
};

const form = (action, about, answer) => {
  const box = byId("act-form");
  const rule = book().rules[action];
  if (!box || !rule) return;
  if (open && open.action === action && open.number === about.number && !answer) {
    focusFirst(open.form);
    return;
  }
  const back = document.activeElement;
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
    if (open && !open.unsure) open.key = newKey();
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

const focusFirst = (made) => {
  const found =
    made.querySelector('[aria-invalid="true"]') ||
    made.querySelector("input:not([type=hidden]), textarea, select, button[type=submit]");
  if (found) found.focus();
};

const show = (answer) => {
  const faults = answer.said.errors || [];
  const beside = faults.filter((one) => fault(open.form, one.field, one.message));
  const rest = faults.filter((one) => !beside.includes(one)).map((one) => one.message);
  say(open.general, beside.length && !rest.length ? "" : rest.join("；") || refusal(answer));
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
  const button = event.target.closest("[data-action]");
  if (!button || button.disabled || button.dataset.own !== undefined || !button.closest("#desk, [data-rules]")) return;
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
  overtaken,
  newKey,
  openForm: () => open && open.form,
  book,
  draft: { keep, kept, drop },
};
