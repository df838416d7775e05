"""Figures over HTTP: KPIs with what they were before, boards, and what lies behind each number and each rank."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from flask import Response
from sqlalchemy.orm import Session

from callbacks.api import query
from callbacks.api.answers import answer, moment, read_event, runtime, shown
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from callbacks.security.walls import LISTS, listed
from dashboard import clock
from dashboard.rules import ranking
from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.event import Rating
from dashboard.rules.events.policy import POINT_WORDS
from dashboard.rules.figures import table
from dashboard.rules.figures.kpis import last_year, previous
from dashboard.rules.refusals import Forbidden, NotFound
from dashboard.rules.text.masking import mask_text
from datasources.districts.reference import Reference
from datasources.events.lists import numbers_seen
from datasources.figures import trend
from datasources.figures.boards import board_rows, by_composite_score
from datasources.figures.counted import PARTS, Asked, Counted, CountedPage, counted_page
from datasources.figures.frozen.corrections import Correction, corrections
from datasources.figures.kpis import TIMED, kpi_values
from datasources.figures.narrow import Narrow, check, standing
from datasources.figures.points import Entry, boards_of, ledger_entries
from datasources.figures.question import Question
from datasources.figures.rollups import frozen_times
from datasources.figures.rollups.rolled import frozen_cover
from datasources.figures.scans import Pairs
from layouts.text.words import translate

BASES = ("due", "reported")
NARROW = ("area", "unit", "category", "channel")
YES = ("0", "1")


@permission("scores.see")
def kpis() -> Response:
    """Return every KPI of a period, each with numerator, denominator and words; with `compare=1` what it was before."""
    words = query.words("period", *NARROW, "basis", "compare")
    reference, now = runtime().reference, clock.now()
    question = asked_of(words, reference, now)
    with runtime().database.read() as session:
        pairs, frozen_at, loose = kpis_at(session, reference, question)
        found = {code: kpi_body(code, *pair) for code, pair in pairs.items()}
        if _one(words, "compare", YES) == "1":
            for name, before in befores(question):
                values, *_ = kpis_at(session, reference, before)
                for code, (num, den) in values.items():
                    found[code][name] = {"num": num, "den": den}
    asked_for = {"period": words.get("period", "today"), "basis": question.basis}
    stands = {"frozen_at": moment(frozen_at), "counted_now": sorted(loose)}
    return answer(asked_for | stands | {"kpis": found})


def kpis_at(
    session: Session, reference: Reference, question: Question
) -> tuple[Pairs, datetime | None, frozenset[str]]:
    """Return every KPI, as it stood where the period was frozen, since when it is, and the codes
    of those that are counted now all the same: lengths of time narrowed by two things are not kept.

    A period that was not over at the moment is never taken as frozen.
    """
    over, narrow = question.now >= question.period.end, question.narrow
    frozen = frozen_cover(session, question.period, narrow.keys) if over else None
    cover, frozen_at = frozen or (None, None)
    kept = cover is None or frozen_times.kept(session, cover, narrow)
    pairs = kpi_values(session, reference, question, cover=cover)
    return pairs, frozen_at, frozenset() if kept else TIMED


def befores(question: Question) -> list[tuple[str, Question]]:
    """Return the questions a number is compared with: earlier periods, each only as far as this one has come."""
    found, span = [], question.period
    for name, before in (("previous", previous(span)), ("last_year", last_year(span))):
        then = min(before.end, before.start + (question.now - span.start))
        found.append((name, replace(question, period=replace(before, end=then), now=then)))
    return found


@permission("scores.see")
def counted(code: str) -> Response:
    """Return a page of what one KPI counted, newest first; `count` is the number, `hidden` what one may not know of."""
    words = query.words("period", *NARROW, "basis", "part", "rating", "limit", "cursor")
    limit, cursor = query.page_of(words)
    who, reference, now = somebody(), runtime().reference, clock.now()
    if who.role is Role.WALL and words.get("period", "today") != "today":
        raise Forbidden(LISTS)
    asked = counted_of(words, code, now)
    with runtime().database.read() as session:
        page = counted_page(session, reference, who, asked, limit, cursor)
    return counted_answer(page, who, now)


def counted_answer(page: CountedPage, who: Viewer, now: datetime) -> Response:
    """Return a page of what a number counted, as its reader may know it."""

    def item(one: Counted) -> dict[str, Any]:
        return listed(read_event(one.event, who, now), who) | {"counted": _counted(one)}

    items = list(shown("event", page.items, item, lambda one: one.event.id))
    return answer({"items": items, "next": page.following, "count": page.count, "hidden": page.hidden})


def counted_of(words: dict[str, str], code: str, now: datetime) -> Asked:
    """Return which number's list a query asks for."""
    rating = words.get("rating")
    return Asked(
        code,
        _one(words, "part", PARTS),
        asked_of(words, runtime().reference, now),
        None if rating is None else query.one_of("rating", rating, list(Rating)),
    )


