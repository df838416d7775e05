"""Photos: looked at from outside, decoded and written anew beside this process; of the sender's file only the picture is kept.

Law: an oversized or broken picture is an error in words, never a warning and never a file on disk.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.access import Role, Viewer
from dashboard.rules.refusals import Invalid, Refusal
from datasources.events import journal
from datasources.files import whole
from datasources.photos.darkroom import STAFF, STRANGERS, developed
from datasources.photos.developing import BROKEN
from datasources.photos.header import header_of
from datasources.photos.shots import Shot, bands_of
from datasources.store.models import PhotoRow

LARGEST_BYTES = 8 * 1024 * 1024
MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"RIFF": "image/webp"}
HEIC = "不收 HEIC 格式；请在手机“设置 › 相机 › 格式”里选“兼容性最佳”，再拍一张，或转成 JPEG 再传"


class WrongKind(Refusal):
    """Not a picture of a kind we take."""

    status = 415


class TooLarge(Refusal):
    """More bytes than we take."""

    status = 413


def store(folder: Path, data: bytes, viewer: Viewer, now: datetime, tz: tzinfo = UTC) -> PhotoRow:
    """Write a picture under a random id and return its row, to be added; WrongKind, TooLarge or Refusal if it is none."""
    if len(data) > LARGEST_BYTES:
        raise TooLarge("照片不能超过 8 MB，请压缩后再传", field="file")
    if not any(data.startswith(magic) for magic in MAGIC):
        raise WrongKind(HEIC if data[4:8] == b"ftyp" else "只收 JPEG、PNG、WebP 格式的照片", field="file")
    header = header_of(data)
    fault = header.fault if header else BROKEN
    if fault:
        raise Refusal(fault, field="file")  # a bomb is never lit
    picture = developed(data, STRANGERS if viewer.role is Role.RESIDENT else STAFF, tz)
    key = secrets.token_hex(16)
    folder.mkdir(parents=True, exist_ok=True)
    whole.write(folder / key, picture.data)
    return PhotoRow(
        id=key,
        sha256=hashlib.sha256(picture.data).hexdigest(),
        width=picture.width,
        height=picture.height,
        size=len(picture.data),
        created_at=now,
        created_by=viewer.name,
        taken_at=picture.shot.taken_at,
        lng=picture.shot.lng,
        lat=picture.shot.lat,
        **_look(picture.shot),
    )


def _look(shot: Shot) -> dict[str, int]:
    bands = () if shot.look is None else bands_of(shot.look)
    return {f"look_{n}": band for n, band in enumerate(bands)}


def kind_of(data: bytes) -> str:
    """Return the content type of a stored picture."""
    return next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), "application/octet-stream")


def check_usable(session: Session, ids: Collection[str], viewer: Viewer) -> None:
    """Raise Invalid unless all photos are the viewer's own uploads that no step has taken yet."""
    if not ids:
        return
    query = select(PhotoRow.id).where(PhotoRow.id.in_(list(ids)), PhotoRow.created_by == viewer.name)
    usable = set(session.scalars(query.where(PhotoRow.event_id.is_(None))))
    if len(usable) != len(set(ids)):
        raise Invalid([("photos", journal.TAKEN, {})])
