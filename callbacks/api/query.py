"""What a query string asks for: page, cursor, period. Unknown words are refused, so that a typo never means "everything"."""

from collections.abc import Collection
from datetime import datetime

from flask import request

from dashboard.rules.periods import Period, period
from dashboard.rules.refusals import Invalid
from dashboard.rules.text import clean
from datasources.districts.reference import Reference
from datasources.events.intake import text_fault

LANG = "lang"
LIMIT = 100
MOST = 1000
LONGEST = 500


def words(*names: str) -> dict[str, str]:
    """Return the query's words without the language; Invalid for one that is not among `names` (when there are any)."""
    found = {name: clean.line(value) for name, value in request.args.items() if name != LANG}
    strange = [name for name in found if names and name not in names]
    if strange:
        raise Invalid([(name[:50], "没有“{name}”这个参数", {"name": name[:50]}) for name in strange])
    faults = [
        (name[:50], *fault)
        for name, value in found.items()
        if (fault := text_fault(value, LONGEST, lines=False) or text_fault(name, LONGEST, lines=False))
    ]
    if faults:
        raise Invalid(faults)
    return found


def page_of(asked: dict[str, str]) -> tuple[int, str | None]:
    """Take (limit, cursor) out of the words; Invalid for a limit outside 1–1000."""
    text, cursor = asked.pop("limit", str(LIMIT)), asked.pop("cursor", None)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= MOST):
        raise Invalid([("limit", "应是 1 到 {most} 的整数", {"most": MOST})])
    return int(text), cursor


def period_of(asked: dict[str, str], reference: Reference, now: datetime, default: str = "today") -> Period:
    """Return the period asked for; Invalid with the ways to write one."""
    try:
        return period(asked.get("period", default), now, reference.tz)
    except (ValueError, OverflowError) as error:
        raise Invalid([("period", str(error.args[0]), {})]) from error


def one_of(field: str, value: str, known: Collection[str]) -> str:
    """Return a value that is among those known, or raise Invalid naming them."""
    if value not in known:
        raise Invalid([(field, "只能是 {choices}", {"choices": "、".join(known)})])
    return value
