"""Pictures nobody claims any more: rows that belong to no event after a week, files that belong to no row."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from datasources.store.models.tables import PhotoRow, UploadRow

KEPT_FOR = timedelta(days=7)  # as far back as a report may lie
PIECES = ".upload-"
BATCH = 500


def forget_photos(session: Session, now: datetime) -> list[str]:
    """Forget the photos that no event took within a week; return their ids, whose files go once this is committed."""
    loose = (PhotoRow.event_id.is_(None), PhotoRow.created_at < now - KEPT_FOR)
    return list(session.scalars(delete(PhotoRow).where(*loose).returning(PhotoRow.id)))


def remove(folder: Path, names: Iterable[str]) -> None:
    """Remove files from the folder of photos; what is not there is no matter."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


def old_files(folder: Path, now: datetime, since: datetime | None) -> list[str]:
    """Return the files that came more than a week before `now`, real time, and not before `since`.

    By when they came here (ctime): a linked file keeps the age of what it was linked from.
    """
    until, begin = (now - KEPT_FOR).timestamp(), since.timestamp() if since else 0.0
    if not folder.is_dir():
        return []
    return [
        path.name for path in folder.iterdir() if path.is_file() and begin <= path.stat().st_ctime < until
    ]


def stray(session: Session, names: Iterable[str]) -> Iterator[str]:
    """Yield the files that belong to no row: half-written ones, pieces of forgotten uploads, pictures never noted."""
    waiting = iter(names)
    while batch := list(islice(waiting, BATCH)):
        pieces = {name.removeprefix(PIECES): name for name in batch if name.startswith(PIECES)}
        known = {
            *session.scalars(select(PhotoRow.id).where(PhotoRow.id.in_(batch))),
            *(
                pieces[key]
                for key in session.scalars(select(UploadRow.id).where(UploadRow.id.in_(list(pieces))))
            ),
        }
        yield from (name for name in batch if name not in known)
