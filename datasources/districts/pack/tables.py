"""The tables of a district pack: units, categories, conditions, duties, calendar (CONTRACT §7).

Every reference must lead somewhere, every truth is 0 or 1, every limit is one the rule book understands.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboard.rules.events.event import Level
from dashboard.rules.limits import CLAIM_BOUNDS, parse_limit
from datasources.districts.pack.files import Faults, Row, read_table
from datasources.districts.pack.succession import ALWAYS, Span, check_heirs, is_plain, span_of

UNITS = ("code", "name", "kind", "parent", "area", "may_claim")
CATEGORIES = ("code", "name", "parent", "limit", "claim_minutes", "emergency", "level", "photo_required")
CONDITIONS = ("category", "no", "text", "limit", "close_condition")
DUTIES = ("unit", "category", "area", "priority")
CALENDAR = ("date", "kind")
DAY_KINDS = ("holiday", "workday")


@dataclass(frozen=True)
class Unit:
    """A department, company or street; `area` is its territory (the whole district where the table is empty)."""

    code: str
    name: str
    kind: str
    parent: str | None
    area: str | None
    may_claim: bool
    span: Span = ALWAYS


@dataclass(frozen=True)
class Category:
    """A kind of event; `limit` in the standard's words, `claim_minutes` None = default, 0 = not for claiming."""

    code: str
    name: str
    parent: str | None
    limit: str
    claim_minutes: int | None
    emergency: bool | None
    level: str | None
    photo_required: bool
    kind: str = ""
    span: Span = ALWAYS


@dataclass(frozen=True)
class Condition:
    """A filing condition of a category with its own limit and closing condition."""

    category: str
    no: int
    text: str
    limit: str
    close_condition: str


@dataclass(frozen=True)
class Duty:
    """One line of the duty matrix; the lowest `priority` answers first."""

    unit: str
    category: str
    area: str
    priority: int


@dataclass(frozen=True)
class CalendarDay:
    """A day that is not what its weekday says."""

    date: date
    kind: str


def read_units(
    folder: Path,
    areas: Collection[str],
    outermost: str | None,
    faults: Faults,
    today: date | None = None,
) -> tuple[Unit, ...]:
    """units.csv, checked; an abolished one may lie in an area of history."""
    rows = with_codes(read_table(folder, "units.csv", UNITS, faults), faults)
    _check_parents(rows, faults)
    spans = _spans(rows, today, faults)
    for code, row in rows.items():
        if row["area"] and not spans[code].is_gone(today):
            check_known(row, "area", areas, "未知区域“{code}”", faults)
    return tuple(
        Unit(
            code=code,
            name=row["name"],
            kind=row["kind"],
            parent=row["parent"] or None,
            area=row["area"] or outermost,
            may_claim=bool(_truth(row, "may_claim", faults)),
            span=spans[code],
        )
        for code, row in rows.items()
    )


def read_categories(folder: Path, faults: Faults, today: date | None = None) -> tuple[Category, ...]:
    """categories.csv, checked."""
    rows = with_codes(read_table(folder, "categories.csv", CATEGORIES, faults), faults)
    _check_parents(rows, faults)
    spans = _spans(rows, today, faults)
    return tuple(_category(code, row, spans[code], faults) for code, row in rows.items())


def _spans(rows: dict[str, Row], today: date | None, faults: Faults) -> dict[str, Span]:
    found = {code: span_of(row.file, row.line, code, row.cells, rows, faults) for code, row in rows.items()}
    lines = {code: row.line for code, row in rows.items()}
    file = next((row.file for row in rows.values()), "")
    check_heirs(file, lines, found, today, faults)
    return found


def _category(code: str, row: Row, span: Span, faults: Faults) -> Category:
    level = row["level"]
    if level and level not in set(Level):
        known = "、".join(Level)
        faults.fault(row.file, row.line, "不认识层级“{level}”，可用：{known}", level=level, known=known)
    minutes = _whole(row, "claim_minutes", 0, faults) if row["claim_minutes"] else None
    least, most = CLAIM_BOUNDS
    if minutes and not least <= minutes <= most:
        faults.warn(
            row.file,
            row.line,
            "抢单时限 {minutes} 分钟不在 {least}–{most} 分钟之内",
            minutes=minutes,
            least=least,
            most=most,
        )
    return Category(
        code=code,
        name=row["name"],
        parent=row["parent"] or None,
        limit=_limit(row, faults),
        claim_minutes=minutes,
        emergency=_truth(row, "emergency", faults),
        level=level or None,
        photo_required=bool(_truth(row, "photo_required", faults)),
        kind=row["kind"],
        span=span,
    )


def read_conditions(folder: Path, categories: Collection[str], faults: Faults) -> tuple[Condition, ...]:
    """conditions.csv, checked; a pack may do without it."""
    if not (folder / "conditions.csv").is_file():
        return ()
    found: dict[tuple[str, int], Condition] = {}
    for row in read_table(folder, "conditions.csv", CONDITIONS, faults):
        check_known(row, "category", categories, "未知类别“{code}”", faults)
        number = _whole(row, "no", 1, faults)
        limit = _limit(row, faults)
        if number is None:
            continue
        key = (row["category"], number)
        if key in found:
            faults.fault(row.file, row.line, "类别“{code}”的第 {no} 条重复", code=key[0], no=number)
        found.setdefault(key, Condition(*key, row["text"], limit, row["close_condition"]))
    return tuple(found.values())


