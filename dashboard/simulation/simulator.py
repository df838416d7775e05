"""The simulator: a believable district in simulated time, through the same verbs as people, repeatable from a seed.

It plays only what it reported itself (marked 模拟数据); what real people report is left to real people.
"""

import heapq
import itertools
import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard import actions, alerting
from dashboard.rules.access import Viewer
from dashboard.rules.alerts.alert import SIGN_WITHIN, AlertState
from dashboard.rules.events.event import OPEN, Event
from dashboard.rules.refusals import Refusal
from dashboard.simulation.album import Album
from dashboard.simulation.people import Scene, Turn, answers_alert_after, next_turn
from dashboard.simulation.town import DESK, SIMULATED, Arrival, Town
from dashboard.sweeps import deadlines
from datasources.alerts import journal as alert_journal
from datasources.districts.reference import Reference, References
from datasources.events import journal
from datasources.store.database import Database
from datasources.store.models import EventRow

log = logging.getLogger(__name__)

BATCH = 40  # things done in one transaction: people at their screens wait no longer than that
PER_HOUR = 110.0  # reports in a mean working hour, live
QUIETEST = 0.4  # at night the wall still moves
AHEAD = timedelta(minutes=10)  # how far arrivals are planned
LOOK_EVERY = timedelta(minutes=1)
PAST = timedelta(hours=20)  # an empty district first lives through this much
PAST_PER_HOUR = 12.0
JUST_NOW = timedelta(
    minutes=40
)  # the end of that past is as lively as the present, so that the pool is not empty
PAST_SLICE = timedelta(minutes=30)
E = EventRow.__table__.c


class Due(NamedTuple):
    """Something to come: an arrival, a turn of an event, or a look at an event's alert."""

    at: datetime
    order: int
    kind: str
    event_id: int
    what: Arrival | Turn | None
    stance: tuple | None = None


