/* Asking the server for what the feed begins with; whoever is shut out goes to the door. */
import { shutOut } from "../core/door.js";
import { call } from "../core/http.js";
import { COLUMNS_TYPE, columnsOf } from "./columns.js";
import { rowsOf } from "./store.js";

/* The feed tries again what did not come: an error here. */
/** @param {string} path @param {Question} [more] @returns {Promise<any>} */
export async function json(path, more) {
  const answer = await call(path, { ...more, shut: leave });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.said;
}

/* {position, rows}, in columns where the server knows them (a tenth of the JSON), else as JSON. */
/** @returns {Promise<Snapshot>} */
export async function snapshotOf() {
  const headers = { Accept: `${COLUMNS_TYPE}, application/json;q=0.5` };
  return json("/api/v1/feed/snapshot", { headers, read: rowsIn });
}

/** @param {Response} answer @returns {Promise<Snapshot>} */
async function rowsIn(answer) {
  if ((answer.headers.get("Content-Type") || "").startsWith(COLUMNS_TYPE)) return columnsOf(await answer.arrayBuffer());
  const snapshot = await answer.json();
  return { position: snapshot.position, rows: rowsOf(snapshot) };
}

/* Whoever is shut out goes to the door; a named screen to a notice that looks again from time to time. */
export function leave() {
  if (!new URLSearchParams(location.search).has("screen")) shutOut();
  else location.replace(`/kiosk/ended?next=${encodeURIComponent(location.pathname + location.search)}`);
}
