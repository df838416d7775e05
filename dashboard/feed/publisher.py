"""Committed steps → live feed: absolute, versioned rows, then small views. Nothing here is needed for the truth.

A step leaves the outbox only after Redis took it; late commits cannot be skipped, because no high-water mark is kept.
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dashboard.feed.alerts import AlertWatch, Codes, Names, RowOf
from dashboard.rules.events.event import Event
from datasources.feed import outbox
from datasources.feed.stream import Feed, FeedDown
from datasources.figures.views.named import PACE
from datasources.store import set_aside
from datasources.store.beats import PUBLISHER, Beats
from datasources.store.database import Database
from datasources.store.faults import is_outage
from datasources.store.models import OutboxRow
from datasources.store.quiet_log import Quiet
from datasources.store.set_aside import Aside

log = logging.getLogger(__name__)
quiet = Quiet(log)

View = Callable[[Session, datetime], Any]
LIMIT = 500
POLL_SECONDS = 0.1
PAUSE_SECONDS = 0.15  # ordinary changes are gathered this long after each batch; emergencies are not
VIEW_SECONDS = 1.0  # between two looks at a view of no pace of its own
VIEW_SECONDS_URGENT = 0.25  # for the quick ones, once an emergency came
VIEW_SECONDS_QUICK = 5.0  # the pace up to which a view counts as quick
VIEW_SECONDS_IDLE = 30.0  # views also move with the hour: a day begins, a limit passes
ROUND_SECONDS = 0.025  # dear views wait for the next round rather than hold up the news
LONGEST_REST = (
    15.0  # … but no number on a wall is older than this because one count was slow, as beside a long import
)
REST = 20  # a view rests this many times as long as counting it took: no view takes more than a twentieth of a core
EPOCH_SECONDS = 1.0
DOWN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Published:
    """What one run carried: outbox rows, and whether an emergency was among them."""

    steps: int = 0
    urgent: bool = False


def publish(db: Database, feed: Feed, row_of: RowOf) -> Published:
    """Carry the unpublished steps to the feed and delete them from the outbox; raises FeedDown with nothing deleted.

    PostgreSQL holds the claimed rows until Redis has answered, so that publishers split the work. SQLite would hold
    its only writer for that long, so there rows are read, carried and then deleted: carried twice is harmless.
    """
    if db.is_sqlite:
        with db.read() as session:
            claimed = outbox.unpublished(session, LIMIT)
            messages = compose(session, claimed, row_of)
        if claimed:
            _append(feed, messages, db.aside)
            with db.write() as session:
                outbox.forget(session, [row.id for row in claimed])
    else:
        with db.write() as session:
            claimed = outbox.unpublished(session, LIMIT, locked=True)
            if claimed:
                _append(feed, compose(session, claimed, row_of), db.aside)
                outbox.forget(session, [row.id for row in claimed])
    return Published(len(claimed), any(row.urgent for row in claimed))


def _append(feed: Feed, messages: list[dict[str, Any]], aside: Aside) -> None:
    """Append messages; where one holds what JSON cannot say, each row is tried by itself."""
    try:
        feed.append(messages)
    except (TypeError, ValueError):
        for message in messages:
            message["rows"] = [row for row in message["rows"] if _sayable(row, aside)]
        feed.append([message for message in messages if message["rows"] or message["gone"]])


def _sayable(row: Mapping[str, Any], aside: Aside) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        aside.note("event", row.get("id"), error)
        return False
    return True


def compose(session: Session, claimed: Sequence[OutboxRow], row_of: RowOf) -> list[dict[str, Any]]:
    """Return the messages for outbox rows: each emergency by itself and first, everything else in one batch.

    Rows of an alert alone carry no event; the alert watch finds what changed.
    """
    stepped = [row for row in claimed if row.step_id is not None]
    urgent = {row.event_id for row in stepped if row.urgent}
    events = outbox.events_by_id(session, {row.event_id for row in stepped})
    aside = set_aside.of(session)
    messages = [rows_message([events[one]], row_of, aside) for one in sorted(urgent & events.keys())]
    messages.append(rows_message([events[i] for i in sorted(events.keys() - urgent)], row_of, aside))
    return [message for message in messages if message["rows"] or message["gone"]]


def rows_message(events: Iterable[Event], row_of: RowOf, aside: Aside) -> dict[str, Any]:
    """Return {"k": "rows", "rows", "gone", "gone_versions"}: open events as rows, the others as gone."""
    rows, gone = [], []
    for event in events:
        if not event.is_open:
            gone.append(event)
            continue
        try:
            rows.append(row_of(event))
        except Exception as error:  # one record that cannot be shown must not stop the news of all others
            aside.note("event", event.id, error)
    return {
        "k": "rows",
        "rows": rows,
        "gone": [event.id for event in gone],
        "gone_versions": [event.version for event in gone],
    }


class Publisher:
    """The loop around `publish`: woken by commits of this process, else it looks every 100 ms.

    `now` gives the drill clock's moment; `views` are name → function of (session, now) to plain JSON data, each counted
    anew at the pace of `queries_views.PACE` while things change.
    """

    def __init__(
        self,
        db: Database,
        feed: Feed,
        row_of: RowOf,
        now: Callable[[], datetime],
        views: Mapping[str, View] | None = None,
        names: Callable[[], Names] = Codes,
        beats: Beats | None = None,
    ) -> None:
        self._db, self._feed, self._row_of, self._now = db, feed, row_of, now
        self._beats = beats
        self._views = dict(views or {})
        self._alerts = AlertWatch(row_of, names)
        self._versions: dict[str, str] = {}
        self._epoch = ""
        self._changed: dict[
            str, bool
        ] = {}  # name → by an emergency? of the views that something has changed under
        self._counted: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._looked = float("-inf")
        self._bell = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.last_error = ""

    def wake(self) -> None:
        """Look at once: something was committed in this process."""
        self._bell.set()

    def start(self) -> None:
        """Run in a thread (a greenlet under gevent) until `stop()`."""
        self._db.after_commit.append(self.wake)
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the loop and wait for it."""
        self._ended.set()
        self._bell.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        if self.wake in self._db.after_commit:
            self._db.after_commit.remove(self.wake)

    def cycle(self) -> Published:
        """Do one round: steps, alerts, views if due. Raises FeedDown; what was not carried is tried again."""
        self._check_epoch()
        done = publish(self._db, self._feed, self._row_of)
        full = done.steps == LIMIT
        while full:
            more = publish(self._db, self._feed, self._row_of)
            full = more.steps == LIMIT
            done = Published(done.steps + more.steps, done.urgent or more.urgent)
        if done.steps:
            self._touch(done.urgent)
        self._publish_alerts()
        self._publish_views()
        if self._beats is not None:
            self._beats.done(PUBLISHER)
        return done

    def _check_epoch(self) -> None:
        """Notice a wiped Redis: what was carried before is carried again."""
        if time.monotonic() - self._looked < EPOCH_SECONDS:
            return
        epoch = self._feed.epoch()
        self._looked = time.monotonic()
        if epoch != self._epoch:
            self._epoch = epoch
            self._versions.clear()
            self._counted.clear()
            self._alerts.forget()

    def _publish_alerts(self) -> None:
        with self._db.read() as session:
            messages = self._alerts.changed(session)
        if messages:
            self._feed.append(messages)
        self._alerts.settle()

    def _touch(self, urgent: bool = False) -> None:
        for name in self._views:
            self._changed[name] = urgent or self._changed.get(name, False)

    def _publish_views(self) -> None:
        """Count the views whose time has come, the longest due first, until the round has taken long enough."""
        began = time.monotonic()
        due = sorted((when, name) for name in self._views if (when := self._due_at(name)) <= began)
        for _, name in due:
            urgent = self._changed.pop(name, False)
            self._counted[name] = time.monotonic()
            try:
                self._publish_view(name)
            except Exception as error:
                self._changed[name] = urgent
                if isinstance(error, FeedDown) or is_outage(error):
                    raise
                self._db.aside.note("view", name, error)  # the other views, and the news, go on
            ended = time.monotonic()
            self._took[name] = ended - self._counted[name]
            if ended - began > ROUND_SECONDS:
                break

    def _due_at(self, name: str) -> float:
        pace = PACE.get(name, VIEW_SECONDS)
        pause = pace if name in self._changed else max(pace, VIEW_SECONDS_IDLE)
        if self._changed.get(name) and pace <= VIEW_SECONDS_QUICK:
            pause = VIEW_SECONDS_URGENT
        pause = max(pause, min(LONGEST_REST, REST * self._took.get(name, 0.0)))
        return self._counted.get(name, float("-inf")) + pause

    def _publish_view(self, name: str) -> None:
        with self._db.read() as session:
            data = self._views[name](session, self._now())
        version = version_of(data)
        if self._versions.get(name) != version:
            self._feed.put_view(name, version, data)
            self._versions[name] = version

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                done = self.cycle()
                self.last_error = ""
            except FeedDown as error:
                self._note(f"The live feed does not answer: {error}")
                self._touch()
                self._revive()
                self._ended.wait(DOWN_SECONDS)
                continue
            except Exception:
                quiet.exception("publisher", "The publisher failed and tries again")
                self._ended.wait(DOWN_SECONDS)
                continue
            if done.steps and not done.urgent:
                self._gather()
            self._bell.wait(POLL_SECONDS)
            self._bell.clear()

    def _gather(self) -> None:
        """Let ordinary changes come together for a moment, but go on at once for an emergency."""
        end = time.monotonic() + PAUSE_SECONDS
        while (left := end - time.monotonic()) > 0 and not self._ended.is_set():
            if self._bell.wait(left):
                self._bell.clear()
                with self._db.read() as session:
                    waiting = outbox.unpublished(session, 1)
                if waiting and waiting[0].urgent:
                    break
        self._bell.set()

    def _revive(self) -> None:
        try:
            self._feed.revive()
        except FeedDown as error:
            self._note(str(error))

    def _note(self, text: str) -> None:
        if text != self.last_error:
            log.warning(text)
        self.last_error = text


def version_of(data: Any) -> str:
    """Return the version of a view: a digest of its content."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
