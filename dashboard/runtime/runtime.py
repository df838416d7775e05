"""Everything one process holds while it runs, and how it is opened: data folder, database, district, feed, clock.

Made by `app.create_app` and the commands, passed on, never global.
"""

import logging
import os
import stat
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard import clock
from dashboard.backups import refuse_half_restored
from dashboard.districts import location
from dashboard.kept_secrets import SECRET, kept
from dashboard.rules.refusals import Refusal
from dashboard.rules.text.local_time import moment_of
from dashboard.runtime import shared_time
from dashboard.settings import Settings
from datasources.districts.reference import Reference, References
from datasources.store import clock_anchor, sealing
from datasources.store.beats import Beats
from datasources.store.database import Database
from datasources.store.models import ClockRow
from datasources.store.server.limits import UNHURRIED, Limits

if TYPE_CHECKING:  # a command beside the product needs none of them
    from dashboard.report_batcher import ReportBatcher
    from datasources.districts.pack.reading import Pack
    from datasources.feed.embedded import Embedded
    from datasources.feed.stream import Feed

log = logging.getLogger(__name__)

STILL_KEPT = timedelta(seconds=20)


@dataclass
class Runtime:
    """One running process's belongings."""

    settings: Settings
    pack: str
    district: str
    database: Database
    references: References
    beats: Beats = field(default_factory=Beats)
    embedded: "Embedded | None" = None
    _feed: "Feed | None" = field(default=None, repr=False)

    @property
    def reference(self) -> Reference:
        """Return the district as loaded now."""
        return self.references.get()

    @cached_property
    def counter(self) -> "ReportBatcher":
        """Return where reports are filed together."""
        from dashboard.report_batcher import ReportBatcher

        return ReportBatcher(self.database, self.references)

    @property
    def photos(self) -> Path:
        """Return the folder of photos."""
        return self.settings.data_dir / "photos"

    @property
    def pack_mapping(self) -> Path | None:
        """Return how the pack says that its own records are to be read."""
        return location.mapping_of(self.settings, self.pack, self.district)

    @property
    def feed(self) -> "Feed":
        """Return the live feed, having started the bundled Valkey if that is what the settings say."""
        if self._feed is None:
            from datasources.feed.embedded import Embedded
            from datasources.feed.stream import Feed

            name = location.feed_name(self.district)
            if self.settings.redis_url:
                self._feed = Feed(self.settings.redis_url, name)
            else:
                self.embedded = Embedded(self.settings.data_dir)
                self._feed = Feed(self.embedded.ensure(), name, self.embedded.ensure)
        return self._feed

    def close(self) -> None:
        """Give everything back."""
        if self._feed is not None:
            self._feed.close()
        if self.embedded is not None:
            self.embedded.stop()
        self.database.close()


def open_runtime(settings: Settings, *, load: bool = True, limits: Limits | None = None) -> Runtime:
    """Return the runtime of a data folder: tables brought up to date, the district's pack loaded if none is.

    One data folder may hold several districts, each in a database of its own that goes by the district's code; without
    a district named, the one last opened there is meant. `limits` are those of the database, for commands beside the
    product.
    """
    try:
        _own_folder(settings.data_dir)
    except OSError as error:
        raise Refusal(
            "数据文件夹 {folder} 不能用：{why}", folder=settings.data_dir, why=error.strerror
        ) from error
    refuse_half_restored(settings.data_dir)
    _open_seals(settings)
    meant = location.chosen(settings)
    if meant.code is None and settings.database_url is None:
        _read(meant.named)  # which says what is wrong with it
    code = meant.code or Path(meant.named).name
    limits = limits or Limits(settings.database_connections, statement=settings.database_seconds)
    database = Database(location.database_url(settings, code), limits)
    database.upgrade()
    shared_time.agree(database)
    runtime = Runtime(settings, meant.named, code, database, References(database, settings.minutes))
    if load:
        _load(runtime, meant.named)
        runtime.district = runtime.reference.code
        location.remember(settings, meant.named, runtime.district)
        location.keep_mapping(settings, meant.named, runtime.district)
    return runtime


