"""Where the migrations lie, and which is the newest; what runs them is `upgrading`."""

from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """Return the newest migration of this program: their numbers only grow."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
