"""Any board, list or number as CSV or Excel: streamed, for a reason that is kept with who, what, when and how many rows.

Nothing personal leaves here; that takes a request and another person's approval (`export_requests`).
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, stream_with_context

from callbacks.api import asked
from callbacks.api.answers import house
from callbacks.api.export_tables import TABLES
from callbacks.guard import permission
from callbacks.session import somebody
from dashboard import clock
from dashboard.rules.access import Viewer
from dashboard.rules.refusals import Invalid
from datasources import sheets
from datasources.accounts import audit
from datasources.intake import text_fault

LEAST_WHY, LONGEST_WHY = 2, 200
WHY = "请写明导出的用途（{least}–{most} 字）"


@permission("exports.take")
def export(what: str, kind: str) -> Response:
    """Return a board, a list or numbers as a file of a kind."""
    asked.one_of("what", what, TABLES)
    asked.one_of("kind", kind, sheets.KINDS)
    names, make = TABLES[what]
    words, who = asked.words(*(("why", *names) if names else ())), somebody()
    why = why_of(words.pop("why", ""))
    head, rows = make(words, who)
    with house().database.write() as session:
        detail = {"table": what, "kind": kind, "filters": words, "why": why}
        audit(session, clock.real_now(), who.name, "export", **detail)
    name = f"{what}-{words.get('period', 'all')}"
    return download(name, kind, head, rows, {"table": what, "why": why}, who)


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


ROUTES = (("GET", "/exports/<what>.<kind>", export),)
