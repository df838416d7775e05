/* The emergency strip: never a modal, hidden when there is none; large until somebody has acknowledged it. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const CHIPS = 5;
  const { el, say, mark, t } = wall;
  const nextWords = {
    repeat: () => t("重复提示音"),
    widen: () => t("通知全部席位和单位负责人"),
    webhook: () => t("转短信和电话通知"),
    reopen: () => t("无人签收将再次告警"),
  };
  const held = new Map(); // alert id → newest version of it

  /* Times as epoch ms, whether they came over the socket (ms) or from the API (RFC 3339). */
  const ms = (time) => (typeof time === "string" ? Date.parse(time) : time);
  const timed = (alert) => ({
    ...alert,
    raised_at: ms(alert.raised_at),
    acknowledged: alert.acknowledged ? { ...alert.acknowledged, at: ms(alert.acknowledged.at) } : null,
    next: alert.next ? { ...alert.next, at: ms(alert.next.at) } : null,
    shelved: alert.shelved ? { ...alert.shelved, until: ms(alert.shelved.until) } : null,
  });

  const open = () =>
    [...held.values()]
      .filter((alert) => alert.state !== "stood_down")
      .sort((a, b) => (a.state === b.state ? a.raised_at - b.raised_at : a.state === "raised" ? -1 : 1));

  const signed = (alert) => (alert.units || []).filter((one) => one.accepted).length;
  const zone = () => wall.first.time_zone;

  const chip = (one, lost) => {
    const node = el("span", one.accepted ? "w-ackchip" : "w-ackchip w-ackchip--wait");
    node.append(el("i", "", one.accepted ? "✓" : "◷"), el("span", "", one.name));
    if (!one.accepted) node.append(el("em", "", lost ? t("状态未知") : t("待签收")));
    mark(node, "data-unit", one.unit);
    return node;
  };

  const acknowledged = (alert) =>
    alert.acknowledged
      ? t("{who} {when} 已确认", { who: alert.acknowledged.by, when: wall.clock(alert.acknowledged.at, zone()) })
      : t("值班长未确认");

  const cell = (box, classes, ...children) => { const made = box.appendChild(el("div", classes)); made.append(...children); return made; };

  const place = (alert) => [alert.address, wall.map.name(alert.grid), alert.category !== alert.title ? alert.category_name || "" : ""].filter(Boolean).join(" · ");

  const nextLine = (alert) => {
    const what = alert.next && alert.next.what && nextWords[alert.next.what];
    if (!what) return [el("b", "", alert.acknowledged ? t("等待处置反馈") : t("等待确认"))];
    const time = el("span", "num w-until");
    mark(time, "data-due", alert.next.at);
    return [time, el("b", "w-what", what())];
  };

  const shelf = (alert) =>
    alert.shelved
      ? el("span", "w-shelved", t("提示音暂停至 {when}：{reason}（{by}）", { when: wall.hour(alert.shelved.until, zone()), reason: alert.shelved.reason, by: alert.shelved.by }))
      : null;

  const elapsed = (alert) => { const time = el("b", "num w-since"); mark(time, "data-since", alert.raised_at); return time; };

  const more = (count) => (count ? el("span", "w-more", t("另有 {n} 起紧急事件", { n: count })) : "");

  /* Acknowledged: one line of five cells. */
  const strip = (alert, others, lost) => {
    const box = el("section", "w-strip");
    cell(box, "w-strip__i", el("span", "", t("紧急")), el("span", "", t("事件")));
    cell(box, "w-strip__t", el("b", "w-cut", alert.title), el("span", "w-cut", place(alert)), more(others));
    cell(box, "w-strip__e", el("span", "", t("已持续")), elapsed(alert));
    const chips = el("div", "w-acks");
    const units = [...(alert.units || [])].sort((a, b) => a.accepted - b.accepted); // those still owing come first
    chips.append(...units.slice(0, CHIPS).map((one) => chip(one, lost)));
    if (units.length > CHIPS) chips.append(el("span", "w-ackchip", "+" + (units.length - CHIPS)));
    cell(box, "w-strip__a", el("span", "w-cut", t("签收 {n} / {all}", { n: signed(alert), all: units.length }) + " · " + acknowledged(alert)), chips);
    const next = cell(box, "w-strip__n", el("span", "w-next", t("下一步")), ...nextLine(alert), shelf(alert) || "");
    if (next.children[1].classList.contains("w-until")) next.firstChild.append(" · ", next.children[1]);
    return box;
  };

  /* Not acknowledged: large, with confirmation and each signature in rows of their own. */
  const alarm = (alert, others, lost) => {
    const box = el("section", "w-alarm");
    cell(box, "w-alarm__i", el("strong", "w-bell", "!"), el("span", "", t("紧急事件")));
    cell(box, "w-alarm__t", el("h2", "w-cut2", alert.title), el("p", "w-cut", place(alert)), more(others), shelf(alert) || "");
    cell(box, "w-alarm__e", el("span", "", t("无人确认 已")), elapsed(alert), el("span", "", t("{when} 告警", { when: wall.clock(alert.raised_at, zone()) })));
    const units = alert.units || [];
    const head = el("h3", "", t("确认 {a} / 1 · 单位签收 {n} / {all}", { a: 0, n: signed(alert), all: units.length }));
    const list = el("ul");
    const line = (name, word, done) => { const item = el("li", done ? "w-done" : ""); item.append(el("i", "", done ? "✓" : "◷"), el("b", "w-cut", name), el("span", "", word)); return item; };
    list.append(line(t("值班长"), lost ? t("状态未知") : t("未确认"), false));
    list.append(...units.slice(0, CHIPS - 1).map((one) => { const item = line(one.name, one.accepted ? t("已签收") : lost ? t("状态未知") : t("未签收"), one.accepted); mark(item, "data-unit", one.unit); return item; }));
    cell(box, "w-alarm__a", head, list);
    cell(box, "w-alarm__l", el("h3", "", t("下一步")), ...nextLine(alert), el("p", "", t("请在调度台确认")));
    return box;
  };

  const shape = (alert, others, lost) => JSON.stringify([alert, others, lost]);

  wall.alerts = {
    take(said) {
      const mine = held.get(said.id);
      const alert = timed({ ...mine, ...said });
      if (!mine || said.version === undefined || said.version >= mine.version) held.set(alert.id, alert);
      if (alert.state === "stood_down") for (const [id, old] of held) if (old.state === "stood_down" && id !== alert.id) held.delete(id);
    },
    replace(alerts) { held.clear(); alerts.forEach((alert) => held.set(alert.id, timed(alert))); },
    open,
    of: (row) => open().find((alert) => alert.event_id === row.id || alert.event === row.number),
    draw(box, root, lost) {
      const alerts = open();
      const first = alerts[0];
      root.classList.toggle("wall--emg", Boolean(first) && first.state === "raised");
      const wanted = first ? shape(first, alerts.length - 1, lost) : "";
      if (box._shape === wanted) return;
      box._shape = wanted;
      box.replaceChildren();
      ["data-event", "data-status", "data-alert"].forEach((name) => box.removeAttribute(name));
      if (!first) return;
      mark(box, "data-event", first.event);
      mark(box, "data-status", first.state);
      mark(box, "data-alert", first.id);
      box.appendChild((first.state === "raised" ? alarm : strip)(first, alerts.length - 1, lost));
    },
    tick(box, now) {
      for (const time of box.querySelectorAll(".w-since")) say(time, wall.duration(now - Number(time.getAttribute("data-since"))));
      for (const time of box.querySelectorAll(".w-until")) {
        const left = Number(time.getAttribute("data-due")) - now;
        say(time, left > 0 ? t("剩 {time}", { time: wall.remaining(now + left, now) }) : t("已到时"));
      }
    },
  };
})(window.gridWall);
