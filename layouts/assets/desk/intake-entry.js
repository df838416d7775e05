/* What is being written down at this desk: the form and what it holds; null while it is closed. */

/** @type {IntakeEntry} */
export const entry = {
  form: null,
  fields: {},
  place: null, // {lng, lat, name, code}
  doubles: [],
  keys: {}, // one Idempotency-Key for each thing that can be sent, new whenever what is sent changes
  began: 0,
  busy: false,
  served: 0,
};
