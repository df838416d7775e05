"""Photos over HTTP: one file in, written anew; out only to who may see its event."""

from flask import Response, request
from sqlalchemy.orm import Session

from callbacks.api.answers import answer, house
from callbacks.api.photos import developing
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard.rules.access import Viewer, sees
from dashboard.rules.refusals import Forbidden, Invalid, NotFound
from datasources.events import beside, journal
from datasources.photos import pictures_kept
from datasources.store.models.tables import PhotoRow

LARGEST_FORM = pictures_kept.LARGEST_BYTES + 64 * 1024


@permission("photos.add")
def upload() -> Response:
    """Take one picture in the multipart field `file`: 201 with its id."""
    who = somebody()
    if request.mimetype != "multipart/form-data":
        raise pictures_kept.WrongKind("请用 multipart/form-data 的 file 字段提交照片")
    if (request.content_length or 0) > LARGEST_FORM:
        raise pictures_kept.TooLarge("照片不能超过 8 MB，请压缩后再传", field="file")
    file = request.files.get("file")
    if file is None:
        raise Invalid([("file", "缺少“{field}”", {"field": "file"})])
    data = file.read(pictures_kept.LARGEST_BYTES + 1)
    row = developing.developed(data, who)
    url = f"/api/v1/photos/{row.id}"
    body = {"id": row.id, "url": url, "width": row.width, "height": row.height}
    with house().database.write() as session:
        session.add(row)
    return answer(body, 201, Location=url)


@permission("events.see")
def show(key: str) -> Response:
    """Return a picture to its uploader and to whoever sees its event."""
    who = somebody()
    with house().database.read() as session:
        row = beside.photo(session, key) if key.isalnum() and key.isascii() else None
        if row is None:
            raise NotFound("没有这张照片")
        if not _may_see(session, row, who):
            raise Forbidden("您的账号看不到这张照片")
    path = house().photos / key
    if not path.is_file():
        raise NotFound("照片文件已不在")
    data = path.read_bytes()
    return Response(data, 200, {"Content-Disposition": "inline"}, content_type=pictures_kept.kind_of(data))


def _may_see(session: Session, row: PhotoRow, who: Viewer) -> bool:
    if row.event_id is None:
        return row.created_by == who.name
    event = journal.event_by_id(session, row.event_id)
    if event is None:
        return False
    return sees(event, who, house().reference) or sees(
        event, who, house().reference, [co.unit for co in journal.co_units(session, event)]
    )


ROUTES = (
    ("POST", "/photos", upload),
    ("GET", "/photos/<key>", show),
)
