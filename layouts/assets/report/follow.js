/* Following a report by its number and secret: how far it is, satisfaction after closing, an objection within seven
   days. */
import { byId, el } from "../core/dom.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { phone } from "../phone/phone.js";

const AGAIN_MS = 20_000;
const KEPT = "report:mine";
const MOST = 20;
const BAD = ["dissatisfied", "very_dissatisfied"];
const { first, tell, go, call, refusal, kept, onShow } = phone;
let open = /** @type {{number: string, secret: string, said?: any}} */ (null); // {number, secret}
let timer = 0;
let shape = "";

const mine = () => kept(KEPT) || [];
/** @param {{number: string, secret: string, title: string}} one */
const remember = (one) =>
  kept(
    KEPT,
    [one, ...mine().filter((/** @type {{number: string}} */ other) => other.number !== one.number)].slice(0, MOST),
  );
/** @param {string} text */
const when = (text) => (text ? dayTime(Date.parse(text), first.time_zone) : "");

/* ---- by number and secret ---- */
const form = () => {
  const made = el("form", "p-form p-card");
  made.noValidate = true;
  made.append(el("h2", "", t("查进度")));
  /** @param {string} name @param {string} words @param {object} more */
  const field = (name, words, more) => {
    const label = made.appendChild(el("label", "p-field", words));
    const input = label.appendChild(el("input", "p-line"));
    Object.assign(input, { name, autocomplete: "off", maxLength: 60, ...more });
    return input;
  };
  const number = field("number", t("编号"), { inputMode: "numeric" });
  const secret = field("secret", t("查询码"), {});
  const fault = made.appendChild(el("p", "p-fault"));
  fault.setAttribute("role", "alert");
  made.appendChild(el("button", "btn btn--primary p-go", t("查询"))).type = "submit";
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!number.value.trim() || !secret.value.trim()) {
      fault.textContent = t("请填写编号和查询码");
      return;
    }
    go("follow", number.value.trim() + "/" + secret.value.trim());
  });
  return made;
};
const list = () => {
  const box = el("ol", "p-card p-rows");
  for (const one of mine()) {
    const line = box.appendChild(el("li", "p-row"));
    const link = line.appendChild(el("a", "", ""));
    link.href = `#follow/${encodeURIComponent(one.number)}/${encodeURIComponent(one.secret)}`;
    link.append(el("span", "p-row__t", one.title), el("span", "num", one.number));
  }
  return box;
};
const leave = () => {
  open = null;
  clearTimeout(timer);
};
const start = () => {
  leave();
  byId("report-follow").replaceChildren(
    form(),
    ...(mine().length ? [el("h2", "p-h", t("这部手机上报过的")), list()] : []),
  );
};

/** ---- one report ---- @param {string} verb @param {object} body @param {string} good */
const post = async (verb, body, good) => {
  const asked = open;
  const answer = await call("POST", `/api/v1/reports/${encodeURIComponent(asked.number)}/${verb}`, {
    secret: asked.secret,
    ...body,
  });
  if (!answer) {
    tell(t("没有网络，内容还在，请稍后再试"), "warn");
    return false;
  }
  if (!answer.ok) {
    tell(refusal(answer), "bad");
    return false;
  }
  tell(good, "ok");
  if (open !== asked) return true; // another one is looked at by now
  shape = "";
  await look();
  return true;
};

const rate = () => {
  const made = el("form", "p-form p-card");
  made.append(el("h2", "", t("您对处理结果满意吗")));
  const group = made.appendChild(el("fieldset", "p-rate"));
  group.append(el("legend", "sr", t("满意度")));
  const text = el("textarea", "p-text");
  Object.assign(text, { rows: 3, maxLength: 500, placeholder: t("哪里不满意？") });
  text.setAttribute("aria-label", t("哪里不满意？"));
  const chosen = () => {
    const on = group.querySelector("input:checked");
    return on ? on.value : "";
  };
  for (const rating of first.ratings) {
    const line = group.appendChild(el("label", "p-rating"));
    line.dataset.rating = rating.code;
    line.style.setProperty("--c", `var(--${rating.token})`);
    const input = line.appendChild(el("input"));
    Object.assign(input, { type: "radio", name: "rating", value: rating.code });
    input.addEventListener("change", () => {
      text.hidden = !BAD.includes(chosen());
    });
    line.append(el("span", "", rating.word));
  }
  text.hidden = true;
  const fault = made.appendChild(el("p", "p-fault"));
  const go_ = el("button", "btn btn--primary p-go", t("提交评价"));
  go_.type = "submit";
  made.append(text, fault, go_);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go_.disabled) return;
    const rating = chosen();
    const wrong = !rating ? t("请选一级评价") : BAD.includes(rating) && !text.value.trim() ? t("请写明哪里不满意") : "";
    fault.textContent = wrong;
    if (wrong) return;
    go_.disabled = true;
    await post("rate", { rating, ...(text.value.trim() ? { text: text.value.trim() } : {}) }, t("谢谢您的评价"));
    go_.disabled = false;
  });
  return made;
};

