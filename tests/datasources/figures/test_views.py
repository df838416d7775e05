"""The wall's views: of the district and of any area they equal the KPIs, the boards and a plain count of the records."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dashboard.rules.figures.kpis import Period, counts, period
from dashboard.rules.refusals import Invalid
from datasources.districts.reference import References
from datasources.figures.boards import board_rows
from datasources.figures.memo import Memo
from datasources.figures.question import Question
from datasources.figures.standing import open_by_status, open_supervised, stood, stood_supervised
from datasources.figures.views.areas import below
from datasources.figures.views.named import PACE, VIEWS, area_views, views
from datasources.figures.views.now import day_before
from datasources.figures.views.roster import roster_view
from tests.support.depth import examples
from tests.support.histories import History, discarded

KEPT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)
DAY = timedelta(days=1)


def in_area(records, code):
    return [one for one in records if code is None or f"/{code}/" in one.event.area_path]


def line(rows, code, key="code"):
    return next((row for row in rows if row[key] == code), None)


def agree(database, seed: int) -> None:
    """Compare every view of the district and of one area with the records of one random history."""
    reference = References(database).get()
    with discarded(database) as session:
        history = History(session, reference, seed).live(events=8, steps=60)
        now, records = history.now, history.records()
        today = period("today", now, reference.tz)
        code = history.dice.choice(["", *filter(None, history.events[0].area_path.split("/"))]) or None
        mine = in_area(records, code)
        plain = counts(mine, today, now)
        found = {name: view(session, now, reference, code) for name, view in VIEWS.items()}
        if code is None:
            assert found == {name: view(session, now) for name, view in views(lambda: reference).items()}
        else:
            assert found == area_views(session, now, reference, code, Memo())
        check_now(found, mine, plain)
        check_day(found, mine, plain, now)
        check_streets(found, mine, code, reference, today, now)
        check_units(found, mine, today, now)
        if code is None:
            rows = board_rows(session, reference, "units", Question(today, now))
            points = {row.code: row.tenths for row in rows}
            for row in found["units"]["rows"]:
                assert row["points"] == f"{points.get(row['code'], 0) / 10:.1f}"


def check_now(found, mine, plain) -> None:
    shown = {code: (one["num"], one["den"]) for code, one in found["kpis"]["kpis"].items()}
    standing = [one.event for one in mine if one.event.is_open]
    for status in ("pending_dispatch", "handling"):
        of_status = [one for one in standing if one.status == status]
        assert shown.pop(status) == (len(of_status), len(standing))
    marked = [one for one in standing if one.supervision != "none"]
    assert shown.pop("supervised") == (len(marked), len(standing))
    assert len(shown) == 5 and shown == {code: plain[code] for code in shown}
    given_today = found["satisfaction"]
    assert (given_today["rated"], given_today["closed"]) == (
        plain["satisfaction_rate"][1],
        plain["closed"][0],
    )
    numbers = {one.event.number for one in mine}
    assert {step["number"] for step in found["latest"]["steps"]} <= numbers


def check_day(found, mine, plain, now) -> None:
    reported = plain["reported"][0]
    kinds, channels = found["categories"], found["channels"]["rows"]
    assert sum(row["count"] for row in kinds["rows"]) + kinds["rest"] == reported
    assert sum(row["count"] for row in channels) == reported
    hours = found["trend"]["hours"]
    begins = [datetime.fromtimestamp(hour["at"] / 1000, UTC) for hour in hours]
    assert len(hours) == 24 and begins[-1] <= now < begins[-1] + timedelta(hours=1)
    for begin, hour in zip(begins, hours, strict=True):
        whole = Period(begin, begin + timedelta(hours=1))
        assert hour["reported"] == sum(one.event.reported_at in whole for one in mine)
        assert hour["closed"] == counts(mine, whole, now)["closed"][0]


def check_streets(found, mine, code, reference, today, now) -> None:
    rows = found["streets"]["rows"]
    assert [row["code"] for row in rows] == [one.code for one in below(reference, code)[0]]
    for row in rows:
        inside = in_area(mine, row["code"])
        plain = counts(inside, today, now)
        is_open = [one.event for one in inside if one.event.is_open]
        assert row["open"] == len(is_open)
        assert row["supervised"] == sum(one.supervision != "none" for one in is_open)
        late = [one for one in is_open if one.status not in ("on_hold", "checking")]
        assert row["overdue"] == sum(
            one.handle_due_at is not None and one.handle_due_at < now for one in late
        )
        assert (row["reported"], row["closed"]) == (plain["reported"][0], plain["closed"][0])
        assert tuple(row["on_time"]) == plain["on_time_rate"]
        assert tuple(row["satisfaction"]) == plain["satisfaction_rate"]


def check_units(found, mine, today, now) -> None:
    for row in found["units"]["rows"]:
        own = [one for one in mine if one.event.unit == row["code"]]
        plain = counts(own, today, now)
        assert row["open"] == sum(one.event.is_open for one in own)
        for name, kpi in (
            ("on_time", "on_time_rate"),
            ("satisfaction", "satisfaction_rate"),
            ("rework", "rework_rate"),
        ):
            assert tuple(row[name]) == plain[kpi]
        rated = line(found["ratings"]["rows"], row["code"])
        assert tuple(rated["satisfaction"] if rated else (0, 0)) == plain["satisfaction_rate"]
        if rated:
            assert rated["rated"] == sum(rated["counts"].values()) > 0
    listed = {row["code"] for row in found["units"]["rows"]}
    assert {one.event.unit for one in mine if one.event.is_open and one.event.unit} <= listed


@settings(max_examples=examples(15), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_every_view_of_any_area_equals_the_plain_count(sqlite, seed):
    agree(sqlite, seed)


@settings(max_examples=examples(4), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_every_view_equals_the_plain_count_on_postgresql_too(postgresql, seed):
    agree(postgresql, seed)


@settings(max_examples=examples(15), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_what_stood_yesterday_is_what_the_views_counted_yesterday(sqlite, seed):
    """Live a while, write down what stands, live on: told from the steps it is the same again."""
    reference = References(sqlite).get()
    with discarded(sqlite) as session:
        history = History(session, reference, seed).live(events=7, steps=30)
        then, before = history.now, open_by_status(session)
        marked = open_supervised(session)
        code = next((one.area_path.split("/")[2] for one in history.events if one.grid), None)
        before_there = open_by_status(session, code) if code else None
        history.now += timedelta(seconds=1)
        for _ in range(2):
            history.file()
        for _ in range(40):
            history.step()
        told = stood(session, open_by_status(session), then, history.now)
        assert {status: count for status, count in told.items() if count} == before
        assert stood_supervised(session, then) == marked
        if code:
            there = stood(session, open_by_status(session, code), then, history.now, code)
            assert {status: count for status, count in there.items() if count} == before_there


def test_the_deltas_count_yesterday_up_to_the_same_minute(small_town):
    town = small_town
    town.checked(town.finished(town.claimed()))
    town.hand.forward(days=1)
    town.checked(town.finished(town.claimed()), "very_satisfied")
    left = town.claimed()
    town.hand.forward(minutes=30)
    town.claimed()  # later than what is compared with
    town.hand.forward(hours=23, minutes=31)
    town.act(left, "escalate", town.unit_of(left), reason="超出能力")
    with town.database.read() as session:
        kpis = VIEWS["kpis"](session, town.now, town.reference)["kpis"]
    assert kpis["reported"]["prev"] == {"num": 2, "den": 2}
    assert kpis["closed"]["prev"] == {"num": 1, "den": 1}
    assert kpis["satisfaction_rate"]["prev"] == {"num": 1, "den": 1}
    assert kpis["handling"]["prev"] == {"num": 1, "den": 1}
    assert (kpis["handling"]["num"], kpis["pending_dispatch"]["num"]) == (1, 1)
    assert kpis["supervised"]["prev"] == {"num": 0, "den": 1}
    town.hand.forward(minutes=30)
    with town.database.read() as session:
        kpis = VIEWS["kpis"](session, town.now, town.reference)["kpis"]
    assert kpis["reported"]["prev"] == {"num": 3, "den": 3}
    assert kpis["handling"]["prev"] == {"num": 2, "den": 2}


def test_where_history_does_not_reach_back_there_is_no_yesterday(small_town):
    town = small_town

    def before() -> dict:
        with town.database.read() as session:
            kpis = VIEWS["kpis"](session, town.now, town.reference)["kpis"]
        return {code: one["prev"] for code, one in kpis.items()}

    assert set(before().values()) == {None}
    town.report()
    town.hand.forward(hours=23, minutes=59)
    assert set(before().values()) == {None}
    town.hand.forward(minutes=1)
    standing = {"pending_dispatch", "handling", "supervised"}
    assert {code for code, one in before().items() if one is not None} == standing
    town.hand.forward(days=1)
    assert None not in before().values()


def test_yesterday_at_this_hour_follows_the_clocks_even_when_they_were_put_back():
    reference = SimpleNamespace(tz=ZoneInfo("America/New_York"))
    now = datetime(2026, 11, 1, 20, 0, 40, tzinfo=UTC)  # 15:00:40, the clocks went back in the night
    assert day_before(now, reference) == datetime(2026, 10, 31, 19, 0, tzinfo=UTC)


def test_usual_is_the_mean_of_the_days_that_have_data(town):
    for days, reports in ((1, 3), (2, 1), (9, 5)):
        for _ in range(reports):
            town.report(reported_at=town.now - days * DAY + timedelta(minutes=5))
    with town.database.read() as session:
        hours = VIEWS["trend"](session, town.now, town.reference)["hours"]
        assert (hours[-1]["usual"], hours[-2]["usual"]) == (2.0, 0.0)
        later = VIEWS["trend"](session, town.now + 30 * DAY, town.reference)["hours"]
    assert {hour["usual"] for hour in later} == {None}


def test_the_hours_begin_where_the_districts_hours_do(town):
    reference = SimpleNamespace(tz=ZoneInfo("Asia/Kolkata"), code=town.reference.code)
    town.report(reported_at=town.now - timedelta(minutes=40))  # 13:50 there, it is 14:30
    with town.database.read() as session:
        hours = VIEWS["trend"](session, town.now, reference)["hours"]
    assert [hour["reported"] for hour in hours[-2:]] == [1, 0]
    assert hours[-1]["at"] == round((town.now - timedelta(minutes=30)).timestamp() * 1000)


def test_an_areas_board_counts_only_what_was_done_there(town):
    event = town.report()
    unit = town.claimer(event)
    town.checked(town.finished(town.act(event, "claim", unit)), "very_satisfied")
    path = town.reference.areas[town.grid].path.strip("/").split("/")
    street = next(one.code for one in below(town.reference, None)[0] if one.code != path[1])
    with town.database.read() as session:
        here = line(VIEWS["board"](session, town.now, town.reference, path[1])["rows"], unit.unit)
        whole = line(VIEWS["board"](session, town.now, town.reference)["rows"], unit.unit)
        there = VIEWS["board"](session, town.now, town.reference, street)["rows"]
    assert here == whole and here["tenths"] > 0
    assert {row["tenths"] for row in there} == {0}


def test_below_a_grid_there_is_nothing_and_an_unknown_area_is_refused(small_town):
    with small_town.database.read() as session:
        found = area_views(session, small_town.now, small_town.reference, small_town.grid)
        assert found["streets"] == {"rows": []}
        with pytest.raises(Invalid):
            area_views(session, small_town.now, small_town.reference, "nowhere")


def test_views_are_plain_data_and_each_has_a_pace(small_town):
    small_town.checked(small_town.finished(small_town.claimed()))
    with small_town.database.read() as session:
        for name, view in VIEWS.items():
            json.dumps(view(session, small_town.now, small_town.reference))
            assert PACE[name] >= 1


def on_duty(shifts, at: str):
    hour, minute = map(int, at.split(":"))
    reference = SimpleNamespace(tz=ZoneInfo("Asia/Shanghai"), config={"roster": {"shifts": shifts}})
    now = datetime(2026, 11, 20, hour, minute, tzinfo=reference.tz).astimezone(UTC)
    found = roster_view(None, now, reference)
    return [one and one["name"] for one in (found["now"], found["next"])]


def shift(name, start, end):
    return {"name": name, "role": "值班长", "start": start, "end": end}


def test_the_roster_says_who_is_on_duty_and_who_comes_next():
    three = [shift("甲", "00:00", "08:00"), shift("乙", "08:00", "16:00"), shift("丙", "16:00", "24:00")]
    assert on_duty(three, "07:59") == ["甲", "乙"]
    assert on_duty(three, "08:00") == ["乙", "丙"]
    assert on_duty(three, "23:59") == ["丙", "甲"]
    night = [shift("夜", "20:00", "08:00"), shift("日", "08:30", "19:30")]
    assert on_duty(night, "03:00") == ["夜", "日"]
    assert on_duty(night, "08:10") == [None, "日"]
    assert on_duty([], "08:00") == [None, None]
    assert on_duty([{"name": "坏", "start": "8 am", "end": "4 pm"}, three[0]], "01:00") == ["甲", None]


def test_a_dear_answer_is_found_once_for_its_moment():
    asked, memo = [], Memo(most=2)
    for key in ("a", "a", "b", "c", "a"):
        memo.ask(key, lambda key=key: asked.append(key))
    assert asked == ["a", "b", "c", "a"]
