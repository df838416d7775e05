"""How cases went, rolled up: who was given them, declined them and was sent back, and at which level they were resolved.

Every single happening of a day is kept with all that it can be told apart by, as columns of codes: so any narrowing is
answered, and a year of a million events is a few arrays. Law: what comes out is what is counted live.
"""

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import BAD_RATINGS, Status
from dashboard.rules.figures.kpis import VOID, Period
from datasources.districts.reference import Reference
from datasources.events.filters import FILTERS
from datasources.figures.narrow import FILTER_OF, KEY_OF, NOTHING, Narrow, narrowed
from datasources.figures.question import Question
from datasources.figures.rollups import rolled
from datasources.figures.rollups.dirty_marks import COUNTED_STEPS
from datasources.figures.rollups.rolled import DAY, Cover
from datasources.figures.scans import said
from datasources.store.dialect import sound_json, unindexed
from datasources.store.models import EventRow, RollupFlowRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
F: Any = RollupFlowRow.__table__.c
COLUMNS = ("what", "who", "unit", "path", "category", "channel")
KEYS = (E.unit, E.area_path, E.category, E.source)
GIVEN, DECLINED, CHECKED, RETURNED = "given", "declined", "checked", "returned"
GROUND, LEVEL = "ground:", "level:"  # of a decline, of a closed event; its code follows
WIDTH = np.dtype("<u2")
HEAD = struct.Struct("<II")  # bytes of the dictionaries, rows

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """Happenings in columns: for every column its codes, and for every happening the place of its code among them."""

    codes: Sequence[Sequence[str]]
    places: Sequence[Any]


def happened(session: Session, period: Period, narrow: Narrow, reference: Reference | None) -> Iterator[Row]:
    """Yield what happened in a period, in the order of `COLUMNS`: steps by their time, levels by the time of closing.

    `who` is the unit that a step was about; unit, path, category and channel are the event's as they are now.
    """
    values = narrow.values(reference)
    steps = (
        select(S.action, S.unit, S.actor_unit, S.rating, sound_json(S.facts), *KEYS)
        .join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        .where(S.action.in_(COUNTED_STEPS), S.at >= period.start, S.at < period.end)
        .where(E.status.not_in([status.value for status in VOID]))
    )
    for action, unit, actor, rating, facts, *keys in session.execute(narrowed(steps, narrow.names), values):
        who = actor if action == "decline" else unit
        if not who:
            continue
        for what in _whats(action, rating, facts):
            yield (what, said(who), *(said(key) or "" for key in keys))
    closed = select(E.solved_level, *KEYS).where(
        E.closed_at >= period.start,
        E.closed_at < period.end,
        unindexed(E.status) == Status.CLOSED.value,
        E.solved_level.is_not(None),
    )
    for level, *keys in session.execute(narrowed(closed, narrow.names), values):
        yield (f"{LEVEL}{level}", "", *(said(key) or "" for key in keys))


def _whats(action: str, rating: str | None, facts: Any) -> Iterable[str]:
    if action in ("dispatch", "claim"):
        return (GIVEN,)
    if action == "decline":
        return (DECLINED, f"{GROUND}{(facts or {}).get('ground', '')}")
    if rating is None:
        return ()
    return (CHECKED, RETURNED) if rating in BAD_RATINGS else (CHECKED,)


def flow_of(rows: Iterable[Row]) -> Flow:
    """Return happenings in columns."""
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    codes = [list(dict.fromkeys(column)) for column in columns]
    found = [{code: place for place, code in enumerate(one)} for one in codes]
    return Flow(
        codes,
        [
            np.fromiter((place[code] for code in column), WIDTH, len(column))
            for place, column in zip(found, columns, strict=True)
        ],
    )


def packed(flow: Flow) -> bytes:
    """Return happenings as bytes: lengths, codes as JSON, columns of little-endian 16-bit places."""
    head = json.dumps([list(one) for one in flow.codes], ensure_ascii=False).encode()
    columns = b"".join(one.astype(WIDTH).tobytes() for one in flow.places)
    return HEAD.pack(len(head), len(flow.places[0])) + head + columns


def unpacked(data: bytes) -> Flow:
    """Return happenings from their bytes."""
    length, count = HEAD.unpack_from(data)
    columns = np.frombuffer(data, WIDTH, count * len(COLUMNS), HEAD.size + length)
    return Flow(json.loads(data[HEAD.size : HEAD.size + length]), list(columns.reshape(len(COLUMNS), count)))


def joined(flows: Sequence[Flow]) -> Flow:
    """Return the happenings of several flows as one."""
    codes, places = [], []
    for column in range(len(COLUMNS)):
        every: dict[str, int] = {}
        parts = []
        for one in flows:
            moved = [every.setdefault(code, len(every)) for code in one.codes[column]]
            parts.append(np.array(moved, dtype=WIDTH)[one.places[column]])
        codes.append(list(every))
        places.append(np.concatenate(parts) if parts else np.empty(0, WIDTH))
    return Flow(codes, places)


def count_day(session: Session, period: Period, first: date) -> dict[str, Any]:
    """Return what happened on a day, as its row."""
    flow = flow_of(happened(session, period, NOTHING, None))
    return {"tier": DAY, "first": first, "flow": packed(flow)}


def added_up(session: Session, first: date, last: date) -> bytes:
    """Return what happened on the days from first to last."""
    query = select(F.flow).where(F.tier == DAY, F.first.between(first, last)).order_by(F.first)
    return packed(joined([unpacked(one) for one in session.scalars(query)]))


def tallied(
    session: Session,
    reference: Reference,
    question: Question,
    key: str,
    cover: Cover | None = None,
) -> dict[tuple[str, str], int]:
    """Return {(what, code of the key): how often} in a period; `key` is one of `COLUMNS`, `cover` says how to count."""
    cover, narrow = (
        cover or rolled.cover(session, question.period, question.now, weeks=False),
        question.narrow,
    )
    found: dict[tuple[str, str], int] = {}
    for run in cover.live:
        _add(found, flow_of(happened(session, run, narrow, reference)), key, NOTHING, None)
    for tier, firsts in cover.spans.items():
        query = select(F.flow).where(F.tier == tier, F.first.in_(firsts))
        for one in session.scalars(query) if firsts else ():
            _add(found, unpacked(one), key, narrow, reference)
    return found


def _add(
    found: dict[tuple[str, str], int], flow: Flow, key: str, narrow: Narrow, reference: Reference | None
) -> None:
    whats, keys = flow.codes[0], flow.codes[COLUMNS.index(key)]
    both = flow.places[0].astype(np.int64) * len(keys) + flow.places[COLUMNS.index(key)]
    wanted = _wanted(flow, narrow, reference)
    counts = np.bincount(both if wanted is None else both[wanted], minlength=len(whats) * len(keys))
    for place in np.flatnonzero(counts).tolist():
        pair = (whats[place // len(keys)], keys[place % len(keys)])
        found[pair] = found.get(pair, 0) + int(counts[place])


def _wanted(flow: Flow, narrow: Narrow, reference: Reference | None) -> Any:
    """Return which happenings a number is narrowed to, None for all."""
    values, wanted = narrow.values(reference), None
    for name in narrow.names:
        column = COLUMNS.index(KEY_OF[name])
        holds, codes = FILTERS[FILTER_OF[name]].holds, flow.codes[column]
        fits = np.fromiter((holds(code, values[name]) for code in codes), bool, len(codes))
        here = fits[flow.places[column]]
        wanted = here if wanted is None else wanted & here
    return wanted
