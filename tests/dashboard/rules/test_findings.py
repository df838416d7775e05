"""What is noticed about a photo: where and when it was taken, earlier pictures that look like it; told to the desk alone."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from dashboard.clock import HandClock
from dashboard.rules.advice.findings import Alike, findings
from datasources.photos import shots
from datasources.store.database import Database
from tests.conftest import FRIDAY, Town, make_town
from tests.datasources.files.test_photos import upload
from tests.support.api_world import OpenApi, build, runtime_of

TZ = "+08:00"


@pytest.fixture
def place(database: Database, tmp_path: Path, hand: HandClock) -> tuple[OpenApi, Town]:
    opened = build(runtime_of(database, tmp_path))
    return opened, make_town(database, opened.runtime.reference, hand)


def scene(seed: int = 1, quality: int = 90, size: tuple[int, int] = (640, 480), **exif: Any) -> bytes:
    """A picture with something in it; `taken` and `at` (lng, lat) are what it says of itself."""
    import random

    dice, picture = random.Random(seed), Image.new("RGB", (640, 480), "#778899")
    draw = ImageDraw.Draw(picture)
    for _ in range(24):
        x, y = dice.randrange(600), dice.randrange(440)
        draw.rectangle(
            (x, y, x + dice.randrange(20, 200), y + dice.randrange(20, 160)), fill=(dice.randrange(256),) * 3
        )
    said = Image.Exif()
    if "taken" in exif:
        said.get_ifd(0x8769)[0x9003] = exif["taken"].strftime("%Y:%m:%d %H:%M:%S")
        if "offset" in exif:
            said.get_ifd(0x8769)[0x9011] = exif["offset"]
    if "at" in exif:
        gps = said.get_ifd(0x8825)
        for ref, value, degrees in ((3, 4, exif["at"][0]), (1, 2, exif["at"][1])):
            gps[ref] = ("E" if degrees >= 0 else "W") if ref == 3 else ("N" if degrees >= 0 else "S")
            gps[value] = (int(abs(degrees)), int(abs(degrees) * 60 % 60), round(abs(degrees) * 3600 % 60, 4))
    written = io.BytesIO()
    picture.resize(size).save(written, "JPEG", quality=quality, exif=said)
    return written.getvalue()


def told(
    opened: OpenApi, town: Town, data: bytes, account: str = "operator", **facts: Any
) -> list[dict[str, str]]:
    """Report with a photo and return what the desk is told of it."""
    worker, spot = town.worker.name, town.reference.areas[town.grid]
    photo = upload(opened, data, worker).json["id"]
    body = {"title": "占道", "category": "S0406", "lng": spot.lng, "lat": spot.lat, "photos": [photo]} | facts
    number = opened.call(worker, "POST", "/events", body).json["number"]
    shown = opened.call(account, "GET", f"/events/{number}").json["photos"][0]
    return list(shown.get("findings", ()))


def by_kind(found: list[dict[str, str]], kind: str) -> list[tuple[str, str]]:
    return [(one["level"], one["text"]) for one in found if one["kind"] == kind]


def test_place_and_time_of_a_picture_are_compared_with_the_event_s(
    place: tuple[OpenApi, Town], hand: HandClock
) -> None:
    opened, town = place
    spot = town.reference.areas[town.grid]
    now = hand.now() + timedelta(hours=8)  # the camera's clock shows local time
    assert spot.lng is not None and spot.lat is not None
    good = told(opened, town, scene(1, taken=now, offset=TZ, at=(spot.lng, spot.lat)))
    assert by_kind(good, "place")[0][0] == "ok" and by_kind(good, "time") == [("ok", "拍摄时间相符")]
    bad = told(opened, town, scene(2, taken=now - timedelta(hours=30), at=(spot.lng + 0.01, spot.lat)))
    ((level, words),) = by_kind(bad, "place")
    assert level == "warn" and 950 < int("".join(c for c in words if c.isdigit())) < 1070
    assert by_kind(bad, "time") == [("warn", "拍摄时间早了 1 d 6 h，请核实")]
    none = told(opened, town, scene(3))
    assert by_kind(none, "place") == [("note", "照片没有位置信息")]
    assert by_kind(none, "time") == [("note", "照片没有拍摄时间")]


def test_a_picture_seen_before_is_noticed_also_smaller_and_written_anew(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    first = told(opened, town, scene(5))
    assert by_kind(first, "alike") == []
    again = told(opened, town, scene(5, quality=45, size=(320, 240)))
    ((level, words),) = by_kind(again, "alike")
    assert level == "warn" and "几乎一样" in words
    assert by_kind(told(opened, town, scene(6)), "alike") == []
    same = [words for _, words in by_kind(told(opened, town, scene(5)), "alike")]
    assert any("同一个文件" in words for words in same)


@pytest.mark.parametrize("account", ["leader", "admin"])
def test_only_the_desk_is_told(place: tuple[OpenApi, Town], account: str) -> None:
    assert told(*place, scene(7), account=account) == []


def test_nothing_a_picture_says_is_kept_in_its_file(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    told(opened, town, scene(8, taken=FRIDAY, at=(118.1, 24.5)))
    (path,) = opened.runtime.photos.iterdir()
    assert dict(Image.open(path).getexif()) == {}


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_looks_that_differ_in_four_bits_share_a_band(look: int, noise: int) -> None:
    assert shots.look_from(shots.bands_of(look)) == look
    other = look ^ noise
    if (look ^ other).bit_count() <= 4:
        assert any(one == two for one, two in zip(shots.bands_of(look), shots.bands_of(other), strict=True))


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=4))
def test_any_four_flipped_bits_leave_a_band_whole(look: int, flipped: set[int]) -> None:
    other = look
    for bit in flipped:
        other ^= 1 << bit
    assert any(one == two for one, two in zip(shots.bands_of(look), shots.bands_of(other), strict=True))


@given(
    st.none() | st.floats(0, 1e6),
    st.none() | st.floats(0, 1e4),
    st.none() | st.timedeltas(timedelta(days=-400), timedelta(days=400)),
)
def test_every_picture_is_told_something_of_place_and_time(
    metres: float | None, accuracy: float | None, away: timedelta | None
) -> None:
    taken: datetime | None = FRIDAY + away if away is not None else None
    found = findings(metres, accuracy, taken, FRIDAY, [Alike("1", FRIDAY, 0)])
    assert [one.kind for one in found] == ["place", "time", "alike"]


@pytest.mark.parametrize("name", ["a.jpg", "b.png", "c.heic"])
def test_heic_is_refused_with_its_cure_whatever_its_name_says(place: tuple[OpenApi, Town], name: str) -> None:
    answer = upload(place[0], b"\x00\x00\x00\x18ftypheic" + bytes(64), name=name)
    assert answer.status_code == 415 and "兼容性最佳" in answer.json["detail"]
