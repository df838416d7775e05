"""How long stages took in a frozen period, as it stood: for the district, and for all that one thing can narrow it to.

Law: at the moment of freezing these are the numbers that `rollup_times` gives for the period.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.periods import Period
from datasources.models_rollups import FrozenTimesRow, RollupTimesRow
from datasources.queries_narrow import Narrow
from datasources.queries_rollup import DAY, FROZEN, Cover
from datasources.queries_stages import DURATIONS, Pair
from datasources.reference import Reference
from datasources.rollup_times import figures, unpacked

F: Any = FrozenTimesRow.__table__.c
T: Any = RollupTimesRow.__table__.c
ALL = "all"
NONE: Pair = (0, 0)


def _headings(reference: Reference, code: str) -> Iterable[str]:
    """Return a category and those above it."""
    yield code
    category = reference.category(code)
    while category is not None and category.parent:
        yield category.parent
        category = reference.category(category.parent)


# grain of the rolled-up days → (grain here, the codes under which a number narrowed to them counts what has the key)
CODES: Mapping[str, tuple[str, Callable[[Reference, str], Iterable[str]]]] = {
    ALL: (ALL, lambda _, key: (key,)),
    "unit": ("unit", lambda _, key: (key,)),
    "path": ("area", lambda _, key: key.strip("/").split("/")),
    "category": ("category", _headings),
    "channel": ("channel", lambda _, key: (key,)),
}


def rows(session: Session, reference: Reference, tier: str, span: Period) -> list[dict[str, Any]]:
    """Return what the rolled-up days of a period come to, for everything that one thing can narrow it to."""
    found = []
    for stage in DURATIONS:
        for grain, (name, codes) in CODES.items():
            parts: dict[str, list[Any]] = {"": []} if grain == ALL else {}
            for key, seconds in _days(session, grain, stage, span.first, span.last):
                for code in codes(reference, key):
                    if code or grain == ALL:
                        parts.setdefault(code, []).append(unpacked(seconds))
            named = {"tier": tier, "first": span.first, "grain": name, "stage": stage}
            for code, arrays in parts.items():
                (total, events), (ninety, _) = figures(arrays)
                found.append(named | {"key": code, "seconds": total, "events": events, "ninety": ninety})
    return found


def stood(session: Session, cover: Cover, narrow: Narrow) -> dict[str, tuple[Pair, Pair]] | None:
    """Return {stage: ((total seconds, events), (p90 seconds, events))} as a frozen period stood.

    None where it is not kept: the period is not frozen, it was before lengths of time were, or two things narrow it.
    """
    tier = next((tier for tier in cover.spans if tier in FROZEN.values()), None)
    if tier is None or len(narrow.names) > 1:
        return None
    of_period = (F.tier == tier, F.first == cover.spans[tier][0])
    if not session.scalar(select(func.count()).where(*of_period, F.grain == ALL)):
        return None
    grain = next(iter(narrow.names), ALL)
    key = "" if grain == ALL else getattr(narrow, grain)
    query = select(F.stage, F.seconds, F.events, F.ninety).where(*of_period, F.grain == grain, F.key == key)
    found = {
        stage: ((total, events), (ninety, events)) for stage, total, events, ninety in session.execute(query)
    }
    return {stage: found.get(stage, (NONE, NONE)) for stage in DURATIONS}


def _days(session: Session, grain: str, stage: str, first: date, last: date) -> Iterable[Any]:
    query = select(T.key, T.seconds).where(T.grain == grain, T.tier == DAY, T.stage == stage)
    return session.execute(query.where(T.first.between(first, last)))
