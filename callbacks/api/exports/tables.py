"""The tables that can be exported: what each takes, its heads and its rows, page by page, persons masked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from callbacks.api import query
from callbacks.api.answers import runtime, shown
from callbacks.api.exports.cells import event_cells, local, words_of
from callbacks.api.exports.flow import FLOW, Table, Words
from callbacks.api.figures.breakdown import CODES, DIMENSIONS, grouped_codes
from callbacks.api.figures.figures import (
    NARROW,
    asked_of,
    befores,
    board_asked,
    board_of,
    counted_of,
    kpis_at,
    own_lines,
    own_only,
)
from callbacks.security.session import masked
from dashboard import clock
from dashboard.rules.access import Viewer
from dashboard.rules.events.event import RATING_WORDS, Event
from dashboard.rules.events.policy import POINT_WORDS
from dashboard.rules.figures import table
from dashboard.rules.text.masking import mask_text
from datasources.events.filters import read_filters
from datasources.events.lists import events_by_number, events_page, numbers_seen
from datasources.figures import breakdown
from datasources.figures.boards import RATES, board_rows
from datasources.figures.counted import Counted, counted_page
from datasources.figures.frozen.corrections import corrections
from datasources.figures.points import Entry, ledger_entries
from datasources.files.sheets import Row
from layouts.text import columns
from layouts.text.words import translate

PAGE = 1000

Item = TypeVar("Item")


def _paged(page: Callable[[Any, str | None], tuple[list[Item], str | None]]) -> Iterator[Item]:
    """Yield all items of a paged list; each page is read in a session of its own, so that none stays open for long."""
    cursor: str | None = None
    while True:
        with runtime().database.read() as session:
            found, cursor = page(session, cursor)
        yield from found
        if cursor is None:
            return


def _board(words: Words, who: Viewer) -> Table:
    board, reference, now = board_of(words.get("board", "units")), runtime().reference, clock.now()
    question = board_asked(words, reference, now)
    with runtime().database.read() as session:
        lines = own_lines(board_rows(session, reference, board, question), board, who)
        frozen_at, changed = corrections(session, reference, board, question)
    now_points = {one.code: one.tenths for one in changed}
    rates = [head for code in RATES for head in columns.pair(translate(table.KPIS[code].name))]

    def rows() -> Iterator[Row]:
        for one in lines:
            late = now_points.get(one.code, one.tenths) if frozen_at else None
            pairs = [number for code in RATES for number in one.rates[code]]
            yield [
                one.rank, one.code, one.name, one.tenths / 10, one.composite, one.closed, one.change, local(frozen_at),
                None if late is None else late / 10, *pairs,
            ]  # fmt: skip

    return [*columns.heads(*columns.BOARD), *rates], rows()


def _entries(words: Words, who: Viewer) -> Table:
    board, code = board_of(words.get("board", "units")), words.get("code", "")
    own_only(board, code, who)
    asked = board_asked(words, runtime().reference, clock.now())
    names = {rule: translate(word) for rule, word in POINT_WORDS.items()}
    back = translate("冲正")

    def page(session: Any, cursor: str | None) -> tuple[list[tuple[Entry, str]], str | None]:
        found, following = ledger_entries(session, board, code, asked.period, PAGE, cursor, asked.area)
        seen = numbers_seen(session, runtime().reference, who, [one.event for one in found])
        return [(one, one.title if one.event in seen else "") for one in found], following

    def rows() -> Iterator[Row]:
        for one, title in _paged(page):
            name, taken_back = names.get(one.rule, one.rule), back if one.reverses else ""
            yield [local(one.at), name, one.event, mask_text(title), one.tenths / 10, taken_back]

    return columns.heads(*columns.ENTRIES), rows()


def _kpis(words: Words, who: Viewer) -> Table:
    reference = runtime().reference
    question = asked_of(words, reference, clock.now())
    questions = [question, *(before for _, before in befores(question))]
    with runtime().database.read() as session:
        found = [kpis_at(session, reference, one)[0] for one in questions]
    shown = {code: table.value(code, *pair) for code, pair in found[0].items()}
    lines = [
        [code, translate(str(value["name"])), *found[0][code], value["text"], translate(table.KPIS[code].formula),
         *found[1][code], *found[2][code]]
        for code, value in shown.items()
    ]  # fmt: skip
    return columns.heads(*columns.KPIS), iter(lines)


def _breakdown(words: Words, who: Viewer) -> Table:
    reference, now = runtime().reference, clock.now()
    dimension = query.one_of("dimension", words.get("dimension", "area"), DIMENSIONS)
    question = asked_of(words, reference, now)
    codes = grouped_codes(words.get("codes", ",".join(CODES)))
    with runtime().database.read() as session:
        lines, _ = breakdown.by(session, reference, dimension, question, codes)
    heads = [head for code in codes for head in columns.pair(translate(table.KPIS[code].name))]
    rows = (
        [one.code, translate(one.name), *(n for code in codes for n in one.pairs.get(code, (0, 0)))]
        for one in lines
    )
    return [*columns.heads(*columns.BREAKDOWN), *heads], rows


def _counted(words: Words, who: Viewer) -> Table:
    reference, now = runtime().reference, clock.now()
    asked = counted_of(words, words.get("kpi", "reported"), now)
    with runtime().database.read() as session:
        counted_page(session, reference, who, asked, 1, None)  # refuses before anything is sent
    cells, ratings = event_cells(now), words_of(RATING_WORDS)

    def page(session: Any, cursor: str | None) -> tuple[list[Any], str | None]:
        found = counted_page(session, reference, who, asked, PAGE, cursor)
        return list(found.items), found.following

    def row(one: Counted) -> Row:
        return [*cells(one.event), local(one.at), ratings.get(one.rating or "", "")]

    rows = shown("event", _paged(page), row, lambda one: one.event.id)
    return columns.heads(*columns.EVENTS, *columns.COUNTED), rows


def _events(words: Words, who: Viewer) -> Table:
    return columns.heads(*columns.EVENTS), listed(words, masked(who), event_cells(clock.now()))


def listed(words: Mapping[str, str], who: Viewer, cells: Callable[[Event], Row]) -> Iterator[Row]:
    """Return the rows of a filtered list of events as somebody may see it; Invalid for a wrong filter."""
    reference, now = runtime().reference, clock.now()
    filters = read_filters(words, reference)
    found = _paged(lambda session, cursor: events_page(session, reference, who, filters, PAGE, cursor, now))
    return shown("event", found, cells)


def named_events(numbers: Sequence[str], who: Viewer) -> Table:
    """Return the heads and rows of events by their numbers, in the order given; what somebody may not see is left out."""
    cells = event_cells(clock.now())

    def rows() -> Iterator[Row]:
        for start in range(0, len(numbers), PAGE):
            wanted = numbers[start : start + PAGE]
            with runtime().database.read() as session:
                found = events_by_number(session, runtime().reference, who, wanted)
            yield from (cells(found[number]) for number in wanted if number in found)

    return columns.heads(*columns.EVENTS), rows()


# what → (words it takes, none: any filter of a list of events; how it is made)
TABLES: Mapping[str, tuple[tuple[str, ...], Callable[[Words, Viewer], Table]]] = {
    "board": (("board", "period", "area"), _board),
    "entries": (("board", "code", "period", "area"), _entries),
    "kpis": (("period", *NARROW, "basis"), _kpis),
    "breakdown": (("dimension", "period", *NARROW, "basis", "codes"), _breakdown),
    "counted": (("kpi", "part", "rating", "period", *NARROW, "basis"), _counted),
    "events": ((), _events),
    **FLOW,
}
