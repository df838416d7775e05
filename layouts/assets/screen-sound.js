/* The alarm's tone: two notes while an alert is raised, not acknowledged and not shelved; silent within a tick after. */
window.gridWall = window.gridWall || {};
(function (wall) {
  "use strict";
  const SAY_MS = 5000; // the server forgets a screen that has not spoken for a while
  const EVERY = 30000; // LIFECYCLE §4: unacknowledged, the sound repeats after 30 s
  let audio = null;
  const rung = new Map(); // alert id + episode → when it last rang (performance clock)

  const note = (frequency, from, length) => {
    const voice = audio.createOscillator();
    const gain = audio.createGain();
    voice.frequency.value = frequency;
    gain.gain.setValueAtTime(0.0001, audio.currentTime + from);
    gain.gain.exponentialRampToValueAtTime(0.4, audio.currentTime + from + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + from + length);
    voice.connect(gain).connect(audio.destination);
    voice.start(audio.currentTime + from);
    voice.stop(audio.currentTime + from + length);
  };

  const name = () => {
    const kept = sessionStorage.getItem("screen-name") || "wall-" + Math.random().toString(36).slice(2, 8);
    sessionStorage.setItem("screen-name", kept);
    return kept;
  };

  /* Whether anybody can be heard decides how an emergency goes on (LIFECYCLE §4), so this screen says it again and again. */
  const report = () =>
    fetch("/api/v1/screens", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: name(), audible: wall.sound.on() }),
    }).catch(() => undefined); // the banner of the lost link says enough

  wall.sound = {
    start() {
      const Context = window.AudioContext || window.webkitAudioContext;
      if (!Context || audio) return;
      audio = new Context();
      report();
      setInterval(report, SAY_MS);
      const wake = () => audio.resume().catch(() => undefined);
      ["pointerdown", "keydown"].forEach((gesture) => document.addEventListener(gesture, wake, { passive: true }));
    },
    on: () => Boolean(audio) && audio.state === "running",
    ring(alerts) {
      const loud = alerts.filter((alert) => alert.state === "raised" && !alert.shelved);
      const keys = new Set(loud.map((alert) => alert.id + "/" + alert.episode));
      for (const key of rung.keys()) if (!keys.has(key)) rung.delete(key);
      if (!wall.sound.on()) return;
      for (const key of keys) {
        if (performance.now() - (rung.has(key) ? rung.get(key) : -EVERY) < EVERY) continue;
        rung.set(key, performance.now());
        [[880, 0], [660, 0.28], [880, 0.56], [660, 0.84]].forEach(([pitch, from]) => note(pitch, from, 0.26));
        return; // one voice at a time
      }
    },
  };
})(window.gridWall);
