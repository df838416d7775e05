"""Bulk history: a file of records becomes closed and open events, chunk by chunk, and goes on after a kill.

Law (CONTRACT §2): a row is added, already held, or refused with line and reason; a file that cannot be read as a whole
stores nothing. How far it came is committed together with what it added.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from datasources.districts.reference import Reference, References
from datasources.history import changes as history_changes
from datasources.history import records as history
from datasources.history import unknown_words
from datasources.history.mapping import SWAPPED
from datasources.history.prepared import Chunk, Prepared, chunks, prepare, records_of
from datasources.history.refused import RefusedFile
from datasources.store.database import Database
from datasources.store.models import ImportRow

__all__ = ["ImportJob", "Outcome", "import_file", "records_of"]

TRIES = 3
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows were added, were already held, were refused; and the file that says why.

    `changed` of the held ones say something else than before; `unknown` are words nobody knows, with their rows,
    written down as a block for the mapping in `unknown_path`.
    """

    added: int
    held: int
    refused: int
    refused_path: Path | None = None
    changed: int = field(default=0, compare=False)
    unknown: Mapping[tuple[str, str], int] = field(default_factory=dict, compare=False)
    unknown_path: Path | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What an import is told: the file and when it is taken.

    `mapping` None: the pack's own mapping where the header fits it, else our own column names. `latest` is the moment
    after which nothing can have happened (default `now`). `update` takes what changed records of held numbers say now,
    unless people have worked on the event since.
    """

    path: Path
    now: datetime
    mapping: Path | None = None
    pack_mapping: Path | None = None
    latest: datetime | None = None
    update: bool = False


def import_file(
    database: Database, references: References, job: ImportJob, progress: Progress | None = None
) -> Outcome:
    """Import a file of records; return what became of its rows. `progress` is told (rows done, rows in all).

    Raises one Refusal, with nothing stored, for a file that cannot be read as a whole.
    """
    reference, path = references.get(), job.path
    prepared = prepare(path, reference, job.latest or job.now, job.mapping, job.pack_mapping)
    refused = RefusedFile(path, prepared.table.header)
    state = _begin(database, prepared, refused, job)
    if state.done:
        return Outcome(0, state.added + state.held, 0, changed=state.changed)
    done = 0
    for chunk, seen in chunks(prepared, state.line):
        _store(database, reference, job, prepared, chunk, state, refused)
        done += seen
        if progress is not None:
            progress(done, prepared.total)
    with database.write() as session:
        state.done = True
        session.merge(state)
    unknown = unknown_words.count(refused, prepared.mapper) if state.refused else {}
    return Outcome(
        state.added,
        state.held,
        state.refused,
        refused.path if state.refused else None,
        state.changed,
        unknown,
        unknown_words.write(path, unknown),
    )


def _begin(database: Database, prepared: Prepared, refused: RefusedFile, job: ImportJob) -> ImportRow:
    """Return where to go on: after the last committed chunk, or at the top where that cannot be trusted."""
    digest = f"update:{prepared.digest}" if job.update else prepared.digest
    with database.read() as session:
        held = session.get(ImportRow, digest)
    # what was taken once may have changed since: updating looks again
    if held is not None and held.done and not held.refused and not job.update:
        return held
    if held is not None and not held.done and refused.cut(held.line, held.refused):
        return held
    refused.clear()
    return ImportRow(
        digest=digest,
        name=prepared.table.path.name,
        line=0,
        added=0,
        held=0,
        refused=0,
        changed=0,
        done=False,
        at=job.now,
    )


def _store(
    database: Database,
    reference: Reference,
    job: ImportJob,
    prepared: Prepared,
    chunk: Chunk,
    state: ImportRow,
    refused: RefusedFile,
) -> None:
    """Store a chunk and how far it goes, together or not at all; somebody else's rows in between are tried again."""
    places, turned = history.places_of([report for _, report in chunk.rows], reference)
    bad = [(line, SWAPPED) for n, (line, _) in enumerate(chunk.rows) if n in turned]
    lines = {line.number: line for line, _ in chunk.rows}
    good = [
        (report, place, (prepared.table.path.name, line.number))
        for n, ((line, report), place) in enumerate(zip(chunk.rows, places, strict=True))
        if n not in turned
    ]
    for attempt in range(TRIES):
        try:
            with database.write() as session:
                added, changed, barred = _bring(session, reference, good, job)
                told = [*chunk.refused, *bad, *((lines[number], reason) for number, reason in barred)]
                told.sort(key=lambda row: row[0].number)
                refused.add([(line.number, reason, line.cells) for line, reason in told])
                counted = ImportRow(
                    digest=state.digest,
                    name=state.name,
                    line=chunk.line,
                    added=state.added + added,
                    held=state.held + len(good) - added - len(barred) + chunk.repeated,
                    refused=state.refused + len(told),
                    changed=state.changed + changed,
                    done=False,
                    at=job.now,
                )
                session.merge(counted)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
            refused.cut(state.line, state.refused)
            continue
        for name in ("line", "added", "held", "refused", "changed"):
            setattr(state, name, getattr(counted, name))
        return


def _bring(
    session: Session, reference: Reference, records: Sequence[history.Record], job: ImportJob
) -> tuple[int, int, list[tuple[int, str]]]:
    """Insert what is new, take what has changed where that is asked for; return how many of each there are.

    And (line, reason) of the changes that are refused.
    """
    held = history.held(session, [report for report, _, _ in records])
    fresh = [record for record in records if record[0].external_id not in held]
    known = [(held[record[0].external_id], record) for record in records if record[0].external_id in held]
    changes = history_changes.found(session, reference, known, job.now)
    barred: list[tuple[int, str]] = []
    if job.update:
        # before anything is written: whoever merges waits for this one, and must not be waited for
        changes, barred = history_changes.allowed(session, changes)
    history.insert_history(session, reference, fresh, job.now)
    if job.update:
        history_changes.take(session, reference, changes, job.now)
    return len(fresh), len(changes), barred
