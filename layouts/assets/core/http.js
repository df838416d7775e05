/* Asking the server and reading what it says. */

/* The JSON of an answer; a refusal without any is {}, a good answer cut in the middle is a lost one and throws. */
export const saidBy = (answer) =>
  answer.json().catch((cut) => {
    if (answer.ok) throw cut;
    return {};
  });

/* A fresh Idempotency-Key: one press, one key, however often it has to be sent. */
export const newKey = () =>
  crypto.randomUUID
    ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("-");