def open_beside(settings: Settings) -> Runtime:
    """Open the runtime beside a running product, on the drill clock it keeps if it keeps one; no account is touched."""
    runtime = open_runtime(settings, limits=UNHURRIED)
    follow_clock(runtime)
    return runtime


def start_clock(runtime: Runtime, role: str = "all") -> None:
    """Set this process's clock: the drill goes on from where it was, or starts as the settings say.

    A drill that another process keeps is joined as it stands: its mark is left alone.
    """
    settings, now = runtime.settings, clock.real_now()
    with runtime.database.read() as session:
        anchor = clock_anchor.load(session)
    drilling = _drills(settings)
    if drilling and anchor is not None and _is_kept(runtime, role, anchor):
        clock.use(_joined(anchor))
        return
    if drilling and anchor is not None:
        clock.use(clock.drill(anchor.drill_at, settings.clock_speed))
    elif drilling:
        start = _moment(settings.clock_start, runtime.reference) if settings.clock_start else now
        clock.use(clock.drill(start, settings.clock_speed))
    if drilling:
        keep_clock(runtime)


def keep_clock(runtime: Runtime) -> None:
    """Write down where the drill stands, for the next start and for the other processes."""
    with runtime.database.write() as session:
        clock_anchor.save(session, clock.now(), clock.speed(), clock.real_now())


def follow_clock(runtime: Runtime) -> bool:
    """Take over the drill another process keeps in this database (a replay, a clock), while it does; return whether."""
    with runtime.database.read() as session:
        anchor = clock_anchor.load(session)
    if anchor is None or not _is_fresh(anchor):
        return False
    clock.use(_joined(anchor))
    return True


def share_clock(runtime: Runtime) -> None:
    """Follow whoever keeps the drill; when nobody does any more, keep it where it goes on here: who comes next joins."""
    if not follow_clock(runtime) and _drills(runtime.settings):
        keep_clock(runtime)


def _drills(settings: Settings) -> bool:
    return settings.clock_start is not None or settings.clock_speed != 1.0


def _is_fresh(anchor: ClockRow) -> bool:
    return clock.real_now() - anchor.saved_at < STILL_KEPT


def _is_kept(runtime: Runtime, role: str, anchor: ClockRow) -> bool:
    """Return whether another process keeps the drill; the whole product is alone on SQLite, and the mark its own."""
    return _is_fresh(anchor) and not (role == "all" and runtime.database.is_sqlite)


def _joined(anchor: ClockRow) -> clock.DrillClock:
    return clock.DrillClock(anchor.drill_at, anchor.saved_at.timestamp(), anchor.speed)


def _own_folder(folder: Path) -> None:
    """Make the data folder, or close one that is ours to its owner; a folder that everybody shares is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = folder.stat()
    if held.st_uid == os.geteuid() and held.st_mode & 0o077 and not held.st_mode & stat.S_ISVTX:
        folder.chmod(0o700)


def _open_seals(settings: Settings) -> None:
    """Give this process the keys of what lies sealed: the configured one first, the data folder's own beside it."""
    configured, folder = settings.secret_key, settings.data_dir
    own = [kept(folder, SECRET)] if configured is None or (folder / SECRET).exists() else []
    sealing.use([*([configured.get_secret_value()] if configured else []), *own])


def _load(runtime: Runtime, named: str) -> None:
    with runtime.database.read() as session:
        held = runtime.references.peek(session)
    if held is not None:
        return
    from datasources.districts.loading import load_pack

    pack = _read(named)
    with runtime.database.write() as session:
        load_pack(session, pack, clock.now())
    runtime.references.forget()


def _read(named: str) -> "Pack":
    from datasources.districts.pack.reading import read_pack

    return read_pack(named, clock.real_now())


def _moment(text: str, reference: Reference) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("看不懂的时间 {moment}，请写成 2026-11-20T09:00", moment=text) from error
    return moment_of(moment, reference.tz)
