"""Which district is meant and where it is kept: a database goes by its district's code, whatever the pack's folder is called.

Law: a pack's folder may be renamed, moved or gone once it is loaded; what was loaded is found all the same.
"""

import json
import sqlite3
import tomllib
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from dashboard.rules.advice.horizon import Horizon
from dashboard.settings import Settings
from datasources.districts.pack.folder import BUNDLED, FILE, pack_folder
from datasources.districts.reference import read_reference
from datasources.files import whole
from datasources.store.database import Database

DEFAULT_DISTRICT = "huli"
LAST = "district"  # file of the data folder: the code of the district last opened there
KNOWN = "districts.json"  # what a name or a folder stood for when it could still be read
MAPPING = Path("records") / "mapping.toml"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A district as somebody named it: a bundled pack's name, its folder in full, or its code; `code` None: not known."""

    named: str
    code: str | None


def chosen(settings: Settings) -> Chosen:
    """Return the district that the settings mean; without one named, the one last opened in the data folder."""
    folder = settings.data_dir
    named = settings.district or _last(folder) or DEFAULT_DISTRICT
    pack = pack_folder(named)
    if code := _code_of_pack(pack):
        return Chosen(named if pack != Path(named) else str(pack.resolve()), code)
    known = _known(folder)
    full = str(Path(named).resolve())
    if code := known.get(named) or known.get(full):
        return Chosen(full if full in known else named, code)
    held = folder / f"{Path(named).name}.db"
    held_code = _read(held, "SELECT code FROM district") if Path(named).name else None
    return Chosen(named, str(held_code) if held_code else None)


def database_url(settings: Settings, code: str) -> str:
    """Return the address of a district's database: its code's, else the one that holds it under an older name."""
    if settings.database_url:
        return settings.database_url
    own = settings.data_dir / f"{code}.db"
    if _read(own, "SELECT code FROM district") == code:
        return f"sqlite:///{own}"
    held = [
        path
        for path in sorted(settings.data_dir.glob("*.db"))
        if _read(path, "SELECT code FROM district") == code
    ]
    # a renamed folder once made a second, empty database beside the one with the history
    fullest = max(
        held, key=lambda path: int(str(_read(path, "SELECT count(*) FROM event") or 0)), default=own
    )
    return f"sqlite:///{fullest}"


def horizon(settings: Settings, now: datetime) -> Horizon | None:
    """Return what the loaded district's calendar does not know; None where nothing is loaded or can be read."""
    meant = chosen(settings)
    if meant.code is None and not settings.database_url:
        return None
    url = database_url(settings, meant.code or "")
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return None
    database = Database(url)
    try:
        with database.read() as session:
            reference = read_reference(session, {})
    except SQLAlchemyError:
        return None  # not ours, not there, or of another version: what opens it says so
    finally:
        database.close()
    return reference.horizon(now) if reference else None


def feed_name(code: str) -> str:
    """Return under which name a district's live feed goes; a bundled one's stays what processes of before call it."""
    bundled = (path.parent for path in sorted(BUNDLED.glob(f"*/{FILE}")))
    return next((pack.name for pack in bundled if _code_of_pack(pack) == code), code)


def remember(settings: Settings, named: str, code: str) -> None:
    """Keep what a name stands for, and that it was opened last."""
    folder = settings.data_dir
    whole.write(folder / LAST, code.encode())
    known = _known(folder)
    if known.get(named) != code:
        text = json.dumps(known | {named: code}, ensure_ascii=False, indent=1)
        whole.write(folder / KNOWN, text.encode())


def keep_mapping(settings: Settings, named: str, code: str) -> None:
    """Keep how the pack's own records are read, for the day when its folder is gone."""
    pack = pack_folder(named)
    if (pack / FILE).is_file() and (pack / MAPPING).is_file():
        whole.write(_kept_mapping(settings, code), (pack / MAPPING).read_bytes())


def mapping_of(settings: Settings, named: str, code: str) -> Path | None:
    """Return how the pack says that its own records are read: as its folder says, else as it was kept."""
    pack = pack_folder(named)
    if (pack / FILE).is_file():
        return pack / MAPPING if (pack / MAPPING).is_file() else None
    kept = _kept_mapping(settings, code)
    return kept if kept.is_file() else None


def _kept_mapping(settings: Settings, code: str) -> Path:
    return settings.data_dir / f"{code}.mapping.toml"


def _code_of_pack(pack: Path) -> str | None:
    """Return the code a pack gives itself, None where it is not there or broken: reading it as a whole says why."""
    try:
        code = tomllib.loads((pack / FILE).read_text("utf-8-sig")).get("code")
    except (ValueError, OSError):
        return None
    return code if isinstance(code, str) and code else None


def _last(folder: Path) -> str | None:
    path = folder / LAST
    return path.read_text().strip() or None if path.exists() else None


def _known(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / KNOWN).read_text())
    except (ValueError, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(path: Path, query: str) -> object:
    """Return one value of a database file of ours, None where it is none."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(query).fetchone()
    except sqlite3.Error:
        return None
    return row[0] if row else None
