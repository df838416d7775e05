"""Sends what is owed to outside systems: alerts nobody answered, cases for the efficiency office (LIFECYCLE §4, §2).

A delivery stays until it has a receipt; without an address nothing is lost, it waits. Emergencies go first, several at
a time, each row on its own: whoever sends one holds its lease, and one that fails waits longer each time, alone.
"""

import logging
import secrets
import threading
import time
from datetime import datetime, timedelta

from dashboard import clock
from dashboard.notify.webhook import LONGEST_SECONDS, NotTaken, post
from dashboard.runtime.runtime import Runtime
from datasources.exchange import delivery_queue
from datasources.exchange.delivery_queue import Owed
from datasources.store.beats import DELIVERIES
from datasources.store.quiet_log import Quiet

quiet = Quiet(logging.getLogger(__name__))

AT_ONCE = 8
AT_ONCE_EACH = 4  # to one address: one that is slow holds up only its own
KEPT_FOR_URGENT = 2
LONGEST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE_URGENT = timedelta(minutes=1)


class Courier:
    """Carries what is owed, several at a time; safe beside other couriers of other processes."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._flying: dict[int, tuple[Owed, threading.Thread]] = {}
        self._lock = threading.Lock()
        self.received = 0

    def round(self, now: datetime) -> None:
        """Set off with whatever is due and fits; nobody is waited for."""
        for owed in self._leased(now):
            thread = threading.Thread(target=self._carry, args=(owed,), name="courier", daemon=True)
            with self._lock:
                self._flying[owed.id] = owed, thread
            thread.start()
        self._runtime.beats.done(DELIVERIES)

    def wait(self, seconds: float = LONGEST_SECONDS + 1.0) -> None:
        """Wait for those that are under way, all together no longer than `seconds`."""
        ends = time.monotonic() + seconds
        with self._lock:
            threads = [thread for _, thread in self._flying.values()]
        for thread in threads:
            thread.join(timeout=max(0.0, ends - time.monotonic()))

    def _leased(self, now: datetime) -> list[Owed]:
        runtime, addresses = self._runtime, self._runtime.settings.addresses
        with self._lock:
            flying = [owed for owed, _ in self._flying.values()]
        if not addresses or len(flying) >= AT_ONCE:
            return []
        room = {
            target: AT_ONCE_EACH - sum(addresses.get(one.target) == address for one in flying)
            for target, address in addresses.items()
        }
        with runtime.database.read() as session:
            due = delivery_queue.due(session, [*addresses], now, clock.real_now())
        chosen: list[Owed] = []
        for owed in due:
            spare = AT_ONCE - len(flying) - len(chosen) - (0 if owed.urgent else KEPT_FOR_URGENT)
            if spare > 0 and room[owed.target] > 0 and not any(one.id == owed.id for one in flying):
                chosen.append(owed)
                for target in addresses:
                    room[target] -= addresses[target] == addresses[owed.target]
        if not chosen:
            return []
        with runtime.database.write() as session:
            return [
                owed
                for owed in chosen
                if delivery_queue.lease(session, owed, secrets.token_hex(8), clock.real_now())
            ]

    def _carry(self, owed: Owed) -> None:
        try:
            self._try(owed)
        except Exception:  # what became of it could not be written down: the lease ends, the key is the same
            quiet.exception("delivery", "What became of a delivery could not be kept; it is sent again")
        finally:
            with self._lock:
                self._flying.pop(owed.id, None)

    def _try(self, owed: Owed) -> None:
        runtime, settings = self._runtime, self._runtime.settings
        secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else None
        key = f"{runtime.reference.code}-{owed.id}-{int(owed.created_at.timestamp())}-{owed.resends}"
        try:
            content = {"id": owed.id, **owed.payload}
            receipt = post(settings.addresses[owed.target], content, key, secret, clock.real_now())
        except NotTaken as reason:
            quiet.warning(owed.target, "Delivery %s (%s) was not taken: %s", owed.id, owed.target, reason)
            most = LONGEST_PAUSE_URGENT if owed.urgent else LONGEST_PAUSE
            pause = min(most, timedelta(seconds=2 ** min(owed.tries, 10)))
            with runtime.database.write() as session:
                delivery_queue.not_taken(session, owed, str(reason), clock.now(), pause)
            return
        with runtime.database.write() as session:
            if delivery_queue.taken(session, owed, receipt, clock.now()):
                self.received += 1
