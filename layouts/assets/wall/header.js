/* Clock, live badge, the banner of a lost link, the state of the sound. */
import { byId, el, mark, say } from "../core/dom.js";
import { page } from "../core/page.js";
import { ago } from "../core/spans.js";
import { clockTime, duration, longDate, weekdayName } from "../core/time.js";
import { t } from "../core/words.js";
import { stillWords } from "../live/link.js";

/** @type {Record<string, Word>} */
const WORDS = { live: () => t("实时"), stale: () => t("停更"), offline: () => t("已断开"), still: () => t("部分停止") };
/** @type {Record<string, Word>} */
const TITLES = { stale: () => t("数据停止更新"), offline: () => t("数据链路中断") };

/* What is shown is the present, but a part of the product stands still: which one, since when, what people must do
   instead. */
/** @param {HTMLElement} box @param {StillPart[]} still */
const standing = (box, still) => {
  if (!still.length) {
    if (box.firstChild) box.replaceChildren();
    return;
  }
  if (!box.firstChild) {
    const banner = box.appendChild(el("section", "w-lost w-still"));
    banner.append(el("div", "w-lost__t"), el("div", "w-lost__age num"), el("div", "w-lost__n"));
    banner.children[0].append(el("b"), el("span"));
    banner.children[1].append(el("span", "", t("已停")), el("b"));
    banner.children[2].append(el("b", "", t("画面仍在更新")), el("span", "", t("请通知管理员")));
  }
  const words = still.map((one) => stillWords(one));
  say(box.querySelector(".w-lost__t b"), words.map((one) => one.title).join(" · "));
  say(box.querySelector(".w-lost__t span"), words[0].text);
  say(box.querySelector(".w-lost__age b"), duration(Math.max(...still.map((one) => one.seconds)) * 1000));
};

export const wallHeader = {
  /** @param {number} now */
  clock(now) {
    const zone = page.first.time_zone;
    say(byId("screen-clock"), clockTime(now, zone));
    const date = byId("screen-date");
    if (!date.firstChild) date.append(el("span"), el("span"));
    say(date.firstChild, longDate(now, zone));
    say(date.lastChild, weekdayName(now, zone));
  },
  /* The words beside the dot; the attributes of the badge belong to live.js. */
  /** @param {string} state @param {number} age @param {boolean} joined */
  live(state, age, joined) {
    const word = byId("screen-live-word");
    say(word, joined ? WORDS[state]() : t("连接中"));
    word.classList.toggle("live--lost", state !== "live");
    say(byId("screen-live-age"), joined && Number.isFinite(age) ? ago(age) : "");
  },
  /* The banner stands while the picture may be old; it says since when, and what to do. */
  /** @param {HTMLElement} root @param {HTMLElement} box @param {boolean} lost @param {number} seen
      @param {number} age @param {string} state @param {StillPart[]} still */
  lost(root, box, lost, seen, age, state, still) {
    root.classList.toggle("wall--stale", lost);
    if (box.firstChild && Boolean(box.querySelector(".w-still")) === lost) box.replaceChildren();
    if (!lost) {
      standing(box, still);
      return;
    }
    if (!box.firstChild) {
      const banner = box.appendChild(el("section", "w-lost"));
      const words = banner.appendChild(el("div", "w-lost__t"));
      words.append(el("b"), el("span"));
      const time = banner.appendChild(el("div", "w-lost__age num"));
      time.append(el("span", "", t("数据已停更")), el("b"));
      const advice = banner.appendChild(el("div", "w-lost__n"));
      advice.append(
        el("b", "", t("正在自动重连")),
        el("span", "", t("恢复后画面自动补齐")),
        el("span", "", t("指挥请以调度台电话为准")),
      );
    }
    const stopped = still.map((one) => stillWords(one)).filter(Boolean)[0];
    say(
      box.querySelector(".w-lost__t b"),
      stopped && state === "stale" ? stopped.title : (TITLES[state] || TITLES.offline)(),
    );
    for (const side of root.querySelectorAll(".w-top__side"))
      mark(side, "data-frozen", t("停更时画面 {when}", { when: clockTime(seen, page.first.time_zone) }));
    say(
      box.querySelector(".w-lost__t span"),
      t("画面停留在 {when}，不代表现状", { when: clockTime(seen, page.first.time_zone) }),
    );
    say(box.querySelector(".w-lost__age b"), duration((Number.isFinite(age) ? age : 0) * 1000));
  },
  /** @param {boolean} on */
  sound(on) {
    say(byId("screen-sound"), on ? t("声音 开") : t("声音 关 · 点按屏幕开启"));
    byId("screen-sound").classList.toggle("w-pill--off", !on);
  },
};
