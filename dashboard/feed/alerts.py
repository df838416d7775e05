"""Alerts as the feed carries them: whole, absolute and versioned, so that one sent twice changes nothing."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from dashboard.feed.serializer import millis
from dashboard.rules.alerts.alert import OTHER_KIND, Alert, AlertState, ladder, next_what
from dashboard.rules.events.event import Event
from dashboard.rules.text.masking import mask_text, mask_values
from datasources.alerts.folds import numbers_folded
from datasources.feed import outbox
from datasources.store import set_aside
from datasources.store.faults import is_outage
from datasources.store.models import AlertRow

Row = dict[str, Any]
RowOf = Callable[[Event], Row]
FIELDS = Alert.__dataclass_fields__
MOST_FOLDED = 100
SPOKEN, NO_UNIT, MORE = (
    "紧急事件",
    "责任单位待指派",
    "同一来源还有多件",  # words: none
)  # words: none (spoken in the hall, in Chinese whatever the page's language)


class Names(Protocol):
    """What an alert says of its units and its category; a district's `Reference` knows it."""

    def unit_name(self, code: str) -> str:
        """Return what a unit is called."""

    def is_unit(self, code: str) -> bool:
        """Return whether there is such a unit today."""

    def emergency_kind(self, code: str | None) -> str:
        """Return which of `alert.KINDS` an emergency of a category is."""


class Codes:
    """Names where there is no district: the codes themselves."""

    def unit_name(self, code: str) -> str:
        """Return the code."""
        return code

    def is_unit(self, code: str) -> bool:
        """Return that there is: nobody knows better."""
        return True

    def emergency_kind(self, code: str | None) -> str:
        """Return the kind of what nobody has sorted."""
        return OTHER_KIND


class AlertWatch:
    """Which alerts look different from when this publisher last sent them.

    Alerts change without a step (a rung climbed, a shelf, a co-unit signing), so they are compared, not queued.
    """

    def __init__(self, row_of: RowOf, names: Callable[[], Names]) -> None:
        self._row_of = row_of
        self._names = names
        self._sent: dict[int, str] = {}
        self._offered: dict[int, str] = {}

    def changed(self, session: Session) -> list[dict[str, Any]]:
        """Return an alert message for each alert that changed; `settle()` once they were carried."""
        alerts = outbox.alerts_open_or_among(session, self._sent)
        messages = alert_messages(session, alerts, self._row_of, self._names())
        looks = {message["alert"]["id"]: json.dumps(message, sort_keys=True) for message in messages}
        over = {
            message["alert"]["id"]
            for message in messages
            if message["alert"]["state"] == AlertState.STOOD_DOWN
        }
        self._offered = {identity: look for identity, look in looks.items() if identity not in over}
        return [m for m in messages if self._sent.get(m["alert"]["id"]) != looks[m["alert"]["id"]]]

    def settle(self) -> None:
        """Remember what was carried."""
        self._sent = self._offered

    def forget(self) -> None:
        """Send everything again: the feed lost its memory."""
        self._sent = {}


def alert_messages(
    session: Session, alerts: Collection[AlertRow | Alert], row_of: RowOf, names: Names
) -> list[dict[str, Any]]:
    """Return {"k": "alert", "alert", "row"} for each; the row says whose business it is, also once it left the live set."""
    if not alerts:
        return []
    events = outbox.events_by_id(session, {alert.event_id for alert in alerts})
    signings = outbox.signings(session, list(events.values()))
    people = {name for alert in alerts for name in (alert.acknowledged_by, alert.shelved_by) if name}
    titles = outbox.titles(session, people)
    folds = numbers_folded(session, [alert.id for alert in alerts])
    messages = []
    for alert in alerts:
        event = events.get(alert.event_id)
        try:
            if event is None:
                raise LookupError(f"the event {alert.event_id} of the alert is gone or cannot be read")
            folded = folds.get(alert.id, ())
            waits = _waited_for(event, signings[event.id], names)
            message = _message(alert, row_of(event), waits, names, titles, folded)
            json.dumps(message, ensure_ascii=False).encode()  # what JSON cannot say no screen can be told
            messages.append(message)
        except Exception as error:  # one alert that cannot be shown must not silence all others
            if is_outage(error):
                raise
            set_aside.of(session).note("alert", alert.id, error)
    return messages


