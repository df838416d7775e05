"""The whole product in one file, while it runs: databases, photos, the secret; and out of that file into an empty folder.

Photos are copied after the database: each one that it knows lay there before its row did. Frozen periods of figures are
rows of the database.
"""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from dashboard import clock
from dashboard.kept_secrets import SECRET
from dashboard.rules.refusals import Refusal
from dashboard.settings import Settings
from datasources.files import archive, copies
from datasources.files.whole import UNFINISHED, sync_folder
from datasources.store import sealing
from datasources.store.database import Database
from datasources.store.server.limits import UNHURRIED

RESTORING = ".restoring"
PASSING = (".db", ".db-wal", ".db-shm", ".db-journal", ".lock", ".log", ".sock", ".sock.path")
INSIDE = "备份文件要放在数据文件夹之外"
NOTHING = "数据文件夹 {folder} 里没有可以备份的数据库"
NOT_EMPTY = "数据文件夹 {folder} 不是空的，只能恢复到空文件夹"
OTHER_KIND = "备份来自 {kind}，与 GRID_DATABASE_URL 所指的数据库不是一种"
NEWER = "备份由更新的版本写成（数据库 {held}），请改用新版程序恢复"
HALF = "数据文件夹 {folder} 的恢复没有做完，请清空它，再恢复一次"


@dataclass(frozen=True, slots=True)
class Copied:
    """What is in a backup."""

    databases: int
    photos: int
    has_secret: bool


def backup(settings: Settings, target: Path) -> Copied:
    """Write everything that a district has into one file; it has its name only once it is whole."""
    folder = settings.data_dir.resolve()
    if target.resolve().is_relative_to(folder):
        raise Refusal(INSIDE)
    try:
        with _workshop(target.parent) as shop, archive.writing(target) as writer:
            facts = _databases(settings, shop, writer)
            photos = _photos(folder / "photos", writer)
            small = _small_files(folder, writer)
            facts |= {"at": clock.real_now().isoformat(), "photos": photos}
            writer.seal(facts)
    except OSError as error:
        raise Refusal("备份没有写成：{why}", why=error.strerror or error) from error
    return Copied(len(facts["databases"]), photos, SECRET in small)


def restore(settings: Settings, source: Path) -> Copied:
    """Bring a backup into an empty folder (and on PostgreSQL an empty database): all of it, or nothing is started from it."""
    folder = settings.data_dir
    if folder.exists() and any(folder.iterdir()):
        raise Refusal(NOT_EMPTY, folder=folder)
    facts = archive.checked(source)
    on_postgresql = not _on_sqlite(settings)
    if (facts["kind"] == "postgresql") != on_postgresql:
        raise Refusal(OTHER_KIND, kind=facts["kind"])
    from datasources.store.upgrading import known_revisions  # with it comes Alembic

    unknown = [one["revision"] for one in facts["databases"] if one["revision"] not in known_revisions()]
    if unknown:
        raise Refusal(NEWER, held=unknown[0])
    staged = folder / RESTORING
    try:
        staged.mkdir(parents=True)
        archive.extract(source, staged, facts)
        if on_postgresql:
            _open_seals(settings, staged)
            _into_postgresql(settings, staged / "database", facts["databases"][0])
        _put_in_place(settings, staged, facts)
    except OSError as error:
        raise Refusal("恢复没有做完：{why}", why=error.strerror or error) from error
    return Copied(len(facts["databases"]), facts["photos"], SECRET in facts["files"])


def refuse_half_restored(folder: Path) -> None:
    """Refuse to start from a folder into which a backup was not brought to its end."""
    if (folder / RESTORING).exists():
        raise Refusal(HALF, folder=folder)


def _on_sqlite(settings: Settings) -> bool:
    return (settings.database_url or "sqlite").startswith("sqlite")


def _sqlite_files(settings: Settings) -> list[Path]:
    if settings.database_url is None:
        return sorted(settings.data_dir.glob("*.db"))
    named = make_url(settings.database_url).database
    return [Path(named)] if named and Path(named).is_file() else []


def _databases(settings: Settings, shop: Path, writer: archive.Writer) -> dict[str, Any]:
    if _on_sqlite(settings):
        found = []
        for path in _sqlite_files(settings):
            copy = shop / path.name
            revision = copies.copy_sqlite(path, copy)
            writer.add(f"database/{path.name}", copy)
            copy.unlink()
            found.append({"name": path.name, "revision": revision})
        if not found:
            raise Refusal(NOTHING, folder=settings.data_dir)
        return {"kind": "sqlite", "databases": found}
    database = Database(settings.database_url or "", UNHURRIED)
    try:
        revision, tables = copies.copy_postgresql(database, shop)
    finally:
        database.close()
    for table in tables:
        writer.add(f"database/{table['file']}", shop / table["file"])
    return {
        "kind": "postgresql",
        "databases": [{"name": "postgresql", "revision": revision, "tables": tables}],
    }


def _photos(folder: Path, writer: archive.Writer) -> int:
    count = 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(".") or not path.is_file():
            continue
        with suppress(FileNotFoundError):  # taken back meanwhile: the database no longer needs it
            writer.add(f"photos/{path.name}", path)
            count += 1
    return count


def _small_files(folder: Path, writer: archive.Writer) -> list[str]:
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith(PASSING):
            writer.add(path.name, path)
            found.append(path.name)
    return found


@contextmanager
def _workshop(beside: Path) -> Iterator[Path]:
    """Give a folder for copies on the same disk as the file that is written, for nobody else to read."""
    shop = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=beside))
    try:
        yield shop
    finally:
        shutil.rmtree(shop, ignore_errors=True)


def _open_seals(settings: Settings, staged: Path) -> None:
    """Give this process the keys of the backup: migrations sign what they write, which then gives way to what was copied."""
    configured, own = settings.secret_key, staged / SECRET
    words = [configured.get_secret_value()] if configured else []
    words += [own.read_text(encoding="utf-8").strip()] if own.exists() else []
    sealing.use(words or [secrets.token_urlsafe(32)])


def _into_postgresql(settings: Settings, folder: Path, facts: dict[str, Any]) -> None:
    database = Database(settings.database_url or "", UNHURRIED)
    try:
        copies.restore_postgresql(database, folder, facts["revision"], facts["tables"])
    finally:
        database.close()


def _put_in_place(settings: Settings, staged: Path, facts: dict[str, Any]) -> None:
    """Give everything its place, the folder that says “not done” last."""
    folder = settings.data_dir
    if facts["kind"] == "sqlite":
        for one in facts["databases"]:
            named = make_url(settings.database_url).database if settings.database_url else None
            target = Path(named) if named else folder / one["name"]
            if target.exists():
                raise Refusal(copies.NOT_EMPTY)
            shutil.move(staged / "database" / one["name"], target)
    shutil.rmtree(staged / "database", ignore_errors=True)
    for path in sorted(staged.iterdir()):
        path.rename(folder / path.name)
    sync_folder(folder)
    staged.rmdir()
    sync_folder(folder)
