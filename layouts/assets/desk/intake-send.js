/* Sending what was written down: a report, a refusal in words, saving and going on. */
import { act } from "../act/act.js";
import { say } from "../core/dom.js";
import { noTries, sendOnce } from "../core/tries.js";
import { t } from "../core/words.js";
import { desk } from "./desk.js";
import { changed, clearFaults, close, fault, fold, forget, values } from "./intake.js";
import { entry } from "./intake-entry.js";
import { FAULTS } from "./intake-fields.js";
import { category } from "./intake-find.js";

/** @param {string} code */
const report = (code) => {
  /** @type {Record<string, any>} */
  const said = values();
  /** @param {string} name */
  const text = (name) => (said[name] || "").trim();
  /** @type {Partial<Api.Report>} */
  const body = {
    title: text("title"),
    description: text("description"),
    source: said.source,
    address: text("address") || (entry.place ? entry.place.name : ""),
  };
  if (code) body.category = code;
  if (entry.place) Object.assign(body, { lng: entry.place.lng, lat: entry.place.lat });
  if (said.emergency) body.emergency = true;
  if (text("external_id")) body.external_id = text("external_id");
  if (text("phone") || text("name"))
    body.reporter = {
      ...(text("name") ? { name: text("name") } : {}),
      ...(text("phone") ? { phone: text("phone") } : {}),
    };
  return body;
};

/* ---- what comes back: it belongs to its call, whatever form stands open by then ---- */
/** @param {IntakeCall} call */
const open = (call) => entry.call === call && entry.form;
/** @param {IntakeCall} call @param {boolean} busy */
const waits = (call, busy) => {
  call.busy = busy;
  if (open(call)) entry.form.querySelector("button[type=submit]").disabled = busy;
};
/** @param {IntakeCall} call @param {string} words @param {string} elsewhere */
const tell = (call, words, elsewhere) => {
  if (open(call)) say(entry.form.querySelector(".in-all"), words);
  else desk.tell(elsewhere, "warn", Infinity); // nobody looks there now: it stays until something else is said
};

/** @param {IntakeCall} call @param {Answer} answer @param {string} title */
const refuse = (call, answer, title) => {
  const why = act.refusal(answer);
  if (!open(call)) {
    const again = entry.call === call; // folded away: it can be opened and pressed again
    const unknown = again
      ? t("“{title}”有没有登记上还不知道，打开后再按一次，不会重复", { title })
      : t("“{title}”有没有登记上还不知道，请在队列里看一看", { title });
    tell(call, "", act.unsure(answer) ? unknown : t("“{title}”没有登记：{why}", { title, why }));
    return;
  }
  /** @type {{field: string, message: string}[]} */
  const faults = answer.said.errors || [];
  const rest = faults
    .filter(
      (one) =>
        !fault(
          FAULTS[one.field.replace(/^report\.(?!emergency)/, "")] ?? one.field.replace(/^report\./, ""),
          one.message,
        ),
    )
    .map((one) => one.message);
  say(entry.form.querySelector(".in-all"), faults.length && !rest.length ? "" : rest.join("；") || why);
  const first = entry.form.querySelector('[aria-invalid="true"]');
  if (first) first.focus();
};

/** @param {IntakeCall} call @param {string} number @param {string} words @param {string} [kind] */
const done = (call, number, words, kind) => {
  if (call.filed) return; // pressed twice, answered twice
  call.filed = true;
  entry.served += 1;
  if (entry.call === call) {
    const shown = Boolean(entry.form);
    forget();
    if (shown) {
      close();
      desk.choose(number);
    } else fold();
  }
  desk.tell(words, kind || "ok");
};

/* What is known to be filed is not what stands in the form: it is named, and what was written since stays. */
/** @type {typeof done} */
const stays = (call, number, words) => {
  if (call.filed) return;
  if (open(call)) desk.choose(number);
  tell(call, words, words);
};
/** @type {typeof done} */
const behind = (call, number) =>
  stays(call, number, t("前一次已登记为 {number}，后来的改动没有带上：请在事件里补充；再按一次会另报一件", { number }));

