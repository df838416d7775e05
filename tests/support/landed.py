"""The last landed version, as people run it: taken from the history into a folder of its own."""

import subprocess
import sys
import tarfile
from pathlib import Path

from tests import ROOT
from tests.support.product import surroundings

# moved on with every landing: the version that stands on people's machines while this one is brought in
LANDED = "14fed59c194866ce4218cf93c5e4f9b0a6491bb6"


def is_in_history() -> bool:
    """Return whether the history is deep enough to hold the landed version."""
    asked = ["git", "cat-file", "-e", f"{LANDED}^{{commit}}"]
    try:
        return subprocess.run(asked, cwd=ROOT, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def laid_out(folder: Path) -> Path:
    """Write the landed version into a folder and return its program."""
    folder.mkdir()
    packed = folder.with_suffix(".tar")
    subprocess.run(["git", "archive", "--output", str(packed), LANDED], cwd=ROOT, check=True)
    with tarfile.open(packed) as tar:
        tar.extractall(folder, filter="data")
    return folder / "app.py"


def told(program: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Carry out one command of the landed version to its end."""
    return subprocess.run(
        [sys.executable, str(program), *words],
        cwd=program.parent, env=surroundings(**settings), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
