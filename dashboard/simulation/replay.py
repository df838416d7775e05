"""Real records lived through: reported, assigned, finished and closed when the record says so, by the verbs of RULES.

What happens next is read from the event as it stands, so a replay begun again on the same data simply goes on.
"""

import heapq
import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dashboard import actions
from dashboard.rules.access import CLOCK, SYSTEM, Role, Viewer
from dashboard.rules.events.event import Event, Status
from dashboard.rules.events.guards import border_in_doubt
from dashboard.rules.events.report import Report
from dashboard.rules.refusals import Refusal
from dashboard.sweeps import deadlines
from datasources.districts.reference import Reference, References
from datasources.events import journal
from datasources.store.beats import Beats
from datasources.store.database import Database
from datasources.store.models import EventRow

log = logging.getLogger(__name__)

BATCH = 100  # actions in one transaction: other writers wait no longer than that
SWEEP_SECONDS = 0.5
SWEEP_AT_LEAST = timedelta(hours=1)
DESK = Viewer("operator", Role.OPERATOR, title="值班员")
LIVED = (
    None,
    Status.CLOSED,
)  # how a record that was a case ended; what was rejected or merged is not lived through
CLAIM_SHARE = 0.6  # of the events that the record's department may claim
NO_DUTY = "记录中的部门不在抢单范围，按记录派单"
CLOSED_EARLY = "记录在抢单时限内已办结，按记录派单"
DONE_WORDS = "按历史记录办结"
ALONE = "记录中没有协办单位的办理情况"
LOOK = "look"  # nothing is to be done but to see how it stands by then
LOOK_AGAIN = timedelta(hours=1)
MOST_LOOKS = 24
Progress = Callable[[int, int], None]


class Plan(NamedTuple):
    """What happens next to a record, and when; `action` is the verb, `event_id` None before it is reported.

    `looks` is how often it was looked at again since nothing could be done about it.
    """

    when: datetime
    number: int
    action: str
    event_id: int | None
    looks: int = 0


class Replay:
    """One run through records, oldest first; `step(now)` does everything due by `now`, in order of time.

    Times are aware UTC. Records need `external_id` and `reported_at`; `progress` is told (records reported, in all).
    """

    def __init__(
        self,
        database: Database,
        references: References,
        records: Iterable[Report],
        progress: Progress | None = None,
        beats: Beats | None = None,
    ) -> None:
        self._database, self._references, self._progress, self._beats = database, references, progress, beats
        self._records = sorted(
            (one for one in records if one.external_id and one.reported_at and one.status in LIVED),
            key=lambda one: (one.reported_at, one.external_id),
        )
        self.total, self.reported = len(self._records), 0
        self.stuck: list[Report] = []  # what could not be brought to the end that the record tells of
        self._heap: list[Plan] = []
        self._swept = self._sweep_took = 0.0
        self._swept_at: datetime | None = None
        self._resume()

    @property
    def begins_at(self) -> datetime:
        """Return the moment of the first record: where the drill clock is to start."""
        if not self._records:
            raise Refusal("没有可以回放的记录")
        begins_at = self._records[0].reported_at
        assert begins_at is not None
        return begins_at

    @property
    def finished(self) -> bool:
        """Return whether every record has come to its end."""
        return not self._heap

    @property
    def next_at(self) -> datetime | None:
        """Return when something happens next."""
        return self._heap[0].when if self._heap else None

    def tick(self, now: datetime) -> int:
        """Live up to `now`, then let the clock sweep at the same moment, so that no deadline overtakes the record.

        A sweep reads all that is in hand, so it takes no more than a fifth of the time unless an hour has passed.
        """
        done = self.step(now)
        rested = time.monotonic() - self._swept
        rests = max(SWEEP_SECONDS, 4 * self._sweep_took)
        if self._swept_at is None or rested >= rests or now - self._swept_at >= SWEEP_AT_LEAST:
            begun = time.monotonic()
            done += deadlines.tick(self._database, self._references.get(), now, self._beats)
            self._swept, self._swept_at = time.monotonic(), now
            self._sweep_took = self._swept - begun
        return done

    def step(self, now: datetime) -> int:
        """Do everything due by `now`; return how many actions that were."""
        reference, done = self._references.get(), 0
        while self._heap and self._heap[0].when <= now:
            with self._database.write() as session:
                for plan in self._due(now):
                    done += self._live(session, reference, plan)
            if self._progress is not None:
                self._progress(self.reported, self.total)
        return done

    def _due(self, now: datetime) -> Iterator[Plan]:
        for _ in range(BATCH):
            if not self._heap or self._heap[0].when > now:
                return
            yield heapq.heappop(self._heap)

    def _resume(self) -> None:
        """Plan for every record: from the start, or from where its event stands in the database."""
        column = EventRow.__table__.c
        with self._database.read() as session:
            rows = session.execute(
                select(column.source_system, column.source_id, column.external_id, column.id).where(
                    or_(column.external_id.is_not(None), column.source_system.is_not(None))
                )
            )
            held = {(row[0] or "", row[1] or row[2]): row[3] for row in rows}
            still_open = {
                event.id: event for event in journal.events_where(session, column.closed_at.is_(None))
            }
        reference = self._references.get()
        for number, record in enumerate(self._records):
            assert record.external_id is not None and record.reported_at is not None
            identity = held.get((record.source_system, record.external_id))
            if identity is None:
                self._heap.append(Plan(record.reported_at, number, "report", None))
                continue
            self.reported += 1
            event = still_open.get(identity)
            if event is not None and event.is_open and not event.imported:
                self._plan(reference, Plan(_last_moment(event), number, LOOK, identity), event)
        heapq.heapify(self._heap)

    def _live(self, session: Session, reference: Reference, plan: Plan) -> int:
        """Do one action and plan the next; one that is refused is looked at again from the event as it stands."""
        record = self._records[plan.number]
        try:
            with session.begin_nested():
                event = self._do(session, reference, plan, record)
        except Refusal as refusal:
            log.warning("Record %s: %s is refused: %s", record.external_id, plan.action, _why(refusal))
            self._look_again(plan)
            return 0
        if plan.event_id is None:
            self.reported += 1
        if event is not None:
            self._plan(reference, plan, event)
        return 1

    def _do(self, session: Session, reference: Reference, plan: Plan, record: Report) -> Event | None:
        if plan.event_id is None:
            return actions.report(session, reference, record, SYSTEM, plan.when)
        event = journal.event_by_id(session, plan.event_id)
        if event is None or not event.is_open:
            return None
        expected = _next(reference, record, event, plan.when)
        if expected is None or expected[1] != plan.action:
            return event  # a sweep or a person came first: plan anew
        facts, by = _means(reference, record, event, plan.action)
        return actions.perform(session, reference, event, actions.Request(plan.action, facts, by, plan.when))

    def _plan(self, reference: Reference, done: Plan, event: Event) -> None:
        """Plan what follows on what was done; where the record says more than can be done now, a look later on."""
        record = self._records[done.number]
        following = _next(reference, record, event, done.when)
        if following is not None:
            heapq.heappush(self._heap, Plan(following[0], done.number, following[1], event.id))
        elif event.is_open and not record.open:
            self._look_again(done._replace(action=LOOK, event_id=event.id))

    def _look_again(self, plan: Plan) -> None:
        if plan.looks < MOST_LOOKS:
            later = plan._replace(when=plan.when + LOOK_AGAIN, looks=plan.looks + 1)
            heapq.heappush(self._heap, later)
        else:
            self.stuck.append(self._records[plan.number])


