/* Sending what was written down: a report, a refusal in words, saving and going on. */
import { act } from "../act/act.js";
import { say } from "../core/dom.js";
import { t } from "../core/words.js";
import { desk } from "./desk.js";
import { clearFaults, close, DRAFT, FAULTS, fault, values } from "./intake.js";
import { entry } from "./intake-entry.js";
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

/** @param {Answer} answer */
const refuse = (answer) => {
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
  say(entry.form.querySelector(".in-all"), faults.length && !rest.length ? "" : rest.join("；") || act.refusal(answer));
  const first = entry.form.querySelector('[aria-invalid="true"]');
  if (first) first.focus();
};

/** @param {string} how @param {string} [original] */
export const save = async (how, original) => {
  if (!entry.form || entry.busy) return;
  clearFaults();
  const kind = category();
  if (kind.fault) {
    fault("category", kind.fault);
    entry.fields.category.focus();
    return;
  }
  if (!entry.fields.title.value.trim() && kind.code)
    entry.fields.title.value = desk.first.categories.find(([code]) => code === kind.code)[1];
  if (!entry.fields.title.value.trim()) {
    fault("title", t("请写明是什么事"));
    entry.fields.title.focus();
    return;
  }
  if (!entry.place && !entry.fields.address.value.trim()) {
    fault("address", t("请写明地点，或在图上点一下"));
    entry.fields.address.focus();
    return;
  }
  entry.busy = true;
  const go = entry.form.querySelector("button[type=submit]");
  go.disabled = true;
  const late = () => {
    say(entry.form.querySelector(".in-all"), t("还没有得到确认，正在等服务器；可以再按，不会重复"));
    go.disabled = false;
    entry.busy = false;
  };
  const name = how + (original || "");
  entry.keys[name] = entry.keys[name] || act.newKey();
  const body = report(kind.code);
  const answer =
    how === "join"
      ? await act.post("/api/v1/events/join", { original, report: body }, entry.keys[name], late)
      : await act.post("/api/v1/events", body, entry.keys[name], late);
  entry.busy = false;
  go.disabled = false;
  if (!answer.ok) {
    refuse(answer);
    if (answer.status) delete entry.keys[name];
    return;
  }
  entry.served += 1;
  if (how === "join") {
    done(
      answer.said.original.number,
      t("已并入 {number}，共 {n} 人反映", { number: original, n: answer.said.original.demand }),
    );
    return;
  }
  const event = answer.said;
  if (event.status === "reported" && kind.code) {
    const registered = await act.send(event.number, event.version, "register", {});
    if (!registered.ok) {
      done(
        event.number,
        t("{number} 已登记，还没有立案：{why}", { number: event.number, why: act.refusal(registered) }),
        "warn",
      );
      return;
    }
    done(event.number, t("{number} 已登记并立案", { number: event.number }));
    return;
  }
  done(event.number, t("{number} 已登记", { number: event.number }));
};
/** @param {string} number @param {string} words @param {string} [kind] */
const done = (number, words, kind) => {
  act.draft.drop(DRAFT());
  close();
  desk.tell(words, kind || "ok");
  desk.choose(number);
};
