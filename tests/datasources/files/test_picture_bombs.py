"""Pictures made to hurt: refused by their first bytes, decoded in a process that can be lost, counted, closed; 16 bits stay a ramp."""

import hashlib
import io
import struct
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from callbacks.api.photos import developing
from dashboard.rules.access import Role, Viewer
from dashboard.rules.refusals import Refusal
from datasources.photos import darkroom, pictures_kept
from datasources.photos import developing as pictures
from datasources.photos.darkroom import Busy, Lane
from datasources.photos.header import Header, header_of
from datasources.store.database import Database
from tests.callbacks.api.test_uploads import SEAT, begin, send
from tests.datasources.files.test_photos import picture, stored, upload
from tests.support.api_world import OpenApi


@pytest.fixture
def unlit(monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture may come as far as a decoder."""
    monkeypatch.setattr(darkroom, "COMMAND", (sys.executable, "-c", "raise SystemExit('decoded')"))
    monkeypatch.setattr(pictures_kept, "developed", _never)


def _never(*_: object) -> None:
    raise AssertionError("a bomb came as far as the decoder")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, bits: int = 1, colour: int = 0, lines: bytes | None = None) -> bytes:
    """A PNG file; without lines given, as many as it says, all black and packed as small as they go."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    per_line = 1 + (width * bits + 7) // 8
    packer = zlib.compressobj(9)
    body = packer.compress(lines if lines is not None else bytes(per_line * height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg_saying(width: int, height: int) -> bytes:
    """A JPEG whose frame header says other sides than it has."""
    data = bytearray(picture("JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_saying(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + sides


BOMBS = {
    "1 × 20,000,000": (png(1, 20_000_000), "16383"),
    "20,000,000 × 1": (png(20_000_000, 1), "16383"),
    "more than 25 megapixels": (png(5001, 5000), "2500 万像素"),
    "a side of 16,384": (png(16_384, 1500), "16383"),
    "a strip": (png(100, 2001), "20 倍"),
    "nothing high": (png(10, 0), "损坏"),
    "a JPEG that says 65,535 × 65,535": (jpeg_saying(65_535, 65_535), "2500 万像素"),
    "a JPEG strip": (jpeg_saying(10, 65_000), "16383"),
    "a WebP that says 16,777,216 × 1": (webp_saying(16_777_216, 1), "16383"),
    "a PNG without a header": (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b""), "损坏"),
    "a JPEG of markers only": (b"\xff\xd8" + b"\xff\xfe\x00\x02" * 1000, "损坏"),
    "a JPEG that never ends its fill": (b"\xff\xd8" + b"\xff" * 100_000, "损坏"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_its_first_bytes_and_never_decoded(
    opened: OpenApi, unlit: None, name: str
) -> None:
    data, words = BOMBS[name]
    answer = upload(opened, data)
    assert answer.status_code == 422 and words in answer.json["detail"]
    assert stored(opened) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(40, 20), (1, 20), (333, 7 * 50)])
def test_the_header_says_what_the_picture_is(kind: str, size: tuple[int, int]) -> None:
    assert header_of(picture(kind, size)) == Header(kind.lower(), *size)


@pytest.mark.parametrize("more", [{"lossless": True}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}])
def test_every_form_of_webp_is_read(more: dict[str, object]) -> None:
    assert header_of(picture("WEBP", (51, 37), **more)) == Header("webp", 51, 37)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_header_cut_anywhere_says_nothing_or_the_same(kind: str) -> None:
    data = picture(kind)
    for length in range(len(data)):
        assert header_of(data[:length]) in (None, Header(kind.lower(), 40, 20))


@pytest.mark.parametrize(
    ("sides", "taken"),
    [((5000, 5000), True), ((16_383, 1500), True), ((2000, 100), True), ((2001, 100), False), ((16_384, 1000), False), ((5000, 5001), False)],
)  # fmt: skip
def test_the_limits_are_25_megapixels_16383_a_side_and_1_to_20(sides: tuple[int, int], taken: bool) -> None:
    for width, height in (sides, sides[::-1]):
        assert (Header("png", width, height).fault is None) is taken


def test_a_file_that_says_two_things_is_refused_by_the_decoders_word(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal, match="2500"):
        pictures.rewritten(png(6000, 6000))


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(600)",
        "import os; os.abort()",
        "print('nonsense')",
        "print('{}')",
        "raise SystemExit(3)",
    ],
    ids=["hangs", "dies", "says nonsense", "says nothing", "gives up"],
)
def test_a_decoder_that_hangs_dies_or_talks_nonsense_is_a_refusal_and_the_next_picture_is_taken(
    opened: OpenApi, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(darkroom, "COMMAND", (sys.executable, "-c", program))
        broken.setattr(darkroom, "SECONDS", 0.2 if "sleep" in program else 60.0)
        answer = upload(opened, picture())
    assert (answer.status_code, stored(opened)) == (422, []) and "损坏" in answer.json["detail"]
    assert upload(opened, picture()).status_code == 201


def test_the_decoder_is_another_process_with_limits_of_its_own_and_none_of_our_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRID_SECRET_KEY", "s" * 40)
    told = (
        "import os, json, sys, resource; from datasources.photos import developing as p; sys.stdin.buffer.read();"
        "p.rewritten = lambda _: (_ for _ in ()).throw(p.Refusal(json.dumps([os.getpid(), resource.getrlimit(resource.RLIMIT_AS),"
        "resource.getrlimit(resource.RLIMIT_CPU), sorted(n for n in os.environ if n.startswith('GRID')),"
        "sorted(m for m in ('sqlalchemy', 'flask', 'dashboard.settings') if m in sys.modules)]))); p.main()"
    )
    monkeypatch.setattr(darkroom, "COMMAND", (sys.executable, "-c", told))
    with pytest.raises(Refusal) as said:
        darkroom.developed(b"", Lane(1))
    import json
    import os

    pid, memory, seconds, secrets, modules = json.loads(said.value.text)
    assert pid != os.getpid()
    assert memory == [pictures.MEMORY] * 2 and seconds == [pictures.SECONDS] * 2
    assert (secrets, modules) == ([], [])


def test_a_decoder_beyond_its_memory_is_a_refusal_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "from datasources.photos import developing as p; p.rewritten = lambda _: bytearray(p.MEMORY * 2); p.main()"
    monkeypatch.setattr(darkroom, "COMMAND", (sys.executable, "-c", program))
    with pytest.raises(Refusal, match="缩小"):
        darkroom.developed(b"", Lane(1))


def test_strangers_wait_for_strangers_and_staff_for_staff(
    opened: OpenApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures_kept, "STRANGERS", Lane(0))
    with (
        pictures_kept.STRANGERS.turn()
    ):  # a stranger's picture is being decoded, and nobody may wait behind it
        data = picture()
        key = begin(opened, data, headers=SEAT).json["id"]
        busy = send(opened, key, 0, data, **SEAT)
        assert busy.status_code == 429 and "Retry-After" in busy.headers
        assert upload(opened, picture()).status_code == 201
    assert begin(opened, data, headers=SEAT).json["offset"] == len(data), "what had arrived is still there"
    assert send(opened, key, len(data), b"", **SEAT).json["photo"]


def test_a_lane_lets_a_few_wait_and_tells_the_rest() -> None:
    lane = Lane(0)
    with lane.turn(), pytest.raises(Busy), lane.turn():
        raise AssertionError
    with lane.turn():
        pass


def test_an_upload_that_was_no_picture_is_closed_and_cannot_be_repeated_uncounted(opened: OpenApi) -> None:
    data = BOMBS["1 × 20,000,000"][0]
    assert len(data) < 64 * 1024
    key = begin(opened, data, headers=SEAT).json["id"]
    assert send(opened, key, 0, data, **SEAT).status_code == 422
    again = send(opened, key, 0, data, **SEAT)
    assert again.status_code == 409 and "结束" in again.json["errors"][0]["message"]
    assert begin(opened, data, headers=SEAT).json["id"] != key
    assert stored(opened) == []


@pytest.mark.parametrize("who", [None, "operator"])
def test_pictures_that_are_none_are_counted_and_end_in_429(
    opened: OpenApi, unlit: None, monkeypatch: pytest.MonkeyPatch, who: str | None
) -> None:
    monkeypatch.setattr(developing, "MOST_BROKEN", {Role.RESIDENT: 3})
    monkeypatch.setattr(developing, "MOST_BROKEN_STAFF", 3)
    seen = []
    for n in range(4):
        data = png(1, 20_000_000 + n)
        headers = {} if who else SEAT
        key = begin(opened, data, who, headers=headers).json["id"]
        seen.append(send(opened, key, 0, data, who, **headers).status_code)
    assert seen == [422, 422, 422, 429]
    if who:
        assert upload(opened, data).status_code == 429, "the other door counts the same"


def ramp(width: int = 256) -> bytes:
    """A 16-bit grey PNG from black to white, as thermal cameras and scanners write them."""
    line = b"\x00" + b"".join(struct.pack(">H", x * 65_535 // (width - 1)) for x in range(width))
    return png(width, 40, 16, 0, line * 40)


def test_sixteen_bits_of_grey_stay_a_ramp(opened: OpenApi) -> None:
    answer = upload(opened, ramp())
    assert answer.status_code == 201
    with Image.open(stored(opened)[0]) as kept:
        grey = kept.convert("L")
        line = [grey.getpixel((x, 20)) for x in range(256)]
    assert all(abs(dot - x) <= 8 for x, dot in enumerate(line))
    assert line[0] <= 4 and line[-1] >= 251


def test_a_picture_on_its_side_of_sixteen_bits_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    written = io.BytesIO()
    Image.open(io.BytesIO(ramp(80))).save(written, "PNG", exif=exif)
    found = pictures.rewritten(written.getvalue())
    assert (found.width, found.height) == (40, 80)


def test_a_moment_without_an_offset_is_the_districts() -> None:
    from zoneinfo import ZoneInfo

    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 09:00:00"
    found = darkroom.developed(picture(exif=exif), Lane(1), ZoneInfo("Asia/Shanghai"))
    assert found.shot.taken_at is not None and found.shot.taken_at.isoformat() == "2026-11-20T09:00:00+08:00"


def test_a_photo_is_kept_with_the_digest_of_what_is_kept(tmp_path: Path, sqlite: Database) -> None:
    from tests.conftest import FRIDAY

    row = pictures_kept.store(tmp_path, picture(), Viewer("operator", Role.OPERATOR), FRIDAY)
    assert hashlib.sha256((tmp_path / row.id).read_bytes()).hexdigest() == row.sha256
