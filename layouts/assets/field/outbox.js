/* What waits in the phone: reports and checks, kept in IndexedDB, sent in order, each exactly once by its own key.
   What the server refuses is kept and shown with its reason; nothing is swallowed. */
import { phone } from "../phone/phone.js";
import { photo } from "../photo/photo.js";
import { fieldNow } from "./field.js";
import { core } from "./order.js";

const NAME = "grid-field";
const STORE = "outbox";
const AGAIN_MS = 15_000;
const URGENT_MS = 3_000; // an emergency that has not left is tried again this soon
const SENT_KEPT_MS = 24 * 3_600_000;
const listeners = new Set();

/* ---- the store; without one (private windows) it holds for this visit only, and says so ---- */
/** @type {Map<number, OutboxItem>} */
let memory = null;
let serial = 0;
const opened = new Promise((done) => {
  try {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => {
      memory = new Map();
      done(null);
    };
  } catch (_closed) {
    memory = new Map();
    done(null);
  }
});
/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} work @returns {Promise<any>} */
const ask = async (mode, work) => {
  const base = await opened;
  return new Promise((done, fail) => {
    const request = work(base.transaction(STORE, mode).objectStore(STORE));
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
};
/** @returns {Promise<OutboxItem[]>} */
const all = async () => {
  await opened;
  /** @type {OutboxItem[]} */
  const found = memory ? [...memory.values()] : await ask("readonly", (store) => store.getAll());
  return found.filter((item) => item.account === phone.first.account).sort((one, other) => one.id - other.id);
};
/** @param {OutboxItem} item */
const put = async (item) => {
  await opened;
  if (!memory) {
    const id = await ask("readwrite", (store) => store.put(item));
    return { ...item, id };
  }
  const kept = { ...item, id: item.id || (serial += 1) };
  memory.set(kept.id, kept);
  return kept;
};
/** @param {number} id */
const drop = async (id) => {
  await opened;
  if (memory) memory.delete(id);
  else await ask("readwrite", (store) => store.delete(id));
};

const tell = async () => {
  const items = await all();
  for (const fn of listeners) fn(items);
};

/** ---- sending ---- @param {OutboxItem} item */
const post = async (item) => {
  const ids = [];
  for (const picture of item.pictures) {
    if (!picture.id) {
      picture.id = await photo.upload(picture.blob, {}, null);
      await put(item); // a picture that has arrived is not sent again after a cut
    }
    ids.push(picture.id);
  }
  /* before the server's time was heard once, only its own moment of taking it is true */
  const when = phone.clockKnown()
    ? { [item.kind === "check" ? "checked_at" : "reported_at"]: phone.trueTime(item.at) }
    : {};
  const body = { ...item.body, ...(ids.length ? { photos: ids } : {}), ...when };
  /* the key binds the body: the moment is fixed at the first try */
  if (!item.sealed) {
    item.sealed = body;
    await put(item);
  }
  return phone.call(
    "POST",
    item.path,
    { ...item.sealed, ...(ids.length ? { photos: ids } : {}) },
    { "Idempotency-Key": item.key },
  );
};

/** @type {Promise<void>} */
let going = null;
let due = 0;
let asked = false; // also during a try: what that one saw is old, no network yet or not in the queue
const flush = () => {
  clearTimeout(due);
  due = setTimeout(flush, AGAIN_MS);
  asked = true;
  if (!going) going = tries();
  return going;
};
const tries = async () => {
  while (asked) {
    asked = false;
    await run().catch(() => {}); // a store that went away under it: what waits is tried again
  }
  going = null;
};
const run = async () => {
  const work = async () => {
    const held = new Set();
    if (!(await fieldNow())) {
      // no server, no true time: what can wait waits, and is said to be unsent; an emergency is tried all the same
      for (const item of await all()) {
        if (item.state !== "waiting" || item.body.emergency) continue;
        held.add(item.id);
        await put(core.after(item, "lost", item.said));
      }
    }
    for (let item = core.next(await all(), held); item; item = core.next(await all(), held)) {
      let answer = null;
      let said = null;
      /** @type {Outcome} */
      let outcome;
      try {
        answer = await post(item);
        outcome = core.outcome(answer);
        said = answer
          ? answer.ok
            ? answer.said
            : { words: phone.refusal(answer), event: (answer.said && answer.said.event) || null }
          : null;
      } catch (error) {
        outcome = error instanceof photo.Refused ? "refused" : "lost";
        said = { words: /** @type {Error} */ (error).message };
      }
      if (
        outcome === "refused" &&
        item.pictures.some((one) => one.id) &&
        answer &&
        (answer.said.errors || []).some((/** @type {{field: string}} */ one) => one.field === "photos") &&
        !item.again
      ) {
        /* the server no longer has a picture that waited too long: send it once more */
        for (const one of item.pictures) one.id = "";
        item.sealed = null;
        item.again = true;
        item.key = phone.newKey();
        await put(item);
        continue;
      }
      const next = core.after(item, outcome, said);
      if (next.state === "sent") {
        next.pictures = [];
        next.sent = Date.now();
      }
      await put(next);
      await tell();
      if (next.state === "sent" && navigator.onLine) setTimeout(fieldNow, 0);
      if (outcome === "lost") return;
      if (outcome === "held") held.add(item.id);
    }
    for (const item of await all())
      if (item.state === "sent" && Date.now() - item.sent > SENT_KEPT_MS) await drop(item.id);
  };
  /* two tabs of one phone are one queue */
  if (navigator.locks)
    await navigator.locks.request("grid-outbox", { ifAvailable: true }, async (lock) => {
      if (lock) await work();
    });
  else await work();
  if ((await all()).some((item) => item.state === "waiting" && item.body.emergency)) {
    clearTimeout(due);
    due = setTimeout(flush, URGENT_MS);
  }
  await tell();
};

/** Put something in and try at once. item: {kind, path, body, pictures, title}. @param {OutboxItem} item */
const add = async (item) => {
  const kept = await put({
    account: phone.first.account,
    key: phone.newKey(),
    at: Date.now(),
    state: "waiting",
    tries: 0,
    pictures: [],
    ...item,
  });
  await tell();
  flush();
  return kept;
};
/* Try again what was refused or overtaken, about the event as it is now. */
/** @param {number} id @param {number} version */
const again = async (id, version) => {
  const item = (await all()).find((one) => one.id === id);
  if (!item) return;
  const body = version === undefined ? item.body : { ...item.body, version };
  await put({ ...item, body, sealed: null, key: phone.newKey(), state: "waiting", said: null });
  await tell();
  flush();
};
/** @param {number} id */
const forget = async (id) => {
  await drop(id);
  await tell();
};

window.addEventListener("online", flush);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) flush();
});
export const outbox = {
  core,
  add,
  again,
  forget,
  flush,
  all,
  /** @param {(items: OutboxItem[]) => void} fn */
  on: (fn) => {
    listeners.add(fn);
    tell();
  },
  volatile: async () => {
    await opened;
    return memory !== null;
  },
};
