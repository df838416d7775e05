"""While an emergency sounds somebody is reached: a screen of the hall, else the gateway; and the log says what was done."""

from datetime import timedelta

from sqlalchemy import func, select

from dashboard import alerting
from dashboard.rules.events.event import Event
from datasources.alerts import screens
from datasources.store.models import AlertLogRow, AlertRow, DeliveryRow
from tests.conftest import LEAD, OPERATOR, Town
from tests.dashboard.test_emergency_law import answer, open_alert


def logged(town: Town, event: Event, what: str) -> int:
    with town.database.read() as session:
        query = (
            select(func.count()).select_from(AlertLogRow).join(AlertRow, AlertRow.id == AlertLogRow.alert_id)
        )
        return session.scalar(query.where(AlertRow.event_id == event.id, AlertLogRow.what == what)) or 0


def owed(town: Town, event: Event) -> list[str]:
    """Return why the gateway was owed a message about an event, each time."""
    with town.database.read() as session:
        query = select(DeliveryRow.reason).where(
            DeliveryRow.target == "alert", DeliveryRow.event_id == event.id
        )
        return list(session.scalars(query.order_by(DeliveryRow.id)))


def hear(town: Town, audible: bool = True) -> None:
    """A screen of the hall says whether it can be heard."""
    with town.database.write() as session:
        screens.heard_from(session, "desk/1", OPERATOR.name, audible, town.now)


def silence(town: Town, event: Event, minutes: float) -> None:
    alert = open_alert(town, event)
    assert alert is not None
    with town.database.write() as session:
        alerting.shelve(session, alert.id, "误报核实", town.now + timedelta(minutes=minutes), LEAD, town.now)


def test_nothing_that_a_silence_holds_back_is_logged_as_done_and_it_is_done_when_the_silence_ends(
    town: Town,
) -> None:
    hear(town)
    event = town.report("S0502", title="燃气泄漏")
    silence(town, event, minutes=20)
    for _ in range(19):
        hear(town)
        town.tick(minutes=1)
    for what in ("repeat", "widen", "webhook"):
        assert logged(town, event, what) == 0
    assert owed(town, event) == []
    hear(town)
    town.tick(minutes=1)
    assert [logged(town, event, what) for what in ("repeat", "widen", "webhook")] == [1, 1, 1]
    assert owed(town, event) == ["unacknowledged"]


def test_without_an_audible_screen_the_gateway_is_owed_at_once_whenever_an_emergency_sounds_again(
    town: Town,
) -> None:
    event = town.report("S0502", title="燃气泄漏")
    assert owed(town, event) == ["no_audible_screen"]
    answer(town, event)
    town.tick(minutes=5)  # nobody has signed: a new episode
    assert open_alert(town, event).episode == 2
    assert owed(town, event) == ["no_audible_screen"] * 2
    answer(town, event)
    town.act(town.fresh(event), "decline", town.unit_of(event), ground="not_our_duty", text="非本单位职责")
    assert open_alert(town, event).episode == 3
    assert owed(town, event) == ["no_audible_screen"] * 3
    town.tick(seconds=10)
    assert owed(town, event) == ["no_audible_screen"] * 3, "once an episode"


def test_when_the_last_audible_screen_is_gone_the_gateway_is_owed_at_once_and_once_an_episode(
    town: Town,
) -> None:
    hear(town)
    event = town.report("S0502", title="燃气泄漏")
    town.tick(seconds=10)
    assert owed(town, event) == []
    town.tick(seconds=6)  # its lease is over
    assert owed(town, event) == ["no_audible_screen"] and logged(town, event, "webhook") == 1
    hear(town)
    town.tick(seconds=1)
    hear(town, audible=False)
    town.tick(seconds=1)
    assert owed(town, event) == ["no_audible_screen"]


def test_an_alarm_that_comes_out_of_its_silence_where_nobody_hears_is_owed_to_the_gateway(town: Town) -> None:
    hear(town)
    event = town.report("S0502", title="燃气泄漏")
    silence(town, event, minutes=0.4)
    town.tick(seconds=20)
    assert owed(town, event) == []
    town.tick(seconds=4)
    assert owed(town, event) == ["no_audible_screen"]


def test_what_somebody_answered_is_not_owed_to_the_gateway_when_the_screens_are_gone(town: Town) -> None:
    hear(town)
    event = town.report("S0502", title="燃气泄漏")
    answer(town, event)
    town.tick(minutes=1)
    assert owed(town, event) == []
