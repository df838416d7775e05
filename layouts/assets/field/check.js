/* The check on site: what it looked like before and after, a photo, one of five ratings (none is chosen for you),
   words when it is bad. */
import { byId, el, svg } from "../core/dom.js";
import { left } from "../core/spans.js";
import { hourTime } from "../core/time.js";
import { t } from "../core/words.js";
import { phone } from "../phone/phone.js";
import { makePictures } from "../phone/pictures.js";
import { field } from "./field.js";
import { outbox } from "./outbox.js";

const MOST = 3;
const NEAR_M = 100;
const BAD = ["dissatisfied", "very_dissatisfied"];
/** @type {Record<string, string>} */
const MOUTHS = {
  very_satisfied: "M10 18c2 6 10 6 12 0",
  satisfied: "M11 20c2 3 8 3 10 0",
  fair: "M11 21h10",
  dissatisfied: "M11 23c2-3 8-3 10 0",
  very_dissatisfied: "M10 24c2-6 10-6 12 0",
};
const { first, tell, go, locate, metres, far, level, kept, onShow, now } = phone;
let open = ""; // number/round of the task that is drawn

/** @param {string} code */
const face = (code) => {
  const box = svg("svg", { viewBox: "0 0 32 32", "aria-hidden": "true" });
  for (const d of [
    "M28.500 16a12.500 12.500 0 1 1-25 0a12.500 12.500 0 0 1 25 0z",
    "M11.500 12.500v1M20.500 12.500v1",
    MOUTHS[code],
  ])
    box.append(svg("path", { d }));
  return box;
};

/** @param {Api.Photo} photo @param {string} word */
const figure = (photo, word) => {
  const made = el("figure", "p-fig");
  const image = made.appendChild(el("img"));
  image.alt = word;
  image.loading = "lazy";
  image.addEventListener("error", () => {
    image.remove();
    made.prepend(el("span", "p-none", t("没有网络，看不到这张照片")));
  });
  image.src = photo.url;
  const said = made.appendChild(el("figcaption"));
  said.append(el("span", "", word), el("time", "num", hourTime(Date.parse(photo.created_at), first.time_zone)));
  return made;
};

/** @param {Api.FieldTask} task */
const draw = (task) => {
  const box = byId("field-check");
  const name = `check:${task.number}/${task.round}`;
  const draft = { rating: "", text: "", ...kept(name) };
  const form = el("form", "p-form");
  form.noValidate = true;
  form.dataset.event = task.number;
  form.dataset.status = task.status;
  const head = form.appendChild(el("header", "p-h"));
  const title = head.appendChild(el("h2"));
  title.append(level(task.level), " " + task.title);
  head.append(el("b", "num", left(Date.parse(task.check_due_at) - now())));
  form.append(
    el(
      "p",
      "p-sub",
      [
        task.address || task.grid,
        t("{unit} {when} 反馈办结", { unit: task.unit, when: hourTime(Date.parse(task.finished_at), first.time_zone) }),
      ].join(" · "),
    ),
  );
  if (task.said) form.append(el("p", "p-quote", task.said));
  const before = task.photos.filter((one) => one.role === "report").slice(-1);
  const after = task.photos.filter((one) => one.role === "finish").slice(-1);
  if (before.length || after.length) {
    const pair = form.appendChild(el("div", "p-pair"));
    pair.append(...before.map((one) => figure(one, t("处置前"))), ...after.map((one) => figure(one, t("处置后"))));
  }
  const there = form.appendChild(el("p", "p-there", t("正在看您离现场多远…")));
  locate().then((fix) => {
    if (fix.why || task.lng === null) {
      there.textContent = fix.why ? t("{why}，不影响核查", { why: fix.why }) : t("事件没有坐标");
      return;
    }
    const away = metres(fix, task);
    there.textContent =
      away <= NEAR_M + fix.accuracy
        ? t("已到现场 距 {far}", { far: far(away) })
        : t("离现场还有 {far}", { far: far(away) });
    there.classList.toggle("is-there", away <= NEAR_M + fix.accuracy);
  });
  const pictures = makePictures({ most: MOST, label: t("拍现场") });
  form.append(pictures.box);

  const group = form.appendChild(el("fieldset", "p-rate"));
  group.append(el("legend", "p-q", t("处理得怎么样")));
  const text = el("textarea", "p-text");
  Object.assign(text, { rows: 3, maxLength: 500, placeholder: t("哪里没有处理好？"), value: draft.text });
  text.setAttribute("aria-label", t("哪里没有处理好？"));
  const why = el("div", "p-why");
  why.append(el("b", "", t("不满意要写原因，事件会退回返工")), text);
  const chosen = () => {
    const on = group.querySelector("input:checked");
    return on ? on.value : "";
  };
  const keep = () => {
    kept(name, { rating: chosen(), text: text.value });
    why.hidden = !BAD.includes(chosen());
  };
  for (const rating of first.ratings) {
    const line = group.appendChild(el("label", "p-rating"));
    line.dataset.rating = rating.code;
    line.style.setProperty("--c", `var(--${rating.token})`);
    const input = line.appendChild(el("input"));
    Object.assign(input, { type: "radio", name: "rating", value: rating.code, checked: rating.code === draft.rating });
    input.addEventListener("change", keep);
    line.append(face(rating.code), el("span", "", rating.word));
    if (BAD.includes(rating.code)) line.append(el("small", "", t("须写原因")));
  }
  text.addEventListener("input", keep);
  form.append(why);
  const fault = form.appendChild(el("p", "p-fault"));
  fault.setAttribute("role", "alert");
  const send = form.appendChild(el("button", "btn btn--primary p-go", t("提交核查")));
  send.type = "submit";
  send.dataset.action = "check";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    const rating = chosen();
    const wrong = pictures.busy()
      ? t("照片还在处理，请稍等")
      : !rating
        ? t("请选一级评价")
        : !pictures.items().length
          ? t("请拍一张现场照片")
          : BAD.includes(rating) && !text.value.trim()
            ? t("请写明哪里没有处理好")
            : "";
    fault.textContent = wrong;
    if (wrong) {
      if (rating && wrong === t("请写明哪里没有处理好")) text.focus();
      return;
    }
    send.disabled = true; // a double tap is one check
    const words = first.ratings.find((one) => one.code === rating).word;
    await outbox.add({
      kind: "check",
      path: `/api/v1/events/${encodeURIComponent(task.number)}/check`,
      number: task.number,
      round: task.round,
      title: `${task.title} · ${words}`,
      body: { version: task.version, rating, ...(text.value.trim() ? { text: text.value.trim() } : {}) },
      pictures: pictures.items().map(({ blob }) => ({ blob, id: "" })),
    });
    kept(name, null);
    open = "";
    tell(
      navigator.onLine
        ? t("核查已存好，正在发出：{words}", { words })
        : t("核查已存在手机里，有网会自动发：{words}", { words }),
      "ok",
    );
    go("today", "", true);
  });
  keep();
  box.replaceChildren(form);
};

onShow((view, number) => {
  if (view !== "check") {
    open = "";
    return;
  }
  const task = number ? field.task(number) : field.tasks()[0];
  if (!task) {
    byId("field-check").replaceChildren(
      el("p", "p-none", number ? t("这件事已经不用核查了") : t("没有要核查的，辛苦了")),
    );
    open = "";
    return;
  }
  const key = `${task.number}/${task.round}`;
  if (open === key) return; // what is being filled in is not drawn away
  open = key;
  draw(task);
});
