/* One call or report is filed once, however often its words change before an answer is heard: every try goes out under
   the key of the first, and the words of all are kept until it is sure which of them was taken. */
import { newKey, usedBefore } from "./http.js";

/** @returns {Tries} */
export const noTries = () => ({ key: newKey(), tries: [] });

/* Send the words of now; where others turn out to have been taken, ask with each of those for its answer. What is left
   in `tries` nobody knows about; `earlier` is the try that had been taken unheard, and that the answer is about. A
   refusal settles the words it was given to and no others, so an emergency that was sent before them goes on. */
/** @param {Tries} sent @param {Try} now @param {TriesAsked} asked
    @returns {Promise<{answer: Answer, earlier: Try | null}>} */
export const sendOnce = async (sent, now, { post, unsure, urgent, keep }) => {
  const mark = JSON.stringify(now);
  const before = sent.tries.filter((one) => JSON.stringify(one) !== mark);
  /** @param {Try} one */
  const settle = (one) => {
    sent.tries = sent.tries.filter((other) => JSON.stringify(other) !== JSON.stringify(one));
    keep();
  };
  sent.tries = [...before, now];
  keep();
  const answer = await post(now);
  if (unsure(answer)) return { answer, earlier: null };
  if (answer.ok) {
    sent.tries = [];
    keep();
    return { answer, earlier: null };
  }
  settle(now);
  for (const one of (usedBefore(answer) ? before : before.filter(urgent)).reverse()) {
    const heard = await post(one);
    if (unsure(heard)) return { answer: heard, earlier: null };
    if (heard.ok) {
      sent.tries = [];
      keep();
      return { answer: heard, earlier: one };
    }
    settle(one);
  }
  return { answer, earlier: null };
};
