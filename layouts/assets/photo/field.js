/* The field of photos in a form: each picture is shrunk and sent at once, in the background, while the rest is
   written. */
import { el } from "../core/dom.js";
import { t } from "../core/words.js";
import { photo } from "./photo.js";

const MOST = 9;
/** @type {WeakMap<Element, FormPicture[]>} */
const states = new WeakMap(); // box → [{name, url, part, id, fault, sending}]

/** @param {HTMLElement} box @param {FormPicture} one */
const line = (box, one) => {
  const item = el("li", "ph");
  const picture = item.appendChild(el("img", "ph__i"));
  picture.alt = one.name;
  if (one.url) picture.src = one.url;
  const said = one.fault || (one.id ? t("已上传") : t("上传中 {n}%", { n: Math.round(one.part * 100) }));
  item.append(el("span", "ph__s" + (one.fault ? " ph__s--bad" : ""), said));
  item.dataset.state = one.fault ? "failed" : one.id ? "done" : "sending";
  const row = item.appendChild(el("span", "ph__b"));
  if (one.fault && one.blob) {
    const again = row.appendChild(el("button", "btn", t("再传")));
    again.type = "button";
    again.addEventListener("click", () => send(box, one));
  }
  const drop = row.appendChild(el("button", "btn", t("去掉")));
  drop.type = "button";
  drop.addEventListener("click", () => {
    const all = states.get(box);
    all.splice(all.indexOf(one), 1);
    draw(box);
  });
  return item;
};
/** @param {HTMLElement} box */
const draw = (box) => box.querySelector(".ph-list").replaceChildren(...states.get(box).map((one) => line(box, one)));

/** @param {HTMLElement} box @param {FormPicture} one */
const send = (box, one) => {
  one.fault = "";
  one.sending = (async () => {
    try {
      one.id = await photo.uploadWithPatience(one.blob, {}, (part) => {
        one.part = part;
        draw(box);
      });
    } catch (error) {
      one.fault = error instanceof photo.Refused ? error.message : t("没有传完，恢复连接后点“再传”会接着传");
    }
    draw(box);
  })();
  draw(box);
};

/** @param {HTMLElement} box @param {File[]} files */
const add = async (box, files) => {
  for (const file of files) {
    const all = states.get(box);
    if (all.length >= MOST) break;
    /** @type {FormPicture} */
    const one = { name: file.name, url: "", part: 0, id: "", fault: "", blob: null, sending: null };
    all.push(one);
    try {
      const { blob } = await photo.prepare(file);
      one.blob = blob;
      one.url = URL.createObjectURL(blob);
      send(box, one);
    } catch (error) {
      one.fault = error instanceof photo.Refused ? error.message : t("这张照片打不开，可能已损坏；请再拍一张");
      draw(box);
    }
  }
};

/* What the place looked like before, beside the new pictures: the photos of the report that the event shows. */
const before = () => {
  const found = [...document.querySelectorAll('#event-body .e-photos [data-role="report"] img')].slice(0, 3);
  if (!found.length) return [];
  const box = el("div", "ph-before");
  box.append(el("b", "", t("处置前")));
  for (const one of found) {
    const copy = box.appendChild(el("img", "ph__i"));
    copy.src = one.src;
    copy.alt = t("处置前");
  }
  return [box];
};

const make = () => {
  const box = el("div", "ph-box");
  states.set(box, []);
  const input = el("input");
  Object.assign(input, { type: "file", multiple: true, accept: "image/*" });
  input.addEventListener("change", () => {
    add(box, [...input.files]);
    input.value = "";
  });
  const old = before();
  box.append(...old);
  const fresh = box.appendChild(el("div", "ph-after"));
  if (old.length) fresh.append(el("b", "", t("处置后")));
  fresh.append(el("ul", "ph-list"), input);
  return [box];
};

/** Waits for what is still on its way. @param {HTMLElement} node */
const read = async (node) => {
  const all = states.get(node.querySelector(".ph-box"));
  await Promise.all(all.map((one) => one.sending));
  const bad = all.find((one) => one.fault);
  if (bad) return { fault: t("有照片没有传上去：去掉它，或再传一次") };
  return all.length ? { value: all.map((one) => one.id) } : {};
};
export const photoField = { make, read };
