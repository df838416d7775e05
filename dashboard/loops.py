"""What runs beside the web: the clock's sweeps, the deliveries, the drill's mark, the simulator — one thread each.

Every loop survives what goes wrong in one round, says so in the log, and ends when told to.
"""

import logging
import threading
import time
from collections.abc import Callable

from dashboard import clock
from dashboard.notify.deliveries import Courier
from dashboard.rules.refusals import Refusal
from dashboard.runtime import shared_time
from dashboard.runtime.runtime import Runtime, keep_clock, share_clock
from dashboard.sweeps import deadlines, housekeeping
from dashboard.sweeps.housekeeping import Housekeeping
from dashboard.sweeps.rollup_process import RollupProcess
from datasources.audit import links
from datasources.store import beats, kept_aside
from datasources.store.quiet_log import Quiet

quiet = Quiet(logging.getLogger(__name__))

SWEEP_SECONDS = 0.5
FASTEST_SWEEP = 0.1
DELIVER_SECONDS = 1.0
LEAVING_SECONDS = 5.0  # what is still under way then is sent again by whoever comes next, with the same key
MARK_SECONDS = 5.0
FOLLOW_SECONDS = 2.0
SWEEP_BUDGET_SECONDS = 0.5
BEAT_SECONDS = 1.0
ASIDE_SECONDS = 2.0
ROLLUP_SECONDS = 30.0
SEAL_SECONDS = 1.0


class Loop:
    """A named job done again and again in a thread (a greenlet under gevent) until `stop()`."""

    def __init__(
        self, name: str, job: Callable[[], object], seconds: float, after: Callable[[], object] | None = None
    ) -> None:
        self.name, self._job, self._seconds, self._after = name, job, seconds, after
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.last_run = time.monotonic()

    def start(self) -> "Loop":
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End after the present round, then do what is to be done after the last one."""
        self._ended.set()
        self._thread.join(timeout=10)
        if self._after is not None:
            self._after()

    @property
    def age(self) -> float:
        """Return how many seconds ago the job was last done."""
        return time.monotonic() - self.last_run

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._job()
                self.last_run = time.monotonic()
            except Refusal as refusal:
                quiet.warning(f"{self.name}, refused", "%s: %s", self.name, refusal)
            except Exception:
                quiet.exception(self.name, "%s failed and tries again", self.name)
            self._ended.wait(self._seconds)


def clock_loops(runtime: Runtime) -> list[Loop]:
    """Return the loops of a process that keeps the clock."""
    rolling, courier = RollupProcess(runtime), Courier(runtime)
    for one in deadlines.SWEEPS:  # what is never finished is missed from now on
        runtime.beats.done(one.__name__)
    pause = max(FASTEST_SWEEP, min(SWEEP_SECONDS, 10 / clock.speed()))
    loops = [
        Loop("clock", lambda: sweep(runtime), pause),
        Loop("beat", lambda: beat(runtime), BEAT_SECONDS),
        Loop(
            "deliveries",
            lambda: courier.round(clock.now()),
            DELIVER_SECONDS,
            lambda: courier.wait(LEAVING_SECONDS),
        ),
        Loop("seal", lambda: links.seal(runtime.database, clock.real_now()), SEAL_SECONDS),
        Loop("rollups", rolling.ensure, ROLLUP_SECONDS, rolling.stop),
        Loop("housekeeping", Housekeeping(runtime).sweep, housekeeping.EVERY_SECONDS),
    ]
    return [*loops, drill_loop(runtime, keeps=not isinstance(clock.current(), clock.WallClock))]


def sweep(runtime: Runtime) -> None:
    """Let every sweep do what is due, none of them long enough to hold up the others."""
    deadlines.tick(runtime.database, runtime.reference, clock.now(), runtime.beats, SWEEP_BUDGET_SECONDS)


def beat(runtime: Runtime) -> None:
    """Write down what finished in this process since the last time: only that says that it runs."""
    ages = runtime.beats.take()
    if not ages:
        return
    with runtime.database.write() as session:
        beats.keep(session, ages, clock.real_now())


def aside_loop(runtime: Runtime) -> Loop:
    """Return the loop that writes down which rows this process had to set aside."""
    return Loop("aside", lambda: keep_aside(runtime), ASIDE_SECONDS)


def keep_aside(runtime: Runtime) -> None:
    """Write down what was set aside since the last time."""
    notes = runtime.database.aside.take()
    if not notes:
        return
    with runtime.database.write() as session:
        kept_aside.keep(session, notes, clock.real_now())


def drill_loop(runtime: Runtime, *, keeps: bool) -> Loop:
    """Return the loop that writes down where the drill stands, or follows the process that does."""
    if keeps:
        return Loop("drill", lambda: keep_clock(runtime), MARK_SECONDS)
    return Loop("drill", lambda: share_clock(runtime), FOLLOW_SECONDS)


def time_loop(runtime: Runtime) -> list[Loop]:
    """Return the loop that keeps this process at the database's time, where that has a clock of its own."""
    if runtime.database.is_sqlite:
        return []
    return [Loop("time", lambda: shared_time.agree(runtime.database), shared_time.AGREE_SECONDS)]
