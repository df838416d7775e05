/* The rule of the queue, pure: what goes next, and what an answer makes of an item. */

export const core = {
  /** @param {OutboxItem[]} items @param {Set<number>} held */
  next: (items, held) => {
    const waiting = items.filter((item) => item.state === "waiting" && !(held && held.has(item.id)));
    // an emergency stands behind nothing
    return waiting.find((item) => item.body && item.body.emergency) || waiting[0] || null;
  },
  /* outcome: ok, lost (no answer, or the server is ill: the same key again), held (this one alone has to wait: its key
     is still in work), moved (the event has changed, and the answer shows it), refused. Only a server's plain word ends
     the waiting; everything else is tried again for ever. */
  /** @param {OutboxItem} item @param {Outcome} outcome @param {any} said */
  after: (item, outcome, said) =>
    ({
      ok: { ...item, state: "sent", said: said || null },
      lost: { ...item, tries: (item.tries || 0) + 1, said: said || null },
      held: { ...item, tries: (item.tries || 0) + 1, said: said || null },
      moved: { ...item, state: "conflict", said: said || null },
      refused: { ...item, state: "refused", said: said || null },
    })[outcome],
  /** @param {Answer | null} answer @returns {Outcome} */
  outcome: (answer) => {
    if (!answer || answer.status >= 500 || answer.status === 429 || answer.status === 408) return "lost";
    if (answer.ok) return answer.said && answer.said.number ? "ok" : "lost"; // a portal's page is no receipt
    if (answer.status === 401 || answer.status < 400) return "lost"; // logged out: it waits for who it belongs to
    if (answer.status === 409) return answer.said && answer.said.event ? "moved" : "held";
    return "refused";
  },
};
