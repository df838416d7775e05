/* What every module reads of the live feed: its rows, views and alerts, the server's time, how old all of it is.
   feed.js fills it in before any page begins; the same object is `window.live` for whoever looks in from outside. */

export const live = /** @type {Live} */ ({});
