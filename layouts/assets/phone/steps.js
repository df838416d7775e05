/* A report in three steps: what, where, photo. The same for grid workers and residents; what is typed outlives a
   reload. */
import { byId, el } from "../core/dom.js";
import { cut } from "../core/text.js";
import { t } from "../core/words.js";
import { phone } from "./phone.js";
import { makePictures } from "./pictures.js";
import { whatStep } from "./steps-what.js";
import { whereStep } from "./steps-where.js";

const MOST = 6;
const LONGEST_TITLE = 100;
const { kept, tell, go, onShow } = phone;

/* `send(draft)` gets {title, category, description, place, address, pictures, resolved, extra} and returns whether it
   is done with. */
/** 
    @param {StepsAsked} given */
export const reportSteps = ({ name, send, ready, extra, onSite }) => {
  const form = byId("report-form");
  const draftName = name + ":draft";
  const STEPS = [t("是什么"), t("在哪里"), t("拍照")];
  let step = 0;
  /** @type {ReportDraft} */
  let draft = { category: "", text: "", address: "", place: null, resolved: false, ...kept(draftName) };

  const head = form.appendChild(el("ol", "p-head"));
  STEPS.forEach((word, at) => {
    const one = head.appendChild(el("li"));
    one.append(el("b", "num", String(at + 1)), el("span", "", word));
  });
  const bodies = STEPS.map(() => form.appendChild(el("div", "p-step")));
  const fault = form.appendChild(el("p", "p-fault"));
  fault.setAttribute("role", "alert");
  const foot = form.appendChild(el("div", "p-foot"));
  const before = foot.appendChild(el("button", "btn", t("上一步")));
  before.type = "button";
  before.addEventListener("click", () => history.back());
  const next = foot.appendChild(el("button", "btn btn--primary"));
  next.type = "submit";

  let standing = ""; // what is unsent says so on every step until it is sent
  const keep = () => kept(draftName, draft);

  const what = whatStep({ name, draft: () => draft, keep });
  bodies[0].append(...what.nodes);
  const where = whereStep({ draft: () => draft, keep });
  bodies[1].append(...where.nodes);

  /* ---- 3 photo ---- */
  const pictures = makePictures({ most: MOST, ready });
  bodies[2].append(pictures.box);
  /** @type {HTMLInputElement} */
  let resolved = null;
  if (onSite) {
    const box = bodies[2].appendChild(el("label", "p-check"));
    resolved = box.appendChild(el("input"));
    resolved.type = "checkbox";
    resolved.checked = Boolean(draft.resolved);
    box.append(el("span", "", t("当场已处理好（要有照片）")));
    resolved.addEventListener("change", () => {
      draft.resolved = resolved.checked;
      keep();
    });
  }
  const showMore = extra ? extra(bodies[2], () => draft, keep) : null;

  /* ---- walking ---- */
  const FAULTS = [
    () => (draft.category || draft.text.trim() ? "" : t("请选一类，或说说是什么情况")),
    () => (draft.place || draft.address.trim() ? "" : t("请在图上点出位置，或写明地点")),
    () =>
      pictures.busy()
        ? t("照片还在处理，请稍等")
        : draft.resolved && !pictures.items().length
          ? t("当场处理好的要拍一张照片")
          : "",
  ];
  const draw = () => {
    bodies.forEach((body, at) => {
      body.hidden = at !== step;
    });
    [...head.children].forEach((one, at) => {
      one.className = at === step ? "is-on" : at < step ? "is-done" : "";
      if (at === step) one.setAttribute("aria-current", "step");
      else one.removeAttribute("aria-current");
    });
    before.hidden = step === 0;
    next.textContent = step < 2 ? t("下一步") : t("提交上报");
    fault.textContent = standing;
  };
  const onward = async () => {
    const wrong = FAULTS[step]();
    if (wrong) {
      fault.textContent = wrong;
      return;
    }
    if (step < 2) {
      go("report", String(step + 2));
      return;
    }
    const early = FAULTS.findIndex((test) => test());
    if (early >= 0) {
      go("report", String(early + 1));
      fault.textContent = FAULTS[early]();
      return;
    }
    if (next.disabled) return;
    next.disabled = true; // a double tap is one report
    try {
      const kind = what.kinds.get(draft.category);
      const words = draft.text.trim();
      const done = await send({
        title: cut(
          kind
            ? kind.word
            : words
                .split(/[\n\u2028\u2029。，,.]/)
                .map((one) => one.trim())
                .find(Boolean) || words,
          LONGEST_TITLE,
        ),
        category: draft.category || undefined,
        description: words || undefined,
        address: draft.address.trim() || undefined,
        place: draft.place,
        pictures: pictures.items(),
        resolved: Boolean(draft.resolved),
        draft,
      });
      if (done) finish();
    } finally {
      next.disabled = false;
    }
  };
  const clear = () => {
    draft = { category: "", text: "", address: "", place: null, resolved: false };
    kept(draftName, null);
    what.clear();
    where.clear();
    if (resolved) resolved.checked = false;
    pictures.clear();
    if (showMore) showMore();
    standing = "";
    fault.textContent = "";
    what.draw();
  };
  const finish = () => {
    if (draft.category) what.remember(draft.category);
    clear();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onward();
  });
  onShow((view, part) => {
    if (view !== "report") return;
    step = Math.min(2, Math.max(0, Number(part || 1) - 1));
    // a step that lies behind an empty one is not entered by an old address
    while (step > 0 && FAULTS[step - 1]()) step -= 1;
    draw();
    what.draw();
    if (step === 1) where.find(false);
  });
  return {
    finish,
    draft: () => draft,
    /* The pictures that have arrived at the server. */
    photos: () =>
      pictures
        .items()
        .map((one) => one.id)
        .filter(Boolean),
    /** @param {string} words @param {boolean} [stays] */
    tell: (words, stays) => {
      standing = stays ? words : "";
      fault.textContent = words;
      tell(words, "bad");
    },
  };
};
