"""One file that holds many, with the SHA-256 of each inside: read whole and found whole, or refused.

Law: nothing is taken out of an archive before all of it has been read and found to be what was put in.
"""

import gzip
import hashlib
import io
import json
import os
import secrets
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from dashboard.rules.refusals import Refusal
from datasources.files.whole import UNFINISHED, sync_folder

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
FORMAT = 1
QUICK = 1  # level of compression: what is copied while the product runs must not take its processor
BROKEN = "备份文件 {name} 不完整或已损坏，没有恢复任何东西"
UNKNOWN_FORMAT = "备份文件 {name} 由更新的版本写成，请改用新版程序恢复"


class Writer:
    """An archive being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        """Put a file in under a name."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            self._put(name, file, size, path.stat().st_mode & 0o777)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Put bytes in under a name."""
        self._put(name, io.BytesIO(data), len(data), 0o644)

    def seal(self, facts: dict[str, Any]) -> None:
        """Put in what is in it, and what is to be known of it."""
        manifest = json.dumps({**facts, "format": FORMAT, "files": self.files}, ensure_ascii=False).encode()
        self.add_bytes(MANIFEST, manifest)
        self.add_bytes(SEAL, hashlib.sha256(manifest).hexdigest().encode())

    def _put(self, name: str, file: IO[bytes], size: int, mode: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, mode
        reading = _Hashing(file)
        self._tar.addfile(entry, reading)
        self.files[name] = reading.digest.hexdigest()


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """Give the writer of an archive that has its name only once it is whole and on the disk."""
    unfinished = target.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        unfinished.touch(mode=0o600, exist_ok=False)
        with unfinished.open("wb") as file:
            with (
                gzip.GzipFile(fileobj=file, mode="wb", compresslevel=QUICK, filename="", mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
        sync_folder(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def checked(path: Path) -> dict[str, Any]:
    """Read all of an archive and return its facts; Refusal when anything in it is not what was put in."""
    found: dict[str, str] = {}
    manifest, seal = b"", b""
    with _reading(path):
        for entry, file in _entries(path):
            reading = _Hashing(file)
            data = reading.read() if entry.name in (MANIFEST, SEAL) else reading.skip()
            found[entry.name] = reading.digest.hexdigest()
            manifest = data if entry.name == MANIFEST else manifest
            seal = data if entry.name == SEAL else seal
    if not manifest or found.get(MANIFEST, "") != seal.decode("ascii", "replace"):
        raise Refusal(BROKEN, name=path.name)
    facts: dict[str, Any] = json.loads(manifest)
    if facts["format"] != FORMAT:
        raise Refusal(UNKNOWN_FORMAT, name=path.name)
    if {name: digest for name, digest in found.items() if name not in (MANIFEST, SEAL)} != facts["files"]:
        raise Refusal(BROKEN, name=path.name)
    return facts


def extract(path: Path, folder: Path, facts: dict[str, Any]) -> None:
    """Write the files of a checked archive into a folder, each found again to be what was put in."""
    with _reading(path):
        for entry, file in _entries(path):
            if entry.name not in facts["files"]:
                continue
            target = folder / entry.name
            target.parent.mkdir(parents=True, exist_ok=True)
            reading = _Hashing(file)
            target.touch(mode=entry.mode & 0o777)
            with target.open("wb") as written:
                while part := reading.read(1 << 20):
                    written.write(part)
                written.flush()
                os.fsync(written.fileno())
            if reading.digest.hexdigest() != facts["files"][entry.name]:
                raise Refusal(BROKEN, name=path.name)


def _entries(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    with gzip.open(path, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        for entry in tar:
            file = tar.extractfile(entry) if entry.isreg() else None
            if file is None or not _inside(entry.name):
                raise Refusal(BROKEN, name=path.name)
            yield entry, file
        while packed.read(1 << 20):  # the sum of the whole stands at its end
            pass


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Refusal("找不到备份文件 {name}", name=path) from error
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, ValueError, KeyError) as error:
        raise Refusal(BROKEN, name=path.name) from error


def _inside(name: str) -> bool:
    parts = name.split("/")
    return 1 <= len(parts) <= 2 and all(part and part not in (".", "..") for part in parts)


class _Hashing:
    """A file that is read once and remembers the SHA-256 of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read and remember."""
        data = self._file.read(size)
        self.digest.update(data)
        return data

    def skip(self) -> bytes:
        """Read to the end and keep nothing."""
        while self.read(1 << 20):
            pass
        return b""
