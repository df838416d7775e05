"""The duty matrix: of several lines of one unit about a case the best one counts, in whichever order they stand."""

from dataclasses import replace
from itertools import permutations

import pytest

from dashboard.rules.events.event import Event, Status
from datasources.districts.reference import Duty, Reference
from datasources.figures import candidates
from tests.conftest import Town

GAS = "S0502"


def with_duties(reference: Reference, category: str, *lines: tuple[str, str, int]) -> Reference:
    """The district with nothing in its matrix but these lines (unit, area, priority) of a category."""
    duties = [Duty(unit, category, area, priority) for unit, area, priority in lines]
    return replace(reference, duties={category: duties}, _matched={})


def street_of(town: Town) -> str:
    return town.reference.areas[town.grid].path.strip("/").split("/")[1]


def matched(reference: Reference, event: Event) -> list[tuple[str, str, int]]:
    return [(duty.unit, duty.area, duty.priority) for duty in reference.matched(event)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_emergency_goes_to_the_unit_whose_best_line_is_first_in_whichever_order_they_stand(
    small_town: Town, order: tuple[int, ...]
) -> None:
    root = small_town.reference.root
    lines = [("GAS", street_of(small_town), 5), ("GAS", root, 1), ("FIRE", root, 2)]
    small_town.reference = with_duties(small_town.reference, GAS, *(lines[index] for index in order))
    event = small_town.report(GAS)
    assert (event.status, event.unit) == (Status.DISPATCHED, "GAS")
    assert matched(small_town.reference, event) == [("GAS", root, 1), ("FIRE", root, 2)]


def test_a_unit_with_a_better_line_elsewhere_in_the_matrix_shares_first_place_with_nobody(
    small_town: Town,
) -> None:
    event, root = small_town.report(), small_town.reference.root
    lines = ("URBAN_MGMT", street_of(small_town), 2), ("URBAN_MGMT", root, 1), ("MUNICIPAL", root, 2)
    assert with_duties(small_town.reference, "S0406", *lines).responsible(event) == ["URBAN_MGMT"]


@pytest.mark.parametrize("turned", [False, True])
def test_of_a_unit_s_lines_of_one_priority_the_nearer_area_counts(small_town: Town, turned: bool) -> None:
    event, root, street = small_town.report(), small_town.reference.root, street_of(small_town)
    lines = [("URBAN_MGMT", root, 1), ("URBAN_MGMT", street, 1)]
    found = with_duties(small_town.reference, "S0406", *(reversed(lines) if turned else lines))
    assert matched(found, event) == [("URBAN_MGMT", street, 1)]


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_advised_of_a_unit_with_the_duty_elsewhere_is_its_best_line(
    small_town: Town, turned: bool
) -> None:
    event, root = small_town.report(), small_town.reference.root
    here = small_town.reference.areas[small_town.grid].path
    elsewhere = [area.code for area in small_town.reference.grids if area.path != here][:2]
    lines = [("MUNICIPAL", elsewhere[0], 2), ("MUNICIPAL", elsewhere[1], 7)]
    ours = ("URBAN_MGMT", root, 1)
    found = with_duties(small_town.reference, "S0406", ours, *(reversed(lines) if turned else lines))
    known = dict(candidates._known(found, event))
    assert known["MUNICIPAL"] == (2, False) and known["URBAN_MGMT"] == (1, True)
