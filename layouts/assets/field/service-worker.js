/* Keeps the page of grid workers in the phone: its own files from the store, the page itself from the network while
   there is one. What the API says is never kept here. */

// biome-ignore lint/correctness/noUndeclaredVariables: the server puts the addresses here (layouts/pages/phone.py)
const KEPT = __KEPT__;
const NAME = "grid-field-__VERSION__";
const PATIENCE_MS = 4000;
const worker = /** @type {PhoneWorker} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((store) => store.addAll([...KEPT, new Request("/field", { credentials: "same-origin" })]))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith("grid-field-") && name !== NAME).map((name) => caches.delete(name)),
        ),
      )
      .then(() => worker.clients.claim()),
  );
});

/** @param {Request} request */
const page = async (request) => {
  const store = await caches.open(NAME);
  const late = new Promise((_done, fail) => setTimeout(() => fail(new Error("late")), PATIENCE_MS));
  try {
    const answer = await Promise.race([fetch(request), late]);
    if (answer.ok && !answer.redirected && new URL(answer.url).pathname === "/field")
      await store.put("/field", answer.clone());
    return answer;
  } catch (_lost) {
    return (await store.match("/field")) || Response.error();
  }
};

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === "/field") event.respondWith(page(event.request));
  else if (KEPT.includes(url.pathname + url.search))
    event.respondWith(caches.match(event.request).then((found) => found || fetch(event.request)));
});
