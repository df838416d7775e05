"""Ranking: the composite score, and the order of a board.

Law (LIFECYCLE §7): a part with nothing to measure drops out and the rest are scaled; equal scores share a rank;
who closed too few events is listed apart, not ranked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from math import floor

LEAST_CLOSED = 10

Parts = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What one unit, street, community, grid or worker brings to a board; `points` are integer tenths."""

    code: str
    name: str = ""
    points: int = 0
    closed: int = 0
    composite: float | None = None
    parts: Parts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A standing with its rank (None: listed apart) and its way up since the period before (None: unknown)."""

    standing: Standing
    rank: int | None
    change: int | None


def composite(parts: Parts, weights: Mapping[str, int]) -> tuple[float | None, tuple[str, ...]]:
    """Return the score 0–100 with one decimal, and the codes that dropped out for want of anything to measure.

    `parts` maps a KPI code to (num, den); None when every part dropped out. ValueError when the weights are not 100.
    """
    check_weights(weights)
    measured = {code: parts[code] for code in weights if parts.get(code, (0, 0))[1]}
    dropped = tuple(code for code in weights if code not in measured)
    weight = sum(weights[code] for code in measured)
    if not weight:
        return None, dropped
    earned = sum(weights[code] * Fraction(num, den) for code, (num, den) in measured.items())
    return floor(earned * 1000 / weight + Fraction(1, 2)) / 10, dropped


def check_weights(weights: Mapping[str, int]) -> None:
    """Refuse weights that are below zero or do not add up to 100 (ValueError)."""
    if any(weight < 0 for weight in weights.values()) or sum(weights.values()) != 100:
        raise ValueError("综合得分的权重不得为负，合计必须是100")


def by_points(standing: Standing) -> float | None:
    """Return what the points board is ordered by."""
    return standing.points


def by_composite(standing: Standing) -> float | None:
    """Return what the composite board is ordered by."""
    return standing.composite


def rank(
    standings: Iterable[Standing],
    key: Callable[[Standing], float | None] = by_composite,
    previous: Mapping[str, int | None] | None = None,
    least_closed: int = LEAST_CLOSED,
) -> list[Place]:
    """Return the board: best first, ties sharing a rank (1, 2, 2, 4) in the order of their codes, then those apart.

    Apart are those with fewer than `least_closed` closed events or nothing to score. `previous` maps a code to its
    rank in the period before; `change` = previous − rank, so up is positive.
    """
    scored: list[tuple[float, Standing]] = []
    apart: list[Place] = []
    for standing in sorted(standings, key=lambda one: one.code):
        score = key(standing)
        if score is None or standing.closed < least_closed:
            apart.append(Place(standing, None, None))
        else:
            scored.append((score, standing))
    scored.sort(key=lambda pair: -pair[0])  # stable: equal scores stay in the order of their codes
    board: list[Place] = []
    for _, tied in groupby(scored, key=lambda pair: pair[0]):
        place = len(board) + 1
        board += [Place(one, place, _change(one.code, place, previous)) for _, one in tied]
    return board + apart


def points_text(tenths: int) -> str:
    """Return integer tenths with one decimal: 82 → "8.2", −5 → "-0.5"."""
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}.{rest}"


def _change(code: str, place: int, previous: Mapping[str, int | None] | None) -> int | None:
    before = (previous or {}).get(code)
    return None if before is None else before - place
