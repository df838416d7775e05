"""The documents tell the truth: the lifecycle table is RULES, every setting is described, the house's laws hold."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.rules.events.event import OPEN, STATUS_WORDS, Status
from dashboard.rules.events.lifecycle import CAPACITY_WORDS, RULES, Rule
from dashboard.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh-CN.md")


def statuses(listed: tuple[Status, ...], none: str, *, chinese: bool) -> str:
    """Return statuses as the tables write them; all open ones, and all, have a word of their own."""
    for group, english, words in (
        (OPEN, "any open", "任一在办状态"),
        (tuple(Status), "any", "任一状态"),
        ((), none, none),
    ):
        if set(listed) == set(group):
            return words if chinese else english
    return " ".join(STATUS_WORDS[one] if chinese else f"`{one.value}`" for one in listed)


def line(rule: Rule, *, chinese: bool) -> str:
    """Return the README's line of a rule."""
    facts = [f"{fact.name}*" if fact.required else fact.name for fact in rule.facts]
    by = [CAPACITY_WORDS[name] if chinese else name for name in rule.by]
    cells = (
        f"`{rule.action.value}` {rule.words}",
        statuses(rule.sources, "–", chinese=chinese),
        statuses(rule.targets, "不变" if chinese else "stays", chinese=chinese),
        ", ".join(by),
        ", ".join(facts) or "–",
    )
    return "| " + " | ".join(cells) + " |"


@pytest.mark.parametrize("name", READMES)
def test_the_lifecycle_table_equals_the_rules(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    table = text.split("<!-- lifecycle -->")[1].split("<!-- /lifecycle -->")[0]
    rows = [row for row in table.strip().splitlines() if row.startswith("| `")]
    assert rows == [line(rule, chinese="zh" in name) for rule in RULES]


@pytest.mark.parametrize("name", READMES)
def test_every_setting_is_documented_and_no_other(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    table = text.split("<!-- settings -->")[1].split("<!-- /settings -->")[0]
    assert set(re.findall(r"`(GRID_[A-Z_]+)`", table)) == {
        f"GRID_{field.upper()}" for field in Settings.model_fields
    }


@pytest.mark.parametrize("name", READMES)
def test_every_file_the_readme_speaks_of_is_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / link).exists(), link


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
