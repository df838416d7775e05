"""Random but lawful histories: whatever buttons the rules offer are pressed by whoever may, through the real actions."""

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard import actions
from dashboard.rules.access import CLOCK, Role, Viewer
from dashboard.rules.advice.doubles import stands
from dashboard.rules.events.book import EVENTS
from dashboard.rules.events.event import Event, Ground, Rating, Source
from dashboard.rules.events.report import Report
from dashboard.rules.figures.kpis import Record
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.store.database import Database
from datasources.store.models import PhotoRow, StepRow
from tests.conftest import FRIDAY, LEAD, OPERATOR, unit_viewer

CATEGORIES = ("S0406", "B0101", "S0502", "S0402", None)
JUMPS = (0, 0, 1, 7, 7, 20, 61, 61, 120, 120, 300, 300, 900, 30_000)  # seconds
LIKELY = dict.fromkeys(("claim", "finish", "check", "approve", "resume"), 30)
LIKELY |= dict.fromkeys(("register", "dispatch", "accept"), 10) | dict.fromkeys(
    ("hold", "reopen", "decline"), 4
)
_photos = itertools.count()


class Discarded(Exception):
    """Ends a transaction without keeping anything."""


@contextmanager
def discarded(database: Database) -> Iterator[Session]:
    """Give a writing session whose work is thrown away, so that every example starts from the same district."""
    with suppress(Discarded), database.write() as session:
        yield session
        raise Discarded


