"""One process's live feed: it tails the stream itself, keeps the live set and tells its own sockets.

Every five seconds, and as soon as news waits too long, it looks up what has stepped on in the database; without Redis,
after a wipe and once a minute it compares everything. So every screen converges within seconds, whatever stands still.
The stream's position is always read before the data.
"""

import gzip
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from callbacks.live.channels import Channels, Connection, heartbeat
from callbacks.live.scopes import EVERYTHING, Scope, Visibility
from callbacks.live.store import Change, LiveStore, Row
from callbacks.live.updates import Updates
from callbacks.security.walls import UNDRAWN
from dashboard.feed.alerts import Codes, Names, RowOf, alert_messages
from dashboard.feed.publisher import rows_message, version_of
from datasources.feed import outbox
from datasources.feed.stream import Entry, Feed, FeedDown
from datasources.store.database import Database
from datasources.store.quiet_log import Quiet

log = logging.getLogger(__name__)
quiet = Quiet(log)

BLOCK_MS = 1000
AUDIT_SECONDS = 60.0
CATCH_UP_SECONDS = 5.0
CATCH_UP_SECONDS_URGENT = 1.0
OVERLAP = 1000  # steps that may have been committed later than ones with a higher id
DOWN_SECONDS = 1.0
VIEW_SECONDS_DOWN = 5.0
SNAPSHOT_SECONDS = 1.0
NOTHING: frozenset[str] = frozenset()
ViewsNow = Callable[[], dict[str, Any]]
Beat = tuple[datetime, float, dict[str, Any]]  # the clock, its speed, and what else the heartbeat tells


# of the row beside an alert: whose business it is
CONCERNS = ("unit", "handler", "co", "path")


def _same(known: tuple[dict[str, Any], Row], told: tuple[dict[str, Any], Row]) -> bool:
    """Return whether an alert looks as it was told last, to the same people."""
    return known[0] == told[0] and all(known[1].get(name) == told[1].get(name) for name in CONCERNS)


def _age(alert: dict[str, Any], row: Row) -> tuple[int, int]:
    """Return by what an alert is ordered: a signature changes its event alone."""
    return alert["version"], row.get("version", 0)


