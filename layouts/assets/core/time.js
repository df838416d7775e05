/* Words, numbers and elements. Text always enters the page as text, never as HTML. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  let catalogue = null;

  const words = () => {
    if (catalogue === null) {
      const holder = document.getElementById("words");
      try { catalogue = holder ? JSON.parse(holder.textContent) : {}; } catch (_broken) { catalogue = {}; }
    }
    return catalogue;
  };

  /* The sentence in the page's language; {names} are filled in. The msgid is the Chinese sentence. */
  wall.t = (msgid, params) => {
    const said = words()[msgid] || msgid;
    return params ? said.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? params[name] : whole)) : said;
  };

  wall.el = (tag, classes, text) => {
    const made = document.createElement(tag);
    if (classes) made.className = classes;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  };

  /* The JSON of an answer; a refusal without any is {}, a good answer cut in the middle is a lost one and throws. */
  wall.saidBy = (answer) => answer.json().catch((cut) => { if (answer.ok) throw cut; return {}; });

  const signs = window.Intl && Intl.Segmenter ? new Intl.Segmenter() : null;
  /* The first signs of a text, none cut in half: at most `most` UTF-16 units, what a person sees as one sign stays whole. */
  wall.cut = (text, most) => {
    if (text.length <= most) return text;
    let kept = "";
    for (const sign of signs ? [...signs.segment(text)].map((one) => one.segment) : [...text]) {
      if (kept.length + sign.length > most) break;
      kept += sign;
    }
    return kept;
  };

  wall.say = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };

  wall.mark = (node, name, value) => {
    const said = String(value);
    if (node.getAttribute(name) !== said) node.setAttribute(name, said);
  };

  const WAITED_S = 10;
  const AGES = { live: (n) => wall.t("实时 {n} 秒前", { n }), stale: (n) => wall.t("数据停在 {n} 秒前", { n }), offline: (n) => wall.t("已断开 {n} 秒", { n }) };
  /* How old what a page shows is; before the first heartbeat, how long it has been waited for. */
  wall.linkSaid = () => {
    const age = window.live.age();
    if (Number.isFinite(age) && window.live.link === "live" && window.live.still.length) return window.live.still.map((one) => wall.stillWords(one).title).join(" · ");
    if (Number.isFinite(age)) return AGES[window.live.link](Math.floor(age));
    const waited = Math.floor(performance.now() / 1000);
    return waited < WAITED_S ? wall.t("连接中") : wall.t("连接中，已等 {n} 秒", { n: waited });
  };

  /* How many emergencies of one sender an alarm stands for, where it is more than one. */
  wall.manyOf = (alert) => (alert.count > 1 ? wall.t("同一来源共 {n} 件", { n: alert.count }) : "");
  /* A part of the product that stands still: what it is, and what people must do instead. */
  const STILL = {
    clock: () => [wall.t("后台时钟停了"), wall.t("到时不会自动转派，告警不会自动升级，请人工盯守。")],
    publisher: () => [wall.t("推送停了"), wall.t("画面由数据库补齐，会慢几秒。")],
    database: () => [wall.t("数据库没有应答"), wall.t("画面停在那时，新的上报和处置得不到确认。")],
    feed: () => [wall.t("本机的实时通道停了"), wall.t("画面可能是旧的。")],
  };
  wall.stillWords = ({ part, seconds }) => { const [title, text] = (STILL[part] || (() => [part, ""]))(); return { title, text, seconds }; };

  const two = (n) => String(n).padStart(2, "0");

  /* Milliseconds as mm:ss, or h:mm:ss from one hour on; never negative. */
  wall.duration = (ms) => {
    const all = Math.max(0, Math.floor(ms / 1000));
    const hours = Math.floor(all / 3600);
    const rest = two(Math.floor(all / 60) % 60) + ":" + two(all % 60);
    return hours ? hours + ":" + rest : rest;
  };

  /* A deadline is counted up to the full second: 0 only when it has passed. */
  wall.remaining = (due, now) => wall.duration(Math.ceil((due - now) / 1000) * 1000);

  /* A rate with one decimal, or a dash: nothing out of nothing is neither 0 % nor 100 %. */
  wall.percent = (num, den) => {
    if (!den) return "—";
    if (num === den || num === 0) return num === 0 ? "0" : "100";
    return Math.min(99.9, Math.max(0.1, Math.round((num / den) * 1000) / 10)).toFixed(1); // all and nothing stay apart
  };

  wall.number = (n) => (Number.isFinite(n) ? String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",") : "—");

  const formats = new Map();
  const formatted = (ms, zone, options) => {
    const lang = document.documentElement.lang || "zh-CN";
    const key = lang + zone + JSON.stringify(options);
    if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(lang, { timeZone: zone, hourCycle: "h23", ...options }));
    return formats.get(key).format(ms);
  };
  wall.clock = (ms, zone) => formatted(ms, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  wall.hour = (ms, zone) => formatted(ms, zone, { hour: "2-digit", minute: "2-digit" });
  wall.date = (ms, zone) => formatted(ms, zone, { year: "numeric", month: "long", day: "numeric" });
  wall.weekday = (ms, zone) => formatted(ms, zone, { weekday: "long" });
  wall.dayTime = (ms, zone) => formatted(ms, zone, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
})(window.gridWall);
