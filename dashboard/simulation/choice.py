"""Demo or not: said at the start, kept in the data folder, read by every later command and never changed by one.

A command beside a product has an environment of its own; what it believes about the demo must not reach anybody's account.
"""

import secrets
from pathlib import Path

from dashboard.settings import Settings

NAME = "demo"
WORDS = {True: "yes", False: "no"}


def resolved(settings: Settings) -> Settings:
    """Return settings whose `demo` is what was said now, else what the data folder keeps, else the default."""
    kept = _kept(settings.data_dir)
    if "demo" in settings.model_fields_set or kept is None:
        return settings
    return settings.model_copy(update={"demo": kept})


def keep(settings: Settings) -> None:
    """Write down whether this data folder is a demo; only what serves (`run`, `replay`) calls this."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / NAME
    fresh = path.with_name(f"{NAME}.{secrets.token_hex(4)}")  # several processes may start at once
    fresh.write_text(WORDS[settings.demo] + "\n")
    fresh.replace(path)


def accounts_wanted(settings: Settings) -> bool:
    """Return whether the demo accounts are open: with the demo, or where somebody gave them a password."""
    return settings.demo or settings.demo_password is not None


def _kept(folder: Path) -> bool | None:
    path = folder / NAME
    word = path.read_text().strip() if path.exists() else ""
    return {word: demo for demo, word in WORDS.items()}.get(word)
