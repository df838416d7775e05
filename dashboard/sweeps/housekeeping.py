"""Once an hour, what nobody needs any more goes: unfinished uploads, pictures no event took, files without a row, screens gone."""

from datetime import datetime

from dashboard import clock
from dashboard.runtime.runtime import House
from datasources.alerts import screens
from datasources.photos import orphans, uploads
from datasources.store.threadpool import aside

EVERY_SECONDS = 3600.0


class Housekeeping:
    """The sweep of one process; the first looks at every file, the later ones at those that came of age since."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen_until: datetime | None = None

    def sweep(self) -> int:
        """Sweep once and return how many files went."""
        house, now, real = self._house, clock.now(), clock.real_now()
        with house.database.write() as session:
            uploads.forget_old(session, house.photos, now)
            screens.forget_old(session, now)
            gone = orphans.forget_photos(session, now)
        orphans.remove(house.photos, gone)
        old = aside(orphans.old_files, house.photos, real, self._seen_until)
        with house.database.read() as session:
            stray = list(orphans.stray(session, old))
        orphans.remove(house.photos, stray)
        self._seen_until = real - orphans.KEPT_FOR
        return len(gone) + len(stray)
