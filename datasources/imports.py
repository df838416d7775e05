"""Bulk history: a file of records becomes closed and open events, chunk by chunk, and goes on after a kill.

Law (CONTRACT §2): a row is added, already held, or refused with line and reason; a file that cannot be read as a whole
stores nothing. How far it came is committed together with what it added.
"""

import hashlib
import tomllib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Refusal
from dashboard.rules.report import Report
from datasources.database import Database
from datasources.district import BUNDLED, FILE
from datasources.history import held_ids, insert_history, places_of
from datasources.mapping import Mapper, Mapping, own_names, read_mapping
from datasources.models import ImportRow
from datasources.moments import DateOrder, Dates
from datasources.reference import Reference, References
from datasources.refused import RefusedFile
from datasources.tables import Line, Table, open_table

CHUNK = 1000
TRIES = 3
MASK = (1 << 64) - 1
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows were added, were already held, were refused; and the file that says why."""

    added: int
    held: int
    refused: int
    refused_path: Path | None = None


@dataclass(frozen=True)
class Prepared:
    """A file that can be read as a whole: its rows' number, the ids that occur twice, and how to map a row."""

    table: Table
    mapper: Mapper
    total: int
    doubled: frozenset[int]
    digest: str


@dataclass
class _Chunk:
    """Rows read but not yet stored."""

    line: int = 0
    rows: list[tuple[Line, Report]] = field(default_factory=list)
    refused: list[tuple[Line, str]] = field(default_factory=list)
    repeated: int = 0