def _waited_for(event: Event, signings: list[dict[str, Any]], names: Names) -> list[dict[str, Any]]:
    """Return the signings without co-units that are gone: a lead that is gone is named until the case is taken back."""
    return [
        one for one in signings if one["accepted"] or one["unit"] == event.unit or names.is_unit(one["unit"])
    ]


def _message(
    alert: AlertRow | Alert,
    row: Row,
    signings: list[dict[str, Any]],
    names: Names,
    titles: Mapping[str, str],
    folded: Sequence[str],
) -> dict[str, Any]:
    units = [
        one | {"name": names.unit_name(one["unit"]), "due_at": millis(one["due_at"])} for one in signings
    ]
    kind = names.emergency_kind(row.get("category"))
    return {"k": "alert", "alert": alert_object(alert, row, units, titles, kind, folded), "row": row}


def alert_object(
    alert: AlertRow | Alert,
    row: Mapping[str, Any],
    units: list[dict[str, Any]],
    titles: Mapping[str, str],
    kind: str,
    folded: Sequence[str] = (),
) -> dict[str, Any]:
    """Return an alert as every screen gets it; times in epoch milliseconds. `folded` are the events that fold into it.

    `titles` are the roles of accounts; `kind` is one of `alert.KINDS`; `units` say who signed and, who has not, until when; `ladder` is the whole plan of `rules.alerts.ladder`.
    """
    plain = Alert(**{name: getattr(alert, name) for name in FIELDS})
    acknowledged = alert.acknowledged_by and {
        "by": alert.acknowledged_by,
        "title": titles.get(alert.acknowledged_by),
        "at": millis(alert.acknowledged_at),
        "screen": mask_values(alert.acknowledged_screen),
        **(
            {
                "behalf": {
                    "who": mask_text(alert.behalf_who),
                    "channel": alert.behalf_channel,
                    "words": mask_text(alert.behalf_words or ""),
                }
            }
            if alert.behalf_who
            else {}
        ),
    }
    shelved = alert.shelved_until and {
        "until": millis(alert.shelved_until),
        "by": alert.shelved_by,
        "title": titles.get(alert.shelved_by or ""),
        "reason": mask_values(alert.shelved_reason),
    }
    return {
        "id": alert.id,
        "event": row["number"],
        "event_id": alert.event_id,
        "episode": alert.episode,
        "state": alert.state,
        "version": alert.version,
        "raised_at": millis(alert.raised_at),
        "reported_at": row.get("reported_at"),
        "title": row["title"],
        "category": row.get("category_name") or row.get("category"),
        "kind": kind,
        "address": row.get("address", ""),
        "lng": row.get("lng"),
        "lat": row.get("lat"),
        "grid": row.get("grid"),
        "acknowledged": acknowledged or None,
        "units": units,
        "next": {"at": millis(alert.next_at), "what": next_what(plain)} if alert.next_at else None,
        "ladder": [
            {"at": millis(rung.at), "what": rung.what, "done": rung.done, "held": rung.held}
            for rung in ladder(plain)
        ],
        "voice": _spoken(row, units, 1 + len(folded)),
        "count": 1 + len(folded),
        "folded": list(folded[:MOST_FOLDED]),
        "shelved": shelved or None,
        "stood_down_at": millis(alert.stood_down_at),
    }


def _spoken(row: Mapping[str, Any], units: list[dict[str, Any]], count: int) -> str:
    """Return what the hall hears: emergency, place, kind, unit in charge, and that there are more of one sender."""
    kind = row.get("category_name") or row["title"]
    said = (
        SPOKEN,
        row.get("address"),
        kind,
        units[0]["name"] if units else NO_UNIT,
        MORE if count > 1 else "",
    )
    return "".join(f"{part}。" for part in said if part)
