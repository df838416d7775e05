"""A file of records that can be read as a whole: looked through once, then given out in chunks of reports and refusals."""

import hashlib
import tomllib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.rules.events.report import Report
from dashboard.rules.refusals import Refusal
from dashboard.rules.text import clean
from datasources.districts.pack.folder import BUNDLED, FILE
from datasources.districts.reference import Reference
from datasources.history.dates import DateOrder, Dates
from datasources.history.mapping import Mapper
from datasources.history.mapping_file import Mapping, own_names, read_mapping
from datasources.history.pairs import PointOrder
from datasources.history.record_tables import Line, Table, open_table

CHUNK = 1000
MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Prepared:
    """A file that can be read as a whole: its rows' number, the ids that occur twice, and how to map a row."""

    table: Table
    mapper: Mapper
    total: int
    doubled: frozenset[int]
    digest: str


@dataclass
class Chunk:
    """Rows read but not yet stored."""

    line: int = 0
    rows: list[tuple[Line, Report]] = field(default_factory=list)
    refused: list[tuple[Line, str]] = field(default_factory=list)
    repeated: int = 0


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
    pairs = PointOrder(reference.config["centre"])
    for line in table.rows():
        total += 1
        if len(line.cells) != len(table.header):
            continue
        ids.append(hash(mapper.key(line.cells)) & MASK)
        if pair := mapper.point(line.cells):
            pairs.see(pair)
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
    mapper.point_order = mapping.point_order or pairs.decide()
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
    for chunk, _ in chunks(prepared, 0):
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
    if mapping_path is not None:
        mapping = read_mapping(mapping_path)
        table = open_table(path, mapping.delimiter, mapping.encoding)
        mapping = mapping.on(table.header)
        if missing := mapping.missing(table.header):
            raise _lacks(path, missing)
        return table, mapping
    packs = pack_mapping or bundled_mapping(reference.code)
    stated = read_mapping(packs) if packs is not None else None
    if stated is not None and stated.columns:
        table = _opened_somehow(path, stated)
        if not stated.missing(table.header):
            return open_table(path, stated.delimiter, stated.encoding), stated
    table = open_table(path)
    own = own_names(table.header)
    missing = own.missing(table.header)
    if missing and stated is not None and any(name in table.header for name in stated.columns.values()):
        raise _lacks(path, stated.missing(table.header))
    if missing:
        raise _lacks(path, missing)
    return table, own


def _opened_somehow(path: Path, mapping: Mapping) -> Table:
    """Return a file that may be what a pack's mapping is for: as it says itself, else in the encoding of the mapping."""
    try:
        return open_table(path)
    except Refusal:
        if mapping.encoding is None:
            raise
        return open_table(path, None, mapping.encoding)


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


def chunks(prepared: Prepared, after: int) -> Iterator[tuple[Chunk, int]]:
    """Yield the rows in chunks, each with how many rows it took to fill; rows up to line `after` are only passed over.

    A row like an earlier one of the file counts as held; one with the same id and other content is refused.
    """
    chunk, seen = Chunk(), 0
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
            chunk, seen = Chunk(), 0
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
    earlier, cells = (
        first.get(key) if double else None,
        [clean.line(cell) for cell in line.cells] if double else [],
    )
    if earlier is not None:
        return (None, "") if earlier[1] == cells else (None, f"编号与第 {earlier[0]} 行重复，内容不同")
    try:
        report = mapper.report(line.cells)
    except Refusal as refusal:
        return None, str(refusal)
    if double:
        first[key] = (line.number, cells)
    return report, ""
