/* Appeals that wait for a review, and requests to take personal data away: each answered where it stands. */
import { byId, el } from "../core/dom.js";
import { exporting } from "../core/exporting.js";
import { call, faultOf } from "../core/http.js";
import { dayTime } from "../core/time.js";
import { t } from "../core/words.js";
import { scores } from "./scores.js";

/** @type {Record<string, Word>} */
const STATES = {
  asked: () => t("待批准"),
  approved: () => t("已批准"),
  refused: () => t("未批准"),
  expired: () => t("链接已过期"),
};
/** @param {string | null} at */
const when = (at) => (at ? dayTime(Date.parse(at), scores.first.time_zone) : "—");
let shown = "";
let busy = false;

/* Say something to the server; what it refuses is told and nothing typed is lost. */
/** @param {string} path @param {object} body */
const post = async (path, body) => {
  busy = true;
  const answer = await call("/api/v1" + path, { body });
  busy = false;
  if (!answer.ok) scores.tell(answer.status ? faultOf(answer.said) : t("没有连上服务器，请再试"));
  return answer.ok;
};

/** @param {string} title @param {string} name @param {string} [state] */
const panel = (title, name, state) => {
  const box = el("section", "s-panel");
  box.dataset.panel = name;
  const head = box.appendChild(el("header", "s-panel__h"));
  head.append(el("h2", "", title));
  if (state && scores.first.may.take) head.append(exporting.button(() => ["appeals", title, { state }]));
  return box;
};
/** @param {HTMLElement} box @param {string} text */
const none = (box, text) => box.append(el("p", "s-none", text));

/* A reason and the buttons that need it; `done` gets the button's value and the reason. */
/** @param {Pairs} buttons @param {(verb: string, reason: string) => Promise<boolean>} done */
const answering = (buttons, done) => {
  const form = el("form", "s-answer");
  const input = form.appendChild(el("input"));
  Object.assign(input, {
    type: "text",
    name: "reason",
    required: true,
    maxLength: 200,
    placeholder: t("写明理由"),
    autocomplete: "off",
  });
  input.setAttribute("aria-label", t("写明理由"));
  for (const [value, word] of buttons) {
    const button = form.appendChild(el("button", "btn", word));
    button.type = "submit";
    button.value = value;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const verb = event.submitter ? /** @type {HTMLInputElement} */ (event.submitter).value : buttons[0][0];
    if (!(await done(verb, input.value.trim()))) return;
    input.value = "";
    draw(true);
  });
  return form;
};

/** @param {Api.Appeals["items"][number]} one */
const appeal = (one) => {
  const item = el("li", "s-case");
  item.dataset.event = one.number;
  item.dataset.state = one.state;
  const link = item.appendChild(el("a", "s-link", one.number));
  link.href = "/event/" + encodeURIComponent(one.number);
  item.append(
    el("b", "", one.title),
    el("span", "", `${one.unit} · ${one.words}`),
    el("p", "", one.reason),
    el(
      "small",
      "num",
      t("时限 {due}，反馈办结 {finished}，申诉 {at}", {
        due: when(one.due_at),
        finished: when(one.finished_at),
        at: when(one.at),
      }),
    ),
  );
  if (one.reviewer)
    item.append(
      el(
        "small",
        "",
        t("{who} 已复核：{verdict}", {
          who: one.reviewer,
          verdict: Object.fromEntries(scores.first.verdicts)[one.verdict],
        }),
      ),
    );
  if (one.may_review)
    item.append(
      answering(scores.first.verdicts, (verdict, reason) =>
        post(`/events/${encodeURIComponent(one.number)}/review`, { version: one.version, verdict, reason }),
      ),
    );
  return item;
};

