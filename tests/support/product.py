"""The whole product in a process of its own, on a folder and port of its own, as `python app.py …` starts it.

Where the system can, the process is forked from one that has loaded everything (`forked`); `program` names another to start.
"""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dashboard import clock
from dashboard.districts import location
from dashboard.runtime.runtime import open_runtime
from dashboard.settings import Settings
from datasources.accounts import sign_in
from datasources.store import sealing
from datasources.store.database import Database
from tests import ROOT
from tests.support import forked
from tests.support.forked import Child

PASSWORD = "a-password-for-tests"
APP = ("app.py",)
LOADED = "tests.support.loaded_app"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def surroundings(**settings: str) -> dict[str, str]:
    """Return an environment with the test password and no settings of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GRID_")}
    clean.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling the product anew costs a start a third of its time
    return {**clean, "GRID_DEMO_PASSWORD": PASSWORD, "GRID_FREE_MB": "0", "PYTHONUNBUFFERED": "1", **settings}


def command(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Carry out one command to its end."""
    if forked.CAN:
        return forked.run(LOADED, words, surroundings(**settings), within=120)
    return subprocess.run(
        [sys.executable, *APP, *words],
        cwd=ROOT, env=surroundings(**settings), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@dataclass
class Product:
    """A running product: where it is, its process, and how to ask it."""

    address: str
    process: subprocess.Popen[str] | Child
    token: str = ""

    def ask(self, path: str, body: Any = None, token: str | None = None, **headers: str) -> tuple[int, Any]:
        """Return (status, JSON) of a GET, or of a POST when there is a body."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            self.address + path, data, {"Content-Type": "application/json", **headers}
        )
        if token or self.token:
            request.add_header("Authorization", f"Bearer {token or self.token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def __enter__(self) -> "Product":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(timeout=30)

    def stop(self) -> None:
        """End it as people do."""
        self.process.terminate()
        self.process.wait(timeout=30)


def start(
    folder: Path,
    *words: str,
    port: int | None = None,
    program: tuple[str, ...] | None = None,
    stdin: int | None = None,
    **settings: str,
) -> Product:
    """Start the product on a folder (and port) and read its output until it says where it is."""
    port = port or free_port()
    huli = "--district" not in words or "huli" in words
    if huli and "GRID_DATABASE_URL" not in settings:
        make_ready(folder)
    process = _begun(program, ["run", "--port", str(port), "--data", str(folder), *words], stdin, settings)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if f":{port}" in line:
            return Product(f"http://127.0.0.1:{port}", process)
    raise AssertionError("".join(said))


def _begun(
    program: tuple[str, ...] | None, words: list[str], stdin: int | None, settings: dict[str, str]
) -> subprocess.Popen[str] | Child:
    if forked.CAN and program is None:
        return forked.start(LOADED, words, surroundings(**settings))
    return subprocess.Popen(
        [sys.executable, *(program or APP), *words],
        cwd=ROOT, env=surroundings(**settings), stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@cache
def template() -> Path:
    """Return the data folder that a first start makes: keys, tables and Huli loaded; nobody runs on it."""
    folder = Path(tempfile.mkdtemp(prefix="grid-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    runtime = open_runtime(Settings(data_dir=folder, database_url=None, secret_key=None, district="huli"))
    with runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    runtime.close()
    sealing.use(["a secret of the tests"])  # opening gave this process the folder's
    return folder


def make_ready(folder: Path) -> None:
    """Give an empty folder what a first start makes; one that is not there is left to the product itself."""
    if folder.is_dir() and not any(folder.iterdir()):
        shutil.copytree(template(), folder, dirs_exist_ok=True)


def database_of(folder: Path) -> Database:
    """Return the SQLite database of the district last opened in a data folder."""
    code = (folder / "district").read_text()
    return Database(location.database_url(Settings(data_dir=folder, database_url=None), code))


def token_for(folder: Path, *accounts: str, scope: str | None = None) -> list[str]:
    """Return an API token for each account, issued beside the running product in its SQLite database."""
    database = database_of(folder)
    with database.write() as session:
        found = [sign_in.issue_token(session, name, clock.real_now(), scope) for name in accounts]
    database.close()
    return found
