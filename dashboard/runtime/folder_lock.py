"""Who runs on a data folder: one whole product, and on SQLite one web; the second is told who the first is.

A lock of the operating system goes with its process, however that ends, so none is ever left behind.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from dashboard.rules.refusals import Refusal
from dashboard.settings import Settings

WHOLE, WEB = "whole.lock", "web.lock"
HELD = "数据文件夹 {folder} 上已有指挥中心在运行（{who}）；请先停止它，或用 --data 换一个文件夹"
ONE_WEB = "数据文件夹 {folder} 用的是 SQLite，只能有一个网页进程，已有一个在运行（{who}）；多个网页进程请用 PostgreSQL"


class FolderHeld(Refusal):
    """Somebody else runs on the folder."""


def wanted(settings: Settings, role: str) -> Sequence[str]:
    """Return the locks that a role takes: web processes on PostgreSQL share the folder, on SQLite there is one."""
    on_sqlite = (settings.database_url or "sqlite").startswith("sqlite")
    return {"all": (WHOLE, WEB) if on_sqlite else (WHOLE,), "web": (WEB,) if on_sqlite else ()}.get(role, ())


def take(settings: Settings, role: str) -> list[IO[str]]:
    """Take the folder for a role and return the locks, to be held as long as the process runs; FolderHeld if it is taken."""
    held: list[IO[str]] = []
    for name in wanted(settings, role):
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            held.append(_locked(settings.data_dir / name, f"{settings.host}:{settings.port}"))
        except BlockingIOError:
            release(held)
            words = ONE_WEB if role == "web" else HELD
            raise FolderHeld(words, folder=settings.data_dir, who=_who(settings.data_dir / name)) from None
        except OSError as error:
            release(held)
            raise Refusal(
                "数据文件夹 {folder} 不能用：{why}", folder=settings.data_dir, why=error.strerror
            ) from error
    return held


def release(held: Sequence[IO[str]]) -> None:
    """Give locks back."""
    for file in held:
        file.close()


def _locked(path: Path, address: str) -> IO[str]:
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise
    file.truncate(0)
    file.write(f"PID {os.getpid()}, {address}\n")
    file.flush()
    return file


def _who(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").strip() or "PID ?"
