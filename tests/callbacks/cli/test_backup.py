"""A backup made while people work is whole and of one moment; nothing is restored from one that is not."""

import hashlib
import io
import itertools
import shutil
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select, text

from dashboard import actions, backups, clock
from dashboard.rules.events.report import Report
from dashboard.rules.refusals import Refusal
from dashboard.runtime.runtime import open_runtime
from dashboard.settings import Settings
from datasources.events import journal
from datasources.photos import pictures_kept
from datasources.store import sealing
from datasources.store.database import Database
from datasources.store.models import LedgerRow, OutboxRow, PhotoRow, StepRow
from tests.conftest import OPERATOR, Town, _admin, make_town
from tests.support.product import command, start, token_for

PHONE = "13900002222"


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    """Give the tests their own key again."""
    yield
    sealing.use(["a secret of the tests"])


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "#456").save(written, "JPEG")
    return written.getvalue()


def is_whole(database: Database) -> int:
    """Return how many events there are, having made sure that each has all its steps and news."""
    with database.read() as session:
        steps = dict(session.execute(select(StepRow.event_id, func.count()).group_by(StepRow.event_id)).all())
        found = journal.events_where(session)
        assert all(steps[event.id] == event.version for event in found)
        assert len(steps) == len(found)
    return len(found)


class Busy:
    """Somebody who reports, claims and finishes without a pause until told to stop."""

    def __init__(self, town: Town) -> None:
        self._town, self._ended = town, threading.Event()
        self.done = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Busy":
        self._thread.start()
        assert self.done.acquire(timeout=60)
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._town.checked(self._town.finished(self._town.claimed()))
            self.done.release()


def test_a_copy_made_while_others_write_is_of_one_moment(
    sqlite: Database, tmp_path: Path, hand: clock.HandClock
) -> None:
    runtime = open_runtime(Settings(data_dir=tmp_path / "data", database_url=sqlite.url, demo=False))
    town = make_town(runtime.database, runtime.reference, hand)
    settings = runtime.settings
    with Busy(town) as busy:
        for turn in range(4):
            target = tmp_path / f"{turn}.backup"
            backups.backup(settings, target)
            assert busy.done.acquire(timeout=60)
    runtime.close()
    counts = []
    for turn in range(4):
        url = f"sqlite:///{tmp_path / f'{turn}.db'}"
        backups.restore(settings.model_copy(update={"data_dir": tmp_path / f"r{turn}", "database_url": url}), tmp_path / f"{turn}.backup")  # fmt: skip
        restored = Database(url)
        counts.append(is_whole(restored))
        restored.upgrade()
        restored.close()
    assert counts == sorted(counts) and counts[0] > 0


