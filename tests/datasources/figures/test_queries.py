"""Lists show exactly what one may see and asked for; KPIs in SQL equal the plain count over every history."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import DateTime, literal, select

from dashboard.feed.serializer import feed_row, millis
from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.capacities import sees
from dashboard.rules.events.event import OPEN, Event, Source, Status, Zone, is_overdue, zone
from dashboard.rules.figures.kpis import counts, period
from dashboard.rules.refusals import Invalid
from datasources.districts.reference import Reference, References
from datasources.events import beside as queries
from datasources.events import journal
from datasources.events.filters import FILTERS, Filters, read_filters, with_children
from datasources.events.lists import events_page
from datasources.feed import outbox
from datasources.figures.kpis import kpi_values
from datasources.figures.narrow import FILTER_OF, KEY_OF, Narrow
from datasources.figures.question import Question
from datasources.figures.standing import open_by_status
from datasources.figures.views.day import trend_view
from datasources.store.column_types import Moment
from datasources.store.dialect import contains, whole_seconds
from tests.conftest import FRIDAY, LEAD, LEADER, OPERATOR, WALL, Town, unit_viewer
from tests.support.depth import examples
from tests.support.histories import History, discarded

PERIODS = ("today", "7d", "month", "2026-11-19..2026-11-20", "2026-11-21..2026-11-25")
KEPT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a seed does not get simpler by shrinking


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
        records = history.records()
        now = history.now + history.dice.choice(
            [timedelta(0), timedelta(days=4)]
        )  # by then limits have passed
        units = sorted({one.event.unit for one in records if one.event.unit})
        areas = sorted({code for one in records for code in one.event.area_path.split("/") if code})
        unit, area = history.dice.choice(units or ["GAS"]), history.dice.choice(areas or [reference.code])
        for words in PERIODS:
            asked = period(words, now, reference.tz)
            question = Question(asked, now, basis=basis)
            found = kpi_values(session, reference, question)
            assert found == counts(records, asked, now, basis), words
            of_unit = [one for one in records if one.event.unit == unit]
            found = kpi_values(session, reference, replace(question, narrow=Narrow(unit=unit)))
            assert found == counts(of_unit, asked, now, basis), words
            of_area = [one for one in records if f"/{area}/" in one.event.area_path]
            found = kpi_values(session, reference, replace(question, narrow=Narrow(area=area)))
            assert found == counts(of_area, asked, now, basis), words
            kind, channel = history.dice.choice(sorted(KINDS)), history.dice.choice(list(Source)).value
            of_kind = [one for one in records if below(reference, one.event.category, kind)]
            found = kpi_values(session, reference, replace(question, narrow=Narrow(category=kind)))
            assert found == counts(of_kind, asked, now, basis), (words, kind)
            of_channel = [one for one in records if one.event.source == channel]
            found = kpi_values(session, reference, replace(question, narrow=Narrow(channel=channel)))
            assert found == counts(of_channel, asked, now, basis), (words, channel)


KINDS = {"S04", "S0406", "S05", "B01", "S0401"}


def below(reference: Reference, code: str | None, kind: str) -> bool:
    """Return whether a category is a kind or lies below it."""
    category = reference.category(code)
    while category is not None and category.code != kind:
        category = reference.category(category.parent)
    return category is not None


@settings(max_examples=examples(16), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9), basis=st.sampled_from(["due", "reported"]))
def test_kpis_in_sql_equal_the_plain_count_over_any_history(sqlite, seed, basis):
    agree(sqlite, References(sqlite).get(), seed, basis)


@settings(max_examples=examples(5), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9), basis=st.sampled_from(["due", "reported"]))
def test_kpis_on_postgresql_equal_the_plain_count_too(postgresql, seed, basis):
    agree(postgresql, References(postgresql).get(), seed, basis)


def values(town: Town, words: str = "today", **narrow) -> dict[str, tuple[int, int]]:
    with town.database.read() as session:
        asked = period(words, town.now, town.reference.tz)
        return kpi_values(session, town.reference, Question(asked, town.now, Narrow(**narrow)))


def on_hold_for(town: Town, event: Event, minutes: int) -> Event:
    event = town.act(event, "hold", town.unit_of(event), reason="等材料", until=town.now + timedelta(days=2))
    event = town.act(event, "approve", LEAD, request="hold")
    town.hand.forward(minutes=minutes)
    return town.act(event, "resume", LEAD)


def test_time_on_hold_is_taken_off_the_owner_who_held_and_no_other(town):
    event = on_hold_for(town, town.claimed(), 60)
    town.hand.forward(minutes=10)
    town.finished(event)
    assert values(town)["owner_to_finish"] == (600, 1)
    other = on_hold_for(town, town.claimed(), 60)
    other = town.act(other, "escalate", town.unit_of(other), reason="超出能力")
    other = town.act(other, "dispatch", OPERATOR, unit="GAS")
    other = town.act(other, "accept", unit_viewer("GAS"))
    town.hand.forward(minutes=20)
    town.finished(other)
    assert values(town, unit="GAS")["owner_to_finish"] == (1200, 1)


def test_what_was_declined_and_ran_past_its_deadline_at_the_centre_is_late(town):
    event = town.act(town.report(), "dispatch", OPERATOR, unit="GAS", reason="指定")
    town.act(event, "decline", unit_viewer("GAS"), ground="not_our_duty", text="不属我方")
    town.hand.forward(days=10)
    assert values(town, "month")["on_time_rate"] == (0, 1)


def test_fractions_of_a_second_are_cut_alike_on_both_databases(database):
    begin = datetime(2026, 11, 20, 15, 59, 59, 999_600, tzinfo=UTC)
    spans = [
        timedelta(0),
        timedelta(microseconds=1),
        timedelta(seconds=1, microseconds=-1),
        timedelta(days=400),
    ]
    for span in [*spans, timedelta(seconds=90.5)]:
        ends = [literal(moment, Moment()) for moment in (begin, begin + span)]
        with database.read() as session:
            if not database.is_sqlite:
                ends = [end.cast(DateTime(timezone=True)) for end in ends]
            assert session.scalar(select(whole_seconds(*ends))) == int(span.total_seconds())


def test_a_code_is_found_by_its_exact_characters(database):
    with database.read() as session:
        for text, part, expected in [
            ("/a/B_1/", "/B_1/", True),
            ("/a/b_1/", "/B_1/", False),
            ("/BX1/", "/B_1/", False),
        ]:
            assert session.scalar(select(contains(literal(text), literal(part)))) is expected


def test_an_unknown_area_or_unit_is_refused_with_its_name(small_town):
    today = period("today", FRIDAY, small_town.reference.tz)
    with small_town.database.read() as session:
        for name in ("area", "unit", "category", "channel"):
            with pytest.raises(Invalid) as refused:
                kpi_values(
                    session, small_town.reference, Question(today, FRIDAY, Narrow(**{name: "nowhere"}))
                )
            assert [field for field, *_ in refused.value.errors] == [name]


def test_only_the_asked_kpis_are_counted(small_town):
    small_town.report()
    with small_town.database.read() as session:
        today = period("today", small_town.now, small_town.reference.tz)
        found = kpi_values(
            session, small_town.reference, Question(today, small_town.now), ("closed", "reported")
        )
    assert found == {"reported": (1, 1), "closed": (0, 0)}


# --- who sees which ------------------------------------------------------------------------------------------


@settings(max_examples=examples(12), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_a_list_holds_exactly_the_events_one_sees(sqlite, seed):
    check_sight(sqlite, seed)


@settings(max_examples=examples(3), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_a_list_on_postgresql_holds_exactly_the_events_one_sees(postgresql, seed):
    check_sight(postgresql, seed)


def check_sight(database, seed):
    reference = References(database).get()
    with discarded(database) as session:
        history = History(session, reference, seed).live(events=12, steps=50)
        events = journal.events_where(session)
        co_units = {event.id: [co.unit for co in journal.co_units(session, event)] for event in events}
        viewers = [unit_viewer(code) for code in reference.units]
        viewers += [history.worker(spot.parent) for spot in history.spots]
        viewers += [OPERATOR, LEAD, WALL, Viewer("nobody", Role.RESIDENT), Viewer("unit-x", Role.UNIT)]
        for viewer in viewers:
            expected = {one.number for one in events if sees(one, viewer, reference, co_units[one.id])}
            page = everything(session, reference, viewer, now=history.now, limit=5)
            assert [one.number for one in page] == [
                one.number
                for one in sorted(events, key=lambda one: (one.reported_at, one.id), reverse=True)
                if one.number in expected
            ]


# --- filters -------------------------------------------------------------------------------------------------


@settings(max_examples=examples(8), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_every_filter_keeps_exactly_what_it_says(sqlite, seed):
    reference = References(sqlite).get()
    with discarded(sqlite) as session:
        history = History(session, reference, seed).live(events=12, steps=60)
        now, events = history.now, journal.events_where(session)

        def keeps(expected, **wanted):
            found = everything(session, reference, OPERATOR, Filters(**wanted), now)
            assert numbers(found) == {one.number for one in events if expected(one)}, wanted

        for status in Status:
            keeps(lambda one, status=status: one.status == status, status=(status.value,))
        for place in Zone:
            keeps(lambda one, place=place: zone(one) == place, zone=(place.value,))
        for code in {part for one in events for part in one.area_path.split("/") if part}:
            keeps(lambda one, code=code: f"/{code}/" in one.area_path, area=(code,))
        for one in events:
            keeps(
                lambda other, unit=one.unit: other.unit == unit, unit=(one.unit or "",)
            ) if one.unit else None
            west, south = (one.lng or 118.1) - 1e-9, (one.lat or 24.5) - 1e-9
            keeps(
                lambda other, west=west, south=south: (other.lng or 0) >= west and (other.lat or 0) >= south,
                bbox=(west, south, 180.0, 90.0),
            )
        for flag in (True, False):
            keeps(lambda one, flag=flag: one.emergency is flag, emergency=flag)
            keeps(lambda one, flag=flag: overdue(one, now) is flag, overdue=flag)
        keeps(lambda one: one.level in ("grid", "district"), level=("grid", "district"))
        keeps(lambda one: one.supervision == "none", supervision=("none",))
        keeps(lambda one: (one.category or "").startswith("S04"), category=("S04",))
        middle = sorted(one.reported_at for one in events)[5]
        keeps(lambda one: one.reported_at >= middle, since=middle)
        keeps(lambda one: one.reported_at < middle, until=middle)


def overdue(event: Event, now: datetime) -> bool:
    running = event.status in OPEN and event.status not in ("on_hold", "checking")
    return running and event.handle_due_at is not None and event.handle_due_at < now


@settings(max_examples=examples(8), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_a_live_row_says_overdue_of_exactly_what_the_list_and_the_number_say(sqlite, seed):
    reference = References(sqlite).get()
    with discarded(sqlite) as session:
        history = History(session, reference, seed).live(events=12, steps=60)
        now, events = history.now, [one for one in journal.events_where(session) if one.is_open]
        for one in events:
            due = feed_row(one, reference).get("handle_due_at")
            assert (due is not None and due < millis(now)) is overdue(one, now) is is_overdue(one, now), one


def test_declining_does_not_stop_the_clock_that_a_live_row_shows(small_town):
    event = small_town.report()
    small_town.tick(minutes=30)
    sent = small_town.act(small_town.fresh(event), "dispatch", OPERATOR, unit="URBAN_MGMT")
    unit = small_town.unit_of(sent)
    back = small_town.act(sent, "decline", unit, ground="unclear_description", text="位置不清")
    assert feed_row(back, small_town.reference)["handle_due_at"] == millis(sent.handle_due_at)


def test_a_category_brings_its_children(small_town):
    codes = with_children(("S04",), small_town.reference)
    assert {"S04", "S0406"} <= codes
    assert all(code.startswith("S04") for code in codes)


WORDS = {
    "status": "handling,checking", "zone": "claimed", "unit": "GAS", "area": "350206", "category": "S0406",
    "level": "grid", "supervision": "none", "emergency": "true", "overdue": "0",
    "since": "2026-11-20T00:00:00+08:00", "until": "2026-11-21T00:00:00 08:00", "q": " 井盖 ", "bbox": "118,24,119,25",
}  # fmt: skip


@pytest.mark.parametrize("name", FILTER_OF)
def test_a_number_narrowed_counts_what_a_list_filtered_alike_shows(small_town, name):
    small_town.claimed()
    small_town.report(category="S0101", source="property")
    event = small_town.claimed()
    code = {"area": event.grid, "unit": event.unit, "category": "S04", "channel": event.source}[name]
    reference, now = small_town.reference, small_town.now
    narrow, filters = Narrow(**{name: code}), read_filters({FILTER_OF[name]: code}, reference)
    with small_town.database.read() as session:
        question = Question(period("today", now, reference.tz), now, narrow)
        counted = kpi_values(session, reference, question, ("reported",))["reported"][0]
        listed, _ = events_page(session, reference, OPERATOR, filters, 100, None, now)
    assert counted == len(listed) > 0


def test_lists_may_ask_for_every_filter_of_the_table_and_for_no_other():
    assert {one.name for one in fields(Filters)} == FILTERS.keys()
    assert {one.name for one in fields(Narrow)} == FILTER_OF.keys() == KEY_OF.keys()


def test_filters_are_read_from_words(small_town):
    read = read_filters({**WORDS, "level": ""}, small_town.reference)
    assert (read.status, read.level, read.emergency, read.overdue) == (
        ("handling", "checking"),
        (),
        True,
        False,
    )
    assert (read.q, read.bbox) == ("井盖", (118.0, 24.0, 119.0, 25.0))
    assert read.until is not None and read.since is not None
    assert read.until - read.since == timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("status", "open"), ("zone", "nowhere"), ("unit", "X"), ("area", "1"), ("category", "zz"), ("level", "city"),
        ("supervision", "green"), ("emergency", "yes"), ("overdue", "2"), ("since", "yesterday"),
        ("until", "2026-11-20T00:00:00"), ("bbox", "1,2,3"), ("bbox", "119,24,118,25"), ("bbox", "nan,0,1,1"),
        ("q", "x" * 101), ("q", "a\x00b"), ("colour", "red"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_refused_by_name(small_town, name, words):
    with pytest.raises(Invalid) as refused:
        read_filters({name: words}, small_town.reference)
    assert [field for field, *_ in refused.value.errors] == [name]


# --- searching -----------------------------------------------------------------------------------------------


def test_search_reads_number_title_address_and_description_and_percent_is_no_wildcard(town):
    manhole = town.report(title="Manhole 井盖破损 100%", address="江头街道 台湾街")
    noise = town.report(title="噪声扰民", description="夜间施工_噪声")
    for words, expected in {
        "井盖": {manhole}, "manhole": {manhole}, "台湾街": {manhole}, "施工_": {noise}, "0%": {manhole},
        "工%噪": set(), noise.number[-6:]: {noise}, "没有这样的": set(),
    }.items():  # fmt: skip
        for viewer in (OPERATOR, LEADER):
            assert numbers(shown(town, viewer, q=words)) == {one.number for one in expected}, words


def test_who_may_not_see_personal_data_cannot_search_it_either(town):
    event = town.report(
        title="来电 13800138000 反映噪声", description="身份证 350206199001011234",
        reporter_name="居民甲", reporter_phone="13900139000",
    )  # fmt: skip
    for words in ("13800138000", "0013", "38001", "19900101", "居民甲", "13900139000", "139-0013-9000"):
        assert numbers(shown(town, OPERATOR, q=words)) == {event.number}, words
        assert shown(town, WALL, q=words) == [], words
    assert numbers(shown(town, WALL, q="138****8000")) == set()  # the stored text is what is searched
    assert numbers(shown(town, WALL, q="反映噪声")) == {event.number}


def test_pages_neither_skip_nor_repeat_while_new_events_come_in(town):
    filed = [town.report() for _ in range(7)]
    with town.database.read() as session:
        first, cursor = events_page(session, town.reference, OPERATOR, Filters(), 3, None, town.now)
    town.report()
    with town.database.read() as session:
        second, cursor = events_page(session, town.reference, OPERATOR, Filters(), 3, cursor, town.now)
        third, last = events_page(session, town.reference, OPERATOR, Filters(), 3, cursor, town.now)
    assert [one.id for one in (*first, *second, *third)] == sorted((one.id for one in filed), reverse=True)
    assert last is None


def test_a_search_is_paged_like_any_list(town):
    filed = [town.report(title=f"井盖 {index}") for index in range(5)]
    assert len(shown(town, WALL, limit=2, q="井盖")) == len(filed)


@pytest.mark.parametrize("cursor", ["x", "!!!", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjE"])
def test_a_strange_cursor_is_refused(small_town, cursor):
    with small_town.database.read() as session, pytest.raises(Invalid):
        events_page(session, small_town.reference, OPERATOR, Filters(), 3, cursor, FRIDAY)


# --- what belongs to one event, what is near -----------------------------------------------------------------


def test_steps_photos_and_co_units_of_an_event_come_in_order(town):
    event = town.report("S0502", emergency=True)
    picture = town.photo()
    event = town.act(event, "accept", town.unit_of(event))
    with town.database.read() as session:  # once finished, nobody waits for those that have not signed
        units = outbox.signings(session, [event])[event.id]
    event = town.act(event, "finish", town.unit_of(event), text="已处置", photos=[picture], reason="协办未回")
    with town.database.read() as session:
        steps = queries.steps_of(session, event.id)
        assert [step.version for step in steps] == list(range(1, event.version + 1))
        assert [photo.id for photo in queries.photos_of(session, event.id)] == [picture]
    beside = [one["unit"] for one in units if one["unit"] != event.unit]
    assert len(beside) > 1
    assert next(one["accepted"] for one in units if one["unit"] == event.unit) is True


def test_open_events_are_counted_by_status_and_the_day_by_the_hour(town):
    town.report()
    town.claimed()
    closed = town.checked(town.finished(town.claimed()))
    town.report(reported_at=town.now - timedelta(hours=22, minutes=30))
    with town.database.read() as session:
        assert open_by_status(session) == {"claimable": 2, "handling": 1}
        trend = trend_view(session, town.now, town.reference)["hours"]
    assert closed.status == Status.CLOSED
    assert len(trend) == 24
    assert [one["at"] for one in trend[::23]] == [
        round((town.now - timedelta(hours=back)).timestamp() * 1000) for back in (23, 0)
    ]
    assert [(one["reported"], one["closed"]) for one in trend[::23]] == [(1, 0), (3, 1)]
