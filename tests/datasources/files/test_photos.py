"""Photos: harmless, without metadata, refused in words when they are none, and shown only to who may see the event."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from dashboard.rules.events.event import Event
from dashboard.rules.refusals import Refusal
from datasources.events import beside, journal
from datasources.photos.pictures_kept import LARGEST_BYTES
from tests.conftest import Town
from tests.support.api_world import OpenApi

SECRET = b"13800138000"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **more: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(written, kind, **more)
    return written.getvalue()


def tagged() -> bytes:
    """A JPEG that stands on its side (orientation 6) and says where it was taken and by whom."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif, comment=SECRET)


def upload(opened: OpenApi, data: bytes, account: str = "operator", name: str = "p.jpg"):  # type: ignore[no-untyped-def]
    form = {"file": (io.BytesIO(data), name)}
    return opened.client.post("/api/v1/photos", data=form, headers=opened.token(account))


def stored(opened: OpenApi) -> list[Path]:
    folder = opened.runtime.photos
    return list(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_taken_and_given_back_as_a_picture(opened: OpenApi, kind: str) -> None:
    answer = upload(opened, picture(kind))
    assert answer.status_code == 201
    shown = opened.call("operator", "GET", f"/photos/{answer.json['id']}")
    assert shown.status_code == 200 and shown.content_type in ("image/jpeg", "image/webp")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(shown.data)).size == (40, 20)


def test_metadata_is_gone_and_the_picture_stands_upright(opened: OpenApi) -> None:
    data = tagged()
    assert SECRET in data
    answer = upload(opened, data)
    (path,) = stored(opened)
    kept = path.read_bytes()
    assert SECRET not in kept and b"Exif" not in kept
    assert (answer.json["width"], answer.json["height"]) == (20, 40)


