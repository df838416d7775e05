"""Where tests put their files: in memory where there is room for them, so that no test waits for a disk to sync.

What a test proves about kill -9 holds there too: only a power cut tells memory from a disk, and no test cuts power.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # two workers with a PostgreSQL each, and a browser that keeps its own there


def use() -> None:
    """Let pytest, Python and every process that is started put temporary files into memory; call it before any is made."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
