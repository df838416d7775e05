/* What is being written down at this desk: the form and what it holds; null while it is closed. */

/* One call: what was sent of it and is not settled, whether a try waits for its answer, whether it is filed. It
   outlives its form, which can be folded away and opened again; what comes back late belongs to it alone. */
/** @returns {IntakeCall} */
export const freshCall = () => ({ sent: null, busy: false, filed: false });

/** @type {IntakeEntry} */
export const entry = {
  form: null,
  fields: {},
  place: null, // {lng, lat, name, code}
  doubles: [],
  call: freshCall(),
  began: 0,
  served: 0,
};
