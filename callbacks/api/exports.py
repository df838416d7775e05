"""Any board, list or number as CSV or Excel: streamed, for a reason that is kept with who, what, when and how many rows.

Nothing personal leaves here; that takes a request, another person's approval, and works for a day (`export_requests`).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, stream_with_context
from itsdangerous import BadSignature, URLSafeSerializer

from callbacks.api import asked
from callbacks.api.answers import answer, house, moment
from callbacks.api.bodies import object_body, reason_of
from callbacks.api.breakdown import CODES, DIMENSIONS, grouped_codes
from callbacks.api.figures import NARROW, basis_of, befores, board_of, narrow_of, own_lines, own_only
from callbacks.guard import permission
from callbacks.session import somebody
from dashboard import clock
from dashboard.rules import kpi_words
from dashboard.rules.access import Viewer, mask_text
from dashboard.rules.event import (
    LEVEL_WORDS,
    RATING_WORDS,
    SOURCE_WORDS,
    STATUS_WORDS,
    SUPERVISION_WORDS,
    Event,
    Level,
    Rating,
    Source,
    Status,
    Supervision,
    on_time,
)
from dashboard.rules.refusals import Forbidden, Invalid
from datasources import export_requests, queries_breakdown, sheets
from datasources.accounts import audit
from datasources.intake import text_fault
from datasources.models import ExportRequestRow
from datasources.queries_boards import RATES, board_rows
from datasources.queries_corrections import corrections
from datasources.queries_counted import PARTS, Asked, counted_page
from datasources.queries_events import events_page
from datasources.queries_filters import read_filters
from datasources.queries_kpis import kpi_values
from datasources.queries_points import ledger_entries
from datasources.queries_rollup import frozen_cover
from layouts import columns
from layouts.points import POINT_WORDS
from layouts.words import translate

PAGE = 1000
LEAST_WHY, LONGEST_WHY = 2, 200
WHY = "请写明导出的用途（{least}–{most} 字）"
SALT = "export"

Table = tuple[list[str], Iterator[sheets.Row]]


@permission("exports.take")
def export(what: str, kind: str) -> Response:
    """Return a board, a list or numbers as a file of a kind."""
    asked.one_of("what", what, TABLES)
    asked.one_of("kind", kind, sheets.KINDS)
    words = asked.words()
    why = _why(words.pop("why", ""))
    who = somebody()
    head, rows = TABLES[what](words, who)
    with house().database.write() as session:
        detail = {"table": what, "kind": kind, "filters": words, "why": why}
        audit(session, clock.real_now(), who.name, "export", **detail)
    return _file(f"{what}-{words.get('period', 'all')}", kind, head, rows, {"table": what, "why": why}, who)


def _file(
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


def _board(words: dict[str, str], who: Viewer) -> Table:
    _known(words, "board", "period", "area")
    board, reference, now = board_of(words.get("board", "units")), house().reference, clock.now()
    span, area = asked.period_of(words, reference, now, "month"), words.get("area")
    if area is not None:
        asked.one_of("area", area, reference.areas)
    with house().database.read() as session:
        lines = own_lines(board_rows(session, reference, board, span, now, area=area), board, who)
        frozen_at, changed = corrections(session, reference, board, span, now, area)
    now_points = {one.code: one.tenths for one in changed}
    rates = [head for code in RATES for head in columns.pair(translate(kpi_words.KPIS[code].name))]

    def rows() -> Iterator[sheets.Row]:
        for one in lines:
            late = now_points.get(one.code, one.tenths) if frozen_at else None
            pairs = [number for code in RATES for number in one.rates[code]]
            yield [
                one.rank, one.code, one.name, one.tenths / 10, one.composite, one.closed, one.change, _local(frozen_at),
                None if late is None else late / 10, *pairs,
            ]  # fmt: skip

    return [*columns.heads(*columns.BOARD), *rates], rows()


def _entries(words: dict[str, str], who: Viewer) -> Table:
    _known(words, "board", "code", "period")
    board, code = board_of(words.get("board", "units")), words.get("code", "")
    own_only(board, code, who)
    span = asked.period_of(words, house().reference, clock.now(), "month")
    names = {rule: translate(word) for rule, word in POINT_WORDS.items()}
    back = translate("冲正")

    def rows() -> Iterator[sheets.Row]:
        cursor: str | None = None
        while True:
            with house().database.read() as session:
                found, cursor = ledger_entries(session, board, code, span, PAGE, cursor)
            for one in found:
                name, taken_back = names.get(one.rule, one.rule), back if one.reverses else ""
                yield [_local(one.at), name, one.event, mask_text(one.title), one.tenths / 10, taken_back]
            if cursor is None:
                return

    return columns.heads(*columns.ENTRIES), rows()


def _kpis(words: dict[str, str], who: Viewer) -> Table:
    _known(words, "period", *NARROW, "basis")
    reference, now = house().reference, clock.now()
    span, basis, narrow = asked.period_of(words, reference, now), basis_of(words), narrow_of(words)
    found = []
    with house().database.read() as session:
        for period, then in [(span, now), *((before, then) for _, before, then in befores(span, now))]:
            frozen = frozen_cover(session, period, narrow.keys) if then >= period.end else None
            cover = frozen[0] if frozen else None
            found.append(kpi_values(session, reference, period, then, narrow, basis, cover=cover))
    shown = {code: kpi_words.value(code, *pair) for code, pair in found[0].items()}
    lines = [
        [code, translate(str(value["name"])), *found[0][code], value["text"], translate(kpi_words.KPIS[code].formula),
         *found[1][code], *found[2][code]]
        for code, value in shown.items()
    ]  # fmt: skip
    return columns.heads(*columns.KPIS), iter(lines)


def _breakdown(words: dict[str, str], who: Viewer) -> Table:
    _known(words, "dimension", "period", *NARROW, "basis", "codes")
    reference, now = house().reference, clock.now()
    dimension = asked.one_of("dimension", words.get("dimension", "area"), DIMENSIONS)
    span, narrow = asked.period_of(words, reference, now), narrow_of(words)
    codes = grouped_codes(words.get("codes", ",".join(CODES)))
    with house().database.read() as session:
        keys = narrow.keys | {"path" if dimension == "area" else dimension}
        cover = (frozen_cover(session, span, keys) or (None,))[0]
        lines = queries_breakdown.by(
            session, reference, dimension, span, now, codes, basis_of(words), narrow, cover
        )
    heads = [head for code in codes for head in columns.pair(translate(kpi_words.KPIS[code].name))]
    rows = (
        [one.code, translate(one.name), *(n for code in codes for n in one.pairs.get(code, (0, 0)))]
        for one in lines
    )
    return [*columns.heads(*columns.BREAKDOWN), *heads], rows


def _counted(words: dict[str, str], who: Viewer) -> Table:
    _known(words, "kpi", "part", "rating", "period", *NARROW, "basis")
    reference, now = house().reference, clock.now()
    rating = words.get("rating")
    part: Any = asked.one_of("part", words.get("part", PARTS[0]), PARTS)
    question = Asked(
        words.get("kpi", "reported"),
        part,
        asked.period_of(words, reference, now),
        now,
        narrow_of(words),
        basis_of(words),
        None if rating is None else asked.one_of("rating", rating, list(Rating)),
    )
    with house().database.read() as session:
        counted_page(
            session, reference, who, question, 1, None
        )  # refuses what is wrong before anything is sent
    cells = _event_cells(now)
    ratings = _words(RATING_WORDS)

    def rows() -> Iterator[sheets.Row]:
        cursor: str | None = None
        while True:
            with house().database.read() as session:
                page = counted_page(session, reference, who, question, PAGE, cursor)
            for one in page.items:
                yield [*cells(one.event), _local(one.at), ratings.get(one.rating or "", "")]
            cursor = page.following
            if cursor is None:
                return

    return columns.heads(*columns.EVENTS, *columns.COUNTED), rows()


def _events(words: dict[str, str], who: Viewer) -> Table:
    return columns.heads(*columns.EVENTS), _listed(words, who, _event_cells(clock.now()))


def _listed(
    words: Mapping[str, str], who: Viewer, cells: Callable[[Event], list[Any]]
) -> Iterator[sheets.Row]:
    reference, now = house().reference, clock.now()
    filters = read_filters(words, reference)

    def rows() -> Iterator[sheets.Row]:
        cursor: str | None = None
        while True:
            with house().database.read() as session:
                found, cursor = events_page(session, reference, who, filters, PAGE, cursor, now)
            for event in found:
                yield cells(event)
            if cursor is None:
                return

    return rows()


TABLES: Mapping[str, Callable[[dict[str, str], Viewer], Table]] = {
    "board": _board,
    "entries": _entries,
    "kpis": _kpis,
    "breakdown": _breakdown,
    "counted": _counted,
    "events": _events,
}


def _event_cells(now: datetime) -> Callable[[Event], list[Any]]:
    """Return the function that makes the cells of an event, in the language of this request, persons masked."""
    reference = house().reference
    status, level, source = _words(STATUS_WORDS), _words(LEVEL_WORDS), _words(SOURCE_WORDS)
    rating, supervision = _words(RATING_WORDS), _words(SUPERVISION_WORDS)
    kept = {True: translate("按期"), False: translate("超期"), None: ""}
    yes = translate("是")

    def cells(event: Event) -> list[Any]:
        grid = reference.areas.get(event.grid or "")
        return [
            event.number, mask_text(event.title), reference.category_name(event.category) if event.category else "",
            status[Status(event.status)], yes if event.emergency else "", level[Level(event.level)],
            source.get(Source(event.source), event.source), grid.name if grid else "",
            reference.unit_name(event.unit) if event.unit else "", _local(event.reported_at),
            _local(event.handle_due_at), _local(event.finished_at), _local(event.closed_at),
            kept[on_time(event, now)], rating.get(event.rating or "", ""), supervision[Supervision(event.supervision)],
            event.rework_count,
        ]  # fmt: skip

    return cells


def _words(table: Mapping[Any, str]) -> dict[Any, str]:
    return {code: translate(word) for code, word in table.items()}


def _local(at: datetime | None) -> datetime | None:
    return at.astimezone(house().reference.tz).replace(microsecond=0, tzinfo=None) if at else None


def _known(words: Mapping[str, str], *names: str) -> None:
    strange = [name for name in words if name not in names]
    if strange:
        raise Invalid([(name[:50], "没有“{name}”这个参数", {"name": name[:50]}) for name in strange])


def _why(text: str) -> str:
    words = text.strip()
    if not LEAST_WHY <= len(words) <= LONGEST_WHY:
        raise Invalid([("why", WHY, {"least": LEAST_WHY, "most": LONGEST_WHY})])
    return words


# ---- personal data ----


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
    read_filters(filters, house().reference)
    why = body.get("why")
    words = _why(why if isinstance(why, str) else "")
    fault = text_fault(words, LONGEST_WHY, lines=True)
    if fault:
        raise Invalid([("why", *fault)])
    with house().database.write() as session:
        row = export_requests.ask(session, somebody(), filters, words, clock.real_now())
        made = _request(row)
    return answer(made, 201)


@permission("exports.ask")
def requests() -> Response:
    """Return one's own requests, newest first; whoever may answer them sees everybody's."""
    with house().database.read() as session:
        found = [_request(row) for row in export_requests.listed(session, somebody())]
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
    with house().database.write() as session:
        row = export_requests.answer(session, key, somebody(), clock.real_now(), granted=granted, words=words)
        made = _request(row)
    return answer(made)


@permission("exports.ask")
def file(key: int) -> Response:
    """Return the file of an approved request to whoever asked, while its link works."""
    words = asked.words("token", "format")
    kind = asked.one_of("format", words.get("format", "csv"), sheets.KINDS)
    who = somebody()
    try:
        if _signer().loads(words.get("token", "")) != [key, who.name]:
            raise Forbidden("下载链接无效")
    except BadSignature:
        raise Forbidden("下载链接无效") from None
    with house().database.write() as session:
        row = export_requests.take(session, key, who, clock.real_now())
        filters, why = dict(row.filters), row.why
    plain = _event_cells(clock.now())

    def cells(event: Event) -> list[Any]:
        return [*plain(event), event.reporter_name, event.reporter_phone, event.address, event.description]

    rows = _listed(filters, who, cells)
    head = columns.heads(*columns.EVENTS, *columns.PERSONAL)
    return _file(f"request-{key}", kind, head, rows, {"request": key, "why": why}, who)


def _request(row: ExportRequestRow) -> dict[str, Any]:
    who, now = somebody(), clock.real_now()
    works = row.state == export_requests.APPROVED and row.expires_at is not None and now < row.expires_at
    own = row.account == who.name
    link = f"/api/v1/exports/requests/{row.id}/file?token={_signer().dumps([row.id, row.account])}"
    return {
        "id": row.id,
        "account": row.account,
        "filters": row.filters,
        "why": row.why,
        "asked_at": moment(row.asked_at),
        "state": "expired" if row.state == export_requests.APPROVED and not works else row.state,
        "answered_by": row.answered_by,
        "answer": row.answer,
        "expires_at": moment(row.expires_at),
        "downloads": row.downloads,
        "own": own,
        "link": link if works and own else None,
    }


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), SALT)


ROUTES = (
    ("GET", "/exports/<what>.<kind>", export),
    ("POST", "/exports/requests", ask),
    ("GET", "/exports/requests", requests),
    ("POST", "/exports/requests/<int:key>/approve", approve),
    ("POST", "/exports/requests/<int:key>/refuse", refuse),
    ("GET", "/exports/requests/<int:key>/file", file),
)
