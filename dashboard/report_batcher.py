"""The counter where reports are filed: who stands there at the same moment is written in one transaction.

Nobody waits for company: whoever comes first files for all who are there by then, and everybody is answered only
after the commit. One report's failure never touches another's.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from dashboard import actions
from dashboard.rules.access import Viewer
from dashboard.rules.events.event import Event
from dashboard.rules.events.report import Report
from datasources.districts.reference import References
from datasources.store.database import Database
from datasources.store.faults import is_outage

MOST = 100


@dataclass(slots=True)
class Slip:
    """One report at the counter, and what became of it."""

    report: Report
    by: Viewer
    now: datetime
    outcome: Event | Exception | None = None


def stands_alone(report: Report) -> bool:
    """Return whether nothing of a report can clash with another: no outside number, no photos to bind."""
    return report.external_id is None and not report.photos


class Counter:
    """The counter of one process."""

    def __init__(self, database: Database, references: References) -> None:
        self._database, self._references = database, references
        self._waiting: list[Slip] = []
        self._hatch = threading.Lock()
        self._turn = threading.Lock()

    def file(self, report: Report, by: Viewer, now: datetime) -> Event:
        """File one report, with whatever else waits; return its event once that is on the disk."""
        slip = Slip(report, by, now)
        with self._hatch:
            self._waiting.append(slip)
        time.sleep(0)  # lets those in who have arrived already; without it gevent would serve one by one
        while slip.outcome is None:
            with self._turn:
                if slip.outcome is None:
                    self._serve()
        if isinstance(slip.outcome, Exception):
            raise slip.outcome
        return slip.outcome

    def _serve(self) -> None:
        with self._hatch:
            slips, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            self._file(slips)
        finally:
            for slip in slips:  # the one who files was cut off: nobody may wait for ever
                slip.outcome = slip.outcome or RuntimeError("the report was not filed")

    def _file(self, slips: list[Slip]) -> None:
        """Write slips in one transaction; where one cannot be written, each is tried by itself."""
        filed: list[Event] = []
        try:
            with self._database.write() as session:
                wanted = [(slip.report, slip.by, slip.now) for slip in slips]
                filed = actions.file_all(session, self._references.get(), wanted)
        except Exception as error:
            # an outage is nobody's report's fault: all are told at once, rather than each after its own long wait
            if (
                filed or len(slips) == 1 or is_outage(error)
            ):  # a commit whose outcome nobody knows must not be tried again
                for slip in slips:
                    slip.outcome = error
                return
            for slip in slips:
                self._file([slip])
            return
        for slip, event in zip(slips, filed, strict=True):
            slip.outcome = event
