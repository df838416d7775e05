/* What a page tells the modules it shares with other pages: its first data, its time, and how it is drawn again.
   The page's own main module fills it in; a module asks it when it draws, never while it is loaded. */
import { live } from "../live/live.js";

/** @type {{first: any, now: () => number, dirty: () => void, frozen: () => boolean, relaid: () => void}} */
export const page = {
  first: null,
  now: () => live.now(),
  dirty: () => undefined,
  frozen: () => false, // what is shown is old: motion stops
  relaid: () => undefined, // the panels have other rooms
};
