"""The house's laws hold: settings in Chinese, the size of the READMEs, imports, the one reader of the time of day, the locks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.settings import Settings
from tests import ROOT

READMES = ("README.md", "README.zh-CN.md")
LARGEST_README = 12 * 1024


@pytest.mark.parametrize("name", ["docs/operations.md", "docs/settings.zh-CN.md"])
def test_every_setting_is_documented_and_no_other(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    table = text.split("<!-- settings -->")[1].split("<!-- /settings -->")[0]
    assert set(re.findall(r"^\| `(GRID_[A-Z_]+)`", table, re.M)) == {
        f"GRID_{field.upper()}" for field in Settings.model_fields
    }


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short_and_leads_to_every_document(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert len(text.encode()) <= LARGEST_README
    links = set(re.findall(r"\]\(([^)#]+)", text))
    documents = {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} - {"docs/settings.zh-CN.md"}
    assert (
        documents | {"docs/guides/README.md", "docs/adr/README.md", "CONTRIBUTING.md", "SECURITY.md"} <= links
    )


def test_the_import_law_holds() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


CLOCK_READS = re.compile(r"datetime\.(now|utcnow|today)\(|\btime\.time\(|date\.today\(")


def test_only_the_clock_reads_the_time_of_day() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for package in ("dashboard", "datasources", "layouts", "callbacks")
        for path in (ROOT / package).rglob("*.py")
        if CLOCK_READS.search(path.read_text("utf-8"))
    }
    assert readers == {"dashboard/clock.py"}


def test_the_lock_files_pin_exactly_and_name_no_address() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        for row in (ROOT / name).read_text("utf-8").splitlines():
            assert re.fullmatch(r"-r requirements\.lock|[A-Za-z0-9_.\-]+==[A-Za-z0-9_.+!\-]+", row), row
