/* Asking the server for what the feed begins with; whoever is shut out goes to the door. */
import { shutOut } from "../core/door.js";
import { COLUMNS_TYPE, columnsOf } from "./columns.js";
import { rowsOf } from "./store.js";

async function ask(path, accept) {
  const answer = await fetch(path, { headers: { Accept: accept }, cache: "no-store" });
  if (answer.status === 401) leave();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

export const json = async (path) => (await ask(path, "application/json")).json();

/* {position, rows}, in columns where the server knows them (a tenth of the JSON), else as JSON. */
export async function snapshotOf() {
  const answer = await ask("/api/v1/feed/snapshot", `${COLUMNS_TYPE}, application/json;q=0.5`);
  if ((answer.headers.get("Content-Type") || "").startsWith(COLUMNS_TYPE)) return columnsOf(await answer.arrayBuffer());
  const snapshot = await answer.json();
  return { position: snapshot.position, rows: rowsOf(snapshot) };
}

/* Whoever is shut out goes to the door; a named screen to a notice that looks again from time to time. */
export function leave() {
  if (!new URLSearchParams(location.search).has("screen")) shutOut();
  else location.replace(`/kiosk/ended?next=${encodeURIComponent(location.pathname + location.search)}`);
}