def read_duties(
    folder: Path, units: Collection[str], categories: Collection[str], areas: Collection[str], faults: Faults
) -> tuple[Duty, ...]:
    """duties.csv, checked."""
    found: dict[tuple[str, str, str], Duty] = {}
    for row in read_table(folder, "duties.csv", DUTIES, faults):
        check_known(row, "unit", units, "未知单位“{code}”", faults)
        check_known(row, "category", categories, "未知类别“{code}”", faults)
        check_known(row, "area", areas, "未知区域“{code}”", faults)
        priority = _whole(row, "priority", 0, faults)
        key = (row["unit"], row["category"], row["area"])
        if key in found:
            faults.fault(row.file, row.line, "职责“{duty}”重复", duty=" ".join(key))
        found.setdefault(key, Duty(*key, priority or 0))
    return tuple(found.values())


def read_calendar(folder: Path, faults: Faults) -> tuple[CalendarDay, ...]:
    """calendar.csv, checked."""
    found: dict[date, CalendarDay] = {}
    for row in read_table(folder, "calendar.csv", CALENDAR, faults):
        if row["kind"] not in DAY_KINDS:
            faults.fault(
                row.file, row.line, "日历类型“{kind}”应为 holiday（放假）或 workday（上班）", kind=row["kind"]
            )
        day = _date(row, faults)
        if day is None:
            continue
        if day in found:
            faults.fault(row.file, row.line, "日期 {date} 重复", date=day.isoformat())
        found.setdefault(day, CalendarDay(day, row["kind"]))
    return tuple(found[day] for day in sorted(found))


def warn_of_orphans(categories: Iterable[Category], duties: Iterable[Duty], faults: Faults) -> None:
    """Warn of each lowest category for which neither it nor a category above it has a unit."""
    listed = {category.code: category for category in categories}
    held = {duty.category for duty in duties}
    with_children = {category.parent for category in listed.values()}
    for code in listed:
        road, above = [code], listed[code].parent
        while above in listed and above not in road:
            road.append(above)
            above = listed[above].parent
        if code not in with_children and held.isdisjoint(road):
            faults.warn("duties.csv", None, "类别“{code}”没有任何单位负责", code=code)


def with_codes(rows: list[Row], faults: Faults) -> dict[str, Row]:
    """The rows by code; an empty or repeated code and an empty name are noted."""
    found: dict[str, Row] = {}
    for row in rows:
        code = row["code"]
        if not code:
            faults.fault(row.file, row.line, "代码为空")
        elif code in found:
            first = found[code].line
            faults.fault(
                row.file, row.line, "代码“{code}”重复（首次在第 {first} 行）", code=code, first=first
            )
        else:
            found[code] = row
            if not is_plain(code):
                text = "代码“{code}”不能含逗号、竖线、斜线、问号、井号、控制字符或首尾空格"
                faults.fault(row.file, row.line, text, code=code)
        if not row["name"]:
            faults.fault(row.file, row.line, "名称为空")
    return found


def _check_parents(rows: dict[str, Row], faults: Faults) -> None:
    for code, row in rows.items():
        parent = row["parent"]
        if parent and parent not in rows:
            faults.fault(row.file, row.line, "“{code}”的上级“{parent}”不存在", code=code, parent=parent)
        road = [code]
        while parent in rows and parent not in road:
            road.append(parent)
            parent = rows[parent]["parent"]
        if parent == code:
            faults.fault(row.file, row.line, "“{code}”的上级关系成环", code=code)


def check_known(row: Row, column: str, known: Collection[str], text: str, faults: Faults) -> None:
    """Note a cell that leads nowhere."""
    if row[column] not in known:
        faults.fault(row.file, row.line, text, code=row[column])


def _truth(row: Row, column: str, faults: Faults) -> bool | None:
    """0 or 1; an empty cell says nothing."""
    if row[column] not in ("", "0", "1"):
        faults.fault(
            row.file, row.line, "列“{column}”只能是 0 或 1，实为“{value}”", column=column, value=row[column]
        )
    return row[column] == "1" if row[column] else None


def _whole(row: Row, column: str, least: int, faults: Faults) -> int | None:
    text = row[column]
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= least:
        return int(text)
    faults.fault(
        row.file,
        row.line,
        "列“{column}”应为不小于 {least} 的整数，实为“{value}”",
        column=column,
        least=least,
        value=text,
    )
    return None


def _limit(row: Row, faults: Faults) -> str:
    try:
        if row["limit"]:
            parse_limit(row["limit"])
    except ValueError:
        faults.fault(
            row.file,
            row.line,
            "时限“{limit}”无法识别，应如 4工作时、2工作日、2紧急工作时、1自然日",
            limit=row["limit"],
        )
    return row["limit"]


def _date(row: Row, faults: Faults) -> date | None:
    try:
        if len(row["date"]) != len("2026-01-01"):
            raise ValueError
        return date.fromisoformat(row["date"])
    except ValueError:
        faults.fault(row.file, row.line, "日期“{date}”应如 2026-10-01", date=row["date"])
        return None
