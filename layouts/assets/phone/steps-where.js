/* The second step of a report: where it is, measured, or by a pin on a sketch, or in words. */
import { el } from "../core/dom.js";
import { t } from "../core/words.js";
import { phone } from "./phone.js";
import { areaAt, makePin } from "./pin.js";

const { first, locate } = phone;

/** @param {{draft: () => ReportDraft, keep: () => void}} given */
export const whereStep = ({ draft, keep }) => {
  /** @type {any} */
  let measured = null;
  const said = el("p", "p-where");
  const pin = makePin({
    outlines: first.outlines,
    landmarks: first.landmarks,
    centre: first.centre,
    /** @param {Place} place */
    change: (place) => {
      draft().place = place;
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
  address.value = draft().address;
  address.addEventListener("input", () => {
    draft().address = address.value;
    keep();
  });
  const where = () => {
    const place = draft().place;
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
  /** @param {boolean} asked */
  const find = async (asked) => {
    if (draft().place && !asked) {
      pin.set(draft().place);
      where();
      return;
    }
    draft().place = null;
    measured = null;
    pin.set(null);
    where();
    measured = await locate();
    if (!measured.why && !draft().place) {
      draft().place = { lng: measured.lng, lat: measured.lat, accuracy: measured.accuracy };
      keep();
      pin.set(draft().place, measured.accuracy > 150 ? 4 : 2);
    }
    where();
  };
  return {
    nodes: [said, pin.box, again, address],
    find,
    clear() {
      address.value = "";
      pin.set(null);
    },
  };
};
