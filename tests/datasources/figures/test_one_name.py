"""One name and one definition of every rate: the wall, its tables, the boards and the exports say the same."""

import re
from pathlib import Path

from dashboard.rules.figures.kpis import period
from dashboard.rules.figures.table import KPIS
from datasources.figures.kpis import kpi_values
from datasources.figures.question import Question
from datasources.figures.views.now import kpi_view, satisfaction_view
from layouts.pages import screen_data
from tests.conftest import Town

ASSETS = Path(screen_data.__file__).parents[1] / "assets"


def test_the_wall_calls_every_rate_as_the_boards_do() -> None:
    rates = {code: name for code, name, kind, _ in screen_data.KPIS if kind == "rate"}
    assert rates == {code: KPIS[code].name for code in rates}


def test_no_script_calls_a_rate_by_a_name_that_no_kpi_has() -> None:
    names = {kpi.name for kpi in KPIS.values()}
    said = {
        word
        for path in ASSETS.glob("*/*.js")
        for word in re.findall(r't\("([\u4e00-\u9fff]{2,6}率)"\)', path.read_text())
    }
    assert said <= names


def test_closings_with_a_rating_are_never_more_than_closings_however_often_a_case_was_rated(
    town: Town,
) -> None:
    event = town.finished(town.claimed())
    for _ in range(2):
        event = town.finished(town.checked(event, "dissatisfied"))
    town.checked(event)
    with town.database.read() as session:
        shown = satisfaction_view(session, town.now, town.reference)
        today = period("today", town.now, town.reference.tz)
        coverage = kpi_values(session, town.reference, Question(today, town.now), ("rating_coverage",))
        wall = kpi_view(session, town.now, town.reference)["kpis"]
    assert (shown["rated"], shown["covered"], shown["closed"]) == (3, 1, 1)
    assert coverage["rating_coverage"] == (shown["covered"], shown["closed"])
    assert wall["satisfaction_rate"]["name"] == KPIS["satisfaction_rate"].name
