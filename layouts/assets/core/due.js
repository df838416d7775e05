/* Due soon and overdue, by the moments that the server has decided (LIFECYCLE §3): no page has marks of its own. */

/**
 * The handling clock of a row: "over", "soon", "ok", or "" where it does not run, as on hold and while checking.
 * @param {{handle_due_at?: number, warn_due_at?: number}} row
 * @param {number} now epoch ms
 * @returns {"over" | "soon" | "ok" | ""}
 */
export const timeState = (row, now) => {
  if (!row.handle_due_at) return "";
  if (now > row.handle_due_at) return "over";
  return now >= (row.warn_due_at || row.handle_due_at) ? "soon" : "ok";
};

/* The class of a countdown; other clocks than handling's are only ever passed, never near. */
export const TIME_CLASS = { over: "t-over", soon: "t-soon", ok: "", "": "" };

/**
 * Whether the last part of a claim's window runs; `soonMs` is how much of it that is, as the server says.
 * @param {{claim_due_at?: number}} row
 * @param {number} now epoch ms
 * @param {number} soonMs
 */
export const isClaimEnding = (row, now, soonMs) => row.claim_due_at - now <= soonMs;
