"""The disk is not filled by strangers, keeps a floor, and loses what nobody claims."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dashboard import clock
from dashboard.clock import HandClock
from dashboard.runtime.runtime import Runtime
from dashboard.settings import Settings
from dashboard.sweeps.housekeeping import Housekeeping
from datasources.alerts import screens
from datasources.districts.reference import References
from datasources.photos import disk_space, orphans
from datasources.store.database import Database
from datasources.store.models import PhotoRow, ScreenRow, UploadRow
from tests.callbacks.api.test_uploads import OTHER, SEAT, begin, send
from tests.conftest import FRIDAY
from tests.datasources.files.test_photos import picture, stored, upload
from tests.support.api_world import OpenApi, build

LARGEST = 8 * 1024 * 1024
WEEK = orphans.KEPT_FOR


def opened_with(database: Database, folder: Path, **settings: Any) -> OpenApi:
    chosen = Settings(data_dir=folder, **settings)
    return build(Runtime(chosen, "huli", "huli", database, References(database)))


@pytest.fixture
def opened(sqlite: Database, tmp_path: Path) -> OpenApi:
    return opened_with(sqlite, tmp_path)


def announce(opened: OpenApi, size: int, n: int, who: str | None = None) -> int:
    body = {"size": size, "sha256": f"{n:064x}"}
    return int(opened.call(who, "POST", "/uploads", body, headers={} if who else SEAT).status_code)


def test_one_address_brings_no_more_than_60_megabytes_an_hour(opened: OpenApi) -> None:
    assert [announce(opened, LARGEST, n) for n in range(8)] == [201] * 7 + [429]
    assert announce(opened, 1024, 9) == 201, "a small one still fits"
    assert [announce(opened, LARGEST, n, "operator") for n in range(10)] == [201] * 10


def test_one_address_brings_no_more_than_forty_pictures_an_hour(opened: OpenApi) -> None:
    assert [announce(opened, 1024, n) for n in range(41)] == [201] * 40 + [429]


def test_going_on_with_an_upload_costs_nothing(opened: OpenApi) -> None:
    assert announce(opened, LARGEST, 0) == 201
    assert [announce(opened, LARGEST, 0) for _ in range(50)] == [201] * 50


def test_strangers_of_many_addresses_together_are_bounded_until_reports_take_their_pictures(
    database: Database, tmp_path: Path
) -> None:
    opened = opened_with(database, tmp_path, strangers_mb=1)
    data = picture(size=(64, 64))
    photo = send(opened, begin(opened, data, headers=SEAT).json["id"], 0, data, **SEAT).json["photo"]["id"]
    with database.write() as session:
        session.scalars(select(UploadRow)).one().size = 1024 * 1024  # as if it were that large
    full = begin(opened, picture(size=(65, 64)), headers=OTHER)
    assert full.status_code == 503 and "不带照片先上报" in full.json["errors"][0]["message"]
    body = {"title": "井盖松动", "address": "示例路 1 号", "photos": [photo]}
    assert opened.call(None, "POST", "/reports", body, headers=SEAT).status_code == 201
    assert begin(opened, picture(size=(65, 64)), headers=OTHER).status_code == 201


def test_below_the_floor_of_free_space_strangers_and_below_half_of_it_everybody_is_refused_in_words(
    opened: OpenApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 0
    opened.runtime.settings = opened.runtime.settings.model_copy(update={"free_mb": 1000})

    def usage(_path: Any) -> Any:
        return type("Usage", (), {"free": free * disk_space.MB})

    monkeypatch.setattr(disk_space.shutil, "disk_usage", usage)
    for free, stranger, staff in ((2000, 201, 201), (999, 503, 201), (499, 503, 503)):
        data = picture(size=(100 + free % 50, 40))
        assert begin(opened, data, headers=SEAT).status_code == stranger, free
        answer = upload(opened, data)
        assert answer.status_code == staff, free
        if staff == 503:
            assert "存储空间不足" in answer.json["detail"]


def sweep(opened: OpenApi, monkeypatch: pytest.MonkeyPatch, later: timedelta = WEEK) -> int:
    """Do the housekeeping as much later by the clock on the wall as by the drill's."""
    at = clock.real_now() + later + timedelta(minutes=1)
    monkeypatch.setattr(clock, "real_now", lambda: at)
    return Housekeeping(opened.runtime).sweep()


def test_pictures_of_staff_that_no_event_took_are_swept_after_a_week_and_others_stay(
    database: Database, tmp_path: Path, hand: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = opened_with(database, tmp_path)
    unused, used = (upload(opened, picture(size=(40, side))).json["id"] for side in (41, 42))
    made = opened.call(
        "operator", "POST", "/events", {"title": "占道经营", "address": "南山路", "photos": [used]}
    )
    assert made.status_code == 201
    hand.forward(days=6, hours=23)
    young = upload(opened, picture(size=(40, 43))).json["id"]
    assert Housekeeping(opened.runtime).sweep() == 0
    hand.forward(hours=2)
    assert Housekeeping(opened.runtime).sweep() == 1
    assert {path.name for path in stored(opened)} == {used, young}
    with database.read() as session:
        assert set(session.scalars(select(PhotoRow.id))) == {used, young}
    assert unused not in {used, young}


def test_files_that_belong_to_no_row_are_swept_after_a_week(
    opened: OpenApi, hand: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = upload(opened, picture()).json["id"]
    opened.call("operator", "POST", "/events", {"title": "占道经营", "address": "南山路", "photos": [kept]})
    data = picture(size=(90, 90))
    begun = begin(opened, data, "operator").json["id"]
    send(opened, begun, 0, data[:50], "operator")
    for name in (".half-written", ".upload-of-nobody", "never-noted"):
        (opened.runtime.photos / name).write_bytes(b"x")
    assert Housekeeping(opened.runtime).sweep() == 0
    assert sweep(opened, monkeypatch) == 3
    assert {path.name for path in stored(opened)} == {kept, f".upload-{begun}"}


def test_a_later_sweep_looks_only_at_what_came_of_age_since(
    opened: OpenApi, hand: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = Housekeeping(opened.runtime)
    asked: list[Any] = []
    look = orphans.old_files
    monkeypatch.setattr(orphans, "old_files", lambda *what: asked.append(what[2]) or look(*what))
    keeping.sweep()
    keeping.sweep()
    assert asked[0] is None and asked[1] is not None


def test_screens_without_a_name_are_forgotten_after_a_day_and_named_ones_stay(database: Database) -> None:
    with database.write() as session:
        for name, account in (("screen/tab-1", "screen"), ("screen:hall", "screen:hall")):
            screens.heard_from(session, name, account, True, FRIDAY)
        screens.forget_old(session, FRIDAY + timedelta(hours=23))
    with database.write() as session:
        assert len(session.scalars(select(ScreenRow)).all()) == 2
        screens.forget_old(session, FRIDAY + timedelta(hours=25))
    with database.read() as session:
        assert [row.name for row in session.scalars(select(ScreenRow))] == ["screen:hall"]
