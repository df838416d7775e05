"""Pictures that come in pieces and go on where they stopped; what has arrived lies beside the photos until it is whole.

How far an upload is, is the length of its file: a process that died in the middle of a piece has lost nothing.
"""

import fcntl
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Invalid, Refusal
from datasources.photos.pictures_kept import LARGEST_BYTES
from datasources.store.models.tables import PhotoRow, UploadRow

KEPT_FOR = timedelta(hours=48)
SEAT = "seat:"  # how the owner of a stranger's upload begins


class Closed(Refusal):
    """What came was no picture; this upload is over."""

    status = 409

    def __init__(self) -> None:
        super().__init__("这次上传没有成功，已经结束；请重新选照片", field="file")


class WrongOffset(Refusal):
    """The piece does not begin where the upload stands."""

    status = 409

    def __init__(self, offset: int) -> None:
        super().__init__("这一段和已收到的接不上，请从 {offset} 字节处接着传", offset=offset)
        self.offset = offset


def held(session: Session, owner: str, size: int, digest: str) -> UploadRow | None:
    """Return the upload of a picture that the same person has begun before and may go on with."""
    query = select(UploadRow).where(
        UploadRow.owner == owner,
        UploadRow.sha256 == digest,
        UploadRow.size == size,
        UploadRow.closed_at.is_(None),
    )
    found = session.scalars(query.order_by(UploadRow.created_at.desc()).limit(1)).first()
    return found if found is not None and not _used(session, found) else None


def begin(session: Session, owner: str, size: int, digest: str, now: datetime) -> UploadRow:
    """Return a new upload of a picture."""
    row = UploadRow(id=secrets.token_hex(16), owner=owner, size=size, sha256=digest, created_at=now)
    session.add(row)
    session.flush()
    return row


def close(session: Session, key: str, now: datetime) -> None:
    """End an upload that turned out to be no picture."""
    session.execute(update(UploadRow).where(UploadRow.id == key).values(closed_at=now))


def _used(session: Session, row: UploadRow) -> bool:
    """Return whether the picture already belongs to an event: the same file again is a new upload."""
    photo = session.get(PhotoRow, row.photo) if row.photo else None
    return row.photo is not None and (photo is None or photo.event_id is not None)


def of(session: Session, key: str, owner: str) -> UploadRow | None:
    """Return an upload of this person, or None."""
    row = session.get(UploadRow, key) if key.isalnum() and key.isascii() else None
    return row if row is not None and row.owner == owner else None


def offset(folder: Path, key: str) -> int:
    """Return how many bytes have arrived."""
    path = _path(folder, key)
    return path.stat().st_size if path.exists() else 0


def append(folder: Path, row: UploadRow, start: int, piece: bytes) -> int:
    """Add a piece that begins at `start` and return how many bytes are there then; WrongOffset, Invalid."""
    if start + len(piece) > row.size:
        raise Invalid([("", "内容比说好的长", {})])
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(_path(folder, row.id)) as file:
        file.seek(0, 2)
        if file.tell() != start:
            raise WrongOffset(file.tell())
        file.write(piece)
        return start + len(piece)


def whole(folder: Path, row: UploadRow) -> bytes:
    """Return the picture that has arrived; Refusal when it is not what was announced."""
    path = _path(folder, row.id)
    data = path.read_bytes() if path.exists() else b""
    if len(data) > LARGEST_BYTES or hashlib.sha256(data).hexdigest() != row.sha256:
        raise Refusal("照片在路上损坏了，请再传一次", field="file")
    return data


def forget_pieces(folder: Path, key: str) -> None:
    """Throw away what has arrived: it is a photo by now, or none."""
    _path(folder, key).unlink(missing_ok=True)


def forget_old(session: Session, folder: Path, now: datetime) -> None:
    """Forget uploads of the day before yesterday: their pieces, and strangers' pictures that no report took."""
    old = select(UploadRow).where(UploadRow.created_at < now - KEPT_FOR)
    for row in session.scalars(old).all():
        _path(folder, row.id).unlink(missing_ok=True)
        photo = session.get(PhotoRow, row.photo) if row.photo and row.owner.startswith(SEAT) else None
        if photo is not None and photo.event_id is None:
            (folder / photo.id).unlink(missing_ok=True)
            session.delete(photo)
    session.execute(delete(UploadRow).where(UploadRow.created_at < now - KEPT_FOR))


def _path(folder: Path, key: str) -> Path:
    return folder / f".upload-{key}"


@contextmanager
def _alone(path: Path) -> Iterator[BinaryIO]:
    """Open a file for nobody else at the same time."""
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