@pytest.fixture
def empty(postgres: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of PostgreSQL."""
    name = f"restored_{hashlib.sha256(str(tmp_path).encode()).hexdigest()[:12]}"
    _admin(postgres, f"CREATE DATABASE {name}")
    yield postgres.replace("/postgres?", f"/{name}?")
    _admin(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_backup_of_postgresql_is_of_one_moment_and_goes_on_counting(
    postgresql: Database, empty: str, tmp_path: Path, hand: clock.HandClock
) -> None:
    runtime = open_runtime(Settings(data_dir=tmp_path / "data", database_url=postgresql.url, demo=False))
    town = make_town(runtime.database, runtime.reference, hand)
    with Busy(town) as busy:
        backups.backup(runtime.settings, tmp_path / "b")
        assert busy.done.acquire(timeout=60)
    settings = Settings(data_dir=tmp_path / "restored", database_url=empty, demo=False)
    backups.restore(settings, tmp_path / "b")
    again = open_runtime(settings)
    count = is_whole(again.database)
    assert count > 0
    with again.database.read() as session:
        ledger = session.scalar(select(func.count()).select_from(LedgerRow))
    assert ledger
    other = make_town(again.database, again.reference, hand)
    other.photos = itertools.count(100_000)
    other.checked(other.finished(other.claimed()))  # ids go on, the rules of append-only hold
    assert is_whole(again.database) == count + 1
    with pytest.raises(Refusal):
        backups.restore(settings.model_copy(update={"data_dir": tmp_path / "third"}), tmp_path / "b")
    again.close()
    runtime.close()


def furnished(folder: Path) -> Settings:
    """Return the settings of a data folder with a sealed number and a photo in it."""
    runtime = open_runtime(Settings(data_dir=folder, demo=False))
    with runtime.database.write() as session:
        row = pictures_kept.store(runtime.photos, picture(), OPERATOR, clock.now())
        session.add(row)
        filed = Report("占道堆物", "phone", category="S0406", address="湖里区", reporter_phone=PHONE)
        actions.report(session, runtime.reference, filed, OPERATOR, clock.now())
    runtime.close()
    return runtime.settings


def test_a_restored_folder_has_the_records_the_photos_and_the_key_to_the_numbers(tmp_path: Path) -> None:
    settings = furnished(tmp_path / "data")
    secret = (tmp_path / "data" / "secret").read_text()
    copied = backups.backup(settings, tmp_path / "b")
    assert (copied.databases, copied.photos, copied.has_secret) == (1, 1, True)
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    shutil.rmtree(tmp_path / "data")
    backups.restore(settings, tmp_path / "b")
    runtime = open_runtime(settings)
    with runtime.database.read() as session:
        (event,) = journal.events_where(session)
        (photo,) = session.scalars(select(PhotoRow)).all()
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 1
    assert event.reporter_phone == PHONE
    assert hashlib.sha256((runtime.photos / photo.id).read_bytes()).hexdigest() == photo.sha256
    assert (tmp_path / "data" / "secret").read_text() == secret
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600
    assert not (tmp_path / "data" / ".restoring").exists()
    runtime.close()


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def end_off(data: bytes) -> bytes:
    return data[:-3]


def turned(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def nothing(_data: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("harm", [cut, end_off, turned, nothing])
def test_nothing_is_restored_from_a_backup_that_is_torn_or_changed(
    tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    settings = furnished(tmp_path / "data")
    backups.backup(settings, tmp_path / "b")
    (tmp_path / "harmed").write_bytes(harm((tmp_path / "b").read_bytes()))
    with pytest.raises(Refusal):
        backups.restore(settings.model_copy(update={"data_dir": tmp_path / "empty"}), tmp_path / "harmed")
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize("name", ["../outside", "photos/../../outside", "/outside", "a/b/c"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "b", "w:gz") as tar:
        entry = tarfile.TarInfo(name)
        tar.addfile(entry, io.BytesIO())
    with pytest.raises(Refusal):
        backups.restore(Settings(data_dir=tmp_path / "empty"), tmp_path / "b")
    assert not (tmp_path / "outside").exists()


def test_a_backup_that_fails_leaves_the_earlier_one_and_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = furnished(tmp_path / "data")
    (tmp_path / "out").mkdir()
    backups.backup(settings, tmp_path / "out" / "b")
    before = (tmp_path / "out" / "b").read_bytes()

    def full(*_words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Refusal, match="No space left"):
        backups.backup(settings, tmp_path / "out" / "b")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b"]
    assert (tmp_path / "out" / "b").read_bytes() == before


def test_a_folder_that_is_not_empty_or_half_restored_is_refused(tmp_path: Path) -> None:
    settings = furnished(tmp_path / "data")
    backups.backup(settings, tmp_path / "b")
    with pytest.raises(Refusal, match="不是空的"):
        backups.restore(settings, tmp_path / "b")
    (tmp_path / "half" / ".restoring").mkdir(parents=True)
    with pytest.raises(Refusal, match="没有做完"):
        open_runtime(Settings(data_dir=tmp_path / "half", demo=False))
    with pytest.raises(Refusal, match="之外"):
        backups.backup(settings, tmp_path / "data" / "b")


def test_a_backup_of_a_newer_program_is_refused_in_words(tmp_path: Path) -> None:
    settings = furnished(tmp_path / "data")
    (path,) = (tmp_path / "data").glob("*.db")
    database = Database(f"sqlite:///{path}")
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    backups.backup(settings, tmp_path / "b")
    with pytest.raises(Refusal, match="9999"):
        backups.restore(settings.model_copy(update={"data_dir": tmp_path / "empty"}), tmp_path / "b")


def test_the_commands_back_up_a_running_product_and_bring_it_back(tmp_path: Path) -> None:
    report = {"title": "占道经营", "source": "phone", "category": "S0406", "address": "湖里区"}
    file, fresh = str(tmp_path / "b.tar.gz"), tmp_path / "fresh"
    with start(tmp_path / "data", "--no-demo") as product:
        (product.token,) = token_for(tmp_path / "data", "operator")
        made = [product.ask("/api/v1/events", report)[1]["number"] for _ in range(3)]
        done = command("backup", file, "--data", str(tmp_path / "data"))
        assert done.returncode == 0, done.stderr
        token = product.token
    done = command("restore", file, "--data", str(fresh))
    assert done.returncode == 0, done.stderr
    with start(fresh, "--no-demo") as again:
        _, found = again.ask("/api/v1/events", token=token)
        assert {event["number"] for event in found["items"]} == set(made)
    (tmp_path / "b.tar.gz").write_bytes(b"nothing of the kind")
    done = command("restore", file, "--data", str(tmp_path / "other"))
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1