@permission("scores.see")
def scores() -> Response:
    """Return a board, best first; with `trend=1` each line's points by day, week or month.

    A frozen period shows how it stood, with what reads otherwise now as `corrections`. A grid worker finds the own
    line alone on the board of grid workers.
    """
    words = query.words("board", "period", "area", "trend")
    who, board = somebody(), board_of(words.get("board", "units"))
    reference, now = runtime().reference, clock.now()
    question = board_asked(words, reference, now)
    span = question.period
    with runtime().database.read() as session:
        lines = own_lines(board_rows(session, reference, board, question), board, who)
        rows = [row.as_json() for row in lines]
        frozen_at, changed = corrections(session, reference, board, question)
        changed = own_lines(changed, board, who)
        touched = [entry.event for one in changed for entry in one.entries]
        seen = numbers_seen(session, reference, who, touched)
        buckets: list[str] = []
        if _one(words, "trend", YES) == "1":
            buckets, points = trend.points(session, reference, board, question)
            for row in rows:
                row["trend"] = [ranking.points_text(tenths) for tenths in points.get(row["code"], ())]
    return answer(
        {
            "board": board,
            "period": words.get("period", "month"),
            "from": span.first.isoformat(),
            "to": span.last.isoformat(),
            "as_of": moment(now),
            "live": now < span.end,
            "frozen_at": moment(frozen_at),
            "corrections": [_correction(one, seen) for one in changed],
            "by": "composite" if by_composite_score(board, span) else "points",
            "buckets": buckets,
            "rows": rows,
        }
    )


@permission("scores.see")
def entries(board: str, code: str) -> Response:
    """Return the ledger behind one line of a board, newest first; a reversal is an entry of its own."""
    words = query.words("period", "area", "limit", "cursor")
    limit, cursor = query.page_of(words)
    who, board = somebody(), board_of(board)
    own_only(board, code, who)
    asked = board_asked(words, runtime().reference, clock.now())
    with runtime().database.read() as session:
        found, following = ledger_entries(session, board, code, asked.period, limit, cursor, asked.area)
        seen = numbers_seen(session, runtime().reference, who, [one.event for one in found])
    return answer({"items": [_entry(one, seen) for one in found], "next": following})


@permission("scores.see")
def formula() -> Response:
    """Return how a board is counted: the parts of the composite with their weights, the points, the period rule."""
    policy = runtime().reference.policy
    parts = [
        {
            "code": code,
            "name": translate(table.KPIS[code].name),
            "weight": weight,
            "formula": translate(table.KPIS[code].formula),
        }
        for code, weight in policy.composite.items()
    ]
    points = [
        {"rule": rule, "name": translate(word), "points": ranking.points_text(policy.points[rule])}
        for rule, word in POINT_WORDS.items()
        if rule in policy.points
    ]
    return answer(
        {
            "parts": parts,
            "points": points,
            "least_closed": ranking.LEAST_CLOSED,
            "claim_cap": ranking.points_text(policy.claim_cap),
        }
    )


