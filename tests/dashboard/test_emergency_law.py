"""The law of emergencies: at every moment somebody is responsible for an open one, and something happens next by itself."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dashboard import actions, alerting
from dashboard.rules.access import Role, Viewer
from dashboard.rules.alerts import waiting
from dashboard.rules.alerts.alert import SIGN_WITHIN, Alert, AlertState, is_silenced, is_watched, sounds
from dashboard.rules.events.event import OWNED, Event, Status
from dashboard.rules.refusals import Invalid, NotAllowedNow
from datasources.alerts import journal as alert_journal
from datasources.alerts import screens
from datasources.events import journal
from datasources.feed import outbox
from datasources.store.models import AlertLogRow, AlertRow, DeliveryRow, EventRow, StepRow
from tests.conftest import LEAD, OPERATOR, Town, unit_viewer
from tests.dashboard.test_machine import Life
from tests.support.depth import examples
from tests.support.ordinary_cases import IN_HAND, left_out, uncalled


def open_alert(town: Town, event: Event) -> Alert | None:
    with town.database.read() as session:
        return alert_journal.open_alert(session, event.id)


def answer(town: Town, event: Event) -> None:
    """Somebody at the desk answers the alert of an event."""
    alert = open_alert(town, event)
    assert alert is not None
    with town.database.write() as session:
        alerting.acknowledge(session, alert.id, alert.episode, "desk-1", OPERATOR, town.now)


def lawful(event: Event, alert: Alert | None, now: datetime) -> str:
    """Return what of the law is broken for an open emergency; nothing when it holds."""
    if alert is None:
        return "no alert is open"
    if alert.next_at is None or alert.next_at <= now:
        return "nothing happens next"
    if event.status in OWNED:
        return "" if event.unit else "no unit is responsible"
    # with the desk: heard by everybody, silenced openly for a while, or answered by somebody just now
    if sounds(alert, now) or (alert.shelved_until or now) > now:
        return ""
    answered = alert.acknowledged_by and alert.acknowledged_at
    if not answered or alert.next_at > answered + SIGN_WITHIN:
        return "nobody has it and nobody hears of it"
    return ""


def reached(town: Town, event: Event, alert: Alert, bearer: Alert) -> str:
    """Return whom the alarm of an open emergency does not reach; nothing when the law holds.

    `bearer` is what the alert lies in, or the alert itself. Whoever silenced it has seen it.
    """
    now = town.now
    if alert.state == AlertState.ACKNOWLEDGED:
        due = waiting.deadline(event)
        if is_watched(alert) and due is not None and due > now and alert.next_at > due:
            return "it rests longer than what is to be done now may take"
        told = event.check_due_at and event.check_due_at - CHECK_WITHIN
        if event.status == Status.CHECKING and event.check_reminders and alert.acknowledged_at < told:
            return "its check is late and nobody hears of it"
        return ""
    if is_silenced(alert, now):
        return ""
    if not sounds(bearer, now) or bearer.folded_into is not None:
        return "it lies in an alarm that does not sound"
    with town.database.read() as session:
        called = {one["unit"] for one in outbox.signings(session, [of(town, bearer)])[bearer.event_id]}
        wanted = {one["unit"] for one in outbox.signings(session, [event])[event.id]}
        audible = screens.audible_screens(session, now)
        query = select(DeliveryRow.payload).where(DeliveryRow.event_id == bearer.event_id)
        told_of = {payload.get("alert") for payload in session.scalars(query)}
    if not wanted <= called:
        return f"it does not call {wanted - called}"
    return "" if audible or bearer.id in told_of else "no screen is audible and the gateway knows of nothing"


def of(town: Town, alert: Alert) -> Event:
    with town.database.read() as session:
        found = journal.event_by_id(session, alert.event_id)
    assert found is not None
    return found


CHECK_WITHIN = timedelta(minutes=30)
RESIDENT = Viewer("anonymous", Role.RESIDENT)
NEXT = {
    Status.REPORTED: ("register", {"category": "S0406"}),
    Status.PENDING_DISPATCH: ("dispatch", {"unit": "URBAN_MGMT"}),
    Status.DISPATCHED: ("accept", {}),
    Status.HANDLING: ("finish", {"text": "已处置", "reason": "协办未到"}),
}


class EmergencyLife(Life):
    """The machine of the lifecycle, with emergencies alone."""

    @initialize()
    def begin(self) -> None:
        super().begin()
        with self.town.database.write() as session:  # what an example before this one left
            session.execute(update(AlertRow).values(state=AlertState.STOOD_DOWN, next_at=None))
            session.execute(update(EventRow).values(status=Status.REJECTED))
        self.screen_is(False)

    @rule(audible=st.booleans())
    def screen_is(self, audible: bool) -> None:
        """The one screen of the hall says whether it can be heard; it says nothing more by itself."""
        with self.town.database.write() as session:
            screens.heard_from(session, "desk/1", OPERATOR.name, audible, self.town.now)

    @rule(count=st.sampled_from((1, 3)))
    def a_stranger_reports(self, count: int) -> None:
        for _ in range(count):
            self.town.report(
                None, RESIDENT, emergency=True, source="resident", mark=f"stranger {self.started}"
            )

    @rule()
    def somebody_answers(self) -> None:
        with self.town.database.write() as session:
            for alert in self._shown(session):
                alerting.acknowledge(session, alert.id, alert.episode, "desk-1", OPERATOR, self.town.now)

    def _shown(self, session: Session) -> list[Alert]:
        raised = AlertRow.state == AlertState.RAISED, AlertRow.folded_into.is_(None)
        return alert_journal.alerts_where(session, *raised)

    @rule(minutes=st.sampled_from((1, 28)))
    def somebody_silences_what_sounds(self, minutes: int) -> None:
        until = self.town.now + timedelta(minutes=minutes)
        with self.town.database.write() as session:
            for alert in self._shown(session):
                alerting.shelve(session, alert.id, "误报核实", until, LEAD, self.town.now)

    @precondition(lambda self: self._movable())
    @rule(data=st.data())
    def the_work_goes_on(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self._movable()))
        action, facts = NEXT[Status(event.status)]
        who = self.town.unit_of(event) if event.status in OWNED else LEAD
        photos = {"photos": [self.town.photo()]} if action == "finish" else {}
        self.town.act(event, action, who, **facts, **photos)

    def _movable(self, *statuses: Status) -> list[Event]:
        return [one for one in self._events() if one.emergency and one.status in (statuses or NEXT)]

    @precondition(lambda self: self._movable(Status.DISPATCHED))
    @rule(data=st.data(), named=st.sampled_from(({}, {"co_units": ["HOUSING"]})))
    def it_is_taken_back_and_sent_again(self, data: st.DataObject, named: dict) -> None:
        event = data.draw(st.sampled_from(self._movable(Status.DISPATCHED)))
        event = self.town.act(event, "recall", LEAD, reason="另派")
        self.town.act(event, "dispatch", LEAD, unit="MUNICIPAL", **named)

    @invariant()
    def every_open_emergency_reaches_somebody_or_was_answered_or_silenced_knowingly(self) -> None:
        self.town.tick()
        for event in self._events():
            if event.is_open and event.emergency:
                alert = open_alert(self.town, event)
                assert alert is not None
                with self.town.database.read() as session:
                    bearer = alert_journal.alert_by_id(session, alert.folded_into or alert.id)
                broken = reached(self.town, event, alert, bearer)
                assert not broken, (broken, event.number, alert, bearer)

    @rule(emergency=st.sampled_from(("S0502", None)))
    def report(self, emergency: str | None) -> None:  # type: ignore[override]
        self.town.report(emergency, emergency=True)

    @rule(stands=st.sampled_from(sorted(IN_HAND)))
    def an_ordinary_case_goes_its_way(self, stands: str) -> None:
        IN_HAND[stands](self.town)

    @precondition(lambda self: any(event.is_open for event in self._events()))
    @rule(
        data=st.data(),
        facts=st.sampled_from(({"category": "S0502"}, {"category": "9904"}, {"emergency": True})),
    )
    def a_correction_says_what_it_is(self, data: st.DataObject, facts: dict) -> None:
        before = data.draw(st.sampled_from([event for event in self._events() if event.is_open]))
        event = self.town.act(before, "correct", OPERATOR, **facts)
        if event.status != Status.REPORTED and (before.emergency, before.category) != (True, event.category):
            broken = uncalled(self.town, event, before)
            assert not broken, (broken, before, event)

    @rule(seconds=st.sampled_from((10, 45, 301, 1900)))
    def a_while_passes(self, seconds: int) -> None:
        self.town.tick(seconds=seconds)

    @invariant()
    def whoever_sent_it_everybody_named_is_called(self) -> None:
        for event in self._events():
            if event.emergency and event.status == Status.DISPATCHED:
                broken = left_out(self.town, event)
                assert not broken, (broken, event)

    @invariant()
    def somebody_is_responsible_and_something_comes_next(self) -> None:
        for event in self._events():
            if event.is_open and event.emergency:
                broken = lawful(event, open_alert(self.town, event), self.town.now)
                assert not broken, (broken, event)


@pytest.mark.hypothesis
def test_every_open_emergency_has_somebody_responsible_and_a_next_moment(small_town: Town) -> None:
    machine = type("Here", (EmergencyLife,), {"town": small_town})
    calm = settings(
        max_examples=examples(12),
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=calm)


def signed(town: Town) -> Event:
    """An emergency that was answered and signed for by everybody: it rests in its unit's hands."""
    event = town.report("S0502", title="燃气泄漏")
    with town.database.read() as session:
        beside = [co.unit for co in journal.co_units(session, event)]
    answer(town, event)
    held = town.act(event, "accept", town.unit_of(event))
    for unit in beside:
        held = town.act(held, "accept", unit_viewer(unit))
    town.tick(minutes=5)
    assert open_alert(town, held).state == AlertState.ACKNOWLEDGED
    return town.fresh(held)


