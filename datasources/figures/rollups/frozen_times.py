"""How long stages took in a frozen period, as it stood: for the district, and for all that one thing can narrow it to.

Law: at the moment of freezing these are the numbers that `rollup_times` gives for the period.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.periods import Period
from datasources.districts.reference import Reference
from datasources.figures.narrow import Narrow
from datasources.figures.rollups.rolled import DAY, FROZEN, Cover
from datasources.figures.rollups.times import figures, unpacked
from datasources.figures.stages import DURATIONS, Pair
from datasources.store.models.rollups import FrozenTimesRow, RollupTimesRow

F: Any = FrozenTimesRow.__table__.c
T: Any = RollupTimesRow.__table__.c
ALL = "all"
NONE: Pair = (0, 0)


# grain of the rolled-up days → (grain here, the codes under which a number narrowed to them counts what has the key)
CODES: Mapping[str, tuple[str, Callable[[Reference, str], Iterable[str]]]] = {
    ALL: (ALL, lambda _, key: (key,)),
    "unit": ("unit", lambda _, key: (key,)),
    "path": ("area", lambda _, key: key.strip("/").split("/")),
    "category": ("category", lambda reference, key: [one.code for one in reference.lineage(key)]),
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
    """Return {stage: ((total seconds, events), (p90 seconds, events))} as a frozen period stood, None where not kept."""
    if not kept(session, cover, narrow):
        return None
    of_period = _period_of(cover)
    grain = next(iter(narrow.names), ALL)
    key = "" if grain == ALL else getattr(narrow, grain)
    query = select(F.stage, F.seconds, F.events, F.ninety).where(*of_period, F.grain == grain, F.key == key)
    found = {
        stage: ((total, events), (ninety, events)) for stage, total, events, ninety in session.execute(query)
    }
    return {stage: found.get(stage, (NONE, NONE)) for stage in DURATIONS}


def kept(session: Session, cover: Cover, narrow: Narrow) -> bool:
    """Return whether the lengths of time of a cover are kept.

    They are not where it is no frozen period, where it was frozen before lengths of time were, or two things narrow it.
    """
    frozen = bool(set(cover.spans) & set(FROZEN.values())) and len(narrow.names) < 2
    return frozen and bool(session.scalar(select(func.count()).where(*_period_of(cover), F.grain == ALL)))


def _period_of(cover: Cover) -> tuple[Any, Any]:
    [(tier, [first])] = cover.spans.items()
    return F.tier == tier, F.first == first


def _days(session: Session, grain: str, stage: str, first: date, last: date) -> Iterable[Any]:
    query = select(T.key, T.seconds).where(T.grain == grain, T.tier == DAY, T.stage == stage)
    return session.execute(query.where(T.first.between(first, last)))
