"""One whole product on a data folder: the second is refused in a sentence, a replay joins the one that runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.runtime import folder_lock
from dashboard.settings import Settings
from tests.support.product import Product, command, free_port, start, token_for

RECORDS = """external_id,reported_at,closed_at,title,category,unit,lng,lat
R1,2026-10-09 09:00:00,2026-10-09 10:00:00,占道经营一,S0406,URBAN_MGMT,118.1343,24.5222
R2,2026-10-09 09:10:00,2026-10-09 11:00:00,占道经营二,S0406,URBAN_MGMT,118.1343,24.5222
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Product]:
    with start(tmp_path / "data", "--no-demo") as found:
        (found.token,) = token_for(tmp_path / "data", "operator")
        yield found


@pytest.mark.parametrize("role", ["all", "web"])
def test_a_second_product_on_the_folder_is_refused_with_who_runs_there(
    running: Product, tmp_path: Path, role: str
) -> None:
    folder = str(tmp_path / "data")
    done = command("run", "--no-demo", "--role", role, "--data", folder, "--port", str(free_port()))
    assert done.returncode == 1
    (said,) = done.stderr.strip().splitlines()
    assert f"PID {running.process.pid}" in said and running.address.rsplit(":")[-1] in said
    assert running.ask("/readyz")[0] == 200


def test_a_killed_product_leaves_no_lock_behind(tmp_path: Path) -> None:
    with start(tmp_path, "--no-demo") as first:
        first.kill()
    with start(tmp_path, "--no-demo") as again:
        assert again.ask("/readyz")[0] == 200


def test_a_replay_joins_the_product_that_runs_and_its_events_are_seen_there(
    running: Product, tmp_path: Path
) -> None:
    records = tmp_path / "records.csv"
    records.write_text(RECORDS, "utf-8")
    port = free_port()
    done = command(
        "replay", str(records), "--speed", "1800", "--data", str(tmp_path / "data"), "--port", str(port)
    )
    assert done.returncode == 0, done.stderr
    assert f":{port}" not in done.stdout  # it serves nothing itself
    _, found = running.ask("/api/v1/events")
    assert sorted(one["external_id"] for one in found["items"]) == ["R1", "R2"]
    assert all(one["reported_at"].startswith("2026-10-09T") for one in found["items"])
    _, ready = running.ask("/readyz")
    assert ready["ready"] and ready["oldest_unpublished_seconds"] < 60


def settings(folder: Path, **more: str) -> Settings:
    return Settings(data_dir=folder, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "on_postgresql", "together"),
    [
        ("all", "all", False, False),
        ("all", "web", False, False),
        ("web", "all", False, False),
        ("web", "web", False, False),
        ("web", "clock", False, True),
        ("all", "clock", False, True),
        ("all", "all", True, False),
        ("all", "web", True, True),
        ("web", "web", True, True),
        ("clock", "clock", True, True),
    ],
)
def test_which_processes_may_share_a_folder(
    tmp_path: Path, first: str, second: str, on_postgresql: bool, together: bool
) -> None:
    url = {"database_url": "postgresql+psycopg://here/grid"} if on_postgresql else {}
    held = folder_lock.take(settings(tmp_path, **url), first)
    if together:
        folder_lock.release(folder_lock.take(settings(tmp_path, **url), second))
    else:
        with pytest.raises(folder_lock.FolderHeld):
            folder_lock.take(settings(tmp_path, **url), second)
    folder_lock.release(held)
    folder_lock.release(folder_lock.take(settings(tmp_path, **url), second))


def test_a_refused_second_product_takes_no_part_of_the_folder(tmp_path: Path) -> None:
    web = folder_lock.take(settings(tmp_path), "web")
    with pytest.raises(folder_lock.FolderHeld):
        folder_lock.take(settings(tmp_path), "all")
    folder_lock.release(web)
    folder_lock.release(folder_lock.take(settings(tmp_path), "all"))
