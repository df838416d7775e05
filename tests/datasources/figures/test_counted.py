"""The list behind a number: over any history it holds exactly what was counted, page by page, and its count is the number."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dashboard.rules.access import Role, Viewer
from dashboard.rules.figures.kpis import KPIS, counts, period
from dashboard.rules.refusals import Invalid, NotFound
from datasources.districts.reference import References
from datasources.figures.counted import Asked, counted_page
from datasources.figures.kpis import kpi_values
from datasources.figures.narrow import Narrow
from datasources.figures.question import Question
from tests.conftest import OPERATOR, WALL, unit_viewer
from tests.support.depth import examples
from tests.support.histories import History, discarded

KEPT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)
PERIODS = ("today", "7d", "2026-11-19..2026-11-25")


def whole(session, reference, viewer, asked, limit=3):
    """Return everything that was counted, page by page, and the number and the hidden every page agreed on."""
    items, cursor, said = [], None, set()
    while True:
        page = counted_page(session, reference, viewer, asked, limit, cursor)
        items += page.items
        said.add((page.count, page.hidden))
        cursor = page.following
        if cursor is None:
            break
    assert len({(one.at, one.key) for one in items}) == len(items)
    assert [(one.at, one.key) for one in items] == sorted(((one.at, one.key) for one in items), reverse=True)
    ((count, hidden),) = said
    return items, count, hidden


def agree(database, seed: int, basis: str) -> None:
    reference = References(database).get()
    with discarded(database) as session:
        history = History(session, reference, seed).live(events=8, steps=70)
        records = history.records()
        now = history.now + history.dice.choice([timedelta(0), timedelta(days=4)])
        words = history.dice.choice(PERIODS)
        units = sorted({one.event.unit for one in records if one.event.unit})
        areas = sorted({code for one in records for code in one.event.area_path.split("/") if code})
        narrow = history.dice.choice(
            [{}, {"unit": history.dice.choice(units or ["GAS"])}, {"area": history.dice.choice(areas)}]
            if areas
            else [{}]
        )
        mine = [
            one
            for one in records
            if ("unit" not in narrow or one.event.unit == narrow["unit"])
            and ("area" not in narrow or f"/{narrow['area']}/" in one.event.area_path)
        ]
        span = period(words, now, reference.tz)
        question = Question(span, now, Narrow(**narrow), basis)
        plain = counts(mine, span, now, basis)
        assert plain == kpi_values(session, reference, question)
        for code, kpi in KPIS.items():
            for part in ("num", "den") if kpi.kind in ("rate", "count") else ("den",):
                asked = Asked(code, part, question)
                items, count, hidden = whole(session, reference, WALL, asked)
                assert (count, hidden) == (plain[code][part == "den"], 0), (code, part)
                assert len(items) == count, (code, part)
                assert {one.event.id for one in items} <= {one.event.id for one in mine}
        checks_of_each_rating(session, reference, mine, question)


def checks_of_each_rating(session, reference, mine, question) -> None:
    for rating in ("very_satisfied", "dissatisfied"):
        asked = Asked("satisfaction_rate", "den", question, rating)
        items, count, _ = whole(session, reference, WALL, asked)
        given_so = [
            found
            for one in mine
            if one.event.status not in ("rejected", "merged")
            for at, found in one.ratings
            if at in question.period and found == rating
        ]
        assert count == len(items) == len(given_so)
        assert {one.rating for one in items} <= {rating}


@settings(max_examples=examples(20), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9), basis=st.sampled_from(["due", "reported"]))
def test_the_list_behind_every_number_has_as_many_entries_as_it_says(sqlite, seed, basis):
    agree(sqlite, seed, basis)


@settings(max_examples=examples(4), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9), basis=st.sampled_from(["due", "reported"]))
def test_lists_behind_numbers_hold_on_postgresql_too(postgresql, seed, basis):
    agree(postgresql, seed, basis)


def ask(town, viewer, code="reported", part="num", **more):
    span = period("today", town.now, town.reference.tz)
    with town.database.read() as session:
        narrow = Narrow(**{name: more.pop(name) for name in ("area", "unit") if name in more})
        asked = Asked(code, part, Question(span, town.now, narrow), **more)
        return counted_page(session, town.reference, viewer, asked, 100, None)


def test_who_may_not_know_of_an_event_is_told_only_how_many_were_counted(small_town):
    event = small_town.claimed()
    small_town.act(small_town.report(), "dispatch", OPERATOR, unit="GAS", reason="指定")
    owner = ask(small_town, unit_viewer(event.unit))
    assert (owner.count, owner.hidden, len(owner.items)) == (2, 1, 1)
    elsewhere = Viewer("worker-x", Role.WORKER, area="350206005021")
    stranger = ask(small_town, elsewhere)
    assert (stranger.count, stranger.hidden, list(stranger.items)) == (2, 2, [])
    own = ask(small_town, unit_viewer(event.unit), unit=event.unit)
    assert (own.count, own.hidden) == (1, 0)


def test_an_event_rated_twice_counts_twice_and_is_listed_twice(small_town):
    event = small_town.checked(small_town.finished(small_town.claimed()), "dissatisfied")
    event = small_town.checked(small_town.finished(event), "very_satisfied")
    page = ask(small_town, WALL, "satisfaction_rate", "den")
    assert [(one.event.number, one.rating) for one in page.items] == [
        (event.number, "very_satisfied"),
        (event.number, "dissatisfied"),
    ]
    assert ask(small_town, WALL, "satisfaction_rate").count == 1


def test_what_has_no_list_is_refused_in_words(small_town):
    with pytest.raises(NotFound):
        ask(small_town, WALL, "nonsense")
    for wrong in (
        {"code": "owner_to_finish"},
        {"rating": "fair"},
        {"area": "nowhere"},
        {"unit": "NOBODY"},
    ):
        with pytest.raises(Invalid):
            ask(small_town, WALL, **wrong)
