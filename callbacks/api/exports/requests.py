"""Exports with personal data: ask with a reason, somebody else answers, a link works for a day for whoever asked."""

from typing import Any

from flask import Response, current_app
from itsdangerous import BadSignature, URLSafeSerializer

from callbacks.api import query
from callbacks.api.answers import answer, moment, runtime, shown
from callbacks.api.bodies import object_body, reason_of
from callbacks.api.exports.cells import event_cells
from callbacks.api.exports.exports import download, why_of
from callbacks.api.exports.tables import listed
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import clock
from dashboard.rules.events.event import Event
from dashboard.rules.refusals import Forbidden, Invalid
from dashboard.rules.text.masking import mask_text, mask_values
from datasources.events.filters import read_filters
from datasources.events.intake import text_fault
from datasources.exchange import export_requests
from datasources.files import sheets
from datasources.store.models import ExportRequestRow
from layouts.text import columns

SALT = "export"


@permission("exports.ask")
def ask() -> Response:
    """Ask for a list with personal data; another person approves it."""
    body = object_body("filters", "why")
    filters = body.get("filters") or {}
    if not isinstance(filters, dict) or not all(isinstance(value, str) for value in filters.values()):
        raise Invalid([("filters", "应是一个 JSON 对象", {})])
    faults = [
        (name, *fault) for name, value in filters.items() if (fault := text_fault(value, 500, lines=False))
    ]
    if faults:
        raise Invalid(faults)
    read_filters(filters, runtime().reference)
    words = why_of(body.get("why"))
    with runtime().database.write() as session:
        row = export_requests.ask(session, somebody(), filters, words, clock.real_now())
        made = _request(row)
    return answer(made, 201)


@permission("exports.ask")
def requests() -> Response:
    """Return one's own requests, newest first; whoever may answer them sees everybody's."""
    with runtime().database.read() as session:
        found = list(shown("export_request", export_requests.listed(session, somebody()), _request))
    return answer({"items": found, "next": None})


@permission("exports.answer")
def approve(key: int) -> Response:
    """Approve a request: its link works for a day, for whoever asked."""
    body = object_body("reason")
    words = reason_of(body, "") if body.get("reason") else ""
    return _answered(key, granted=True, words=words)


@permission("exports.answer")
def refuse(key: int) -> Response:
    """Refuse a request, with a reason."""
    return _answered(key, granted=False, words=reason_of(object_body("reason"), "请写明不批准的原因"))


def _answered(key: int, *, granted: bool, words: str) -> Response:
    with runtime().database.write() as session:
        row = export_requests.answer(session, key, somebody(), clock.real_now(), granted=granted, words=words)
        made = _request(row)
    return answer(made)


@permission("exports.ask")
def file(key: int) -> Response:
    """Return the file of an approved request to whoever asked, while its link works."""
    words = query.words("token", "format")
    kind = query.one_of("format", words.get("format", "csv"), sheets.KINDS)
    who = somebody()
    try:
        if signer().loads(words.get("token", "")) != [key, who.name]:
            raise Forbidden("下载链接无效")
    except BadSignature:
        raise Forbidden("下载链接无效") from None
    with runtime().database.write() as session:
        row = export_requests.take(session, key, who, clock.real_now())
        filters, why = dict(row.filters), row.why
    plain = event_cells(clock.now())

    def cells(event: Event) -> list[Any]:
        return [*plain(event), event.reporter_name, event.reporter_phone, event.address, event.description]

    rows = listed(filters, who, cells)
    head = columns.heads(*columns.EVENTS, *columns.PERSONAL)
    return download(f"request-{key}", kind, head, rows, {"request": key, "why": why}, who)


def _request(row: ExportRequestRow) -> dict[str, Any]:
    who, now = somebody(), clock.real_now()
    works = row.state == export_requests.APPROVED and row.expires_at is not None and now < row.expires_at
    own = row.account == who.name
    link = f"/api/v1/exports/requests/{row.id}/file?token={signer().dumps([row.id, row.account])}"
    return {
        "id": row.id,
        "account": row.account,
        "filters": mask_values(row.filters),
        "why": mask_text(row.why),
        "asked_at": moment(row.asked_at),
        "state": "expired" if row.state == export_requests.APPROVED and not works else row.state,
        "answered_by": row.answered_by,
        "answer": mask_values(row.answer),
        "expires_at": moment(row.expires_at),
        "downloads": row.downloads,
        "own": own,
        "link": link if works and own else None,
    }


def signer() -> URLSafeSerializer:
    """Return what signs the links of requests."""
    return URLSafeSerializer(str(current_app.secret_key), SALT)


ROUTES = (
    ("POST", "/exports/requests", ask),
    ("GET", "/exports/requests", requests),
    ("POST", "/exports/requests/<int:key>/approve", approve),
    ("POST", "/exports/requests/<int:key>/refuse", refuse),
    ("GET", "/exports/requests/<int:key>/file", file),
)