/** @param {string} until */
const object = (until) => {
  const made = el("form", "p-form p-card");
  made.append(
    el("h2", "", t("问题没有解决？")),
    el("p", "p-sub", t("{when} 前可以提出异议，值班员会答复您", { when: when(until) })),
  );
  const text = made.appendChild(el("textarea", "p-text"));
  Object.assign(text, { rows: 3, maxLength: 500, placeholder: t("请写明现在的情况") });
  text.setAttribute("aria-label", t("请写明现在的情况"));
  const fault = made.appendChild(el("p", "p-fault"));
  const send = made.appendChild(el("button", "btn p-go", t("提出异议")));
  send.type = "submit";
  send.dataset.action = "object";
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    if (!text.value.trim()) {
      fault.textContent = t("请写明现在的情况");
      return;
    }
    send.disabled = true;
    await post("object", { text: text.value.trim() }, t("异议已提出，请留意答复"));
    send.disabled = false;
  });
  return made;
};

/** @param {Api.Progress} found */
const draw = (found) => {
  const key = JSON.stringify(found);
  if (key === shape) return; // what is being filled in is not drawn away
  shape = key;
  const box = byId("report-follow");
  const card = el("div", "p-card");
  card.dataset.event = found.number;
  card.dataset.status = found.status;
  card.append(el("h2", "", found.title), el("p", "p-sub num", t("编号 {number}", { number: found.number })));
  const steps = card.appendChild(el("ol", "p-stages"));
  for (const one of found.stages) {
    const line = steps.appendChild(el("li", one.at ? "is-done" : ""));
    line.append(el("b", "", one.name), el("time", "num", when(one.at)));
  }
  if (found.reason) card.append(el("p", "p-quote", t("不予立案：{reason}", { reason: found.reason })));
  /** @type {HTMLElement[]} */
  const parts = [card];
  if (found.rating)
    parts.push(
      el(
        "p",
        "p-card",
        t("您的评价：{rating}", {
          rating: (first.ratings.find((one) => one.code === found.rating) || { word: "" }).word,
        }),
      ),
    );
  if (found.objection) {
    const said = el("div", "p-card");
    said.append(
      el("b", "", t("您的异议")),
      el("p", "", found.objection.text),
      el(
        "p",
        "p-sub",
        found.objection.answer ? t("答复：{answer}", { answer: found.objection.answer }) : t("等待答复"),
      ),
    );
    parts.push(said);
  }
  if (found.may.rate) parts.push(rate());
  if (found.may.object) parts.push(object(found.may.until));
  const other = el("button", "btn p-go", t("查别的"));
  other.type = "button";
  other.addEventListener("click", () => go("follow"));
  box.replaceChildren(...parts, other);
};

const look = async () => {
  if (!open) return;
  clearTimeout(timer);
  timer = setTimeout(look, AGAIN_MS);
  const asked = open;
  const answer = await call(
    "GET",
    `/api/v1/reports/${encodeURIComponent(asked.number)}?secret=${encodeURIComponent(asked.secret)}`,
  );
  if (open !== asked) return;
  if (!answer) {
    tell(t("没有网络，显示的是之前的情况"), "warn");
    return;
  }
  if (!answer.ok) {
    start();
    tell(refusal(answer), "bad");
    return;
  }
  remember({ ...asked, title: answer.said.title });
  draw(answer.said);
};

onShow((view, part) => {
  if (view !== "follow") return leave();
  const [number, ...secret] = part.split("/");
  if (!number || !secret.length) return start();
  open = { number, secret: secret.join("/") };
  shape = "";
  look();
});
export const follow = { remember };