class History:
    """Some events living on, one random lawful step after another, on a clock that jumps."""

    def __init__(self, session: Session, reference: Reference, seed: int) -> None:
        self.session, self.reference = session, reference
        self.dice = random.Random(seed)
        self.now: datetime = FRIDAY + timedelta(minutes=self.dice.randrange(3000))
        self.spots = [grid for grid in reference.grids if grid.lng is not None][::41]
        self.events: list[Event] = []

    def live(self, events: int, steps: int) -> "History":
        """File events and let lawful steps happen between them."""
        for _ in range(events):
            self.file()
        for _ in range(steps):
            self.step()
        return self

    def file(self) -> None:
        """Report something somewhere, as somebody."""
        spot, dice = self.dice.choice(self.spots), self.dice
        by = dice.choice([self.worker(spot.parent), OPERATOR, unit_viewer("URBAN_MGMT")])
        placed = dice.random() < 0.9
        filed = Report(
            title=dice.choice(["占道经营", "井盖破损 电话13800138000", "燃气味"]),
            source=dice.choice([Source.GRID_WORKER, Source.RESIDENT, Source.HOTLINE_12345]).value,
            category=dice.choice(CATEGORIES),
            lng=spot.lng if placed else None,
            lat=spot.lat if placed else None,
            address="湖里区",
            emergency=dice.random() < 0.1,
            resolved_on_site=dice.random() < 0.1,
            reported_at=self.now - timedelta(seconds=dice.randrange(100_000)),
        )
        self.events.append(actions.report(self.session, self.reference, filed, by, self.now))

    def step(self) -> None:
        """Let some time pass and one of the possible actions happen to one of the events."""
        dice = self.dice
        self.now += timedelta(seconds=dice.choice(JUMPS), microseconds=dice.randrange(10**6))
        index = dice.randrange(len(self.events))
        event = journal.event_by_id(self.session, self.events[index].id)
        assert event is not None
        # what the rules need beside the row is read once for everybody; who then acts is asked by itself
        asked = actions.Request("buttons", {}, OPERATOR, self.now)
        context = actions.surroundings(self.session, self.reference, event, asked)
        by_action: dict[str, list[Viewer]] = {}
        for viewer in dict.fromkeys(self.cast(event)):
            for action in EVENTS.allowed(event, viewer, context) if viewer.may("events.act") else ():
                by_action.setdefault(action, []).append(viewer)
        names = sorted(by_action)
        if not names:
            return
        (action,) = dice.choices(names, [LIKELY.get(name, 1) for name in names])
        viewer = dice.choice(by_action[action])
        facts = self.facts(event, action)
        if facts is None or action not in actions.buttons(
            self.session, self.reference, event, viewer, self.now
        ):
            return
        self.events[index] = actions.perform(
            self.session, self.reference, event, actions.Request(action, facts, viewer, self.now)
        )

    def cast(self, event: Event) -> list[Viewer]:
        """Return who could act on an event."""
        found = [OPERATOR, LEAD, CLOCK]
        units = [event.unit, *(co.unit for co in journal.co_units(self.session, event))]
        found += [unit_viewer(code) for code in units if code]
        found += [unit_viewer(code) for code in self.reference.eligible(event)]
        community = self.reference.areas[event.grid].parent if event.grid else None
        return [*found, self.worker(community)] if community else found

    def worker(self, area: str | None) -> Viewer:
        """Return the grid workers' account of a community."""
        return Viewer(f"worker-{area}", Role.WORKER, area=area)

    def facts(self, event: Event, action: str) -> dict[str, Any] | None:
        """Return facts that the action accepts, None when it makes no sense here."""
        dice, units = self.dice, sorted(self.reference.units)
        others = [
            one.number for one in self.events if one.id != event.id and (one.emergency or not event.emergency)
        ]
        chosen = {
            "register": lambda: {"category": event.category or "S0406"},
            "merge": lambda: {"original": dice.choice(others)} if others else None,
            "dispatch": lambda: {
                "unit": dice.choice(units[:3]),
                "co_units": dice.sample(units, dice.randrange(3)),
                "reason": "指定",
            },
            "recall": lambda: {"reason": "派错单位"},
            "decline": lambda: {"ground": dice.choice(list(Ground)).value, "text": "不属我方"},
            "finish": lambda: {"text": "已处置", "photos": [self.photo()], "reason": "协办未回"},
            "check": lambda: {
                "rating": dice.choice([*Rating, Rating.SATISFIED, Rating.VERY_SATISFIED]).value,
                "text": "现场核查",
                "photos": [self.photo()],
            },
            "hold": lambda: {"reason": "等材料", "until": self.now + timedelta(days=3)},
            "approve": lambda: {"request": event.request},
            "refuse": lambda: {"request": event.request, "reason": "理由不足"},
            "reply": lambda: {"text": "已整改"},
            "review": lambda: {"verdict": dice.choice(["uphold", "uphold", "dismiss"]), "reason": "已核对"},
            "comment": lambda: {"text": "收到"},
            "correct": lambda: {"category": dice.choice(["S0406", "B0101"])},
            "settle_border": lambda: {"grid": (event.border or {})["candidates"][0]},
        }
        if action == "merge" and self._merged(event, others):
            return None
        bare = {
            "claim",
            "lapse",
            "accept",
            "hand_over",
            "resume",
            "unmerge",
            "urge",
            "remind",
            "warn",
            "expire",
        }
        return chosen.get(action, lambda: {} if action in bare else {"reason": "说明"})()

    def _merged(self, event: Event, numbers: list[str]) -> bool:
        found = [journal.event_by_number(self.session, number) for number in numbers]
        return any(
            one is None
            or one.merged_into
            or not stands(one, self.now)
            or (event.emergency and not (one.emergency and one.is_open))
            for one in found
        )

    def photo(self) -> str:
        """Put a photo into the database and return its id."""
        name = f"history{next(_photos)}"
        self.session.add(
            PhotoRow(
                id=name, sha256="0" * 64, width=1, height=1, size=1, created_at=self.now, created_by="test"
            )
        )
        self.session.flush()
        return name

    def records(self) -> list[Record]:
        """Return what each event contributes, told from its steps alone."""
        return [record_of(self.session, event) for event in journal.events_where(self.session)]


def record_of(session: Session, event: Event) -> Record:
    """Return an event with what only its steps know, found by walking them in order."""
    steps = list(
        session.scalars(select(StepRow).where(StepRow.event_id == event.id).order_by(StepRow.version))
    )
    turns = [(step.action, step.unit) for step in steps if step.action in ("dispatch", "decline")]
    rerouted = sum(
        first[0] == "dispatch" and answer[0] == "decline" and again[1] != first[1]
        for first, answer, again in zip(turns, turns[1:], turns[2:], strict=False)
    )
    claims = [step.at for step in steps if step.action == "claim"]
    return Record(
        event,
        claimed_at=claims[-1] if claims else None,
        dispatches=sum(action == "dispatch" for action, _ in turns),
        rerouted=rerouted,
        ratings=tuple((step.at, step.rating) for step in steps if step.action == "check" and step.rating),
        held_seconds=_held(event, steps),
    )


def _held(event: Event, steps: list[StepRow]) -> int:
    """Return the whole seconds on hold under the present owner."""
    began = [step.at for step in steps if step.to_status == "on_hold" and step.from_status != "on_hold"]
    ended = [step.at for step in steps if step.from_status == "on_hold" and step.to_status != "on_hold"]
    if not began or not ended or (event.owned_at and began[0] < event.owned_at):
        return 0
    return int((ended[-1] - began[0]).total_seconds())