def test_the_words_inside_a_png_are_gone(opened: OpenApi) -> None:
    notes = PngInfo()
    notes.add_text("Author", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    assert upload(opened, picture("PNG", pnginfo=notes)).status_code == 201
    assert SECRET not in stored(opened)[0].read_bytes()


def test_what_hangs_behind_a_picture_is_gone(opened: OpenApi) -> None:
    assert upload(opened, picture() + b"<script>alert(1)</script>").status_code == 201
    assert b"<script>" not in stored(opened)[0].read_bytes()


def png_that_claims(width: int, height: int) -> bytes:
    """A small PNG file whose header promises more pixels than anybody has."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\x00" * 1000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"GIF89a" + b"\x00" * 100, 415, "JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "JPEG"),
        (b"", 415, "JPEG"),
        (b"\xff\xd8\xff" + b"\x00" * 100, 422, "损坏"),
        (picture()[:200], 422, "损坏"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", 422, "损坏"),
        (png_that_claims(10_000, 10_000), 422, "2500 万像素"),
        (png_that_claims(5001, 5000), 422, "2500 万像素"),
        (b"\xff\xd8\xff" + b"\x00" * LARGEST_BYTES, 413, "8 MB"),
    ],
)
def test_what_is_no_sound_picture_is_refused_in_words_and_not_kept(
    opened: OpenApi, data: bytes, status: int, words: str
) -> None:
    answer = upload(opened, data)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert words in answer.json["detail"]
    assert stored(opened) == []


def test_a_photo_that_is_not_multipart_or_has_no_file_is_refused(opened: OpenApi) -> None:
    headers = opened.token("operator")
    post = opened.client.post
    assert (
        post("/api/v1/photos", data=picture(), headers=headers, content_type="image/jpeg").status_code == 415
    )
    answer = post("/api/v1/photos", data={"other": (io.BytesIO(picture()), "p")}, headers=headers)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "file")


def test_the_wall_uploads_nothing(opened: OpenApi) -> None:
    assert upload(opened, picture(), "screen").status_code == 403


def test_a_photo_is_its_uploaders_until_it_belongs_to_an_event(opened: OpenApi) -> None:
    key = upload(opened, picture()).json["id"]
    worker = next(area for area in opened.runtime.reference.areas.values() if area.level == "community")
    stranger = f"worker-{worker.code}"
    assert opened.call(stranger, "GET", f"/photos/{key}").status_code == 403
    assert opened.call("lead", "GET", f"/photos/{key}").status_code == 403
    report = {"title": "占道经营", "address": "南山路", "photos": [key]}
    stolen = opened.call(stranger, "POST", "/events", report)
    assert (stolen.status_code, stolen.json["errors"][0]["field"]) == (422, "photos")
    made = opened.call("operator", "POST", "/events", report)
    assert made.status_code == 201
    assert opened.call("lead", "GET", f"/photos/{key}").status_code == 200
    assert opened.call(stranger, "GET", f"/photos/{key}").status_code == 403
    detail = opened.call("lead", "GET", f"/events/{made.json['number']}").json
    assert [photo["id"] for photo in detail["photos"]] == [key]
    again = opened.call("operator", "POST", "/events", report)
    assert again.status_code == 422, "a photo belongs to one event"


@pytest.mark.parametrize("key", ["0" * 32, "..%2f..%2fgrid.db", "nothing"])
def test_a_photo_that_is_not_there_is_not_found(opened: OpenApi, key: str) -> None:
    assert opened.call("operator", "GET", f"/photos/{key}").status_code == 404


def found(opened: OpenApi, number: str) -> Event:
    with opened.runtime.database.read() as session:
        event = journal.event_by_number(session, number)
    assert event is not None
    return event


def roles(opened: OpenApi, number: str) -> list[tuple[str, str]]:
    shown = opened.call("operator", "GET", f"/events/{number}").json["photos"]
    return sorted((photo["role"], photo["id"]) for photo in shown)


def test_a_picture_stays_with_its_step_and_does_for_no_second_one(place: Town, opened: OpenApi) -> None:
    worker, spot = place.worker.name, place.reference.areas[place.grid]
    before = upload(opened, picture(), worker).json["id"]
    filed = {"title": "占道", "category": "S0406", "lng": spot.lng, "lat": spot.lat, "photos": [before]}
    event = opened.call(worker, "POST", "/events", filed).json
    number, unit = event["number"], f"unit-{place.reference.eligible(found(opened, event['number']))[0]}"
    event = opened.call(unit, "POST", f"/events/{number}/claim", {"version": event["version"]}).json

    def done(account: str, action: str, photo: str, **facts: str) -> tuple[int, set[str]]:
        body = {"version": event["version"], "photos": [photo], **facts}
        said = opened.call(
            account, "POST", f"/events/{number}/{action}", body, headers={"Idempotency-Key": photo}
        )
        return said.status_code, {one["field"] for one in said.json.get("errors", ())}

    assert done(unit, "finish", before, text="已处置") == (422, {"photos"})
    after = upload(opened, picture(), unit).json["id"]
    assert [done(unit, "finish", after, text="已处置") for _ in range(2)] == [(200, set())] * 2
    stale = opened.call(
        unit,
        "POST",
        f"/events/{number}/finish",
        {"version": event["version"], "photos": [after], "text": "重发"},
    )
    assert stale.status_code == 409, "what was done already is told as that, not as a fault of its picture"
    event = opened.call(worker, "GET", f"/events/{number}").json["event"]
    for used in (before, after):
        assert done(worker, "check", used, rating="very_satisfied") == (422, {"photos"})
    assert roles(opened, number) == [("finish", after), ("report", before)]
    seen = upload(opened, picture(), worker).json["id"]
    assert done(worker, "check", seen, rating="very_satisfied") == (200, set())
    assert roles(opened, number) == [("check", seen), ("finish", after), ("report", before)]


def test_whoever_acts_a_picture_is_bound_once(town: Town) -> None:
    held = town.photo()
    event = town.claimed(photos=(held,))
    with pytest.raises(Refusal, match="一张照片只能用一次"):
        town.act(event, "finish", town.unit_of(event), text="已处置", photos=[held])
    with town.database.read() as session:
        assert [(row.id, row.role) for row in beside.photos_of(session, event.id)] == [(held, "report")]
    assert town.fresh(event) == event
