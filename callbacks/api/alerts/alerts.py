"""Emergency alerts over HTTP: the open ones, answering one, silencing one openly, and screens saying they can be heard."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app
from sqlalchemy.orm import Session

from callbacks.api.answers import answer, moment, runtime
from callbacks.api.bodies import object_body
from callbacks.api.query import words
from callbacks.live.heartbeat import FIELDS, lag_of, report_of
from callbacks.live.scopes import Visibility, scope_of
from callbacks.security import outside
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import alerting, clock
from dashboard.feed import serializer
from dashboard.feed.alerts import alert_messages
from dashboard.rules.alerts.alert import CHANNEL_WORDS, FLOOD_ABOVE, FLOOD_WITHIN, Behalf
from dashboard.rules.events.event import Event
from dashboard.rules.refusals import Forbidden, Invalid, NotFound, Unreadable
from dashboard.rules.text import clean
from datasources.alerts import screens
from datasources.events.intake import moment_of, text_fault
from datasources.feed import outbox
from datasources.store.models import AlertRow

LONGEST_SCREEN = 100
LONGEST_REASON = 500
BEHALF: Mapping[str, int] = {"who": 60, "channel": 20, "words": 500}
LARGEST_ID = 2**62
Fault = tuple[str, str, dict[str, Any]]
MOST_MISSED = 100
# where an alert object holds moments: field → name inside it (of each, where it is a list), or of itself
MOMENTS: Mapping[str, str | None] = {
    "raised_at": None,
    "reported_at": None,
    "stood_down_at": None,
    "acknowledged": "at",
    "shelved": "until",
    "next": "at",
    "units": "due_at",
    "ladder": "at",
}


@permission("alerts.see")
def listed() -> Response:
    """Return the open alerts that concern the viewer, oldest first."""
    scope = scope_of(somebody())
    if scope is None:
        raise Forbidden("您的账号没有这项权限")
    sight = Visibility(runtime().reference.eligible)
    with runtime().database.read() as session:
        found = _messages(session, outbox.alerts_open_or_among(session))
    mine = [alert_body(one["alert"]) for one in found if sight.alerted(scope, one["alert"], one["row"])]
    return answer({"items": mine, "next": None})


@permission("alerts.see")
def missed() -> Response:
    """Return the alerts raised since a moment, newest first, with what became of them: for a screen that was away."""
    scope, since = scope_of(somebody()), moment_of(words("since").get("since"))
    if scope is None:
        raise Forbidden("您的账号没有这项权限")
    if since is None:
        raise Invalid([("since", "应是带时区的时间", {})])
    sight = Visibility(runtime().reference.eligible)
    with runtime().database.read() as session:
        found = _messages(session, outbox.alerts_since(session, since, MOST_MISSED))
    mine = [alert_body(one["alert"]) for one in found if sight.alerted(scope, one["alert"], one["row"])]
    return answer({"items": mine, "next": None})


@permission("alerts.acknowledge")
def acknowledge(key: int) -> Response:
    """Answer an alert by its episode: 200 with the alert, 409 for an old episode."""
    body, who, now = object_body("episode", "screen", "on_behalf"), somebody(), clock.now()
    episode = body.get("episode")
    faults: list[Fault] = []
    if isinstance(episode, bool) or not isinstance(episode, int):
        faults.append(("episode", "请带上告警的次数 episode（整数）", {}))
    said = body.get("screen")
    if said is not None:
        faults += _line("screen", said, LONGEST_SCREEN)
        said = clean.line(said) if isinstance(said, str) else said
    behalf, wrong = _behalf(body.get("on_behalf"))
    faults += wrong
    if faults or not isinstance(episode, int):
        raise Invalid(faults)
    with runtime().database.write() as session:
        alerting.acknowledge(session, known(key), episode, said or who.name, who, now, behalf)
        found = _one(session, key)
    return answer(found)


@permission("alerts.shelve")
def shelve(key: int) -> Response:
    """Silence an alert for at most 30 minutes, with a reason that everybody sees; 409 where it holds more than `count`."""
    body, who, now = object_body("reason", "until", "count"), somebody(), clock.now()
    until = moment_of(body.get("until"))
    faults = _line("reason", body.get("reason"), LONGEST_REASON)
    if until is None:
        faults.append(("until", "应是带时区的时间", {}))
    count = body.get("count")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int)):
        faults.append(("count", "应是整数", {}))
    if faults or until is None:
        raise Invalid(faults)
    with runtime().database.write() as session:
        alerting.shelve(session, known(key), clean.line(body["reason"]), until, who, now, count)
        found = _one(session, key)
    return answer(found)


@permission("alerts.see")
def screen() -> Response:
    """Note that a screen is there, whether it can be heard and how it is; it says so again within 15 s."""
    body, who = object_body("name", "audible", *FIELDS), somebody()
    report, wrong = report_of(body)
    faults = [*_line("name", body.get("name"), LONGEST_SCREEN), *wrong]
    audible = body.get("audible")
    if not isinstance(audible, bool):
        faults.append(("audible", "只能是 true 或 false", {}))
    if faults or not isinstance(audible, bool):
        raise Invalid(faults)
    audible = audible and who.may("screens.sound")  # only in the hall: whoever may sit there or answer
    name = screens.key_of(who.name, clean.line(body["name"]))
    live = current_app.extensions.get("grid.live")
    if report is not None and live is not None:
        report["lag_s"] = lag_of(report.get("position"), live.position)
    with runtime().database.write() as session:
        screens.heard_from(session, name, who.name, audible, clock.now(), report, outside.address())
    return answer({"name": name, "audible": audible, "lease_seconds": screens.LEASE.seconds})


def known(key: int) -> int:
    """Return an alert's id if a column could hold it, else raise NotFound."""
    if key > LARGEST_ID:
        raise NotFound("没有这个告警")
    return key


