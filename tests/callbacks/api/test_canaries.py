"""A number put into every text of every action comes out nowhere: not on a page, in the API, the feed, an export, the log, a push."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from plotly.utils import PlotlyJSONEncoder
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from callbacks.api.exports.cells import event_cells
from callbacks.pages import dispatch, event
from callbacks.security import quiet_log
from dashboard import clock
from dashboard.feed.alerts import alert_messages
from dashboard.feed.serializer import event_json, facts_json, feed_row
from dashboard.rules.access import Viewer
from dashboard.rules.events.event import Event
from dashboard.rules.events.rules import RULES
from datasources.figures.views.now import latest_view
from datasources.store.database import Database
from datasources.store.models import AlertRow, DeliveryRow, StepRow
from tests.conftest import LEAD, LEADER, OPERATOR, WALL, Town, unit_viewer
from tests.dashboard.rules.test_masking import digits
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

FORMS = (
    "13911112222",
    "+86 139.1111.2222",
    "１３９－１１１１－２２２２",
    "(0592)2212345",
    "11010519491231002X",
)
SECRETS = ("1111222", "22123", "1949123")
SAID = "请联系 " + "，或 ".join(FORMS)
READERS = (WALL, OPERATOR, LEAD, LEADER, unit_viewer("FIRE"))
COMMAND = ("operator", "lead", "leader", "admin", "auditor", "screen")
TEXTS = sorted(
    {(rule.action.value, fact.name) for rule in RULES for fact in rule.facts if fact.kind == "text"}
)


def clean(said: Any) -> None:
    """Fail where a reader finds a secret; escapes of JSON are read as what they stand for."""
    words = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)
    if "\\u" in words:
        words = words.encode("utf-8").decode("unicode_escape", "replace")
    for form in FORMS:
        assert form not in words, form
    for line in words.split("\n"):
        assert not [
            secret for secret in ("13911112222", "05922212345", "110105194912310") if secret in digits(line)
        ], line


def masked(who: Viewer) -> Viewer:
    return Viewer(who.name, who.role, who.unit, who.area, who.title, masked=True)


@pytest.mark.parametrize(("action", "fact"), TEXTS)
def test_every_text_of_every_action_is_masked_in_its_step(action: str, fact: str) -> None:
    for who in (*READERS, Viewer("worker", "worker", area="x")):  # type: ignore[arg-type]
        clean(facts_json({fact: SAID, "nested": [{"deep": SAID}]}, masked(who)))


@pytest.mark.parametrize("name", [
    "title", "description", "address", "external_id", "supervised_reason", "request_reason", "appeal_reason", "reporter_name",
    "reporter_phone", "requested_by",
])  # fmt: skip
def test_every_text_of_an_event_is_masked_by_the_one_serializer_and_in_the_feed(
    place: Town, name: str
) -> None:
    made = place.report()
    values = {one: getattr(made, one) for one in Event.__dataclass_fields__} | {name: SAID}
    if name == "reporter_phone":
        values[name] = FORMS[0]
    for who in READERS:
        clean(event_json(Event(**values), masked(who), place.reference, place.now))
    clean(feed_row(Event(**values), place.reference))


def lived(opened: OpenApi, place: Town) -> Iterator[Event]:
    """Say the canaries in every text on the way of three cases; yield the events as they then are."""
    one = place.report(
        title=f"占道 {SAID}"[:100],
        description=SAID,
        address=SAID[:200],
        reporter_phone=FORMS[0],
        external_id=FORMS[0],
    )
    one = place.act(one, "claim", place.claimer(one))
    unit = place.unit_of(one)
    until = place.now + timedelta(days=3)
    one = place.act(one, "hold", unit, reason=SAID, until=until)
    yield one  # the request stands open
    one = place.act(one, "refuse", LEAD, request="hold", reason=SAID)
    one = place.act(one, "extend", unit, reason=SAID)
    one = place.act(one, "approve", LEAD, request="extend", reason=SAID)
    one = place.act(one, "supervise", LEAD, reason=SAID)
    one = place.act(one, "reply", unit, text=SAID)
    one = place.act(one, "comment", OPERATOR, text=SAID)
    one = place.act(one, "finish", unit, text=SAID, photos=[place.photo()])
    one = place.act(one, "check", place.worker, rating="dissatisfied", text=SAID, photos=[place.photo()])
    one = place.finished(one)
    one = place.checked(one)
    yield place.act(one, "reopen", OPERATOR, reason=SAID)
    two = place.report(title="紧急", description=SAID, emergency=True, category="S0502")
    yield two
    three = place.report(category=None, source="resident")
    yield place.act(three, "reject", OPERATOR, reason=SAID)
    four = place.report()
    other = place.reference.eligible(four)[0]
    four = place.act(four, "dispatch", OPERATOR, unit=other, reason=SAID)
    four = place.act(four, "recall", OPERATOR, reason=SAID)
    four = place.act(four, "dispatch", OPERATOR, unit=other)
    yield place.act(four, "decline", unit_viewer(other), ground="unclear_description", text=SAID)


def test_what_is_said_on_the_way_comes_out_on_no_page_no_door_no_feed_no_export_and_no_push(
    opened: OpenApi, place: Town
) -> None:
    browser = opened.login("operator")
    for made in lived(opened, place):
        path = f"/events/{made.number}"
        accounts = [*COMMAND, place.worker.name, *([f"unit-{made.unit}"] if made.unit else [])]
        for account in accounts:
            clean(opened.call(account, "GET", path).text)
            clean(opened.call(account, "GET", f"{path}/around").text)
            clean(opened.call(account, "GET", "/events").text)
        clean(browser.get(f"/api/v1{path}").text)
        with opened.app.test_request_context(), place.database.read() as session:
            for who in (OPERATOR, LEAD, LEADER, WALL):
                drawn = event.gathered(session, place.reference, made, who, place.now)
                clean(repr(drawn))
            clean(
                json.dumps(
                    dispatch.drawn(opened.runtime, made.number, LEAD),
                    cls=PlotlyJSONEncoder,
                    ensure_ascii=False,
                )
            )
            clean(event_cells(place.now)(made))
            clean(latest_view(session, place.now, place.reference))
    for account in ("operator", "lead"):
        for path in (
            "/objections",
            "/appeals",
            "/alerts",
            "/pool",
            "/exports/events.csv?why=核对本月积分",
            f"/events?q={FORMS[0]}",
        ):
            clean(opened.call(account, "GET", path).text)
    with place.database.read() as session:
        pushed = session.scalars(select(DeliveryRow)).all()
        assert pushed
        clean([[row.reason, row.payload] for row in pushed])


def test_what_is_said_at_an_alert_and_at_a_screen_reaches_no_other_screen(
    opened: OpenApi, place: Town
) -> None:
    made = place.report(emergency=True, category="S0502")
    alert = opened.call("lead", "GET", "/alerts").json["items"][0]
    path = f"/alerts/{alert['id']}"
    until = (clock.now() + timedelta(minutes=5)).isoformat()
    assert opened.call("lead", "POST", f"{path}/shelve", {"reason": SAID, "until": until}).status_code == 200
    behalf = {"who": FORMS[1], "channel": "phone", "words": SAID}
    said = {"episode": alert["episode"], "screen": FORMS[0], "on_behalf": behalf}
    assert opened.call("lead", "POST", f"{path}/acknowledge", said).status_code == 200
    seat = {"seat": FORMS[0]}
    assert opened.call("operator", "POST", f"/events/{made.number}/presence", seat).status_code == 200
    taken = {"seat": "s", "reason": SAID}
    clean(opened.call("lead", "POST", f"/events/{made.number}/presence/take", taken).text)
    for account in COMMAND:
        clean(opened.call(account, "GET", "/alerts").text)
        clean(opened.call(account, "GET", f"/events/{made.number}").text)
    with place.database.read() as session:
        rows = session.scalars(select(AlertRow)).all()
        clean(alert_messages(session, rows, lambda one: feed_row(one, place.reference), place.reference))


def test_reasons_of_looks_and_of_exports_are_shown_to_others_masked(opened: OpenApi, place: Town) -> None:
    made = place.report(reporter_phone=FORMS[0], reporter_name="某人")
    assert (
        opened.call("operator", "POST", f"/events/{made.number}/reveal", {"reason": SAID}).status_code == 200
    )
    ask = {"filters": {"q": FORMS[0]}, "why": SAID[:100]}
    key = opened.call("operator", "POST", "/exports/requests", ask).json["id"]
    opened.call("lead", "POST", f"/exports/requests/{key}/refuse", {"reason": SAID})
    for account in ("operator", "lead", "admin"):
        clean(opened.call(account, "GET", "/exports/requests").text)
    with opened.app.test_request_context(), place.database.read() as session:
        clean(repr(event.gathered(session, place.reference, made, LEAD, place.now)))


def test_the_reporters_own_page_shows_what_the_desk_wrote_masked(opened: OpenApi, place: Town) -> None:
    body = {"title": f"路灯 {FORMS[0]}", "address": "示例路", "description": SAID}
    made = opened.call(None, "POST", "/reports", body).json
    with place.database.read() as session:
        from datasources.events import journal

        held = journal.event_by_number(session, made["number"])
    assert held is not None
    place.act(held, "reject", OPERATOR, reason=SAID)
    clean(opened.call(None, "GET", f"/reports/{made['number']}?secret={made['secret']}").text)


def test_the_log_names_nobody_not_even_in_a_traceback_of_the_database(database: Database) -> None:
    formatter = quiet_log.Masked(quiet_log.FORMAT)
    step = dict.fromkeys((column.name for column in StepRow.__table__.c), SAID) | {
        "id": 1,
        "facts": {"text": SAID},
    }
    try:
        with database.write() as session:
            session.execute(
                StepRow.__table__.insert(),
                [
                    step
                    | {
                        "at": clock.now(),
                        "late": False,
                        "on_behalf": False,
                        "event_id": 1,
                        "version": 1,
                        "round": 1,
                    }
                ],
            )
    except DatabaseError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 0, "failed: %s", (SAID,), (type(error), error, error.__traceback__)
        )
        told = formatter.format(record)
        assert "Traceback" in told and SAID not in str(error)
        clean(told)
    else:
        raise AssertionError("the row should not have fitted")


def test_the_canaries_are_what_a_reader_would_dial() -> None:
    assert [secret for secret in SECRETS if secret not in digits(SAID)] == []
