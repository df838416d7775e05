"""Everything one process holds while it runs: settings, database, district, feed. Made by `app.create_app`, passed, never global."""

from dataclasses import dataclass
from pathlib import Path

from dashboard.publisher import Publisher
from dashboard.settings import Settings
from datasources.database import Database
from datasources.feed import Feed
from datasources.reference import Reference, References


@dataclass
class House:
    """One running process's belongings."""

    settings: Settings
    database: Database
    references: References
    feed: Feed
    publisher: Publisher | None = None

    @property
    def reference(self) -> Reference:
        """Return the district as loaded now."""
        return self.references.get()

    @property
    def photos(self) -> Path:
        """Return the folder of photos."""
        return self.settings.data_dir / "photos"