def passed_up(town: Town) -> Event:
    event = signed(town)
    return town.act(event, "escalate", town.unit_of(event), reason="超出本单位能力")


def declined(town: Town) -> Event:
    event = town.report("S0502", title="燃气泄漏")
    answer(town, event)
    return town.act(event, "decline", town.unit_of(event), ground="not_our_duty", text="非本单位职责")


def held(town: Town) -> Event:
    event = signed(town)
    until = town.now.replace(day=town.now.day + 2)
    asked = town.act(event, "hold", town.unit_of(event), reason="等待停气", until=until)
    return town.act(asked, "approve", LEAD, request="hold")


@pytest.mark.parametrize("leaves", [passed_up, declined, held])
def test_an_answered_emergency_that_is_passed_up_declined_or_put_on_hold_sounds_again(
    town: Town, leaves: object
) -> None:
    event = leaves(town)  # type: ignore[operator]
    alert = open_alert(town, event)
    assert (alert.state, alert.episode) == (AlertState.RAISED, 2)
    assert lawful(event, alert, town.now) == ""


def test_an_answered_and_signed_emergency_opens_again_when_its_deadline_passes(town: Town) -> None:
    event = signed(town)
    alert = open_alert(town, event)
    assert alert.next_at == event.handle_due_at
    town.tick(seconds=(event.handle_due_at - town.now).total_seconds())
    assert (open_alert(town, event).episode, open_alert(town, event).state) == (2, AlertState.RAISED)


