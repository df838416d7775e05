"""Boards follow the levels that a district's pack has, and a board of an area lists what lies there alone."""

import pytest

from dashboard.rules.figures.boards import area_boards, depth_of
from dashboard.rules.periods import period
from datasources.figures.boards import board_rows
from datasources.figures.narrow import Narrow
from datasources.figures.question import Question
from datasources.figures.views.areas import street_view, unit_view
from layouts.pages import scores
from tests.conftest import FRIDAY, Town


@pytest.mark.parametrize(
    ("levels", "boards"),
    [
        (["district", "street", "community", "grid"], {"streets": 1, "communities": 2, "grids": 3}),
        (
            ["city", "district", "street", "community", "grid"],
            {"district": 1, "streets": 2, "communities": 3, "grids": 4},
        ),
        (
            ["district", "street", "community", "grid", "building"],
            {"streets": 1, "communities": 2, "grids": 3, "building": 4},
        ),
        (["city", "neighborhood"], {"grids": 1}),
        (["district", "street", "grid"], {"streets": 1, "grids": 2}),
        (["a", "b", "c", "d"], {"streets": 1, "communities": 2, "grids": 3}),
        (["district"], {"grids": 0}),
    ],
)
def test_every_level_below_the_district_has_a_board_named_as_people_call_it(levels, boards):
    assert area_boards(levels) == boards
    assert [depth_of(levels, board) for board in boards] == list(boards.values())


def test_a_board_that_the_levels_do_not_have_falls_back_to_one_they_have():
    assert [depth_of(["city", "neighborhood"], name) for name in ("streets", "communities", "grids")] == [
        1
    ] * 3


def test_the_page_offers_the_boards_of_the_packs_levels_and_calls_them_as_the_pack_does():
    levels = ["city", "district", "street", "community", "grid"]
    offered = scores.boards(levels)
    assert offered[:5] == ["units", "district", "streets", "communities", "grids"]
    assert [scores._title(board, levels) for board in offered[1:5]] == ["区", "街道", "社区", "网格"]
    assert scores._title("grids", ["city", "neighborhood"]) == "片区"


def codes(town: Town, board: str, area: str) -> list[str]:
    today = period("today", FRIDAY, town.reference.tz)
    with town.database.read() as session:
        question = Question(today, FRIDAY, Narrow(area))
        return [row.code for row in board_rows(session, town.reference, board, question)]


def test_the_board_and_the_wall_of_a_street_list_its_own_communities_and_the_units_with_a_duty_there(
    small_town: Town,
) -> None:
    reference = small_town.reference
    street = next(code for code, one in reference.areas.items() if one.level == "street")
    own = {code for code, one in reference.areas.items() if one.parent == street}
    assert set(codes(small_town, "communities", street)) == own
    with small_town.database.read() as session:
        shown = street_view(session, FRIDAY, reference, street)["rows"]
        units = {row["code"] for row in unit_view(session, FRIDAY, reference, street)["rows"]}
    assert {row["code"] for row in shown} == own
    others = {unit.code for unit in reference.units.values() if unit.kind == "street" and unit.area != street}
    assert others and not others & units and not others & set(codes(small_town, "units", street))
    assert units == set(codes(small_town, "units", street))


def test_the_board_of_grid_workers_has_a_line_for_every_account_at_work_there(small_town: Town) -> None:
    parent = small_town.reference.areas[small_town.worker.area or ""].parent or ""
    elsewhere = next(
        code for code, one in small_town.reference.areas.items() if one.level == "street" and code != parent
    )
    assert codes(small_town, "workers", parent) == [small_town.worker.name]
    assert codes(small_town, "workers", elsewhere) == []
