/* The socket of the page, opened in the name of the account it was drawn for. */
import { account, own } from "../core/stale.js";
import { json } from "./ask.js";

const REFUSED_MS = 5000;

/** @returns {any} socket.io's own */
export const opened = () => {
  const socket = window.io({
    path: "/socket.io",
    transports: ["websocket"],
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
    timeout: 5000,
    auth: { account },
  });
  delete window.io;
  socket.on("connect", own); // let in: nobody else is signed in
  socket.on("connect_error", () => {
    json("/api/v1/feed/hash").catch(() => {}); // shut out? 401 leaves
    if (!socket.active) setTimeout(() => socket.connect(), REFUSED_MS); // refused: somebody else is signed in for now
  });
  return socket;
};