class Demo:
    """One simulated district. `step(now)` does everything due by `now`, in order of time; call it a few times a second.

    `folder` is where photos lie; an empty district first lives through `past`.
    Same seed, same moments and an empty database give the same run.
    """

    def __init__(
        self,
        database: Database,
        references: References,
        seed: str | int,
        folder: Path | None = None,
        past: timedelta = PAST,
    ) -> None:
        self._database, self._references = database, references
        self._seed, self._past = str(seed), past
        self._heap: list[Due] = []
        self._order = itertools.count()
        self._followed: set[int] = set()
        self._album = Album(folder)
        self._town: Town | None = None
        self._planned: datetime | None = None
        self._looked: datetime | None = None

    def step(self, now: datetime) -> int:
        """Do everything due by `now`; return how many things were done."""
        reference = self._references.get()
        if self._town is None or self._town.reference is not reference:
            self._town = Town(reference, self._seed)
        done = 0
        if self._planned is None:
            self._planned = now
            done = self._live_past(reference, now)
        if self._looked is None or now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._follow(reference, now)
        if self._planned < now - timedelta(hours=1):
            self._planned = now  # after a long sleep nobody reports what was missed
        if self._planned < now + AHEAD / 2:
            self._expect(self._planned, now + AHEAD, PER_HOUR, QUIETEST)
        return done + self._live(reference, now)

    def _live_past(self, reference: Reference, now: datetime) -> int:
        """Let an empty district live through its last hours, so that the wall is not empty at minute one."""
        with self._database.read() as session:
            if session.scalar(select(E.id).limit(1)) is not None:
                return 0
        moment, done = now - self._past, 0
        self._expect(moment, now - JUST_NOW, PAST_PER_HOUR, 0.0)
        self._expect(now - JUST_NOW, now, PER_HOUR, QUIETEST)
        while moment < now:
            moment = min(moment + PAST_SLICE, now)
            done += self._live(reference, moment)
            deadlines.tick(self._database, reference, moment)
        return done

    def _expect(self, since: datetime, until: datetime, per_hour: float, quietest: float) -> None:
        """Plan the arrivals of a stretch of time."""
        assert self._town is not None
        if until <= since:
            return
        for arrival in self._town.arrivals(since, until, per_hour, quietest):
            self._push(arrival.at, "arrive", 0, arrival)
        self._planned = until

    def _follow(self, reference: Reference, now: datetime) -> None:
        """Take up the open simulated events that nobody plays yet: all of them after a restart."""
        with self._database.read() as session:
            mine = journal.events_where(session, E.status.in_(OPEN), E.description == SIMULATED)
            for event in mine:
                if event.id not in self._followed:
                    self._take_up(session, reference, event, now)

    def _live(self, reference: Reference, now: datetime) -> int:
        done = 0
        try:
            while self._heap and self._heap[0].at <= now:
                with self._database.write() as session:
                    for _ in range(BATCH):
                        if not self._heap or self._heap[0].at > now:
                            break
                        done += self._guarded(session, reference, heapq.heappop(self._heap))
        except Exception:
            self._forget()
            raise
        return done

    def _forget(self) -> None:
        """Drop every plan but the arrivals: what was rolled back is planned again from the events as they stand."""
        self._heap = [due for due in self._heap if due.kind == "arrive"]
        heapq.heapify(self._heap)
        self._followed.clear()
        self._looked = None

    def _guarded(self, session: Session, reference: Reference, due: Due) -> int:
        """Do one thing; what is refused (somebody was faster) has written nothing and is looked at again later."""
        try:
            if due.kind == "alert":
                self._answer(session, reference, due)
            elif isinstance(due.what, Arrival):
                self._arrive(session, reference, due.what)
            elif isinstance(due.what, Turn):
                self._take_turn(session, reference, due, due.what)
        except Refusal as refusal:
            log.info("The simulator leaves an event alone for a while: %s", refusal)
            self._followed.discard(due.event_id)
            return 0
        return 1

    def _arrive(self, session: Session, reference: Reference, arrival: Arrival) -> None:
        report = arrival.report
        if report.resolved_on_site:
            report = replace(report, photos=(self._photo(session, arrival.by, arrival.at),))
        event = actions.report(session, reference, report, arrival.by, arrival.at)
        self._take_up(session, reference, event, arrival.at)

    def _take_up(self, session: Session, reference: Reference, event: Event, now: datetime) -> None:
        if not event.is_open:
            self._followed.discard(event.id)
            return
        self._followed.add(event.id)
        self._plan(session, reference, event, now)
        if event.emergency:
            self._watch(session, reference, event, now)

    def _plan(self, session: Session, reference: Reference, event: Event, now: datetime) -> None:
        beside = journal.co_units(session, event) if event.emergency and event.unit else ()
        turn = next_turn(Scene(reference, self._seed, event, now, beside))
        if turn is None or not event.is_open:
            self._followed.discard(event.id)
        else:
            self._push(turn.at, "turn", event.id, turn, _stance(event))

    def _take_turn(self, session: Session, reference: Reference, due: Due, turn: Turn) -> None:
        event = journal.event_by_id(session, due.event_id)
        if event is None or not event.is_open:
            self._followed.discard(due.event_id)
            return
        if _stance(event) != due.stance:  # somebody was here in between: look at it afresh
            self._plan(session, reference, event, turn.at)
            return
        facts = dict(turn.facts)
        if turn.photo:
            facts["photos"] = [self._photo(session, turn.by, turn.at)]
        done = actions.perform(
            session, reference, event, actions.Request(turn.action, facts, turn.by, turn.at)
        )
        self._plan(session, reference, done, turn.at)

    def _watch(self, session: Session, reference: Reference, event: Event, now: datetime) -> None:
        """Plan when the desk answers the alert of an emergency, or looks at it again."""
        alert = alert_journal.open_alert(session, event.id)
        if alert is None:
            return
        if alert.state == AlertState.ACKNOWLEDGED and alert.next_at is None:
            return  # everybody has signed: it cannot open again
        at = now + SIGN_WITHIN
        if alert.state == AlertState.RAISED:
            wait = answers_alert_after(Scene(reference, self._seed, event, now), alert.episode)
            at = max(now, alert.raised_at + wait)
        self._push(at, "alert", event.id, None)

    def _answer(self, session: Session, reference: Reference, due: Due) -> None:
        event, alert = (
            journal.event_by_id(session, due.event_id),
            alert_journal.open_alert(session, due.event_id),
        )
        if event is None or alert is None:
            return
        if alert.state == AlertState.RAISED:
            alerting.acknowledge(session, alert.id, alert.episode, "desk", DESK, due.at)
        self._watch(session, reference, event, due.at)

    def _push(
        self,
        at: datetime,
        kind: str,
        event_id: int,
        what: Arrival | Turn | None,
        stance: tuple | None = None,
    ) -> None:
        heapq.heappush(self._heap, Due(at, next(self._order), kind, event_id, what, stance))

    def _photo(self, session: Session, by: Viewer, now: datetime) -> str:
        key = secrets.token_hex(16)  # not from the seed: a run begun again must not use a name twice
        session.add(self._album.copy(key, by, now))
        session.flush()
        return key


def _stance(event: Event) -> tuple:
    """Return what a plan for an event rests on; reminders and notices of the clock do not change it."""
    return event.status, event.unit, event.round, event.request, event.category
