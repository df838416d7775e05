"""A district whose October is frozen and corrected since, with November running: what the leaders' page is tested on."""

from datetime import datetime, timedelta
from pathlib import Path

from dashboard import clock
from dashboard.runtime.runtime import open_runtime
from dashboard.settings import Settings
from dashboard.sweeps import rollup_keeper
from tests.conftest import OPERATOR, Town, make_town

NOW = "2026-11-06T10:00:00+08:00"
OCTOBER = "2026-10-01..2026-10-31"
RATINGS = ("very_satisfied", "satisfied", "fair", "very_satisfied", "satisfied", "dissatisfied")
EACH = 14  # events a month: enough closed ones to be ranked


def lived(folder: Path) -> dict[str, str]:
    """Let a district live through October and some of November; return the numbers of events to speak of.

    `reopened`: closed in October, reopened since it was frozen; `appealed`: overdue in October,
    closed and appealed by its unit in November.
    """
    hand = clock.HandClock(datetime.fromisoformat("2026-10-12T09:00:00+08:00"))
    before = clock.current()
    clock.use(hand)
    runtime = open_runtime(Settings(data_dir=folder, district="huli"))
    try:
        town = make_town(runtime.database, runtime.reference, hand)
        for place in range(EACH):
            _closed(town, RATINGS[place % len(RATINGS)])
        hand.moment = datetime.fromisoformat("2026-10-20T09:00:00+08:00")
        late = town.claimed()
        town.tick(days=10)  # past its deadline, still in October
        hand.moment = datetime.fromisoformat("2026-10-31T15:00:00+08:00")
        last = _closed(town, "very_satisfied")
        hand.moment = datetime.fromisoformat("2026-11-05T09:00:00+08:00")
        rollup_keeper.keep(town.database, town.reference, town.now)
        for place in range(EACH):
            _closed(town, RATINGS[place % len(RATINGS)])
        town.act(town.fresh(last), "reopen", OPERATOR, reason="居民来电反映未解决")
        late = town.checked(town.finished(town.fresh(late)))
        hand.moment = datetime.fromisoformat(NOW)
        late = town.act(late, "appeal", town.unit_of(late), reason="现场被围挡封闭，三天进不去")
        return {"reopened": last.number, "appealed": late.number, "unit": last.unit or ""}
    finally:
        runtime.close()
        clock.use(before)


def _closed(town: Town, rating: str):  # type: ignore[no-untyped-def]
    event = town.claimed()
    town.hand.forward(minutes=40)
    checked = town.checked(town.finished(event), rating)
    town.hand.moment += timedelta(minutes=20)
    return town.checked(town.finished(checked)) if checked.is_open else checked
