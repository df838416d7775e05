/* Which emergency this desk looks at, what it answered last, which small form is open, how many come in. */

/** @type {ShownAlerts} */
export const shown = {
  pinned: 0, // id
  answered: 0, // id
  drawn: 0, // id of the alarm that stands in the bar: keys act on this one alone
  loud: false, // whether nobody had answered it when it was drawn
  moved: 0, // when another took the place of one that nobody had answered, by itself (performance clock)
  form: null, // {kind, id}
  load: { ten_minutes: 0, flood: false },
};