class Coded(Protocol):
    """Anything that stands for a line of a board."""

    @property
    def code(self) -> str:
        """Return whose line it is."""


Line = TypeVar("Line", bound=Coded)


def own_lines(lines: list[Line], board: str, who: Viewer) -> list[Line]:
    """Return the lines somebody may see: a grid worker the own one alone of the board of grid workers."""
    if board == "workers" and who.role is Role.WORKER:
        return [line for line in lines if line.code == who.name]
    return lines


def own_only(board: str, code: str, who: Viewer) -> None:
    """Refuse a grid worker what lies behind somebody else's points, and anybody what can be no code."""
    if not code.isprintable():
        raise NotFound("没有这一行")
    if board == "workers" and who.role is Role.WORKER and code != who.name:
        raise Forbidden("您只能看自己的积分明细")


def asked_of(words: dict[str, str], reference: Reference, now: datetime, default: str = "today") -> Question:
    """Return what a query asks about: its period (or the default one), what it is narrowed to, its basis."""
    span = query.period_of(words, reference, now, default)
    return Question(span, now, narrow_of(words), _one(words, "basis", BASES))


def board_asked(words: dict[str, str], reference: Reference, now: datetime) -> Question:
    """Return what a query asks of a board: a month unless it says another period, and an area alone."""
    span, area = query.period_of(words, reference, now, "month"), words.get("area")
    if area is not None:
        area = reference.standing_area(query.one_of("area", area, reference.every_area)) or area
    return Question(span, now, Narrow(area))


def narrow_of(words: dict[str, str]) -> Narrow:
    """Return what a query narrows its numbers to; Invalid for a code that is not known."""
    narrow = Narrow(**{name: words.get(name) for name in NARROW})
    check(runtime().reference, narrow)
    return standing(narrow, runtime().reference)


def kpi_body(code: str, num: int, den: int) -> dict[str, Any]:
    """Return a KPI as the API shows it."""
    found = table.value(code, num, den)
    return found | {"name": translate(str(found["name"]))}


def board_of(board: str) -> str:
    """Return a board that the asking account may see, or refuse it."""
    if query.one_of("board", board, boards_of(runtime().reference)) == "workers" and not somebody().may(
        "workers.scores"
    ):
        raise Forbidden("您的账号看不到网格员的积分")
    return board


def _one(words: dict[str, str], name: str, choices: tuple[str, ...]) -> Any:
    return query.one_of(name, words.get(name, choices[0]), choices)


def _counted(one: Counted) -> dict[str, Any]:
    return {"at": moment(one.at), "rating": one.rating}


def _correction(one: Correction, seen: frozenset[str]) -> dict[str, Any]:
    rates = {
        code: {
            "name": translate(table.KPIS[code].name),
            "frozen": {"num": frozen[0], "den": frozen[1]},
            "now": {"num": now[0], "den": now[1]},
        }
        for code, (frozen, now) in one.rates.items()
    }
    return {
        "code": one.code,
        "name": one.name,
        "frozen_points": ranking.points_text(one.frozen_tenths),
        "points": ranking.points_text(one.tenths),
        "rates": rates,
        "entries": [_entry(entry, seen) for entry in one.entries],
    }


def _entry(entry: Entry, seen: frozenset[str]) -> dict[str, Any]:
    """Return an entry; of an event that whoever asks may not open the number alone."""
    return {
        "id": entry.id,
        "rule": entry.rule,
        "name": translate(POINT_WORDS.get(entry.rule, entry.rule)),
        "event": entry.event,
        "title": mask_text(entry.title) if entry.event in seen else "",
        "points": ranking.points_text(entry.tenths),
        "at": moment(entry.at),
        "reverses": entry.reverses,
    }


ROUTES = (
    ("GET", "/kpis", kpis),
    ("GET", "/kpis/<code>/events", counted),
    ("GET", "/scores", scores),
    ("GET", "/scores/formula", formula),
    ("GET", "/scores/<board>/<code>/entries", entries),
)
