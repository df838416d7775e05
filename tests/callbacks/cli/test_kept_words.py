"""What is kept in files is there whole or not at all; an empty secret seals nothing; what was signed outlives a restart."""

import os
import stat
import threading
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard import clock
from dashboard.kept_secrets import DEMO_PASSWORD, SECRET, kept
from dashboard.rules.refusals import Refusal
from dashboard.runtime.runtime import open_runtime
from dashboard.settings import Settings
from datasources.files import whole
from datasources.store import sealing
from tests.support.product import command, start, token_for


@pytest.fixture(autouse=True)
def afterwards():  # type: ignore[no-untyped-def]
    """Give the tests their own key again."""
    yield
    sealing.use(["a secret of the tests"])


@pytest.mark.parametrize("name", [SECRET, DEMO_PASSWORD])
@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_an_empty_or_short_secret_is_refused_and_left_as_it_is(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(Refusal):
        kept(tmp_path, name)
    assert (tmp_path / name).read_text() == content


def test_the_command_refuses_an_empty_secret_in_a_sentence_and_seals_nothing(tmp_path: Path) -> None:
    (tmp_path / SECRET).touch()
    done = command("run", "--no-demo", "--data", str(tmp_path), GRID_DEMO_PASSWORD="")
    assert done.returncode == 1 and "secret" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.glob("*.db")) == []


def test_a_secret_is_written_whole_for_its_owner_alone_and_stays(tmp_path: Path) -> None:
    word = kept(tmp_path, SECRET)
    assert len(word) >= 32 and kept(tmp_path, SECRET) == word
    assert stat.S_IMODE((tmp_path / SECRET).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [SECRET]


def test_a_power_cut_while_the_secret_is_written_leaves_none_and_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(_file: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path, SECRET)
    assert not (tmp_path / SECRET).exists()
    monkeypatch.undo()
    assert len(kept(tmp_path, SECRET)) >= 32


def test_processes_that_start_together_keep_one_secret(tmp_path: Path) -> None:
    words, gate = [], threading.Barrier(8)

    def begin() -> None:
        gate.wait()
        words.append(kept(tmp_path, SECRET))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(words) == 8 and len(set(words)) == 1


def test_a_file_is_replaced_whole_and_half_written_ones_are_forgotten_after_an_hour(tmp_path: Path) -> None:
    whole.write(tmp_path / "photo", b"before")
    whole.write(tmp_path / "photo", b"after")
    half = tmp_path / ".unfinished-0011223344556677"
    earlier = tmp_path / ("." + "0" * 32)
    upload = tmp_path / ".upload-abc"
    for path in (half, earlier, upload):
        path.write_bytes(b"ha")
    assert whole.forget_unfinished(tmp_path, clock.real_now()) == 0
    assert whole.forget_unfinished(tmp_path, clock.real_now() + timedelta(hours=2)) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"photo", ".upload-abc"}
    assert (tmp_path / "photo").read_bytes() == b"after"


@pytest.mark.parametrize("configured", [None, "a configured secret of the tests, long enough"])
def test_every_process_of_a_data_folder_signs_with_the_same_key(
    tmp_path: Path, configured: str | None
) -> None:
    keys = []
    for _ in range(2):
        open_runtime(Settings(data_dir=tmp_path, secret_key=configured, demo=False)).close()  # type: ignore[arg-type]
        keys.append(sealing.signing_key())
    assert keys[0] == keys[1]
    (tmp_path / "other").mkdir()
    open_runtime(Settings(data_dir=tmp_path / "other", demo=False)).close()
    assert sealing.signing_key() != keys[0]


def test_a_link_signed_before_a_restart_works_after_it(tmp_path: Path) -> None:
    with start(tmp_path, "--no-demo") as product:
        operator, lead = token_for(tmp_path, "operator", "lead")
        asked = {"filters": {}, "why": "核对当日报送"}
        status, made = product.ask("/api/v1/exports/requests", asked, token=operator)
        assert status == 201, made
        status, said = product.ask(f"/api/v1/exports/requests/{made['id']}/approve", {}, token=lead)
        assert status == 200, said
        _, listed = product.ask("/api/v1/exports/requests", token=operator)
    link = listed["items"][0]["link"]
    assert link
    with start(tmp_path, "--no-demo") as again:
        assert fetched(again.address + link, operator) == 200


def fetched(address: str, token: str) -> int:
    """Return the status of what an account fetches."""
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return int(answer.status)
