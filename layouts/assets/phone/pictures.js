/* The strip of pictures: taken or chosen, shrunk at once, seen small, dropped again; what is no picture is refused in
   words. */
import { el } from "../core/dom.js";
import { t } from "../core/words.js";
import { photo } from "../photo/photo.js";

/* {box, items(), clear(), busy()}; `ready(one)` hears of every picture that may be sent: {blob, id: "", …}. */
/** @param {{most: number, label?: string, ready?: (one: Picture) => void, change?: () => void}} given */
export const makePictures = ({ most, label, ready, change }) => {
  const box = el("div", "p-pics");
  const list = box.appendChild(el("ul", "p-pics__l"));
  const fault = box.appendChild(el("p", "p-fault"));
  fault.setAttribute("role", "alert");
  const buttons = box.appendChild(el("div", "p-two"));
  /** @type {Picture[]} */
  let items = [];
  let waiting = 0;

  const draw = () => {
    list.replaceChildren(
      ...items.map((one, at) => {
        const line = el("li", "p-pic");
        const image = line.appendChild(el("img"));
        image.src = one.url;
        image.alt = t("照片 {n}", { n: at + 1 });
        line.append(el("small", "", one.said || ""));
        const drop = line.appendChild(el("button", "p-pic__x", "✕"));
        drop.type = "button";
        drop.setAttribute("aria-label", t("去掉照片 {n}", { n: at + 1 }));
        drop.addEventListener("click", () => {
          items = items.filter((other) => other !== one);
          URL.revokeObjectURL(one.url);
          draw();
          if (change) change();
        });
        return line;
      }),
    );
    for (const one of buttons.querySelectorAll("label")) one.classList.toggle("is-full", items.length >= most);
  };

  /** @param {File[]} files */
  const add = async (files) => {
    fault.textContent = "";
    for (const file of files) {
      if (items.length >= most) {
        fault.textContent = t("最多 {n} 张", { n: most });
        break;
      }
      waiting += 1;
      try {
        const { blob } = await photo.prepare(file);
        const one = { blob, id: "", url: URL.createObjectURL(blob), said: "", draw };
        items.push(one);
        if (ready) ready(one);
      } catch (error) {
        fault.textContent =
          error instanceof photo.Refused ? error.message : t("这张照片打不开，可能已损坏；请再拍一张");
      }
      waiting -= 1;
      draw();
      if (change) change();
    }
  };

  /** @param {string} words @param {boolean} more */
  const choose = (words, more) => {
    const button = buttons.appendChild(el("label", "p-take", words));
    const input = button.appendChild(el("input"));
    Object.assign(input, {
      type: "file",
      accept: "image/*",
      multiple: !more,
      ...(more ? { capture: "environment" } : {}),
    });
    input.addEventListener("change", async () => {
      const files = [...input.files];
      input.value = "";
      await add(files);
    });
  };
  choose(label || t("拍照"), true);
  choose(t("从相册选"), false);
  return {
    box,
    items: () => items.slice(),
    busy: () => waiting > 0,
    /** @param {string} words */
    fault: (words) => {
      fault.textContent = words;
    },
    clear: () => {
      for (const one of items) URL.revokeObjectURL(one.url);
      items = [];
      fault.textContent = "";
      draw();
    },
  };
};