def alert_body(alert: Mapping[str, Any]) -> dict[str, Any]:
    """Return an alert of the feed as the API shows it: the same, with moments as RFC 3339."""
    return dict(alert) | {name: _timed(alert.get(name), inner) for name, inner in MOMENTS.items()}


def _timed(value: Any, inner: str | None) -> Any:
    if isinstance(value, list):
        return [_timed(one, inner) for one in value]
    if value is None or inner is None:
        return _shown(value)
    return dict(value) | {inner: _shown(value.get(inner))}


def _messages(session: Session, rows: Any) -> list[dict[str, Any]]:
    reference = runtime().reference

    def row_of(event: Event) -> dict[str, Any]:
        return serializer.feed_row(event, reference)

    return alert_messages(session, rows, row_of, reference)


def _one(session: Session, key: int) -> dict[str, Any]:
    session.flush()
    row = session.get(AlertRow, key, populate_existing=True)
    assert row is not None
    told = _messages(session, [row])
    if not told:
        raise Unreadable("这个告警的事件记录已损坏，搁置待修；请联系管理员")
    return alert_body(told[0]["alert"])


def _behalf(said: Any) -> tuple[Behalf | None, list[Fault]]:
    """Return who answered elsewhere, and what is wrong with how it was said."""
    if said is None:
        return None, []
    if not isinstance(said, dict):
        return None, [("on_behalf", "应是一个 JSON 对象", {})]
    unknown = [name for name in said if name not in BEHALF]
    faults: list[Fault] = [
        (f"on_behalf.{name}"[:100], "不认识字段“{field}”", {"field": name[:100]}) for name in unknown
    ]
    for name, most in BEHALF.items():
        faults += [(f"on_behalf.{name}", *fault[1:]) for fault in _line(name, said.get(name), most)]
    if not faults and said["channel"] not in CHANNEL_WORDS:
        faults.append(("on_behalf.channel", "只能是 {choices}", {"choices": "、".join(CHANNEL_WORDS)}))
    return (None, faults) if faults else (Behalf(**{name: clean.line(said[name]) for name in BEHALF}), [])


@permission("desk.use")
def load() -> Response:
    """Return how many alarms were raised in the last ten minutes, and whether that is a flood."""
    now = clock.now()
    with runtime().database.read() as session:
        count = outbox.alerts_raised_since(session, now - FLOOD_WITHIN)
    return answer({"ten_minutes": count, "flood": count > FLOOD_ABOVE, "limit": FLOOD_ABOVE})


def _line(field: str, value: Any, most: int) -> list[Fault]:
    if value is None or (isinstance(value, str) and not value.strip()):
        return [(field, "缺少“{field}”", {"field": field})]
    if not isinstance(value, str):
        return [(field, "应是文字", {})]
    fault = text_fault(clean.line(value), most, lines=False)
    return [(field, *fault)] if fault else []


def _shown(millis: int | None) -> str | None:
    return None if millis is None else moment(datetime.fromtimestamp(millis / 1000, UTC))


ROUTES = (
    ("GET", "/alerts", listed),
    ("GET", "/alerts/missed", missed),
    ("GET", "/alerts/load", load),
    ("POST", "/alerts/<int:key>/acknowledge", acknowledge),
    ("POST", "/alerts/<int:key>/shelve", shelve),
    ("POST", "/screens", screen),
)
