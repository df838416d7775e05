"""A report: what somebody says happened, checked and in our own terms, before it becomes an event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """What a door hands over. Coordinates are WGS-84 degrees; `reported_at` None means now.

    `mark` tells anonymous senders apart and no more: a keyed digest, kept for alerts alone.
    `due_at`, `closed_at`, `finished_at`, `unit`, `status` are only for imported history and replayed records;
    `status` is how a record ended (closed, rejected, merged), None while it is open. `source_system` "" is the district.
    """

    title: str
    source: str
    description: str = ""
    category: str | None = None
    lng: float | None = None
    lat: float | None = None
    src_crs: str | None = None
    accuracy_m: float | None = None
    address: str = ""
    emergency: bool = False
    reporter_name: str | None = None
    reporter_phone: str | None = None
    external_id: str | None = None
    source_system: str = ""
    resolved_on_site: bool = False
    photos: tuple[str, ...] = ()
    reported_at: datetime | None = None
    unit: str | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    closed_at: datetime | None = None
    on_time: bool | None = None
    open: bool = True
    mark: str | None = None
    status: str | None = None

    @property
    def identity(self) -> dict[str, Any]:
        """Return the columns that say which record this is: a number of the district's own, or of a named system."""
        if not self.source_system:
            return {"external_id": self.external_id}
        return {"source_system": self.source_system, "source_id": self.external_id}
