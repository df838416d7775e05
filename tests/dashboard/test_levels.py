"""The level of a case is the one that its category expects, and no lower than it was passed up to."""

from tests.conftest import OPERATOR, Town, unit_viewer


def of_level(town: Town, level: str) -> str:
    """A category that is no emergency and expects a level."""
    found = town.reference.categories.values()
    return next(one.code for one in found if one.level == level and not one.emergency)


def test_a_corrected_category_brings_its_own_level_higher_or_lower(small_town: Town) -> None:
    low, high = of_level(small_town, "grid"), of_level(small_town, "district")
    event = small_town.act(small_town.report(low), "correct", OPERATOR, category=high)
    assert event.level == "district"
    event = small_town.act(event, "correct", OPERATOR, category=low)
    assert event.level == "grid"


def test_a_category_chosen_at_registering_brings_its_own_level(small_town: Town) -> None:
    low, high = of_level(small_town, "grid"), of_level(small_town, "district")
    event = small_town.report(high, source="phone")
    assert small_town.act(event, "register", OPERATOR, category=low).level == "grid"


def test_a_level_that_the_correction_names_is_the_one(small_town: Town) -> None:
    event = small_town.report(of_level(small_town, "grid"))
    high = of_level(small_town, "district")
    event = small_town.act(event, "correct", OPERATOR, category=high, level="street")
    assert event.level == "street"


def test_a_corrected_category_does_not_take_back_what_was_passed_up(small_town: Town) -> None:
    town, low = small_town, of_level(small_town, "grid")
    event = town.act(town.report(low, source="phone"), "escalate", OPERATOR, reason="需要上级")
    event = town.act(event, "dispatch", OPERATOR, unit="URBAN_MGMT")
    event = town.act(event, "accept", unit_viewer("URBAN_MGMT"))
    event = town.act(event, "escalate", unit_viewer("URBAN_MGMT"), reason="需要上级")
    assert event.level == "street"
    other = next(
        one.code
        for one in town.reference.categories.values()
        if one.level == "community" and not one.emergency and one.code != low
    )
    assert town.act(event, "correct", OPERATOR, category=other).level == "street"
