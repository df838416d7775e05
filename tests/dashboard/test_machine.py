"""The lifecycle as a stateful machine over a real database with the drill clock.

After every step: one owner; terminal stays terminal; ledger sum = board; every open emergency has a future
consequence; snapshot + rows = fresh snapshot.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from callbacks.live.store import LiveStore
from dashboard import actions, alerting
from dashboard.feed.publisher import compose
from dashboard.feed.serializer import feed_row
from dashboard.rules.advice.doubles import stands
from dashboard.rules.alerts.alert import AlertState
from dashboard.rules.events.event import OWNED, TERMINAL, Event, Rating, Source, Status
from dashboard.rules.refusals import NotAllowedNow
from datasources.alerts import journal as alert_journal
from datasources.events import journal
from datasources.feed import outbox
from datasources.store.models import AlertRow, EventRow, LedgerRow, StepRow
from tests.conftest import FRIDAY, LEAD, LEADER, OPERATOR, Town, make_town, unit_viewer
from tests.support.depth import examples

CATEGORIES = ("S0406", "S0113", "S0502", "9801", None)
SOURCES = (Source.GRID_WORKER, Source.RESIDENT, Source.SENSOR, Source.PHONE)


class Life(RuleBasedStateMachine):
    """Somebody reports, somebody acts, time passes — in any order."""

    town: Town

    @initialize()
    def begin(self) -> None:
        self.town.hand.moment = FRIDAY
        self.started = self._last_id()
        self.ended: dict[int, str] = {}
        self.screen = LiveStore()

    def _last_id(self) -> int:
        with self.town.database.read() as session:
            return session.scalar(select(func.max(EventRow.id))) or 0

    def _events(self) -> list[Event]:
        with self.town.database.read() as session:
            return journal.events_where(session, EventRow.id > self.started)

    @rule(
        category=st.sampled_from(CATEGORIES),
        source=st.sampled_from(SOURCES),
        emergency=st.booleans(),
        offset=st.sampled_from((0.0, 0.0, 0.0021, 0.5)),
    )
    def report(self, category: str | None, source: Source, emergency: bool, offset: float) -> None:
        spot = self.town.reference.areas[self.town.grid]
        self.town.report(
            category,
            source=source,
            emergency=emergency and category is None,
            lng=spot.lng + offset,
            lat=spot.lat,
        )

    @precondition(lambda self: self._events())
    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        town = self.town
        event = data.draw(st.sampled_from(self._events()))
        units = {event.unit, *town.reference.eligible(event)[:2]} - {None}
        cast = [OPERATOR, LEAD, LEADER, town.worker, *(unit_viewer(code) for code in sorted(units))]
        choices = []
        for viewer in cast:
            with town.database.read() as session:
                found = actions.buttons(session, town.reference, event, viewer, town.now)
            choices += [(viewer, action) for action in found if action not in ("comment", "urge")]
        if not choices:
            return
        viewer, action = data.draw(st.sampled_from(choices))
        facts = self._facts(event, action, data)
        if facts is not None:
            town.act(event, action, viewer, **facts)

    def _facts(self, event: Event, action: str, data: st.DataObject) -> dict[str, Any] | None:
        others = [
            other
            for other in self._events()
            if other.id != event.id
            and stands(other, self.town.now)
            and (not event.emergency or (other.emergency and other.is_open))
        ]
        if action == "merge" and not others:
            return None
        makers: dict[str, Any] = {
            "register": lambda: {"category": event.category or "S0406"},
            "reject": lambda: {"reason": "不属实"},
            "merge": lambda: {"original": data.draw(st.sampled_from(others)).number},
            "dispatch": lambda: {"unit": data.draw(st.sampled_from(("URBAN_MGMT", "MUNICIPAL"))), "reason": "直接派单"},
            "recall": lambda: {"reason": "派错单位"},
            "decline": lambda: {"ground": "not_our_duty", "text": "非本单位职责"},
            "escalate": lambda: {"reason": "需要上级"},
            "finish": lambda: {"text": "已处置", "photos": [self.town.photo()], "reason": "协办未到"},
            "reply": lambda: {"text": "已整改并说明"},
            "hand_over": dict,
            "appeal": lambda: {"reason": "现场被围挡封闭"},
            "review": lambda: {"verdict": data.draw(st.sampled_from(("uphold", "dismiss"))), "reason": "已核对"},
            "check": lambda: {"rating": data.draw(st.sampled_from(list(Rating))).value, "text": "情况", "photos": [self.town.photo()]},
            "hold": lambda: {"reason": "等待许可", "until": self.town.now + timedelta(days=2)},
            "extend": lambda: {"reason": "工程量大"},
            "approve": lambda: {"request": event.request},
            "refuse": lambda: {"request": event.request, "reason": "理由不足"},
            "supervise": lambda: {"reason": "领导批示"},
            "reopen": lambda: {"reason": "居民反映"},
            "correct": lambda: {"category": data.draw(st.sampled_from(("S0406", "S0113")))},
            "settle_border": lambda: {"grid": data.draw(st.sampled_from((event.border or {})["candidates"] or [self.town.grid]))},
        }  # fmt: skip
        return makers[action]() if action in makers else {}

    @rule(minutes=st.sampled_from((1, 20, 31, 130, 60 * 26)))
    def time_passes(self, minutes: int) -> None:
        self.town.tick(minutes=minutes)

    @rule()
    def somebody_answers(self) -> None:
        with self.town.database.write() as session:
            for alert in alert_journal.alerts_where(session, AlertRow.state == AlertState.RAISED):
                alerting.acknowledge(session, alert.id, alert.episode, "desk-1", OPERATOR, self.town.now)

    @invariant()
    def one_owner_and_terminal_stays_terminal(self) -> None:
        for event in self._events():
            assert (event.unit is not None) >= (event.status in OWNED)
            if event.status in OWNED - {Status.ON_HOLD, Status.CHECKING}:
                assert event.handle_due_at is not None
            if event.id in self.ended and self.ended[event.id] == Status.REJECTED:
                assert event.status == Status.REJECTED
            if event.status in TERMINAL:
                self.ended[event.id] = event.status

    @invariant()
    def what_is_work_to_do_says_nothing_of_having_been_done(self) -> None:
        for event in self._events():
            if event.is_open and event.status != Status.CHECKING:
                assert (event.finished_at, event.solved_level, event.check_due_at) == (None, None, None)
                assert not event.resolved_on_site

    @invariant()
    def every_step_is_a_version_and_every_version_a_step(self) -> None:
        with self.town.database.read() as session:
            query = select(StepRow.event_id, func.count(), func.max(StepRow.version)).group_by(
                StepRow.event_id
            )
            for event_id, count, newest in session.execute(query.where(StepRow.event_id > self.started)):
                event = journal.event_by_id(session, event_id)
                assert count == newest == event.version

    @invariant()
    def the_board_is_the_sum_of_its_entries_and_reversals_cancel_exactly(self) -> None:
        with self.town.database.read() as session:
            entries = {row.id: row for row in session.scalars(select(LedgerRow))}
        for entry in entries.values():
            if entry.reverses is not None:
                reversed_one = entries[entry.reverses]
                assert (reversed_one.subject, reversed_one.tenths) == (entry.subject, -entry.tenths)
        targets = [entry.reverses for entry in entries.values() if entry.reverses is not None]
        assert len(targets) == len(set(targets))

    @invariant()
    def whatever_way_a_report_became_a_case_it_earned_its_worker_once(self) -> None:
        with self.town.database.read() as session:
            earned = Counter(
                session.scalars(select(LedgerRow.event_id).where(LedgerRow.rule == "valid_report"))
            )
        for event in self._events():
            by_one = event.source == Source.GRID_WORKER and event.reported_by == self.town.worker.name
            assert earned[event.id] == (event.registered_at is not None and by_one)

    @invariant()
    def every_open_emergency_has_a_future_consequence(self) -> None:
        with self.town.database.read() as session:
            alerts = {
                alert.event_id: alert
                for alert in alert_journal.alerts_where(session, AlertRow.state != "stood_down")
            }
        for event in self._events():
            if event.is_open and event.emergency:
                alert = alerts.get(event.id)
                assert alert is not None, event
                assert alert.next_at is not None or event.status not in (
                    "reported",
                    "pending_dispatch",
                    "dispatched",
                )
            elif not event.is_open:
                assert event.id not in alerts

    @invariant()
    def snapshot_and_rows_equal_a_fresh_snapshot(self) -> None:
        row_of = partial(feed_row, reference=self.town.reference)
        with self.town.database.write() as session:
            claimed = outbox.unpublished(session, 10_000)
            for message in compose(session, claimed, row_of):
                pairs = zip(message["gone"], message["gone_versions"], strict=True)
                self.screen.apply(message["rows"], pairs)
            outbox.forget(session, [row.id for row in claimed])
        fresh = LiveStore()
        with self.town.database.read() as session:
            fresh.apply(
                [
                    row_of(event)
                    for event in outbox.events_by_id(session, outbox.open_versions(session)).values()
                ]
            )
        mine = {key: row for key, row in self.screen.rows.items() if key > self.started}
        assert mine == {key: row for key, row in fresh.rows.items() if key > self.started}


def live(town: Town, least: int, steps: int) -> None:
    """Run the machine on a town."""
    machine = type("LifeHere", (Life,), {"town": town})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(least),
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def quiet(town: Town) -> Iterator[Town]:
    """The town, with time starting over for every example."""
    yield town


@pytest.mark.hypothesis
def test_any_order_of_reports_actions_and_time_keeps_every_invariant(quiet: Town) -> None:
    live(quiet, least=25 if quiet.database.is_sqlite else 8, steps=25)


def test_an_answer_to_an_alert_that_is_over_is_refused(small_town: Town) -> None:
    event = small_town.report("S0502")
    with small_town.database.write() as session:
        alert = alert_journal.open_alert(session, event.id)
        alerting.stand_down(session, event.id, small_town.now, "operator")
    with small_town.database.write() as session, pytest.raises(NotAllowedNow):
        alerting.acknowledge(session, alert.id, 1, "desk-1", OPERATOR, small_town.now)


__all__ = ["make_town"]
