"""Photos: decoded, turned upright and written anew, so that nothing of the sender's file but the picture is kept.

Law: an oversized or broken picture is an error in words, never a warning and never a file on disk.
"""

import hashlib
import io
import secrets
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.access import Viewer
from dashboard.rules.refusals import Invalid, Refusal
from datasources import whole_files
from datasources.aside import aside
from datasources.models import PhotoRow
from datasources.shots import Shot, bands_of, shot_of

LARGEST_BYTES = 8 * 1024 * 1024
LARGEST_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"RIFF": "image/webp"}
QUALITY = 85
HEIC = "不收 HEIC 格式；请在手机“设置 › 相机 › 格式”里选“兼容性最佳”，再拍一张，或转成 JPEG 再传"

_one_at_a_time = threading.BoundedSemaphore(1)  # a 25-megapixel picture takes 100 MB while it is turned


class WrongKind(Refusal):
    """Not a picture of a kind we take."""

    status = 415


class TooLarge(Refusal):
    """More bytes than we take."""

    status = 413


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture written anew, without metadata."""

    data: bytes
    width: int
    height: int
    shot: Shot = field(default_factory=Shot)


def store(folder: Path, data: bytes, viewer: Viewer, now: datetime, tz: tzinfo = UTC) -> PhotoRow:
    """Write a picture under a random id and return its row, to be added; WrongKind, TooLarge or Refusal if it is none."""
    if len(data) > LARGEST_BYTES:
        raise TooLarge("照片不能超过 8 MB，请压缩后再传", field="file")
    if not any(data.startswith(magic) for magic in MAGIC):
        raise WrongKind(HEIC if data[4:8] == b"ftyp" else "只收 JPEG、PNG、WebP 格式的照片", field="file")
    with _one_at_a_time:
        picture = aside(rewritten, data, tz)
    key = secrets.token_hex(16)
    folder.mkdir(parents=True, exist_ok=True)
    whole_files.write(folder / key, picture.data)
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


def rewritten(data: bytes, tz: tzinfo = UTC) -> Picture:
    """Return the picture alone: upright, without metadata; JPEG stays JPEG, the rest becomes WebP."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                raise Refusal("照片超过 2500 万像素，请缩小后再传", field="file")
            kind = "JPEG" if opened.format == "JPEG" else "WEBP"
            upright = ImageOps.exif_transpose(opened)
            see_through = kind == "WEBP" and upright.has_transparency_data
            plain = upright.convert("RGBA" if see_through else "RGB")
            shot = shot_of(opened, plain, tz)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise Refusal("照片文件已损坏，打不开", field="file") from error
    # a fresh image holds the pixels and nothing else: no EXIF, XMP, colour profile or comment to be passed on
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    written = io.BytesIO()
    try:
        bare.save(written, kind, quality=QUALITY)
    except (OSError, ValueError) as error:
        raise Refusal("照片的尺寸无法保存，请缩小后再传", field="file") from error
    return Picture(written.getvalue(), bare.width, bare.height, shot)


def kind_of(data: bytes) -> str:
    """Return the content type of a stored picture."""
    return next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), "application/octet-stream")


def check_usable(session: Session, ids: Collection[str], viewer: Viewer, event_id: int | None = None) -> None:
    """Raise Invalid unless all photos are the viewer's own uploads, free or already with this event."""
    if not ids:
        return
    query = select(PhotoRow.id, PhotoRow.event_id, PhotoRow.created_by).where(PhotoRow.id.in_(list(ids)))
    usable = {
        row.id
        for row in session.execute(query)
        if (row.created_by == viewer.name if row.event_id is None else row.event_id == event_id)
    }
    if len(usable) != len(set(ids)):
        raise Invalid([("photos", "有照片编号无效或已用于别的事件，请重新上传", {})])
