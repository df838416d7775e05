/* Claim countdowns: the deadline minus the server's now, once a second; never a decrement, never a decision. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const MOST = 6;
  const ROW_REM = 3.5; // a card and the gap below it
  const { el, say, mark, t } = wall;

  const make = (row) => {
    const card = el("li", "w-claim");
    card.appendChild(el("span", "lv"));
    const text = card.appendChild(el("div", "w-claim__x"));
    text.append(el("div", "w-claim__t"), el("div", "w-claim__p"));
    const time = card.appendChild(el("div", "w-claim__c"));
    time.append(el("small"), el("b", "num"));
    card.appendChild(el("div", "bar")).appendChild(el("i"));
    mark(card, "data-event", row.number);
    return card;
  };

  const update = (card, row) => {
    const level = wall.first.level_words[row.level] || { word: "", class: "lv--grid" };
    mark(card, "data-status", row.status);
    card.firstChild.className = "lv " + level.class;
    say(card.firstChild, level.word);
    say(card.querySelector(".w-claim__t"), row.title);
    say(card.querySelector(".w-claim__p"), wall.place(row));
    mark(card.querySelector("b"), "data-due", row.claim_due_at);
  };

  const count = (card, now, lost) => {
    const time = card.querySelector("b");
    const left = Number(time.getAttribute("data-due")) - now;
    const part = Math.max(0, Math.min(1, left / wall.first.claim_ms));
    const soon = part <= 0.25;
    say(time, wall.remaining(now + left, now));
    say(card.querySelector("small"), lost ? t("停更时") : left <= 0 ? t("已到时") : soon ? t("即将到时") : t("剩余"));
    card.classList.toggle("w-claim--soon", soon);
    const bar = card.lastChild;
    bar.classList.toggle("bar--soon", soon);
    bar.firstChild.style.setProperty("--v", part.toFixed(3));
  };

  wall.countdowns = {
    draw(box, note, claims, now, lost) {
      const shown = claims.slice(0, Math.min(MOST, Math.max(1, wall.fits(box, ROW_REM))));
      wall.keyed(box, shown, (row) => row.number, make, update);
      wall.countdowns.tick(box, now, lost);
      box.classList.toggle("w-empty", !shown.length);
      mark(box, "data-empty", t("现在没有待抢单的事件"));
      say(note, t("待抢单 {n} 件 · 限时 {m} 分钟", { n: claims.length, m: Math.round(wall.first.claim_ms / 60000) }));
    },
    /* With the link lost `now` is the moment of the last news: whether a claim came since is not known. */
    tick(box, now, lost) {
      for (const card of box.children) count(card, now, lost);
    },
  };
})(window.gridWall);
