/* Views and alerts as they are known: the newest of each, by version. */
import { tell } from "./listeners.js";

/** @type {Map<string, {version: number, data: any}>} */
export const views = new Map();
/** @type {Map<number, Alert>} */
export const alerts = new Map();
/** @param {string} name @param {{version: number, data: any}} view */
export function takeView(name, view) {
  const known = views.get(name);
  if (known && known.version === view.version) return;
  views.set(name, { version: view.version, data: view.data });
  tell("view", name, view.data);
}

/** @param {Alert} alert */
export function takeAlert(alert) {
  const known = alerts.get(alert.id);
  if (known && (known.version > alert.version || JSON.stringify(known) === JSON.stringify(alert))) return;
  alerts.set(alert.id, alert);
  tell("alert", alert);
  if (alert.state === "stood_down") alerts.delete(alert.id);
}

/** @param {(Api.Alert | Alert)[]} open */
export function takeAlerts(open) {
  const ids = new Set(open.map((alert) => alert.id));
  for (const [id, alert] of [...alerts]) {
    if (!ids.has(id)) takeAlert({ ...alert, state: "stood_down", version: alert.version + 1 });
  }
  open.forEach((alert) => takeAlert(inMillis(alert)));
}

/* The API writes moments as RFC 3339, the socket as epoch ms; here they are epoch ms. */
/** @param {any} alert an {@link Api.Alert} @returns {Alert} */
function inMillis(alert) {
  /** @param {string | number} value */
  const ms = (value) => (typeof value === "string" ? Date.parse(value) : value);
  /** @param {any} part @param {string} name */
  const within = (part, name) => part && { ...part, [name]: ms(part[name]) };
  return {
    ...alert,
    raised_at: ms(alert.raised_at),
    reported_at: ms(alert.reported_at),
    acknowledged: within(alert.acknowledged, "at"),
    next: within(alert.next, "at"),
    shelved: within(alert.shelved, "until"),
  };
}
