/* A resident's report on its way: one key until its answer is sure. What is unsent says so and is tried again for ever,
   wherever in the page its reporter is, and over a reload; in another visit it waits to be pressed once more. */
import { noTries, sendOnce } from "../core/tries.js";
import { t } from "../core/words.js";
import { phone } from "../phone/phone.js";

const { call, refusal, newKey, kept } = phone;
const KEY = "report:key";
const HERE = "report:sending"; // which key this tab is sending with
const PATH = "/api/v1/reports";
const AGAIN_MS = 10_000;
const URGENT_MS = 3_000;
const FULL_MS = 60_000; // the hour's limit of an address: nothing is gained by asking sooner
/** @type {Tries | null} */
let held = kept(KEY);
if (held && !held.tries) held = null;

/* Whose uploads these are: a secret of this visit, kept over a reload. Pictures and report come from one seat, so a
   report that another visit could not settle brings its own. */
export const seat = (held && held.seat) || sessionStorage.getItem("seat") || newKey() + newKey();
sessionStorage.setItem("seat", seat);

const kinds = new Map(phone.first.categories.map(([code, , , , emergency]) => [code, emergency]));
/** @param {Try} one */
const urgent = ({ body }) => Boolean(body.emergency || kinds.get(body.category));
/* No answer, a server that is ill, the first try still in work, too many from this address by now: nobody has said what
   became of it. */
/** @param {Answer | null} answer */
const unsure = (answer) =>
  !answer || answer.status >= 500 || [408, 409, 429].includes(answer.status) || (answer.ok && !answer.said.number);
/** @param {Answer | null} answer @param {Try} one */
const pause = (answer, one) => (urgent(one) ? URGENT_MS : answer && answer.status === 429 ? FULL_MS : AGAIN_MS);

/* `waits` hears why something is unsent, `refused` why it is refused, `filed` of what was filed; `photos` gives the
   pictures that have arrived by now. */
/** @param {SendingAsked} asked */
export const sending = ({ waits, refused, filed, photos }) => {
  let due = 0;
  /** @type {Promise<boolean> | null} */
  let going = null;

  /** @param {Try} now @returns {Promise<boolean>} */
  const attempt = async (now) => {
    clearTimeout(due);
    const known = kept(KEY);
    const sent = (known && known.tries ? known : held) || { ...noTries(), seat };
    sessionStorage.setItem(HERE, sent.key);
    const { answer, earlier } = await sendOnce(sent, now, {
      post: ({ path, body }) =>
        call("POST", path, body, { "X-Upload-Seat": sent.seat || seat, "Idempotency-Key": sent.key }),
      unsure,
      urgent,
      keep: () => {
        held = sent.tries.length ? sent : null;
        kept(KEY, held);
      },
    });
    if (unsure(answer)) {
      const why = answer ? t("没有发出：{why}", { why: refusal(answer) }) : t("没有网络，没有发出");
      waits(t("{why}；内容还在，会自动再发，也可以再按一次，不会重复", { why }));
      due = setTimeout(again, pause(answer, now));
      return false;
    }
    if (!answer.ok) {
      refused(refusal(answer));
      return false;
    }
    const one = earlier || now;
    const { number } = answer.said;
    /* taken unheard before it was called urgent, and its reporter cannot change it: the urgent one goes out */
    const rises = urgent(now) && !urgent(one);
    filed(answer.said, one, urgent(one), rises);
    if (!rises) return true;
    const description = [now.body.description, t("（与 {number} 是同一件事，现在紧急）", { number })];
    return attempt({ ...now, body: { ...now.body, description: description.filter(Boolean).join("\n") } });
  };
  /** Send it; a try on its way is waited for, and when that was filed nothing else is. @param {Try} now */
  const send = async (now) => {
    if (going && (await going)) return;
    going = attempt(now);
    await going;
    going = null;
  };
  const again = () => {
    if (going || !held) return;
    const last = held.tries[held.tries.length - 1];
    const more = photos();
    const body = more.length > (last.body.photos || []).length ? { ...last.body, photos: more } : last.body;
    send({ ...last, body });
  };
  window.addEventListener("online", again);
  return {
    /** @param {any} body @param {string} typed @param {string} title */
    send: (body, typed, title) => send({ path: PATH, body, typed, title }),
    /* What an earlier look at this page left unsent. */
    resume: () => {
      if (!held) return;
      if (sessionStorage.getItem(HERE) !== held.key) {
        waits(t("上一次有没有发出还不知道：再按一次“提交上报”，不会重复"));
        return;
      }
      waits(t("还没有发出，正在再发…"));
      again();
    },
  };
};
