"""Rolls up in a process of its own: a day takes a second or so to count, and nobody on the wall waits that long.

The process begins once there is something to roll up, is begun again when it died, and ends with the one that began it.
"""

import logging
import subprocess
import sys
from pathlib import Path

from dashboard import clock
from dashboard.runtime.runtime import House
from dashboard.settings import Settings
from dashboard.sweeps import rollup_keeper

log = logging.getLogger(__name__)

APP = Path(__file__).resolve().parents[2] / "app.py"
ENDS_WITHIN_S = 10


class RollupProcess:
    """The process beside this one that keeps the rollups, or none while there is nothing to do."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.child: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        """Begin it where it is wanted and does not run."""
        if self.child is not None and self.child.poll() is None:
            return
        if self.child is not None:
            log.warning("the process that rolls up ended with %s and is begun again", self.child.returncode)
        house = self._house
        if rollup_keeper.is_due(house.database, house.reference, clock.now()):
            self.child = subprocess.Popen(command(house.settings, house.pack), stdin=subprocess.PIPE)

    def stop(self) -> None:
        """End it."""
        if self.child is None:
            return
        assert self.child.stdin is not None
        self.child.stdin.close()  # which it waits for; its round ends first
        try:
            self.child.wait(timeout=ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def command(settings: Settings, district: str) -> list[str]:
    """Return the command line of the process; the rest of its settings are in the environment as ours are."""
    return [sys.executable, str(APP), "roll", "--data", str(settings.data_dir), "--district", district]