def import_file(
    database: Database,
    references: References,
    path: Path,
    mapping_path: Path | None = None,
    *,
    now: datetime,
    latest: datetime | None = None,
    pack_mapping: Path | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Import a file of records; return what became of its rows.

    `mapping_path` None: the pack's own mapping where the header fits it, else our own column names. `latest` is the
    moment after which nothing can have happened (default `now`); `progress` is told (rows done, rows in all).
    Raises one Refusal, with nothing stored, for a file that cannot be read as a whole.
    """
    reference = references.get()
    prepared = prepare(path, reference, latest or now, mapping_path, pack_mapping)
    refused = RefusedFile(path, prepared.table.header)
    state = _begin(database, prepared, refused, now)
    if state.done:
        return Outcome(0, state.added + state.held, 0)
    done = 0
    for chunk, seen in _chunks(prepared, state.line):
        _store(database, reference, prepared, chunk, state, refused, now)
        done += seen
        if progress is not None:
            progress(done, prepared.total)
    with database.write() as session:
        state.done = True
        session.merge(state)
    return Outcome(state.added, state.held, state.refused, refused.path if state.refused else None)


def prepare(
    path: Path,
    reference: Reference,
    latest: datetime,
    mapping_path: Path | None = None,
    pack_mapping: Path | None = None,
) -> Prepared:
    """Look through a whole file once: encoding, columns, order of dates, doubled ids. Refusal when it cannot be read."""
    table, mapping = _mapped(path, reference, mapping_path, pack_mapping)
    tz = ZoneInfo(mapping.time_zone) if mapping.time_zone else reference.tz
    stated = Dates(tz, mapping.date_format)
    mapper = Mapper(mapping, table.header, stated, reference, latest)
    order, ids, total, misfit, fits = DateOrder(), array("Q"), 0, "", False
    for line in table.rows():
        total += 1
        if len(line.cells) != len(table.header):
            continue
        ids.append(hash(mapper.key(line.cells)) & MASK)
        if fits:
            continue
        for text in mapper.moments(line.cells):
            if not mapping.date_format:
                order.see(text)
            elif _reads(stated, text):
                fits = True
            else:
                misfit = misfit or text
    if misfit and not fits:
        stated.read(misfit)  # not one date is as the mapping says: that is the file's fault, not the rows'
    if total and not ids:
        raise Refusal("文件 {name} 没有一行与表头的列数相符", name=path.name)
    mapper.dates = Dates(tz, mapping.date_format, "" if mapping.date_format else order.decide())
    digest = hashlib.sha256(f"{table.digest}{mapping.digest}{reference.digest}".encode()).hexdigest()
    return Prepared(table, mapper, total, _doubled(ids), digest)


def records_of(
    path: Path,
    reference: Reference,
    latest: datetime,
    mapping_path: Path | None = None,
    pack_mapping: Path | None = None,
) -> Iterator[Report]:
    """Yield the sound records of a file as reports; rows that cannot be mapped are left out."""
    prepared = prepare(path, reference, latest, mapping_path, pack_mapping)
    for chunk, _ in _chunks(prepared, 0):
        for _, report in chunk.rows:
            yield report


def bundled_mapping(code: str) -> Path | None:
    """Return the mapping of the bundled pack with this district code."""
    for folder in sorted(BUNDLED.iterdir()):
        mapping, config = folder / "records" / "mapping.toml", folder / FILE
        if mapping.is_file() and tomllib.loads(config.read_text("utf-8")).get("code") == code:
            return mapping
    return None


def _mapped(
    path: Path, reference: Reference, mapping_path: Path | None, pack_mapping: Path | None
) -> tuple[Table, Mapping]:
    stated = mapping_path or pack_mapping or bundled_mapping(reference.code)
    if stated is not None:
        mapping = read_mapping(stated)
        table = open_table(path)
        missing = mapping.missing(table.header)
        if not missing:
            return open_table(path, mapping.delimiter), mapping
        if mapping_path is not None:
            open_table(path, mapping.delimiter)
            raise _lacks(path, missing)
    table = open_table(path)
    own = own_names(table.header)
    missing = own.missing(table.header)
    if missing and stated is not None and any(name in table.header for name in mapping.columns.values()):
        raise _lacks(path, mapping.missing(table.header))
    if missing:
        raise _lacks(path, missing)
    return table, own


def _lacks(path: Path, missing: list[str]) -> Refusal:
    return Refusal("文件 {name} 的表头缺少列“{columns}”", name=path.name, columns="、".join(missing))


def _reads(dates: Dates, text: str) -> bool:
    try:
        dates.read(text)
    except Refusal:
        return False
    return True


def _doubled(ids: array) -> frozenset[int]:
    values, counts = np.unique(np.frombuffer(ids, dtype=np.uint64), return_counts=True)
    return frozenset(values[counts > 1].tolist()) - {hash("") & MASK}


def _begin(database: Database, prepared: Prepared, refused: RefusedFile, now: datetime) -> ImportRow:
    """Return where to go on: after the last committed chunk, or at the top where that cannot be trusted."""
    with database.read() as session:
        held = session.get(ImportRow, prepared.digest)
    if held is not None and held.done and not held.refused:
        return held
    if held is not None and not held.done and refused.cut(held.line, held.refused):
        return held
    refused.clear()
    return ImportRow(
        digest=prepared.digest,
        name=prepared.table.path.name,
        line=0,
        added=0,
        held=0,
        refused=0,
        done=False,
        at=now,
    )


def _chunks(prepared: Prepared, after: int) -> Iterator[tuple[_Chunk, int]]:
    """Yield the rows in chunks, each with how many rows it took to fill; rows up to line `after` are only passed over.

    A row like an earlier one of the file counts as held; one with the same id and other content is refused.
    """
    chunk, seen = _Chunk(), 0
    first: dict[str, tuple[int, list[str]]] = {}
    for line in prepared.table.rows():
        seen += 1
        done = line.number <= after
        report, reason = _read(prepared.mapper, line, prepared, first, needed=not done)
        if not done:
            chunk.line = line.number
            if report is not None:
                chunk.rows.append((line, report))
            elif reason:
                chunk.refused.append((line, reason))
            else:
                chunk.repeated += 1
        if seen >= CHUNK and chunk.line:
            yield chunk, seen
            chunk, seen = _Chunk(), 0
    if chunk.line:
        yield chunk, seen


def _read(
    mapper: Mapper, line: Line, prepared: Prepared, first: dict[str, tuple[int, list[str]]], *, needed: bool
) -> tuple[Report | None, str]:
    """Return the report of a row, or why it is refused; neither when it repeats an earlier row."""
    if line.fault:
        return None, line.fault
    key = mapper.key(line.cells)
    double = bool(prepared.doubled) and hash(key) & MASK in prepared.doubled
    if not (needed or double):
        return None, ""
    earlier = first.get(key) if double else None
    if earlier is not None:
        return (None, "") if earlier[1] == line.cells else (None, f"编号与第 {earlier[0]} 行重复，内容不同")
    try:
        report = mapper.report(line.cells)
    except Refusal as refusal:
        return None, str(refusal)
    if double:
        first[key] = (line.number, line.cells)
    return report, ""


def _store(
    database: Database,
    reference: Reference,
    prepared: Prepared,
    chunk: _Chunk,
    state: ImportRow,
    refused: RefusedFile,
    now: datetime,
) -> None:
    """Store a chunk and how far it goes, together or not at all; somebody else's rows in between are tried again."""
    places, turned = places_of([report for _, report in chunk.rows], reference)
    bad = [(line, "经度和纬度像是写反了") for n, (line, _) in enumerate(chunk.rows) if n in turned]
    told = sorted([*chunk.refused, *bad], key=lambda row: row[0].number)
    refused.add([(line.number, reason, line.cells) for line, reason in told])
    good = [
        (report, place, (prepared.table.path.name, line.number))
        for n, ((line, report), place) in enumerate(zip(chunk.rows, places, strict=True))
        if n not in turned
    ]
    for attempt in range(TRIES):
        try:
            with database.write() as session:
                added = _insert_new(session, reference, good, now)
                counted = ImportRow(
                    digest=state.digest,
                    name=state.name,
                    line=chunk.line,
                    added=state.added + added,
                    held=state.held + len(good) - added + chunk.repeated,
                    refused=state.refused + len(told),
                    done=False,
                    at=now,
                )
                session.merge(counted)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
            continue
        state.line, state.added, state.held, state.refused = (
            counted.line,
            counted.added,
            counted.held,
            counted.refused,
        )
        return


def _insert_new(session: Session, reference: Reference, records: list, now: datetime) -> int:
    held = held_ids(session, [report.external_id for report, _, _ in records])
    fresh = [record for record in records if record[0].external_id not in held]
    insert_history(session, reference, fresh, now)
    return len(fresh)
