"""Lists show exactly what one may see and asked for; KPIs in SQL equal the plain count over every history."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import DateTime, insert, literal, select

from dashboard.rules.access import Role, Viewer, sees
from dashboard.rules.event import OPEN, Event, Status, Zone, zone
from dashboard.rules.kpis import KPIS, counts, period
from dashboard.rules.refusals import Invalid
from datasources import journal, queries
from datasources.models import EventRow, Moment
from datasources.queries_dialect import contains, whole_seconds
from datasources.queries_events import events_page
from datasources.queries_filters import Filters, read_filters, with_children
from datasources.queries_kpis import kpi_values
from datasources.reference import References
from tests.conftest import FRIDAY, LEAD, OPERATOR, WALL, Town, unit_viewer
from tests.histories import History, discarded

PERIODS = ("today", "7d", "month", "2026-11-19..2026-11-20", "2026-11-21..2026-11-25")
KEPT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def everything(session, reference, viewer, filters=Filters(), now=FRIDAY, limit=1000):  # noqa: B008
    found, cursor = [], None
    while True:
        page, cursor = events_page(session, reference, viewer, filters, limit, cursor, now)
        found += page
        if cursor is None:
            return found


def shown(town: Town, viewer: Viewer = OPERATOR, limit: int = 1000, **wanted) -> list[Event]:
    with town.database.read() as session:
        return everything(session, town.reference, viewer, Filters(**wanted), town.now, limit)


def numbers(events) -> set[str]:
    return {event.number for event in events}


# --- KPIs ---------------------------------------------------------------------------------------------------


def agree(database, reference, seed: int, basis: str) -> None:
    """Compare the SQL with the plain count over one random history: whole district, one unit, one area."""
    with discarded(database) as session:
        history = History(session, reference, seed).live(events=8, steps=70)
        records, now = history.records(), history.now
        units = sorted({one.event.unit for one in records if one.event.unit})
        areas = sorted({code for one in records for code in one.event.area_path.split("/") if code})
        unit, area = history.dice.choice(units or ["GAS"]), history.dice.choice(areas or [reference.code])
        for words in PERIODS:
            asked = period(words, now, reference.tz)
            found = kpi_values(session, reference, asked, now, basis=basis)
            assert found == counts(records, asked, now, basis), words
            of_unit = [one for one in records if one.event.unit == unit]
            found = kpi_values(session, reference, asked, now, unit=unit, basis=basis)
            assert found == counts(of_unit, asked, now, basis), words
            of_area = [one for one in records if f"/{area}/" in one.event.area_path]
            found = kpi_values(session, reference, asked, now, area=area, basis=basis)
            assert found == counts(of_area, asked, now, basis), words


@settings(max_examples=25, deadline=None, suppress_health_check=KEPT)
@given(seed=st.integers(0, 10**9), basis=st.sampled_from(["due", "reported"]))
def test_kpis_in_sql_equal_the_plain_count_over_any_history(sqlite, seed, basis):
    agree(sqlite, References(sqlite).get(), seed, basis)


@settings(max_examples=5, deadline=None, suppress_health_check=KEPT)
@given(seed=st.integers(0, 10**9), basis=st.sampled_from(["due", "reported"]))
def test_kpis_on_postgresql_equal_the_plain_count_too(postgresql, seed, basis):
    agree(postgresql, References(postgresql).get(), seed, basis)