/** @param {Api.ExportRequest} one */
const request = (one) => {
  const item = el("li", "s-case");
  item.dataset.request = String(one.id);
  item.dataset.state = one.state;
  item.append(
    el("b", "", one.why),
    el("span", "", `${one.account} · ${STATES[one.state]()}`),
    el(
      "small",
      "num",
      [when(one.asked_at), ...Object.entries(one.filters).map(([name, value]) => `${name}=${value}`)].join(" · "),
    ),
  );
  if (one.answered_by)
    item.append(
      el("small", "", t("{who} 答复：{words}", { who: one.answered_by, words: one.answer || STATES[one.state]() })),
    );
  if (one.link) {
    const row = item.appendChild(el("div", "s-dialog__b"));
    for (const kind of ["csv", "xlsx"]) {
      const link = row.appendChild(
        el("a", "btn", t("下载 {kind}（{when} 前）", { kind: kind.toUpperCase(), when: when(one.expires_at) })),
      );
      link.href = one.link + "&format=" + kind;
    }
  }
  if (one.state === "asked" && !one.own && scores.first.may.answer)
    item.append(
      answering(
        [
          ["approve", t("批准")],
          ["refuse", t("不批准")],
        ],
        (verb, reason) => post(`/exports/requests/${one.id}/${verb}`, { reason }),
      ),
    );
  return item;
};

const ask = () => {
  const form = el("form", "s-answer");
  const input = form.appendChild(el("input"));
  Object.assign(input, {
    type: "text",
    name: "why",
    required: true,
    minLength: 2,
    maxLength: 200,
    placeholder: t("用途：例如回访本月上报人"),
    autocomplete: "off",
  });
  input.setAttribute("aria-label", t("用途"));
  const button = form.appendChild(el("button", "btn", t("申请导出本期含个人信息的清单")));
  button.type = "submit";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const span = await scores.ask("/scores?" + scores.query({ board: "streets" }));
    if (!span) return;
    const zone = { since: scores.dayStart(span.from), until: scores.dayStart(span.to, 1) };
    if (!(await post("/exports/requests", { why: input.value.trim(), filters: zone }))) return;
    input.value = "";
    draw(true);
  });
  return form;
};

/** @param {HTMLElement} box @param {any[]} items @param {(one: any) => HTMLElement} make @param {string} text */
const list = (box, items, make, text) => {
  if (!items.length) none(box, text);
  else {
    const all = box.appendChild(el("ol", "s-cases"));
    all.append(...items.map(make));
  }
};

/* What is being written about other cases outlives a new drawing: returns what puts it back. */
/** @param {HTMLElement} box */
const written = (box) => {
  /** @param {HTMLInputElement} input */
  const place = (input) => {
    const item = input.closest(".s-case");
    return [item ? item.dataset.event || item.dataset.request : "", input.name].join("/");
  };
  const all = () => /** @type {HTMLInputElement[]} */ ([...box.querySelectorAll("input")]);
  const texts = new Map(all().map((input) => [place(input), input.value]));
  const held = all().find((input) => input === document.activeElement);
  const focused = held && place(held);
  return () => {
    for (const input of all()) {
      input.value = texts.get(place(input)) || "";
      if (place(input) === focused) input.focus();
    }
  };
};

/** @param {any} forced */
const draw = async (forced) => {
  const box = byId("scores-board");
  if (box._frame !== "cases") {
    box._frame = "cases";
    shown = "";
    box.replaceChildren(el("p", "s-wait", t("正在取…")));
  }
  const may = scores.first.may;
  const [waiting, decided, requests, span] = await Promise.all([
    scores.ask("/appeals"),
    scores.ask("/appeals?state=decided"),
    may.ask ? scores.ask("/exports/requests") : { items: [] },
    scores.ask("/scores?" + scores.query({ board: "streets" })),
  ]);
  if (scores.state().board !== "cases") return;
  scores.when(span);
  if (!waiting || !decided || !requests) {
    if (!box.querySelector(".s-panel")) box.replaceChildren(el("p", "s-wait", t("没有取到数字，稍后会自动再试")));
    return;
  }
  const now = JSON.stringify([waiting, decided, requests]);
  const typing = [...box.querySelectorAll("input")].some((input) => input.value);
  if (forced !== true && (now === shown || busy || typing)) return; // nothing new, or somebody is writing here
  shown = now;
  const open = panel(t("待复核的申诉（{n}）", { n: waiting.items.length }), "waiting", "pending");
  list(open, waiting.items, appeal, t("没有待复核的申诉"));
  const past = panel(t("已复核的申诉"), "decided", "decided");
  list(past, decided.items, appeal, t("还没有复核过的申诉"));
  const taken = panel(t("含个人信息的导出"), "requests");
  if (may.ask) taken.append(ask());
  list(taken, requests.items, request, t("没有申请"));
  const typed = written(box);
  box.replaceChildren(open, ...(may.ask ? [taken] : []), past);
  typed();
};
export const scoresCases = { draw };
