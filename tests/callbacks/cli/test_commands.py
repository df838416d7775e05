"""The command line as scripts see it: exit codes, one sentence on standard error, never a traceback."""

import shutil
from pathlib import Path

import pytest

from datasources.districts.pack.folder import BUNDLED
from tests.support.product import command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data")
    assert command("load-district", "huli", "--data", str(path)).returncode == 0
    for name in ("operator", "lead"):
        words = ("--role", name, "--password", "a-long-enough-password", "--data", str(path))
        assert command("user", "add", name, *words).returncode == 0
    return path


def one_sentence(done) -> str:
    """Return what a refused command said, having made sure that it is a sentence for people."""
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_loading_what_is_loaded_changes_nothing(folder: Path) -> None:
    again = command("load-district", "huli", "--data", str(folder))
    assert again.returncode == 0
    assert "没有变化" in again.stdout


def test_a_pack_with_an_unknown_unit_is_refused_by_file_and_line_and_nothing_is_loaded(
    tmp_path: Path,
) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(BUNDLED / "huli", pack)
    duties = pack / "duties.csv"
    lines = duties.read_text("utf-8").splitlines()
    lines[4] = "NOBODY," + lines[4].split(",", 1)[1]
    duties.write_text("\n".join(lines) + "\n", "utf-8")
    done = command("load-district", str(pack), "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert "duties.csv:5" in one_sentence(done)
    assert not list((tmp_path / "data").glob("*.db"))


def test_a_token_is_the_last_word_of_its_line(folder: Path) -> None:
    done = command("token", "operator", "lead", "--data", str(folder))
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["operator", "lead"]
    assert all(len(line.split()[-1]) >= 32 for line in lines)


def test_an_unknown_account_gets_no_token(folder: Path) -> None:
    done = command("token", "operator", "nobody", "--data", str(folder))
    assert done.returncode == 1
    assert "nobody" in one_sentence(done)
    assert done.stdout == ""


def test_an_account_is_added_listed_and_disabled(folder: Path) -> None:
    words = ("--data", str(folder))
    added = command(
        "user", "add", "night-desk", "--role", "operator", "--password", "a-long-enough-password", *words
    )
    assert added.returncode == 0, added.stderr
    assert any(
        line.startswith("night-desk\toperator")
        for line in command("user", "list", *words).stdout.splitlines()
    )
    assert command("user", "disable", "night-desk", *words).returncode == 0
    assert command("token", "night-desk", *words).returncode == 1


def test_wrong_words_are_a_usage_error(folder: Path) -> None:
    assert command("fly", "--data", str(folder)).returncode == 2
    assert command("run", "--port", "many").returncode == 2


def test_a_file_that_is_not_there_is_one_sentence_and_exit_one(folder: Path) -> None:
    done = command("import", str(folder / "nothing.csv"), "--data", str(folder))
    assert done.returncode == 1
    assert "nothing.csv" in one_sentence(done)


def test_a_setting_that_makes_no_sense_is_named(folder: Path) -> None:
    done = command("check", "--data", str(folder), GRID_CLAIM_MINUTES="900")
    assert done.returncode == 2
    assert "GRID_CLAIM_MINUTES" in one_sentence(done)


def test_the_default_configuration_passes_its_check(folder: Path) -> None:
    assert command("check", "--data", str(folder)).returncode == 0


@pytest.mark.parametrize(
    ("settings", "cure"),
    [
        ({"GRID_HOST": "0.0.0.0"}, "GRID_SECRET_KEY"),
        ({"GRID_HOST": "0.0.0.0", "GRID_SECRET_KEY": "x" * 40}, "--no-demo"),
        ({"GRID_ORIGINS": "*"}, "GRID_ORIGINS"),
        ({"GRID_WEBHOOK_URL": "http://127.0.0.1:9/sms"}, "GRID_WEBHOOK_SECRET"),
        ({"DASH_MCP_ENABLED": "true"}, "DASH_MCP_ENABLED"),
    ],
)
def test_unsafe_settings_are_refused_each_with_its_cure(
    folder: Path, settings: dict[str, str], cure: str
) -> None:
    done = command("check", "--data", str(folder), **settings)
    assert done.returncode == 1
    assert cure in done.stderr


def test_a_wildcard_origin_does_not_even_start(folder: Path) -> None:
    done = command("run", "--data", str(folder), GRID_ORIGINS="*")
    assert done.returncode == 1
    assert "GRID_ORIGINS" in one_sentence(done)