def count(town: Town, event: Event, action: str) -> int:
    with town.database.read() as session:
        query = select(func.count()).where(StepRow.event_id == event.id, StepRow.action == action)
        return session.scalar(query) or 0


def test_the_desk_is_reminded_once_of_what_it_did_not_register_in_time(town: Town) -> None:
    event = town.report("S0406", source="resident")
    assert event.status == Status.REPORTED
    town.tick(seconds=(event.register_due_at - town.now).total_seconds() - 1)
    assert count(town, event, "remind") == 0
    for _ in range(3):
        town.tick(minutes=1)
    assert count(town, event, "remind") == 1
    assert town.fresh(event).register_due_at == event.register_due_at  # the deadline itself stays readable


def test_the_desk_is_reminded_each_time_of_what_it_did_not_dispatch_in_time(town: Town) -> None:
    event = town.report("S0406")
    town.tick(minutes=31)
    waiting = town.fresh(event)
    assert waiting.status == Status.PENDING_DISPATCH
    for _ in range(3):
        town.tick(minutes=16)
    assert count(town, event, "remind") == 1
    sent = town.act(town.fresh(event), "dispatch", OPERATOR, unit="URBAN_MGMT")
    town.act(sent, "decline", town.unit_of(sent), ground="not_our_duty", text="不属我方")
    town.tick(minutes=16)
    assert count(town, event, "remind") == 2


