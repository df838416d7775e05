/* A report in three steps: what, where, photo. The same for grid workers and residents; what is typed outlives a
   reload. */
import { byId, el } from "../core/dom.js";
import { cut } from "../core/text.js";
import { t } from "../core/words.js";
import { phone } from "./phone.js";
import { makePictures } from "./pictures.js";
import { areaAt, makePin } from "./pin.js";

const MOST = 6;
const OFTEN = 5;
const LONGEST_TITLE = 100;
const { first, kept, tell, go, locate, onShow } = phone;

/* `send(draft)` gets {title, category, description, place, address, pictures, resolved, extra} and returns whether it
   is done with. */
export const reportSteps = ({ name, send, ready, extra, onSite }) => {
  const form = byId("report-form");
  const draftName = name + ":draft";
  const STEPS = [t("是什么"), t("在哪里"), t("拍照")];
  let step = 0;
  let draft = { category: "", text: "", address: "", place: null, resolved: false, ...kept(draftName) };
  let measured = null;

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

  const keep = () => kept(draftName, draft);

  /* ---- 1 what ---- */
  const kinds = new Map(
    first.categories.map(([code, word, parent, photo, emergency]) => [code, { code, word, parent, photo, emergency }]),
  );
  const children = (code) => [...kinds.values()].filter((one) => one.parent === code);
  const often = () => (kept(name + ":often") || []).filter((code) => kinds.has(code)).slice(0, OFTEN);
  let heading = "";
  const tile = (kind, run, on) => {
    const button = el("button", "p-kind" + (on ? " is-on" : ""), kind.word);
    button.type = "button";
    button.dataset.category = kind.code;
    button.setAttribute("aria-pressed", String(Boolean(on)));
    button.addEventListener("click", run);
    return button;
  };
  const pick = (code) => {
    draft.category = draft.category === code ? "" : code;
    keep();
    what();
  };
  const text = el("textarea", "p-text");
  Object.assign(text, { rows: 3, maxLength: 500, placeholder: t("说说是什么情况（可以用键盘上的话筒说）") });
  text.setAttribute("aria-label", t("情况"));
  text.value = draft.text;
  text.addEventListener("input", () => {
    draft.text = text.value;
    keep();
  });
  const tiles = el("div", "p-kinds");
  tiles.setAttribute("role", "group");
  tiles.setAttribute("aria-label", t("类别"));
  const what = () => {
    const chosen = kinds.get(draft.category);
    if (heading) {
      const back = tile({ code: "", word: "‹ " + kinds.get(heading).word }, () => {
        heading = "";
        what();
      });
      back.classList.add("p-kind--back");
      tiles.replaceChildren(
        back,
        ...children(heading).map((kind) => tile(kind, () => pick(kind.code), kind.code === draft.category)),
      );
      return;
    }
    const top = [...kinds.values()].filter((one) => !one.parent && (children(one.code).length || !one.parent));
    const quick = [...new Set([...(chosen ? [chosen.code] : []), ...often()])].map((code) => kinds.get(code));
    tiles.replaceChildren(
      ...quick.map((kind) => tile(kind, () => pick(kind.code), kind.code === draft.category)),
      ...top.map((kind) => {
        const made = tile(
          kind,
          () => {
            if (children(kind.code).length) {
              heading = kind.code;
              what();
            } else pick(kind.code);
          },
          kind.code === draft.category,
        );
        made.classList.add("p-kind--more");
        return made;
      }),
    );
  };
  bodies[0].append(text, tiles);

  /* ---- 2 where ---- */
  const said = el("p", "p-where");
  const pin = makePin({
    outlines: first.outlines,
    landmarks: first.landmarks,
    centre: first.centre,
    change: (place) => {
      draft.place = place;
      keep();
      where();
    },
  });
  const again = el("button", "btn p-again", t("重新定位"));
  again.type = "button";
  again.addEventListener("click", () => find(true));
  const address = el("input", "p-line");
  Object.assign(address, {
    type: "text",
    maxLength: 200,
    placeholder: t("地点说明，如：小学门口（可不填）"),
    autocomplete: "off",
  });
  address.setAttribute("aria-label", t("地点说明"));
  address.value = draft.address;
  address.addEventListener("input", () => {
    draft.address = address.value;
    keep();
  });
  const where = () => {
    const place = draft.place;
    if (!place) {
      said.textContent =
        measured && measured.why
          ? t("{why}，请在图上点出位置", { why: measured.why })
          : t("正在定位…也可以直接在图上点");
      return;
    }
    const area = areaAt(first.outlines, place.lng, place.lat);
    said.textContent = [
      area ? area[1] : t("不在图上的网格里"),
      place.byHand ? t("图上选的") : t("精度 {n} 米", { n: place.accuracy }),
    ].join(" · ");
  };
  const find = async (asked) => {
    if (draft.place && !asked) {
      pin.set(draft.place);
      where();
      return;
    }
    draft.place = null;
    measured = null;
    pin.set(null);
    where();
    measured = await locate();
    if (!measured.why && !draft.place) {
      draft.place = { lng: measured.lng, lat: measured.lat, accuracy: measured.accuracy };
      keep();
      pin.set(draft.place, measured.accuracy > 150 ? 4 : 2);
    }
    where();
  };
  bodies[1].append(said, pin.box, again, address);

  /* ---- 3 photo ---- */
  const pictures = makePictures({ most: MOST, ready });
  bodies[2].append(pictures.box);
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
  const more = extra ? extra(bodies[2], draft, keep) : null;

  /* ---- walking ---- */
  const FAULTS = [
    () => (draft.category || draft.text.trim() ? "" : t("请选一类，或说说是什么情况")),
    () => (draft.place || draft.address.trim() ? "" : t("请在图上点出位置，或写明地点")),
    () =>
      pictures.busy()
        ? t("照片还在处理，请稍等")
        : draft.resolved && !pictures.items().length
          ? t("当场处理好的要拍一张照片")
          : more
            ? more()
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
    next.textContent = step < 2 ? t("下一步") : t("上报");
    fault.textContent = "";
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
      const kind = kinds.get(draft.category);
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
      if (!done) return;
      if (draft.category)
        kept(
          name + ":often",
          [draft.category, ...(kept(name + ":often") || []).filter((code) => code !== draft.category)].slice(0, OFTEN),
        );
      clear();
    } finally {
      next.disabled = false;
    }
  };
  const clear = () => {
    draft = { category: "", text: "", address: "", place: null, resolved: false };
    kept(draftName, null);
    text.value = "";
    address.value = "";
    if (resolved) resolved.checked = false;
    heading = "";
    pictures.clear();
    pin.set(null);
    what();
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
    what();
    if (step === 1) find(false);
  });
  /* Send once more what stands there: nothing where the form was left meanwhile. */
  const resend = () => {
    if (!form.isConnected || step !== 2 || phone.root.dataset.view !== "report") return false;
    onward();
    return true;
  };
  return {
    clear,
    resend,
    tell: (words) => {
      fault.textContent = words;
      tell(words, "bad");
    },
  };
};
