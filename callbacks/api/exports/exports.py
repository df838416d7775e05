"""Any board, list or number as CSV or Excel: streamed, for a reason that is kept with who, what, when and how many rows.

Nothing personal leaves here; that takes a request and another person's approval (`export_requests`).
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, stream_with_context

from callbacks.api import query
from callbacks.api.answers import house
from callbacks.api.bodies import object_body
from callbacks.api.exports.tables import TABLES, named_events
from callbacks.api.schema.shapes_of_figures import LEAST_WHY, LONGEST_NUMBER, LONGEST_WHY, MOST_NUMBERS
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import clock
from dashboard.rules.access import Viewer
from dashboard.rules.refusals import Invalid
from datasources.accounts.accounts import audit
from datasources.events.intake import text_fault
from datasources.files import sheets

WHY = "请写明导出的用途（{least}–{most} 字）"


@permission("exports.take")
def export(what: str, kind: str) -> Response:
    """Return a board, a list or numbers as a file of a kind."""
    query.one_of("what", what, TABLES)
    query.one_of("kind", kind, sheets.KINDS)
    names, make = TABLES[what]
    words, who = query.words(*(("why", *names) if names else ())), somebody()
    why = why_of(words.pop("why", ""))
    head, rows = make(words, who)
    with house().database.write() as session:
        detail = {"table": what, "kind": kind, "filters": words, "why": why}
        audit(session, clock.real_now(), who.name, "export", **detail)
    name = f"{what}-{words.get('period', 'all')}"
    return download(name, kind, head, rows, {"table": what, "why": why}, who)


@permission("exports.take")
def export_named(kind: str) -> Response:
    """Return the events of a list as somebody sees it, named one by one and in that order, as a file of a kind."""
    query.one_of("kind", kind, sheets.KINDS)
    body, who = object_body("numbers", "why"), somebody()
    why, numbers = why_of(body.get("why")), numbers_of(body.get("numbers"))
    with house().database.write() as session:
        detail = {"table": "events", "kind": kind, "named": len(numbers), "why": why}
        audit(session, clock.real_now(), who.name, "export", **detail)
    return download("events", kind, *named_events(numbers, who), {"table": "events", "why": why}, who)


def numbers_of(found: Any) -> list[str]:
    """Return event numbers as sent, each once; Invalid where they are none or too many."""
    sound = isinstance(found, list) and all(
        isinstance(one, str) and one and not text_fault(one, LONGEST_NUMBER, lines=False) for one in found
    )
    if not sound:
        raise Invalid([("numbers", "应是事件编号的列表", {})])
    if not 0 < len(found) <= MOST_NUMBERS:
        raise Invalid([("numbers", "一次可以导出 1 到 {most} 件事件", {"most": MOST_NUMBERS})])
    return list(dict.fromkeys(found))


def download(
    name: str, kind: str, head: list[str], rows: Iterator[sheets.Row], detail: Mapping[str, Any], who: Viewer
) -> Response:
    """Return a table as a download; once it has been sent, how many rows went out is written down."""

    def counted() -> Iterator[sheets.Row]:
        count = 0
        for row in rows:
            yield row
            count += 1
        with house().database.write() as session:
            audit(session, clock.real_now(), who.name, "export_sent", rows=count, **detail)

    response = Response(
        stream_with_context(sheets.written(kind, head, counted())), content_type=sheets.KINDS[kind]
    )
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.{kind}"
    response.headers["Cache-Control"] = "no-store"
    return response


def why_of(text: Any) -> str:
    """Return what an export is for; Invalid where nothing was said."""
    words = text.strip() if isinstance(text, str) else ""
    if not LEAST_WHY <= len(words) <= LONGEST_WHY:
        raise Invalid([("why", WHY, {"least": LEAST_WHY, "most": LONGEST_WHY})])
    if fault := text_fault(words, LONGEST_WHY, lines=True):
        raise Invalid([("why", *fault)])
    return words


ROUTES = (
    ("GET", "/exports/<what>.<kind>", export),
    ("POST", "/exports/events.<kind>", export_named),
)