def test_an_answered_emergency_that_nobody_dispatches_sounds_again_at_the_desks_deadline(town: Town) -> None:
    event = town.report(None, emergency=True)
    assert event.status == Status.REPORTED
    town.tick(minutes=14, seconds=30)
    answer(town, event)
    before = open_alert(town, event).episode
    town.tick(seconds=31)
    assert open_alert(town, event).episode == before + 1


def test_the_gateway_is_logged_once_for_each_message_owed(town: Town) -> None:
    event = town.report("S0502", title="燃气泄漏")
    town.tick(minutes=3)
    with town.database.read() as session:
        query = (
            select(func.count()).select_from(AlertLogRow).join(AlertRow, AlertRow.id == AlertLogRow.alert_id)
        )
        logged = session.scalar(query.where(AlertRow.event_id == event.id, AlertLogRow.what == "webhook"))
    assert logged == 2  # nobody could be heard; nobody answered


def test_an_emergency_is_merged_into_an_open_emergency_alone(town: Town) -> None:
    ordinary, urgent, other = town.report(), town.report(emergency=True), town.report(emergency=True)
    with pytest.raises(Invalid) as refused:
        town.act(urgent, "merge", OPERATOR, original=ordinary.number)
    assert [field for field, _, _ in refused.value.errors] == ["original"]
    assert open_alert(town, urgent) is not None
    merged = town.act(urgent, "merge", OPERATOR, original=other.number)
    assert merged.status == Status.MERGED and open_alert(town, other) is not None


EMPTY = [{"level": ""}, {"category": ""}, {"category": []}, {"emergency": ""}]


@pytest.mark.parametrize("facts", EMPTY)
def test_an_empty_fact_counts_as_not_given_and_is_never_written(town: Town, facts: dict) -> None:
    event = town.report()
    after = town.act(event, "correct", OPERATOR, lng=event.lng, lat=event.lat, **facts)
    assert after.version == event.version + 1
    assert (after.level, after.category, after.emergency) == (event.level, event.category, event.emergency)


@pytest.mark.parametrize("facts", EMPTY)
def test_a_correction_of_nothing_but_empty_facts_is_refused(town: Town, facts: dict) -> None:
    event = town.report()
    with pytest.raises(Invalid):
        town.act(event, "correct", OPERATOR, **facts)
    assert town.fresh(event).version == event.version


def bearer(town: Town, **filed: object) -> tuple[Event, Event, Event]:
    """Three emergencies, the first merged into the second, that into the third, which stands for all of them."""
    first, second, third = (town.report(None, emergency=True, **filed) for _ in range(3))
    town.act(first, "merge", OPERATOR, original=second.number)
    town.act(town.fresh(second), "merge", OPERATOR, original=third.number)
    return town.fresh(first), town.fresh(second), town.fresh(third)


def test_what_bears_merged_emergencies_is_neither_rejected_nor_lowered(town: Town) -> None:
    first, second, third = bearer(town)
    with pytest.raises(NotAllowedNow):
        town.act(third, "reject", OPERATOR, reason="重复")
    with pytest.raises(Invalid):
        town.act(third, "correct", OPERATOR, emergency=False)
    with town.database.read() as session:
        assert "reject" not in actions.buttons(session, town.reference, third, OPERATOR, town.now)
    assert open_alert(town, third) is not None
    town.act(second, "unmerge", OPERATOR)
    town.act(town.fresh(third), "correct", OPERATOR, emergency=False)
    assert open_alert(town, third) is None
    for raised in (first, second):
        assert town.fresh(raised).merged_into != third.id


def test_a_chain_of_merges_counts_each_demand_once_and_gives_each_back(town: Town) -> None:
    first, second, third = bearer(town)
    assert (second.demand, third.demand) == (2, 3)
    town.act(first, "unmerge", OPERATOR)
    assert (town.fresh(second).demand, town.fresh(third).demand) == (1, 2)
    town.act(town.fresh(second), "unmerge", OPERATOR)
    assert [town.fresh(one).demand for one in (first, second, third)] == [1, 1, 1]


def test_a_bad_check_of_an_emergency_sounds_again(town: Town) -> None:
    event = town.act(town.finished(town.claimed()), "correct", OPERATOR, emergency=True)
    answer(town, event)
    back = town.act(event, "check", OPERATOR, rating="dissatisfied", text="仍有气味")
    assert back.status == Status.HANDLING
    assert open_alert(town, back).state == AlertState.RAISED
