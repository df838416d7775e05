"""Which units an event could be sent to, best first, each with its reasons and shortfalls. Advice only: nothing is refused by it.

Law: at most one unit is recommended, and only one with the duty and the territory that has not declined this very event.
A score is 0–100; what was never measured (0 of 0 on time) counts as the middle, neither for nor against.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any, Literal

Fit = Literal["recommended", "possible", "unfit"]
Reason = tuple[str, str, Mapping[str, Any], bool]  # (kind, msgid, params, whether it speaks for the unit)

FITS: tuple[Fit, ...] = ("recommended", "possible", "unfit")
# what each fact is worth at its best; together 100
WEIGHTS: Mapping[str, int] = {
    "duty": 40,  # the duty matrix names it, sooner is better
    "territory": 25,  # the place is its own
    "on_time": 15,  # how much of the last 30 days it handled on time
    "load": 10,  # how little it has in hand
    "declines": 10,  # how seldom it declined this kind of matter in 30 days
}
DUTY_SHARES = {1: Fraction(1), 2: Fraction(3, 5)}
LATER_DUTY = Fraction(3, 10)
HALVING_LOAD = 10  # with so many open events half of the weight is left
MUCH_LOAD = 10  # from here on the load speaks against a unit
GOOD_ON_TIME = Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one unit for one event: duty `priority` (1 first, None: no such duty), whether the place is its own.

    `load` are its open events, `on_time` (num, den) and `declines` (of this kind of matter) of 30 days; `declined` says
    whether it has already declined this very event.
    """

    unit: str
    priority: int | None = None
    covers: bool = False
    load: int = 0
    on_time: tuple[int, int] = (0, 0)
    declines: int = 0
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit as advised: how it fits, its score 0–100, why, and the facts behind it."""

    unit: str
    fit: Fit
    score: int
    reasons: tuple[Reason, ...]
    facts: Facts


def recommend(units: Iterable[Facts]) -> list[Candidate]:
    """Return the candidates: the recommended one, the possible ones, then the unfit; each by score, then by code."""
    ranked = sorted(units, key=lambda one: (-score(one), one.unit))
    best = next((one for one in ranked if one.priority is not None and _possible(one)), None)
    found = [Candidate(one.unit, _fit(one, best), score(one), _reasons(one), one) for one in ranked]
    return sorted(found, key=lambda one: FITS.index(one.fit))  # stable: within a fit the order stays


def score(facts: Facts) -> int:
    """Return how well a unit suits, 0–100."""
    earned = sum(WEIGHTS[name] * share(facts) for name, share in SHARES.items())
    return floor(earned + Fraction(1, 2))


def _duty(facts: Facts) -> Fraction:
    return Fraction(0) if facts.priority is None else DUTY_SHARES.get(facts.priority, LATER_DUTY)


def _on_time(facts: Facts) -> Fraction:
    num, den = facts.on_time
    return Fraction(num, den) if den else Fraction(1, 2)


# the share of its weight that a fact earns
SHARES: Mapping[str, Callable[[Facts], Fraction]] = {
    "duty": _duty,
    "territory": lambda facts: Fraction(facts.covers),
    "on_time": _on_time,
    "load": lambda facts: Fraction(HALVING_LOAD, HALVING_LOAD + facts.load),
    "declines": lambda facts: Fraction(1, 1 + facts.declines),
}


def _possible(facts: Facts) -> bool:
    return facts.covers and not facts.declined


def _fit(facts: Facts, best: Facts | None) -> Fit:
    if facts is best:
        return "recommended"
    return "possible" if _possible(facts) else "unfit"


def _reasons(facts: Facts) -> tuple[Reason, ...]:
    found = [_duty_reason(facts), _territory_reason(facts)]
    num, den = facts.on_time
    if den:
        good = Fraction(num, den) >= GOOD_ON_TIME
        found.append(("on_time", "近30天按期处置 {num}/{den}", {"num": num, "den": den}, good))
    found.append(("load", "在办 {count} 件", {"count": facts.load}, facts.load < MUCH_LOAD))
    if facts.declines:
        found.append(("declines", "近30天退过同类事件 {count} 次", {"count": facts.declines}, False))
    if facts.declined:
        found.append(("declined", "已退过这件事件", {}, False))
    return tuple(found)


def _duty_reason(facts: Facts) -> Reason:
    if facts.priority is None:
        return "duty", "职责清单没有把这类事件列给它", {}, False
    if facts.priority == 1:
        return "duty", "职责清单的首责单位", {}, True
    return "duty", "职责清单第 {priority} 顺位", {"priority": facts.priority}, True


def _territory_reason(facts: Facts) -> Reason:
    return "territory", "事发地在管辖范围内" if facts.covers else "事发地不在管辖范围内", {}, facts.covers
