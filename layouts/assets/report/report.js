/* Anybody's report: three steps without an account, pictures on their way while the rest is written, a number and a
   secret at the end. */
import { byId, el } from "../core/dom.js";
import { t } from "../core/words.js";
import { phone } from "../phone/phone.js";
import { reportSteps } from "../phone/steps.js";
import { photo } from "../photo/photo.js";
import { follow } from "./follow.js";
import { seat, sending } from "./sending.js";

const { tell, go } = phone;
/** @type {["resident" | "property", string][]} */
const SOURCES = [
  ["resident", t("居民")],
  ["property", t("物业")],
];

/** @param {Picture} one */
const upload = (one) => {
  one.sending = photo
    .uploadWithPatience(one.blob, { "X-Upload-Seat": seat }, (part) => {
      one.said = part < 1 ? t("上传中 {n}%", { n: Math.round(part * 100) }) : "";
      one.draw();
    })
    .then(
      (id) => {
        one.id = id;
        one.said = t("已上传");
        one.fault = null;
        one.draw();
      },
      (error) => {
        one.fault = error;
        one.said = error instanceof photo.Refused ? error.message : t("没有传完");
        one.draw();
      },
    );
};

/* Who says so, how to reach them, and whether it is urgent. */
/** @param {HTMLElement} box @param {() => ReportDraft} draft @param {() => void} keep */
const more = (box, draft, keep) => {
  const who = box.appendChild(el("fieldset", "p-choice"));
  who.append(el("legend", "p-q", t("您是")));
  const sources = SOURCES.map(([code, word]) => {
    const line = who.appendChild(el("label", "p-radio"));
    const input = line.appendChild(el("input"));
    Object.assign(input, { type: "radio", name: "source", value: code });
    input.addEventListener("change", () => {
      draft().source = code;
      keep();
    });
    line.append(el("span", "", word));
    return input;
  });
  const phone = box.appendChild(el("input", "p-line"));
  Object.assign(phone, {
    type: "tel",
    maxLength: 30,
    autocomplete: "tel",
    placeholder: t("联系电话（可不填，只给值班员看）"),
  });
  phone.setAttribute("aria-label", t("联系电话"));
  phone.addEventListener("input", () => {
    draft().phone = phone.value;
    keep();
  });
  const urgent = box.appendChild(el("label", "p-check p-check--alarm"));
  const input = urgent.appendChild(el("input"));
  input.type = "checkbox";
  input.addEventListener("change", () => {
    draft().emergency = input.checked;
    keep();
  });
  urgent.append(el("span", "", t("紧急：有人受伤或正在发生危险")));
  const reminder = box.appendChild(el("p", "p-call", ""));
  reminder.append(
    t("危急时请先打"),
    " ",
    ...["110", "119", "120"].flatMap((number) => {
      const one = el("a", "", number);
      one.href = "tel:" + number;
      return [one, " "];
    }),
  );
  const show = () => {
    for (const one of sources) one.checked = (draft().source || "resident") === one.value;
    phone.value = draft().phone || "";
    input.checked = Boolean(draft().emergency);
  };
  show();
  return show;
};

/** @param {ReportSteps} given */
const send = async ({ title, category, description, address, place, pictures, draft }) => {
  const typed = JSON.stringify(draft);
  for (const one of pictures) {
    if (one.fault && !(one.fault instanceof photo.Refused)) upload(one); // goes on where it stopped
    if (!draft.emergency) await one.sending; // an emergency waits for no picture
  }
  const bad = pictures.find((one) => one.fault);
  if (bad && !draft.emergency) {
    form.tell(t("有照片没有传上去：去掉它，或再按一次“上报”接着传"));
    return false;
  }
  const photos = pictures.map((one) => one.id).filter(Boolean);
  /** @type {Partial<Api.DoorReport>} */
  const body = {
    title,
    category,
    description,
    address,
    source: draft.source || "resident",
    ...(draft.emergency ? { emergency: true } : {}),
    ...(photos.length ? { photos } : {}),
  };
  if (place)
    Object.assign(body, { lng: place.lng, lat: place.lat, ...(place.accuracy ? { accuracy_m: place.accuracy } : {}) });
  if (draft.phone && draft.phone.trim()) body.reporter = { phone: draft.phone.trim() };
  await line.send(body, typed, title);
  return false; // what is filed is cleared where that is heard
};

/** @param {Api.Receipt} said @param {Try} one @param {boolean} urgent @param {boolean} rises */
const filed = (said, one, urgent, rises) => {
  const { number } = said;
  follow.remember({ number, secret: said.secret, title: one.title });
  if (rises) return; // the urgent one follows
  done(said, urgent);
  if (JSON.stringify(form.draft()) !== one.typed) {
    // what stands in the form now is something else: it stays
    form.tell(t("前一次已收到，编号 {number}；后来改动的没有带上，再按“提交上报”会另报一件", { number }));
    return;
  }
  form.finish();
  go("done", "", true);
};

/** @param {{number: string, secret: string}} given @param {boolean} emergency */
const done = ({ number, secret }, emergency) => {
  const link = `${location.origin}/report#follow/${encodeURIComponent(number)}/${encodeURIComponent(secret)}`;
  const card = el("div", "p-card p-done");
  card.append(
    el("h2", "", emergency ? t("指挥中心已收到紧急上报") : t("已收到，谢谢您")),
    el("p", "", t("编号")),
    el("b", "p-done__n num", number),
    el("p", "", t("查询码（请保存，只显示给您）")),
    el("b", "p-done__s", secret),
  );
  const copy = card.appendChild(el("button", "btn", t("复制查询链接")));
  copy.type = "button";
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link);
      tell(t("已复制"), "ok");
    } catch (_closed) {
      tell(link, "ok", 60_000);
    }
  });
  const see = card.appendChild(el("a", "btn btn--primary", t("看进度")));
  see.href = link;
  byId("report-done").replaceChildren(card);
};

const form = reportSteps({ name: "report", send, ready: upload, extra: more });
const line = sending({
  waits: (words) => form.tell(words, true),
  refused: (words) => form.tell(words),
  filed,
  photos: () => form.photos(),
});
line.resume();
