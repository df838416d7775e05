"""A filing condition is one that the category has: any other number is refused as a field of its own."""

import pytest

from dashboard.rules.refusals import Invalid
from tests.conftest import OPERATOR, Town


def conditions(town: Town) -> tuple[str, list[int]]:
    found = next((code, lines) for code, lines in town.reference.conditions.items() if lines)
    return found[0], [line["no"] for line in found[1]]


@pytest.mark.parametrize("number", [99999, -1, 0])
def test_a_condition_that_no_category_has_is_refused(small_town: Town, number: int) -> None:
    code, _ = conditions(small_town)
    event = small_town.report(None)
    with pytest.raises(Invalid) as refused:
        small_town.act(event, "register", OPERATOR, category=code, condition=number)
    assert [fault[0] for fault in refused.value.errors] == ["condition"]
    assert small_town.fresh(event) == event


def test_the_conditions_of_a_category_are_taken(small_town: Town) -> None:
    code, numbers = conditions(small_town)
    event = small_town.report(None)
    done = small_town.act(event, "register", OPERATOR, category=code, condition=numbers[-1])
    assert done.condition == numbers[-1]
