"""Figures over HTTP: KPIs, boards, and the ledger entries behind each line of a board."""

from typing import Any

from flask import Response

from callbacks.api import asked
from callbacks.api.answers import answer, house, moment
from callbacks.guard import permission
from callbacks.session import reader, somebody
from dashboard import clock
from dashboard.rules import kpi_words, ranking
from dashboard.rules.event import Rating
from dashboard.rules.refusals import Forbidden
from dashboard.serializer import event_json
from datasources.queries_boards import Entry, board_rows, ledger_entries
from datasources.queries_counted import PARTS, Asked, Counted, counted_page
from datasources.queries_kpis import kpi_values
from layouts.words import translate

BASES = ("due", "reported")
BOARDS = ("units", "streets", "communities", "grids", "workers")


@permission("scores.see")
def kpis() -> Response:
    """Return every KPI of a period, area or unit, each with numerator, denominator and words."""
    words = asked.words("period", "area", "unit", "basis")
    reference, now = house().reference, clock.now()
    span = asked.period_of(words, reference, now)
    basis = _one(words, "basis", BASES)
    with house().database.read() as session:
        values = kpi_values(session, reference, span, now, words.get("area"), words.get("unit"), basis)
    shown = {code: _kpi(code, *pair) for code, pair in values.items()}
    return answer({"period": words.get("period", "today"), "basis": basis, "kpis": shown})


@permission("scores.see")
def counted(code: str) -> Response:
    """Return a page of what one KPI counted, newest first; `count` is the number, `hidden` what one may not know of."""
    words = asked.words("period", "area", "unit", "basis", "part", "rating", "limit", "cursor")
    limit, cursor = asked.page_of(words)
    who, reference, now = somebody(), house().reference, clock.now()
    rating = words.get("rating")
    question = Asked(
        code,
        _one(words, "part", PARTS),
        asked.period_of(words, reference, now),
        now,
        words.get("area"),
        words.get("unit"),
        _one(words, "basis", BASES),
        None if rating is None else asked.one_of("rating", rating, list(Rating)),
    )
    with house().database.read() as session:
        page = counted_page(session, reference, who, question, limit, cursor)
    items = [
        event_json(one.event, reader(who), reference, now) | {"counted": _counted(one)} for one in page.items
    ]
    return answer({"items": items, "next": page.following, "count": page.count, "hidden": page.hidden})


@permission("scores.see")
def scores() -> Response:
    """Return a board, best first."""
    words = asked.words("board", "period")
    board = _board(words.get("board", "units"))
    reference, now = house().reference, clock.now()
    span = asked.period_of(words, reference, now, "month")
    with house().database.read() as session:
        rows = board_rows(session, reference, board, span, now)
    body = {"board": board, "period": words.get("period", "month"), "rows": [row.as_json() for row in rows]}
    return answer(body)


@permission("scores.see")
def entries(board: str, code: str) -> Response:
    """Return the ledger behind one line of a board, newest first; a reversal is an entry of its own."""
    words = asked.words("period", "limit", "cursor")
    limit, cursor = asked.page_of(words)
    board = _board(board)
    span = asked.period_of(words, house().reference, clock.now(), "month")
    with house().database.read() as session:
        found, following = ledger_entries(session, board, code, span, limit, cursor)
    return answer({"items": [_entry(one) for one in found], "next": following})


def _board(board: str) -> str:
    if asked.one_of("board", board, BOARDS) == "workers" and not somebody().may("workers.scores"):
        raise Forbidden("您的账号看不到网格员的积分")
    return board


def _one(words: dict[str, str], name: str, choices: tuple[str, ...]) -> Any:
    return asked.one_of(name, words.get(name, choices[0]), choices)


def _counted(one: Counted) -> dict[str, Any]:
    return {"at": moment(one.at), "rating": one.rating}


def _kpi(code: str, num: int, den: int) -> dict[str, Any]:
    found = kpi_words.value(code, num, den)
    return found | {"name": translate(str(found["name"]))}


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "rule": entry.rule,
        "event": entry.event,
        "points": ranking.points_text(entry.tenths),
        "at": moment(entry.at),
        "reverses": entry.reverses,
    }


ROUTES = (
    ("GET", "/kpis", kpis),
    ("GET", "/kpis/<code>/events", counted),
    ("GET", "/scores", scores),
    ("GET", "/scores/<board>/<code>/entries", entries),
)
