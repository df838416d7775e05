/* Which emergency this desk looks at, what it answered last, which small form is open, how many come in. */

/** @type {ShownAlerts} */
export const shown = {
  pinned: 0, // id
  answered: 0, // id
  form: null, // {kind, id}
  load: { ten_minutes: 0, flood: false },
};