/* Told since to be an emergency: that waits for nobody to read it. A join's answer has no version. */
/** @param {Api.Event} event @param {any} had @param {any} now */
const raised = async (event, had, now) => {
  if (!now.emergency || had.emergency || event.emergency || !event.version) return null;
  const facts = { emergency: true, ...(now.category && now.category !== had.category && { category: now.category }) };
  const answer = await act.send(event.number, event.version, "correct", facts);
  return act.overtaken(answer) && answer.said.event
    ? act.send(event.number, answer.said.event.version, "correct", facts)
    : answer;
};
/** @param {IntakeCall} call @param {any} said @param {any} had @param {any} now */
const earlier = async (call, said, had, now) => {
  const { number } = said;
  const answer = await raised(said, had, now);
  if (!answer) behind(call, number, "");
  else if (answer.ok)
    stays(call, number, t("前一次已登记为 {number}，现已改为紧急；其余改动没有带上：请在事件里补充", { number }));
  else
    stays(
      call,
      number,
      t("前一次已登记为 {number}，没有能改为紧急：{why}；请马上在事件里更正", { number, why: act.refusal(answer) }),
    );
};

/* ---- sending ---- */
/** What is missing to send anything: the field, and why. @returns {[string, string] | null} */
const missing = () => {
  const kind = category();
  if (kind.fault) return ["category", kind.fault];
  const title = entry.fields.title;
  if (!title.value.trim() && kind.code) title.value = desk.first.categories.find(([code]) => code === kind.code)[1];
  if (!title.value.trim()) return ["title", t("请写明是什么事")];
  if (!entry.place && !entry.fields.address.value.trim()) return ["address", t("请写明地点，或在图上点一下")];
  return null;
};

/** @param {IntakeCall} call @param {Api.Event} event @param {boolean} known @param {typeof done} end */
const registered = async (call, event, known, end) => {
  const { number } = event;
  if (event.status !== "reported" || !known) return end(call, number, t("{number} 已登记", { number }));
  const answer = await act.send(number, event.version, "register", {});
  if (answer.ok) return end(call, number, t("{number} 已登记并立案", { number }));
  return end(call, number, t("{number} 已登记，还没有立案：{why}", { number, why: act.refusal(answer) }), "warn");
};

/** @param {string} how @param {string} [original] */
export const save = async (how, original) => {
  const call = entry.call;
  if (!entry.form || call.busy) return;
  clearFaults();
  const lacks = missing();
  if (lacks) {
    fault(...lacks);
    entry.fields[lacks[0]].focus();
    return;
  }
  const { code } = category();
  const told = report(code);
  /** @type {Try} */
  const now =
    how === "join"
      ? { path: "/api/v1/events/join", body: { original, report: told } }
      : { path: "/api/v1/events", body: told };
  /* one key for the call, until it is sure what became of every try: whatever is sent next, it is filed once */
  call.sent = call.sent || noTries();
  const sent = call.sent;
  waits(call, true);
  const late = () => {
    waits(call, false);
    if (open(call)) tell(call, t("还没有得到确认，正在等服务器；可以再按，不会重复"), "");
  };
  const { answer, earlier: had } = await sendOnce(sent, now, {
    post: (one) => act.post(one.path, one.body, sent.key, one === now ? late : undefined),
    unsure: act.unsure,
    urgent: (one) => Boolean(one.body.emergency),
    keep: () => {
      if (open(call)) changed();
    },
  });
  waits(call, false);
  if (!sent.tries.length && call.sent === sent) {
    call.sent = null;
    if (open(call)) changed();
  }
  const since = open(call) && JSON.stringify(report(category().code)) !== JSON.stringify(told);
  if (!answer.ok) refuse(call, answer, told.title);
  else if (had) await earlier(call, answer.said, had.body, now.body);
  else if (how === "join") {
    const { number, demand } = answer.said.original;
    done(call, number, t("已并入 {number}，共 {n} 人反映", { number: original, n: demand }));
  } else await registered(call, answer.said, Boolean(code), since ? behind : done);
};
