/* Supervised matters and the legend with its live counts. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const ROW_REM = 2.7;
  const { el, say, mark, t } = wall;

  const makeSupervised = (row) => {
    const item = el("li");
    item.append(el("span", "w-chip"), el("b", "w-cut"), el("span", "num"), el("span", "w-sup__u"));
    mark(item, "data-event", row.number);
    return item;
  };

  const dueWords = (row, now) => {
    if (row.status === "on_hold") return t("挂单"); // nothing runs
    if (!row.handle_due_at) return t("未定期限");
    const late = now - row.handle_due_at;
    if (late >= 86400000) return t("超期 {n} 天", { n: Math.floor(late / 86400000) });
    if (late >= 3600000) return t("超期 {n} 小时", { n: Math.floor(late / 3600000) });
    if (late > 0) return t("超期 {n} 分钟", { n: Math.max(1, Math.floor(late / 60000)) });
    return t("限 {when}", { when: wall.dayTime(row.handle_due_at, wall.first.time_zone) });
  };

  wall.supervised = (box, note, rows, now) => {
    const across = Math.max(1, getComputedStyle(box).gridTemplateColumns.split(" ").length);
    const shown = wall.paged(box, rows, Math.max(1, wall.fits(box, ROW_REM)) * across);
    wall.keyed(box, shown, (row) => row.number, makeSupervised, (item, row) => {
      const known = wall.first.supervisions[row.supervision] || { word: row.supervision };
      mark(item, "data-status", row.status);
      item.children[0].className = "w-chip w-chip--" + row.supervision;
      say(item.children[0], known.word);
      say(item.children[1], row.title);
      say(item.children[3], [wall.unit(row.unit), wall.place(row)].filter(Boolean)[0] || "");
      say(item.children[2], dueWords(row, now));
      item.children[2].classList.toggle("t-over", Boolean(row.handle_due_at && now > row.handle_due_at));
    });
    box.classList.toggle("w-empty", !rows.length);
    mark(box, "data-empty", t("现在没有督办事项"));
    say(note, t("在督 {n} 件", { n: rows.length }) + wall.pageWords(box));
    wall.opens(note, rows.length ? "events?supervision=ordinary,yellow,red" : "");
    mark(note, "data-list-name", t("督办中"));
  };

  const glyph = (asked) => {
    const status = typeof asked === "string" ? wall.status(asked) : asked;
    const canvas = el("canvas");
    const size = Math.round(1.2 * wall.rem() * (window.devicePixelRatio || 1));
    canvas.width = canvas.height = size;
    const pen = canvas.getContext("2d");
    pen.translate(size / 2, size / 2);
    if (status) wall.glyphs.draw(pen, status.glyph, wall.glyphs.colour(status.token), size / 24);
    else wall.glyphs.cluster(pen, "n", new Map([["handling", 1]]), size / 30);
    return canvas;
  };
  wall.glyph = glyph;

  wall.legend = (box, statuses, counts, redraw) => {
    if (redraw || !box.firstChild) {
      box.replaceChildren(...statuses.concat(null).map((status) => {
        const item = el("span", "w-legend__i");
        item.append(glyph(status), el("span", "", status ? status.word : t("聚合")));
        if (status) { item.append(el("b", "num")); mark(item, "data-count", status.code); }
        return item;
      }));
    }
    statuses.forEach((status, at) => {
      const count = counts.get(status.code) || 0;
      say(box.children[at].lastChild, String(count));
      wall.opens(box.children[at], count ? "events?status=" + status.code : "");
      mark(box.children[at], "data-list-name", status.word);
    });
  };

  wall.ramp = (box) => {
    if (box.firstChild) return;
    const scale = el("span", "w-ramp__s");
    ["0", "1", "2", "≥3"].forEach((words, at) => scale.appendChild(el("span", "w-ramp__" + at, words)));
    box.append(el("span", "", t("网格在办件数")), scale);
  };
})(window.gridWall);
