"""How long stages took, rolled up: the seconds themselves, since percentiles do not add up but values do.

Law: what comes out is the nearest-rank percentile of the very same seconds that `figures.stages` takes live.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.periods import Period
from datasources.districts.reference import Reference
from datasources.figures.narrow import Narrow, narrowed
from datasources.figures.rollups.rolled import Cover
from datasources.figures.scans import KEYS
from datasources.figures.stages import DURATIONS, Pair, taken
from datasources.store.models import RollupTimesRow

T: Any = RollupTimesRow.__table__.c
GRAINS = ("all", "unit", "path", "category", "channel")
WIDTH = np.dtype("<i4")
FILTERED = dict.fromkeys(
    ("area_path", "unit", "category", "source"), T.key
)  # one key: whatever the grain is by


def count(session: Session, period: Period, first: date, tier: str) -> list[dict[str, Any]]:
    """Return the seconds of every stage that was left in a period, as rows of a tier."""
    values = {"start": period.start, "end": period.end}
    rows = []
    for stage in DURATIONS:
        found: dict[tuple[str, str], list[int]] = {}
        for *keys, seconds in session.execute(taken(stage, *KEYS["cell"]), values):
            for grain, key in zip(GRAINS, ("", *keys), strict=True):
                found.setdefault((grain, key or ""), []).append(seconds)
        rows += [
            {
                "grain": grain,
                "tier": tier,
                "first": first,
                "stage": stage,
                "key": key,
                "seconds": packed(seconds),
            }
            for (grain, key), seconds in found.items()
        ]
    return rows


def added_up(session: Session, tier: str, first: date, last: date) -> dict[tuple[str, str, str], bytes]:
    """Return (grain, stage, key) → the seconds of the days from first to last, one after another."""
    query = select(T.grain, T.stage, T.key, T.seconds).where(T.tier == tier, T.first.between(first, last))
    query = query.order_by(T.first)
    found: dict[tuple[str, str, str], list[bytes]] = {}
    for *key, seconds in session.execute(query):
        found.setdefault(tuple(key), []).append(seconds)
    return {key: b"".join(parts) for key, parts in found.items()}


def packed(seconds: list[int]) -> bytes:
    """Return whole seconds as bytes, ascending; more than 68 years count as 68 years."""
    return np.sort(
        np.minimum(np.asarray(seconds, dtype=np.int64), np.iinfo(WIDTH).max).astype(WIDTH)
    ).tobytes()


def unpacked(seconds: bytes) -> Any:
    """Return packed seconds as an array."""
    return np.frombuffer(seconds, dtype=WIDTH)


def rolled_stage(
    session: Session, cover: Cover, stage: str, narrow: Narrow, reference: Reference | None
) -> tuple[Pair, Pair] | None:
    """Return ((total seconds, events), (p90 seconds, events)) of a stage over a cover; None where it has to be counted live."""
    if not cover.rolled or len(narrow.names) > 1:
        return None
    parts = _rolled(session, cover, stage, narrow, reference)
    for run in cover.live:
        values: Mapping[str, Any] = {"start": run.start, "end": run.end} | narrow.values(reference)
        parts.append(
            np.fromiter(session.scalars(narrowed(taken(stage), narrow.names), values), dtype=np.int64)
        )
    return figures(parts)


def figures(parts: Sequence[Any]) -> tuple[Pair, Pair]:
    """Return ((total seconds, events), (p90 seconds, events)) of the seconds in arrays."""
    every = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    n = len(every)
    if not n:
        return (0, 0), (0, 0)
    place = (9 * n + 9) // 10 - 1
    return (int(every.sum(dtype=np.int64)), n), (int(np.partition(every, place)[place]), n)


def _rolled(
    session: Session, cover: Cover, stage: str, narrow: Narrow, reference: Reference | None
) -> list[Any]:
    grain = next(iter(narrow.keys), "all")
    query = narrowed(select(T.seconds).where(T.grain == grain, T.stage == stage), narrow.names, FILTERED)
    values = narrow.values(reference)
    return [
        unpacked(seconds)
        for tier, firsts in cover.spans.items()
        for seconds in session.scalars(query.where(T.tier == tier, T.first.in_(firsts)), values)
    ]
