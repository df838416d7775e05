/* The alarm: one second held, gone at once. */

import { byId, el } from "../core/dom.js";
import { t } from "../core/words.js";
import { phone } from "../phone/phone.js";
import { items } from "./field.js";
import { outbox } from "./outbox.js";

const { first, go, locate, lastFix } = phone;

const OLD_FIX_MS = 120_000;
/* ---- the alarm: one second held, gone at once ---- */
export const alarm = async () => {
  const recent = lastFix();
  const fix =
    recent && Date.now() - recent.at < OLD_FIX_MS
      ? recent
      : await Promise.race([
          locate(),
          /** @type {Promise<{why: string}>} */ (new Promise((done) => setTimeout(() => done({ why: "" }), 2500))),
        ]);
  const known = "lng" in fix;
  const where =
    "lng" in fix
      ? { lng: fix.lng, lat: fix.lat, accuracy_m: fix.accuracy }
      : first.centre
        ? { lng: first.centre[0], lat: first.centre[1], accuracy_m: 500 }
        : {};
  const body = {
    title: t("网格员现场紧急求助"),
    description: known ? undefined : t("没有取得定位，按社区中心报的位置"),
    emergency: true,
    source: "grid_worker",
    address: first.area || undefined,
    ...where,
  };
  const item = await outbox.add({ kind: "report", path: "/api/v1/events", title: body.title, body, pictures: [] });
  go("alarm", String(item.id));
};
let watched = ""; // id of the alarm that is seen
/** @param {string} [id] */
export const alarmed = (id) => {
  if (id !== undefined) watched = id;
  const item = items.find((one) => String(one.id) === watched);
  const box = byId("field-alarmed");
  const sent = item && item.state === "sent";
  const unsent = item && !sent && (item.state !== "waiting" || item.tries > 0);
  const big = el("p", "p-alarmed" + (sent ? " is-sent" : unsent ? " is-unsent" : ""));
  big.dataset.state = item ? item.state : "";
  const word = sent
    ? t("指挥中心已收到")
    : item && item.state !== "waiting"
      ? t("没有收下")
      : unsent
        ? t("还没有发出！")
        : t("正在发出…");
  const why = item && item.said && item.said.words;
  const more = sent
    ? t("编号 {number}", { number: item.said.number })
    : [
        why,
        unsent && item.state === "waiting" ? t("已试 {n} 次，正在一直重试", { n: item.tries }) : "",
        t("没有网络时请直接打电话"),
      ]
        .filter(Boolean)
        .join(" · ");
  big.append(el("b", "", word), el("span", "num", more));
  const calls = el("p", "p-calls");
  for (const number of ["110", "119", "120"]) {
    const one = calls.appendChild(el("a", "btn", number));
    one.href = "tel:" + number;
  }
  const back = el("button", "btn p-go", t("返回"));
  back.type = "button";
  back.addEventListener("click", () => go("today", "", true));
  box.replaceChildren(big, calls, back);
};
