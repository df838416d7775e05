"""The cells of exported tables: what an event is written as, words and moments in the reader's language and time zone."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from callbacks.api.answers import house
from dashboard.rules.events.event import (
    LEVEL_WORDS,
    RATING_WORDS,
    SOURCE_WORDS,
    STATUS_WORDS,
    SUPERVISION_WORDS,
    Event,
    Level,
    Source,
    Status,
    Supervision,
    on_time,
)
from dashboard.rules.text.masking import mask_text
from layouts.text.words import translate


def event_cells(now: datetime) -> Callable[[Event], list[Any]]:
    """Return the function that makes the cells of an event, in the language of this request, persons masked."""
    reference = house().reference
    status, level, source = words_of(STATUS_WORDS), words_of(LEVEL_WORDS), words_of(SOURCE_WORDS)
    rating, supervision = words_of(RATING_WORDS), words_of(SUPERVISION_WORDS)
    kept = {True: translate("按期"), False: translate("超期"), None: ""}
    yes = translate("是")

    def cells(event: Event) -> list[Any]:
        grid = reference.area_name(event.grid, event.grid_version)
        return [
            event.number, mask_text(event.title), reference.category_name(event.category) if event.category else "",
            status[Status(event.status)], yes if event.emergency else "", level[Level(event.level)],
            source.get(Source(event.source), event.source), grid,
            reference.unit_name(event.unit) if event.unit else "", local(event.reported_at),
            local(event.handle_due_at), local(event.finished_at), local(event.closed_at),
            kept[on_time(event, now)], rating.get(event.rating or "", ""), supervision[Supervision(event.supervision)],
            event.rework_count,
        ]  # fmt: skip

    return cells


def words_of(table: Mapping[Any, str]) -> dict[Any, str]:
    """Return a table of words in the reader's language."""
    return {code: translate(word) for code, word in table.items()}


def local(at: datetime | None) -> datetime | None:
    """Return a moment as the district's clock shows it, to the second."""
    return at.astimezone(house().reference.tz).replace(microsecond=0, tzinfo=None) if at else None
