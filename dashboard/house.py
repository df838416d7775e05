"""Everything one process holds while it runs, and how it is opened: data folder, database, district, feed, clock.

Made by `app.create_app` and the commands, passed on, never global.
"""

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from dashboard import clock
from dashboard.counter import Counter
from dashboard.rules.refusals import Refusal
from dashboard.settings import Settings
from datasources import clock_anchor, sealing
from datasources.beats import Beats
from datasources.database import Database
from datasources.district import read_pack
from datasources.embedded import Embedded
from datasources.feed import Feed
from datasources.loading import load_pack
from datasources.reference import Reference, References

log = logging.getLogger(__name__)

DEFAULT_DISTRICT = "huli"
STILL_KEPT = timedelta(seconds=20)


@dataclass
class House:
    """One running process's belongings."""

    settings: Settings
    pack: str
    district: str
    database: Database
    references: References
    beats: Beats = field(default_factory=Beats)
    embedded: Embedded | None = None
    _feed: Feed | None = field(default=None, repr=False)

    @property
    def reference(self) -> Reference:
        """Return the district as loaded now."""
        return self.references.get()

    @cached_property
    def counter(self) -> Counter:
        """Return where reports are filed together."""
        return Counter(self.database, self.references)

    @property
    def photos(self) -> Path:
        """Return the folder of photos."""
        return self.settings.data_dir / "photos"

    @property
    def pack_mapping(self) -> Path | None:
        """Return how the pack says that its own records are to be read."""
        return read_pack(self.pack).mapping

    @property
    def feed(self) -> Feed:
        """Return the live feed, having started the bundled Valkey if that is what the settings say."""
        if self._feed is None:
            if self.settings.redis_url:
                self._feed = Feed(self.settings.redis_url, self.district)
            else:
                self.embedded = Embedded(self.settings.data_dir)
                self._feed = Feed(self.embedded.ensure(), self.district, self.embedded.ensure)
        return self._feed

    def close(self) -> None:
        """Give everything back."""
        if self._feed is not None:
            self._feed.close()
        if self.embedded is not None:
            self.embedded.stop()
        self.database.close()


def open_house(settings: Settings, *, load: bool = True) -> House:
    """Return the house of a data folder: tables brought up to date, the district's pack loaded if none is.

    One data folder may hold several districts, each in a database of its own; without a district named, the one
    last opened there is meant.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _open_seals(settings)
    named = settings.district or _remembered(settings.data_dir) or DEFAULT_DISTRICT
    short = Path(named).name
    if load:
        (settings.data_dir / "district").write_text(named)
    database = Database(settings.database_url or f"sqlite:///{settings.data_dir / short}.db")
    database.upgrade()
    house = House(settings, named, short, database, References(database, settings.minutes))
    if load:
        _load(house, named)
    return house


def start_clock(house: House) -> None:
    """Set this process's clock: the drill goes on from where it was, or starts as the settings say."""
    settings, now = house.settings, clock.real_now()
    with house.database.read() as session:
        anchor = clock_anchor.load(session)
    drilling = settings.clock_start is not None or settings.clock_speed != 1.0
    if drilling and anchor is not None:
        clock.use(clock.drill(anchor.drill_at, settings.clock_speed))
    elif drilling:
        start = _moment(settings.clock_start, house.reference) if settings.clock_start else now
        clock.use(clock.drill(start, settings.clock_speed))
    if drilling:
        keep_clock(house)


def keep_clock(house: House) -> None:
    """Write down where the drill stands, for the next start and for the other processes."""
    with house.database.write() as session:
        clock_anchor.save(session, clock.now(), clock.speed(), clock.real_now())


def follow_clock(house: House) -> None:
    """Take over the drill another process keeps in this database (a replay, a clock), while it does."""
    with house.database.read() as session:
        anchor = clock_anchor.load(session)
    if anchor is not None and clock.real_now() - anchor.saved_at < STILL_KEPT:
        clock.use(clock.DrillClock(anchor.drill_at, anchor.saved_at.timestamp(), anchor.speed))


def kept_secret(folder: Path, name: str) -> str:
    """Return a random word kept in the data folder, made at the first call; only the owner may read the file."""
    path = folder / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32 if name == "secret" else 9))
    return path.read_text().strip()


def _open_seals(settings: Settings) -> None:
    """Give this process the keys of what lies sealed: the configured one first, the data folder's own beside it."""
    configured, folder = settings.secret_key, settings.data_dir
    own = [kept_secret(folder, "secret")] if configured is None or (folder / "secret").exists() else []
    sealing.use([*([configured.get_secret_value()] if configured else []), *own])


def _load(house: House, named: str) -> None:
    with house.database.read() as session:
        held = house.references.peek(session)
    if held is not None:
        return
    pack = read_pack(named)
    with house.database.write() as session:
        load_pack(session, pack, clock.now())
    house.references.forget()


def _remembered(folder: Path) -> str | None:
    path = folder / "district"
    return path.read_text().strip() or None if path.exists() else None


def _moment(text: str, reference: Reference) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("看不懂的时间 {moment}，请写成 2026-11-20T09:00", moment=text) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=reference.tz)