def _epoch_ms(now: datetime) -> int:
    return round(now.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Stamped:
    """A snapshot packed a moment ago, good for a second: what came since follows through the socket."""

    at: float
    packed: bytes


class LiveFeed:
    """The live set of this process, its tail of the stream and its rooms; safe to ask from any thread.

    `views_now` computes every view from the database for the time Redis is down.
    """

    def __init__(
        self,
        db: Database,
        feed: Feed,
        row_of: RowOf,
        sight: Visibility,
        views_now: ViewsNow | None = None,
        names: Callable[[], Names] = Codes,
    ) -> None:
        self.news_waits: Callable[[], bool] = lambda: False
        self._turned = time.monotonic()
        self._newest_step = 0
        self._caught_up = float("-inf")
        self._db, self._feed, self._row_of, self._sight = db, feed, row_of, sight
        self._views_now, self._names = views_now, names
        self.store = LiveStore()
        self.rooms = Channels(sight)
        self.position = "0-0"
        self.is_down = True
        self._alerts: dict[int, tuple[dict[str, Any], Row]] = {}
        self._views: dict[str, dict[str, Any]] = {}
        self._updates = Updates(secrets.token_hex(4))
        self._epoch = ""
        self._loaded = False
        self._audited = self._viewed = float("-inf")
        self._stamped: dict[tuple[Scope, bool], Stamped] = {}
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    # what others ask

    def snapshot(self, scope: Scope = EVERYTHING, in_columns: bool = False) -> bytes:
        """Return the gzipped snapshot of a scope, at most a second old.

        JSON `{"position", "columns", "rows"}`, or the wall's own form (`livepack.TYPE`): smaller, and packed in 100 ms.
        """
        with self._lock:
            kept = self._stamped.get((scope, in_columns))
            if kept is None or time.monotonic() - kept.at > SNAPSHOT_SECONDS:
                packed = self._packed(self._sight.of(scope), in_columns, UNDRAWN if scope.drawn else NOTHING)
                kept = self._stamped[scope, in_columns] = Stamped(time.monotonic(), packed)
            return kept.packed

    def _packed(self, sees: Callable[[Row], bool] | None, in_columns: bool, without: frozenset[str]) -> bytes:
        if in_columns:
            return self.store.packed(self.position, sees, without)
        return gzip.compress(self.store.snapshot(self.position, sees, without), 1)

    def hash(self, scope: Scope = EVERYTHING) -> dict[str, str]:
        """Return {"position", "hash"} of what a scope sees."""
        with self._lock:
            return {"position": self.position, "hash": self.store.hash(self._sight.of(scope))}

    def views(self, scope: Scope = EVERYTHING) -> dict[str, Any]:
        """Return {"position", "views": {name: {"version", "data"}}}; only who sees everything has views."""
        with self._lock:
            return {
                "position": self.position,
                "views": dict(self._views) if scope.kind == EVERYTHING.kind else {},
            }

    def alerts(self, scope: Scope = EVERYTHING) -> list[dict[str, Any]]:
        """Return the open alerts of a scope, oldest first."""
        with self._lock:
            pairs = sorted(self._alerts.items())
            return [alert for _, (alert, row) in pairs if self._sight.alerted(scope, alert, row)]

    def subscribe(
        self,
        line: Connection,
        scope: Scope,
        topics: frozenset[str],
        since: str | None,
        beat: Beat | None = None,
    ) -> dict[str, Any]:
        """Seat a line in its room, having sent it what followed `since`; {"resync": True} when that is not known.

        Whoever is seated hears a first heartbeat at once: until then a page does not know that it shows the present.
        """
        with self._lock:
            missed = () if since is None else self._updates.since(since)
            if missed is None:
                return {"resync": True}
            head = self.rooms.join(line, scope, topics, self.position if since is None else since, missed)
            if beat is not None:
                now, speed, told = beat
                line.push(heartbeat(head, _epoch_ms(now), speed, told))
            return {"position": head}

    def leave(self, line: Connection) -> None:
        """Forget a line that closed."""
        with self._lock:
            self.rooms.leave(line)

    def tick(self, now: datetime, speed: float, told: dict[str, Any] | None = None) -> None:
        """Send the heartbeat to everybody, with what else is `told`."""
        with self._lock:
            self.rooms.tick(_epoch_ms(now), speed, told or {})

    @property
    def age(self) -> float:
        """Return how many seconds ago a turn was last taken to its end."""
        return time.monotonic() - self._turned

    # the tail

    def start(self) -> None:
        """Load the live set and follow the stream in a thread (a greenlet under gevent) until `stop()`."""
        try:
            self.follow(block_ms=1)
        except Exception:  # the product starts all the same; what cannot be loaded is tried again
            quiet.exception("start", "The live feed could not be loaded at the start and is tried again")
        self._thread = threading.Thread(target=self._run, name="live-feed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the tail and wait for it."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def follow(self, block_ms: int = BLOCK_MS) -> None:
        """Take one turn: read and apply what the stream has; without Redis compare with the database instead."""
        try:
            if self.is_down or not self._epoch:
                self._attach()
            entries = self._feed.read(self.position, block_ms)
            if self._feed.epoch() != self._epoch:
                self._attach()
                return
            for entry in entries:
                try:
                    self._take(entry)
                except FeedDown:
                    raise
                except Exception as error:  # one message that makes no sense must not stop the tail
                    self._db.aside.note("message", entry.id, error)
                    with self._lock:
                        self.position = entry.id
            self._compare()
        except FeedDown as error:
            if not self.is_down:
                log.warning("The live feed does not answer, the database fills in: %s", error)
            self.is_down = True
            self.reconcile()
            self._compute_views()
        self._turned = time.monotonic()

    def _compare(self) -> None:
        """Compare with the database when it is time: all of it once a minute, else what has stepped on since."""
        now, waits = time.monotonic(), self.news_waits()
        if now - self._audited > AUDIT_SECONDS:
            self.reconcile()
        elif now - self._caught_up > (CATCH_UP_SECONDS_URGENT if waits else CATCH_UP_SECONDS):
            self.catch_up()
        if waits:
            self._compute_views()

    def catch_up(self) -> int:
        """Look up what has stepped on in the database and send the difference; return how many rows differed."""
        self._caught_up = time.monotonic()
        with self._db.read() as session:
            newest = outbox.newest_step(session)
            versions = outbox.versions_since(session, self._newest_step - OVERLAP)
            stale = [
                key for key, (version, is_open) in versions.items() if self._differs(key, version, is_open)
            ]
            change = self._told(session, stale)
        self._newest_step = newest
        return len(change.pairs)

    def _differs(self, key: int, version: int, is_open: bool) -> bool:
        row = self.store.rows.get(key)
        return (
            row is not None and row["version"] < version
            if not is_open
            else row is None or row["version"] < version
        )

    def reconcile(self) -> int:
        """Compare with the database and send the difference; return how many rows differed."""
        self._audited = self._caught_up = time.monotonic()
        with self._db.read() as session:
            newest = outbox.newest_step(session)
            moved = outbox.open_fingerprint(session) != self.store.fingerprint
            versions = outbox.open_versions(session) if moved else {}
            stale = [
                i
                for i, v in versions.items()
                if i not in self.store.rows or self.store.rows[i]["version"] < v
            ]
            missing = [i for i in self.store.rows if i not in versions] if moved else []
            change = self._told(session, stale + missing)
        self._newest_step = newest
        return len(change.pairs)

    def _told(self, session: Session, keys: list[int]) -> Change:
        """Take over events as they now are, and the alerts, and tell what differed; what cannot be shown is set aside."""
        events = list(outbox.events_by_id(session, keys).values())
        rows = rows_message(events, self._row_of, self._db.aside)["rows"]
        gone = [(event.id, event.version) for event in events if not event.is_open]
        alerts = outbox.alerts_open_or_among(session, list(self._alerts))
        messages = alert_messages(session, alerts, self._row_of, self._names())
        with self._lock:
            change = self.store.apply(rows, gone)
            if self._loaded:
                self._tell_rows(change, None)
            for message in messages:
                self._tell_alert(message["alert"], message["row"], None)
            self._loaded = True
        return change

    def _attach(self) -> None:
        """Find the place in the stream, then compare with the database: position before data."""
        epoch = self._feed.epoch()
        if epoch != self._epoch:
            position = self._feed.position()
            with self._lock:
                self._updates.begin(position)
                self.position, self._epoch = position, epoch
        self.reconcile()
        for name, view in self._feed.views().items():
            with self._lock:
                self._tell_view(name, view, None)
        self.is_down = False

    def _take(self, entry: Entry) -> None:
        message = entry.message
        view = self._feed.view(message["name"]) if message.get("k") == "view" else None
        with self._lock:
            if message.get("k") == "rows":
                gone = zip(message["gone"], message["gone_versions"], strict=True)
                self._tell_rows(self.store.apply(message["rows"], gone), entry.id)
            elif message.get("k") == "alert":
                self._tell_alert(message["alert"], message["row"], entry.id)
            elif view is not None:
                self._tell_view(message["name"], view, entry.id)
            self.position = entry.id

    def _tell_rows(self, change: Change, stream_id: str | None) -> None:
        if change:
            self.rooms.send(self._updates.next("rows", stream_id, change=change))

    def _tell_alert(self, alert: dict[str, Any], row: Row, stream_id: str | None) -> None:
        known = self._alerts.get(alert["id"])
        over = alert["state"] == "stood_down"
        if known is not None and (_same(known, (alert, row)) or _age(*known) > _age(alert, row)):
            return
        if known is None and over:
            return
        if over:
            del self._alerts[alert["id"]]
        else:
            self._alerts[alert["id"]] = (alert, row)
        self.rooms.send(self._updates.next("alert", stream_id, content=alert, row=row, before=known))

    def _tell_view(self, name: str, view: dict[str, Any], stream_id: str | None) -> None:
        if self._views.get(name, {}).get("version") != view["version"]:
            self._views[name] = view
            self.rooms.send(self._updates.next("view", stream_id, content={"name": name, **view}))

    def _compute_views(self) -> None:
        if self._views_now is None or time.monotonic() - self._viewed < VIEW_SECONDS_DOWN:
            return
        self._viewed = time.monotonic()
        for name, data in self._views_now().items():
            with self._lock:
                self._tell_view(name, {"version": version_of(data), "data": data}, None)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.follow()
                if self.is_down:
                    self._ended.wait(DOWN_SECONDS)
                    self._feed.revive()
            except FeedDown:
                pass  # the bundled server did not come up; the next turn tries again
            except Exception:
                quiet.exception("live-feed", "The live feed failed and tries again")
                self._ended.wait(DOWN_SECONDS)