def _next(reference: Reference, record: Report, event: Event, since: datetime) -> tuple[datetime, str] | None:
    """Return when which action is next for an event, not before `since`; None where the record says no more."""
    closes = record.closed_at if not record.open else None
    finishes = min(record.finished_at or closes, closes) if closes else None

    def at(moment: datetime) -> datetime:
        return max(since, min(moment, finishes)) if finishes else max(since, moment)

    luck = random.Random(f"{record.external_id}/{event.status}").random()
    if event.status == Status.REPORTED:
        return since, "register"
    if event.status == Status.CLAIMABLE:
        return _next_in_pool(reference, record, event, luck, at)
    if event.status == Status.PENDING_DISPATCH:
        if _unit(reference, record, event) is None:
            return None
        doubt = border_in_doubt(event) and not event.emergency
        return at(since + timedelta(minutes=1 + 8 * luck)), "settle_border" if doubt else "dispatch"
    if event.status == Status.DISPATCHED:
        return at((event.owned_at or since) + timedelta(minutes=2 + 18 * luck)), "accept"
    if event.status == Status.HANDLING and finishes is not None:
        return at(finishes), "finish"
    if event.status == Status.CHECKING and closes is not None:
        return max(since, closes), "conclude"
    return None


def _next_in_pool(
    reference: Reference, record: Report, event: Event, luck: float, at: Callable[[datetime], datetime]
) -> tuple[datetime, str] | None:
    lapses = event.claim_due_at or event.reported_at
    claims = at((event.pool_at or event.reported_at) + timedelta(minutes=1 + 30 * luck))
    may_claim = record.unit is None or record.unit in reference.eligible(event)
    if may_claim and luck < CLAIM_SHARE and claims < lapses:
        return claims, "claim"
    if at(lapses) < lapses:
        return at(lapses), "dispatch"
    return at(lapses), "lapse"


def _means(
    reference: Reference, record: Report, event: Event, action: str
) -> tuple[dict[str, object], Viewer]:
    """Return the facts of an action and who takes it."""
    unit = _unit(reference, record, event) or ""
    if action == "register":
        return {"category": record.category or event.category}, SYSTEM
    if action == "lapse":
        return {}, CLOCK
    if action == "settle_border":
        return {"grid": (event.border or {})["candidates"][0]}, DESK
    if action == "dispatch":
        facts: dict[str, object] = {"unit": unit}
        if record.due_at is not None:
            facts["due_at"] = record.due_at
        if event.status == Status.CLAIMABLE:
            facts["reason"] = CLOSED_EARLY if unit in reference.eligible(event) else NO_DUTY
        return facts, SYSTEM
    if action == "finish":
        # by the system: the record has no pictures, and nobody makes one up; its check is due when the record was closed
        done: dict[str, object] = {"text": DONE_WORDS, "due_at": record.closed_at}
        return done | ({"reason": ALONE} if event.co_units else {}), SYSTEM
    if action == "conclude":
        return {}, SYSTEM
    owner = event.unit or unit
    viewer = Viewer(f"unit-{owner}", Role.UNIT, unit=owner, title=reference.unit_name(owner))
    return {}, viewer


def _unit(reference: Reference, record: Report, event: Event) -> str | None:
    """Return the department of the record, else the first that the duty matrix names."""
    if record.unit is not None:
        return reference.standing_unit(record.unit)
    return next(iter(reference.responsible(event)), None)


def _why(refusal: Refusal) -> str:
    """Return a refusal in words, with every fact that is wrong."""
    return "; ".join([str(refusal), *(text.format(**params) for _, text, params in refusal.errors)])


def _last_moment(event: Event) -> datetime:
    moments = (event.reported_at, event.registered_at, event.owned_at, event.accepted_at, event.finished_at)
    return max(moment for moment in moments if moment is not None)
