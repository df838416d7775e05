"""Files that are there whole or not at all: written under another name, brought to the disk, then given their own.

Law: whoever reads a name reads all of it, whenever the power fails.
"""

import os
import re
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

UNFINISHED = ".unfinished-"
HALF = re.compile(r"\.(unfinished-|[0-9a-f]{32}$)")  # the second is how photos were called before
OLD = timedelta(hours=1)


def write(path: Path, data: bytes, *, mode: int = 0o644, first: bool = False) -> None:
    """Write a file whole; with `first`, whoever wrote it before is left alone."""
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        unfinished.touch(mode=mode, exist_ok=False)
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if first:
            _name_first(unfinished, path)
        else:
            unfinished.replace(path)
        sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk: a new one is lost with the power until then."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems know no such thing
            os.fsync(opened)
    finally:
        os.close(opened)


def forget_unfinished(folder: Path, now: datetime) -> int:
    """Delete what a killed process left half-written more than an hour ago; return how many files that were."""
    count = 0
    for path in folder.glob(".*"):
        with suppress(FileNotFoundError):  # another process is tidying too
            if HALF.match(path.name) and path.stat().st_mtime < (now - OLD).timestamp():
                path.unlink()
                count += 1
    return count


def _name_first(unfinished: Path, path: Path) -> None:
    try:
        os.link(unfinished, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            unfinished.replace(path)
