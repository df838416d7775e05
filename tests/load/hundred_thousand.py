"""Open events by the hundred thousand: varied rows for a store, and a database that holds as many (made up, no people)."""

import random
from datetime import timedelta
from typing import Any

from dashboard.feed.serializer import feed_row
from dashboard.rules.events.event import Event
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.store.database import Database
from datasources.store.models.tables import EventRow

KINDS = (
    "占道经营",
    "暴露垃圾",
    "井盖破损",
    "路灯不亮",
    "违规停车",
    "施工噪声",
    "积水",
    "乱张贴",
    "护栏损坏",
    "邻里纠纷",
)
ROADS = (
    "湖里大道",
    "华昌路",
    "兴隆路",
    "长岸路",
    "仙岳路",
    "金尚路",
    "吕岭路",
    "枋湖北路",
    "嘉禾路",
    "悦华路",
)
DAY = timedelta(days=1)
WAITING = ("claimable", "pending_dispatch", "handling", "handling", "checking")


def open_event(key: int, now: Any, count: int, dice: random.Random, reference: Reference) -> Event:
    """Return one open event of the last month: its own place, words and times; nothing falls due while one measures."""
    spots = _spots(reference)
    spot, status = dice.choice(spots), dice.choice(WAITING)
    at = now - timedelta(days=30) * (1 - key / count) - timedelta(milliseconds=dice.randrange(20_000))
    owned = at + timedelta(seconds=dice.randrange(60, 900))
    event = Event(
        id=key,
        number=f"{at:%Y%m%d}{key:06d}",
        title=f"{dice.choice(ROADS)}{dice.choice(KINDS)}",
        source="grid_worker",
        status=status,
        reported_at=at,
        version=dice.randrange(2, 7),
        category=dice.choice(_codes(reference)),
        lng=round(spot.lng + dice.uniform(-0.002, 0.002), 6),
        lat=round(spot.lat + dice.uniform(-0.002, 0.002), 6),
        address=f"{dice.choice(ROADS)}{dice.randrange(1, 400)}号",
        grid=spot.code,
        area_path=spot.path,
        unit=dice.choice(list(reference.units)),
        how=dice.choice(("claim", "dispatch")),
        registered_at=at,
        pool_at=at,
        claim_due_at=at + 40 * DAY,
        owned_at=owned,
        handle_from=owned,
        reported_by="worker-bench",
    )
    days = dice.choice((45, 60, 75, 90))
    return event.changed({"warn_due_at": owned + 0.75 * days * DAY, "handle_due_at": owned + days * DAY})


def rows(reference: Reference, now: Any, count: int) -> list[dict[str, Any]]:
    """Return the feed rows of so many open events."""
    dice = random.Random(7)
    return [feed_row(open_event(key, now, count, dice, reference), reference) for key in range(1, count + 1)]


def fill(database: Database, reference: Reference, now: Any, count: int) -> None:
    """Write so many open events into a database."""
    dice = random.Random(7)
    for start in range(1, count + 1, 5000):
        made = [
            open_event(key, now, count, dice, reference) for key in range(start, min(start + 5000, count + 1))
        ]
        with database.write() as session:
            journal.add_rows(session, EventRow, [journal.as_columns(event) for event in made])


_kept: dict[str, Any] = {}


def _spots(reference: Reference) -> list[Any]:
    if "spots" not in _kept:
        _kept["spots"] = [grid for grid in reference.grids if grid.lng is not None]
    return list(_kept["spots"])


def _codes(reference: Reference) -> list[str]:
    if "codes" not in _kept:
        _kept["codes"] = list(reference.categories)
    return list(_kept["codes"])
