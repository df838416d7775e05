/* On every page but the wall, which has a place of its own for it: which part of the product stands still, and what to do. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const EVERY_MS = 1000;
  let box = null;

  const draw = () => {
    if (!window.live || !document.querySelector("[data-live]") || document.getElementById("screen")) { if (box) box.remove(); box = null; return; }
    const still = window.live.still;
    if (!still.length) { if (box) box.remove(); box = null; return; }
    if (!box || !box.isConnected) {
      box = document.body.appendChild(wall.el("div", "still"));
      box.id = "still";
      box.setAttribute("role", "alert");
    }
    wall.keyed(box, still.map(wall.stillWords), (one) => one.title, () => { const line = wall.el("p"); line.append(wall.el("b"), wall.el("span"), wall.el("time", "num")); return line; }, (line, one) => {
      wall.say(line.children[0], one.title);
      wall.say(line.children[1], one.text);
      wall.say(line.children[2], wall.t("已停 {time}", { time: wall.duration(one.seconds * 1000) }));
    });
  };
  setInterval(draw, EVERY_MS);
  wall.still = { draw };
})(window.gridWall);
