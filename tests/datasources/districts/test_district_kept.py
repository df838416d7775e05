"""A loaded district is found again whatever becomes of its pack's folder: it goes by its code (case 06)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.districts import location
from dashboard.runtime.runtime import Runtime, open_runtime
from dashboard.settings import Settings
from datasources.districts.loading import load_pack
from datasources.districts.pack.reading import read_pack
from datasources.history.imports import ImportJob, import_file
from datasources.store.database import Database
from tests import ROOT
from tests.conftest import FRIDAY
from tests.support.product import command, surroundings
from tests.support.small_packs import small_pack

RECORDS = "external_id,title,reported_at,category,lng,lat\n7,Pothole,2026-11-19T09:00:00+08:00,road,116.5005,40.0005\n"


def runtime_of(data: Path, district: Path | str | None) -> Runtime:
    return open_runtime(Settings(data_dir=data, district=None if district is None else str(district)))


def brought_in(runtime: Runtime, file: Path) -> tuple[int, int]:
    job = ImportJob(file, FRIDAY, pack_mapping=runtime.pack_mapping)
    outcome = import_file(runtime.database, runtime.references, job)
    return outcome.added, outcome.held


def test_the_same_code_in_a_new_folder_is_the_same_district_with_its_history(tmp_path: Path) -> None:
    data, records = tmp_path / "data", tmp_path / "records.csv"
    records.write_text(RECORDS, "utf-8")
    first = runtime_of(data, small_pack(tmp_path / "c-2026"))
    assert brought_in(first, records) == (1, 0)
    first.close()
    done = command("load-district", str(small_pack(tmp_path / "c-2027")), "--data", str(data))
    assert done.returncode == 0, done.stderr
    second = runtime_of(data, tmp_path / "c-2027")
    assert brought_in(second, records) == (0, 1)
    second.close()
    assert [path.name for path in data.glob("*.db")] == ["c.db"]


def test_a_pack_loaded_as_the_present_folder_is_kept_in_the_data_folder(tmp_path: Path) -> None:
    pack, data = small_pack(tmp_path / "pack"), tmp_path / "data"
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "load-district", ".", "--data", str(data)],
        cwd=pack, env=surroundings(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.glob("**/*.db")) == ["c.db"]
    runtime = runtime_of(data, None)
    assert runtime.reference.code == "c"
    runtime.close()


def test_a_pack_folder_that_is_gone_does_not_matter_any_more(tmp_path: Path) -> None:
    pack, data, records = small_pack(tmp_path / "pack"), tmp_path / "data", tmp_path / "records.csv"
    records.write_text(RECORDS.replace("title", "what"), "utf-8")
    mapping = '[columns]\nexternal_id = "external_id"\ntitle = "what"\nreported_at = "reported_at"\n'
    (pack / "records").mkdir()
    (pack / "records" / "mapping.toml").write_text(mapping, "utf-8")
    runtime_of(data, pack).close()
    shutil.rmtree(pack)
    for named in (pack, None, "c"):
        runtime = runtime_of(data, named)
        assert runtime.reference.code == runtime.district == "c"
        assert runtime.pack_mapping is not None
        assert runtime.pack_mapping.read_text("utf-8") == mapping
        runtime.close()


@pytest.mark.parametrize("named", ["c-2026", None])
def test_a_database_that_an_older_version_named_after_the_folder_is_still_found(
    tmp_path: Path, named: str | None
) -> None:
    pack, data = small_pack(tmp_path / "c-2026"), tmp_path / "data"
    data.mkdir()
    older = Database(f"sqlite:///{data / 'c-2026.db'}")
    older.upgrade()
    with older.write() as session:
        load_pack(session, read_pack(pack), FRIDAY)
    older.close()
    (data / "district").write_text(str(pack))
    pack.rename(tmp_path / "moved")
    runtime = runtime_of(data, tmp_path / "moved" if named is None else pack)
    assert runtime.database.url.endswith("c-2026.db")
    assert runtime.reference.code == "c"
    runtime.close()
    assert [path.name for path in data.glob("*.db")] == ["c-2026.db"]


def test_of_two_databases_of_one_district_the_one_with_the_history_is_taken(tmp_path: Path) -> None:
    pack, data, records = small_pack(tmp_path / "a"), tmp_path / "data", tmp_path / "records.csv"
    records.write_text(RECORDS, "utf-8")
    runtime = runtime_of(data, pack)
    brought_in(runtime, records)
    runtime.close()
    (data / "c.db").rename(data / "z.db")
    empty = Database(f"sqlite:///{data / 'a.db'}")
    empty.upgrade()
    with empty.write() as session:
        load_pack(session, read_pack(pack), FRIDAY)
    empty.close()
    assert location.database_url(Settings(data_dir=data), "c").endswith("z.db")


def test_a_pack_broken_after_it_was_loaded_stops_nobody(tmp_path: Path) -> None:
    pack, data = small_pack(tmp_path / "pack"), tmp_path / "data"
    runtime_of(data, pack).close()
    (pack / "district.toml").write_text("code = ", "utf-8")
    runtime = runtime_of(data, pack)
    assert runtime.reference.code == "c"
    runtime.close()


def test_an_unknown_district_is_refused_by_name(tmp_path: Path) -> None:
    done = command("check", "--data", str(tmp_path), GRID_DISTRICT="nowhere")
    assert "Traceback" not in done.stderr
    done = command("user", "list", "--data", str(tmp_path), GRID_DISTRICT="nowhere")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert not list(tmp_path.glob("*.db"))


def test_a_relative_folder_is_remembered_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pack(tmp_path / "here" / "pack")
    monkeypatch.chdir(tmp_path / "here")
    runtime_of(tmp_path / "data", "pack").close()
    os.chdir(tmp_path)
    runtime = runtime_of(tmp_path / "data", None)
    assert runtime.reference.code == "c"
    runtime.close()
