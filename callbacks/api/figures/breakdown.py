"""Numbers by area, unit, category and channel; where cases stand and how old; who passes them on; at which level they end."""

from collections.abc import Callable
from typing import TypeVar

from flask import Response

from callbacks.api import query
from callbacks.api.answers import answer, moment, runtime
from callbacks.api.figures.figures import NARROW, asked_of, counted_answer, kpi_body, narrow_of
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from callbacks.security.walls import LISTS
from dashboard import clock
from dashboard.rules.access import Role
from dashboard.rules.events.event import GROUND_WORDS, LEVELS, STATUS_WORDS, Ground, Level, Status
from dashboard.rules.figures.table import KPIS, percent
from dashboard.rules.refusals import Forbidden, Invalid
from datasources.events.lists import numbers_seen
from datasources.figures import breakdown
from datasources.figures.levels import Pair, levels_page
from layouts.text.words import translate

Line = TypeVar("Line")
DIMENSIONS = ("area", "unit", "category", "channel")
CODES = ("reported", "closed", "on_time_rate", "satisfaction_rate", "first_fix_rate", "claim_rate", "rework_rate", "rating_coverage")  # fmt: skip


@permission("scores.see")
def by(dimension: str) -> Response:
    """Return KPIs by the children of an area, by unit, category heading or channel; lines without any event are left out."""
    words = query.words("period", *NARROW, "basis", "codes")
    query.one_of("dimension", dimension, DIMENSIONS)
    reference, now = runtime().reference, clock.now()
    question = asked_of(words, reference, now)
    codes = grouped_codes(words.get("codes", ",".join(CODES)))
    with runtime().database.read() as session:
        rows, frozen_at = breakdown.by(session, reference, dimension, question, codes)
    return answer(
        {
            "dimension": dimension,
            "frozen_at": moment(frozen_at),
            "rows": [
                {
                    "code": row.code,
                    "name": translate(row.name),
                    "kpis": {code: kpi_body(code, *row.pairs.get(code, (0, 0))) for code in codes},
                }
                for row in rows
            ],
        }
    )


def grouped_codes(text: str) -> tuple[str, ...]:
    """Return the KPIs of a comma-separated list; Invalid for one that is not known or cannot be grouped."""
    codes = tuple(dict.fromkeys(code for code in text.split(",") if code))
    if not all(code in KPIS and KPIS[code].kind in ("rate", "count") for code in codes):
        raise Invalid([("codes", "有不认识的指标，或用时指标不能分组", {})])
    return codes


@permission("scores.see")
def bottleneck() -> Response:
    """Return where open cases stand and for how long they have stood there (堵车)."""
    words = query.words(*NARROW)
    reference, now, narrow = runtime().reference, clock.now(), narrow_of(words)
    with runtime().database.read() as session:
        rows = breakdown.standing(session, reference, now, narrow)
        seen = numbers_seen(session, reference, somebody(), [row.number for row in rows])
    return answer(
        {
            "rows": [
                {
                    "status": row.status,
                    "name": translate(STATUS_WORDS[Status(row.status)]),
                    "n": row.n,
                    "over": row.over,
                    "p50_s": row.p50,
                    "p90_s": row.p90,
                    "oldest_s": row.oldest,
                    "oldest": row.number if row.number in seen else None,
                }
                for row in rows
            ]
        }
    )


@permission("scores.see")
def handoffs() -> Response:
    """Return who declines and who is sent back after a check (推诿): each as a share of what the unit was given."""
    reference = runtime().reference
    rows = in_period(query.words("period", *NARROW), breakdown.handoffs)
    return answer(
        {
            "grounds": [{"code": one.value, "name": translate(GROUND_WORDS[one])} for one in Ground],
            "rows": [
                {
                    "code": row.unit,
                    "name": reference.unit_name(row.unit),
                    "declined": {"num": row.declined, "den": row.given},
                    "returned": {"num": row.returned, "den": row.checked},
                    "by_ground": row.grounds,
                }
                for row in rows
            ],
        }
    )


@permission("scores.see")
def levels() -> Response:
    """Return at which level closed events were finished against the level expected, and by the children of an area."""
    words = query.words("period", *NARROW)
    areas = in_period(words, breakdown.levels)
    cells = in_period(words, breakdown.matrix)
    num, den = breakdown.within(cells)
    return answer(
        {
            "levels": list(LEVELS),
            "rows": [
                {"expected": one.expected, "finished": one.finished, "count": one.count} for one in cells
            ],
            "within": {"num": num, "den": den, "text": percent(num, den)},
            "areas": [
                {"code": row.code, "name": row.name, "counts": list(row.counts), "closed": sum(row.counts)}
                for row in areas
            ],
        }
    )


@permission("scores.see")
def levels_events() -> Response:
    """Return a page of what one cell of the levels counted, newest first: `expected` level against who `finished`."""
    words = query.words("period", *NARROW, "expected", "finished", "limit", "cursor")
    limit, cursor = query.page_of(words)
    who, reference, now = somebody(), runtime().reference, clock.now()
    if who.role is Role.WALL and words.get("period", "month") != "today":
        raise Forbidden(LISTS)
    expected, finished = (
        Level(query.one_of(name, words.get(name, ""), [level.value for level in LEVELS]))
        for name in ("expected", "finished")
    )
    pair = Pair(expected, finished, asked_of(words, reference, now, "month"))
    with runtime().database.read() as session:
        page = levels_page(session, reference, who, pair, limit, cursor)
    return counted_answer(page, who, now)


def in_period(words: dict[str, str], find: Callable[..., list[Line]]) -> list[Line]:
    """Return the lines that a breakdown finds in the period and under the narrowing of a query."""
    reference = runtime().reference
    question = asked_of(words, reference, clock.now(), "month")
    with runtime().database.read() as session:
        return find(session, reference, question)


ROUTES = (
    ("GET", "/kpis/by/<dimension>", by),
    ("GET", "/bottleneck", bottleneck),
    ("GET", "/handoffs", handoffs),
    ("GET", "/levels", levels),
    ("GET", "/levels/events", levels_events),
)
