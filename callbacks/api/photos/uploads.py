"""Pictures in pieces: begun, gone on with where they stopped, kept when whole. For accounts, and for strangers with a seat.

A seat is a secret of a stranger's browser (header X-Upload-Seat); whoever has it owns what was uploaded with it.
"""

from datetime import datetime
from typing import Any

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from callbacks.api import problems
from callbacks.api.answers import answer, house
from callbacks.api.bodies import object_body
from callbacks.api.photos.developing import TooMany, check_room, developed
from callbacks.security import outside
from callbacks.security.guard import Stranger, permission
from callbacks.security.quotas import Buckets
from callbacks.security.session import viewer
from dashboard import clock
from dashboard.rules.access import Role, Viewer
from dashboard.rules.refusals import Forbidden, Invalid, NotFound, Refusal
from datasources.accounts.sign_in import digest
from datasources.files import disk_space
from datasources.photos import darkroom, pictures_kept, uploads
from datasources.store.models.tables import PhotoRow, UploadRow

SEAT = "X-Upload-Seat"
SHORTEST_SEAT, LONGEST_SEAT = 16, 200
LARGEST_PIECE = 512 * 1024
PER_HOUR = 40  # uploads of strangers begun from one address …
BYTES_PER_HOUR = 60 * 1024 * 1024  # … and how large they may be together
ENOUGH = "这个网络地址一小时内上传的照片已达上限；可以不带照片先上报，紧急情况请拨打 110、119、120"
HEX = frozenset("0123456789abcdef")


def stranger() -> Viewer | None:
    """Return the stranger whose seat a request names, or None; Invalid for a seat that could be guessed."""
    seat = request.headers.get(SEAT)
    if seat is None:
        return None
    if not SHORTEST_SEAT <= len(seat) <= LONGEST_SEAT:
        raise Invalid([(SEAT, "至少 {least} 个字符", {"least": SHORTEST_SEAT})])
    return Viewer(f"seat:{digest(seat)}", Role.RESIDENT)


def _owner() -> Viewer:
    who = viewer()
    if who is not None:
        if not who.may("photos.add"):
            raise Forbidden("您的账号没有这项权限")
        return who
    found = stranger()
    if found is None:
        raise Stranger("请先登录")
    return found


@permission("public")
def begin() -> Response:
    """Begin an upload, or find the one begun before: 201 or 200 with how far it is."""
    who, body, now = _owner(), object_body("size", "sha256"), clock.now()
    size, mark = body.get("size"), body.get("sha256")
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise Invalid([("size", "应是整数", {})])
    if not isinstance(mark, str) or len(mark) != 64 or not HEX.issuperset(mark):
        raise Invalid([("sha256", "应是 64 位十六进制的 SHA-256", {})])
    if size > pictures_kept.LARGEST_BYTES:
        raise pictures_kept.TooLarge("照片不能超过 8 MB，请压缩后再传", field="file")
    with house().database.write() as session:
        row = uploads.held(session, who.name, size, mark)
        if row is None:
            _check_quota(session, who, size, now)
            row = uploads.begin(session, who.name, size, mark, now)
        at = _state(session, row)
    return answer(at, 200 if at["offset"] or at["photo"] else 201, Location=f"/api/v1/uploads/{at['id']}")


def _check_quota(session: Session, who: Viewer, size: int, now: datetime) -> None:
    """Raise TooMany or Full for a picture that is beyond what its sender, all strangers or the disk have room for."""
    check_room(who)
    if who.role is not Role.RESIDENT:
        return
    buckets: Buckets = current_app.extensions.setdefault("grid.upload-buckets", Buckets())
    address = outside.address()
    disk_space.check_strangers(session, size, house().settings.strangers_mb, now)
    if not (buckets.take(address, PER_HOUR) and buckets.take(f"{address} bytes", BYTES_PER_HOUR, size)):
        raise TooMany(ENOUGH)


@permission("public")
def look(key: str) -> Response:
    """Return how far an upload is."""
    who = _owner()
    with house().database.read() as session:
        return answer(_state(session, _found(session, key, who)))


@permission("public")
def piece(key: str) -> Response:
    """Take the next piece; with the last one the picture is checked, written anew and kept."""
    who, folder = _owner(), house().photos
    start = request.headers.get("Upload-Offset", "")
    if not start.isascii() or not start.isdecimal() or len(start) > 10:
        raise Invalid([("Upload-Offset", "应是整数", {})])
    if request.mimetype != "application/offset+octet-stream":
        raise pictures_kept.WrongKind("请用 application/offset+octet-stream 提交照片的一段")
    data = request.get_data(cache=False) if (request.content_length or 0) <= LARGEST_PIECE else b""
    with house().database.read() as session:
        row = _found(session, key, who)
        if row.photo:
            return answer(_state(session, row))
        if row.closed_at is not None:
            raise uploads.Closed
    if not data and int(start) == row.size == uploads.offset(folder, key):
        return answer(_finish(key, who))  # all there, but nobody had time for it, or the process died
    if not 0 < len(data) <= LARGEST_PIECE:
        raise pictures_kept.TooLarge("一段最多 512 KB", field="file")
    try:
        reached = uploads.append(folder, row, int(start), data)
    except uploads.WrongOffset as refusal:
        return _overlap(refusal)
    if reached < row.size:
        return answer({"id": row.id, "offset": reached, "photo": None})
    return answer(_finish(row.id, who))


def _finish(key: str, who: Viewer) -> dict[str, Any]:
    with house().database.read() as session:
        row = _found(session, key, who)
    try:
        photo = developed(uploads.whole(house().photos, row), who)
    except (darkroom.Busy, TooMany):
        raise  # it may be a picture yet: what has arrived stays
    except Refusal:
        with house().database.write() as session:
            uploads.close(session, key, clock.now())
        uploads.forget_pieces(house().photos, key)
        raise
    with house().database.write() as session:
        held = _found(session, key, who)
        if held.photo is None:
            session.add(photo)
            held.photo = photo.id
        session.flush()
        state = _state(session, held)
    uploads.forget_pieces(house().photos, key)
    return state


def _overlap(refusal: uploads.WrongOffset) -> Response:
    return problems.answer(problems.refusal_body(refusal) | {"offset": refusal.offset})


def _found(session: Session, key: str, who: Viewer) -> UploadRow:
    row = uploads.of(session, key, who.name)
    if row is None:
        raise NotFound("没有这次上传，请重新选照片")
    return row


def _state(session: Session, row: UploadRow) -> dict[str, Any]:
    photo = session.get(PhotoRow, row.photo) if row.photo else None
    shown = photo and {
        "id": photo.id,
        "url": f"/api/v1/photos/{photo.id}",
        "width": photo.width,
        "height": photo.height,
    }
    offset = row.size if photo else uploads.offset(house().photos, row.id)
    return {"id": row.id, "offset": offset, "photo": shown}


ROUTES = (
    ("POST", "/uploads", begin),
    ("GET", "/uploads/<key>", look),
    ("PATCH", "/uploads/<key>", piece),
)
