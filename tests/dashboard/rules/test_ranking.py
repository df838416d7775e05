"""Ranking: the composite score, shared ranks, who is listed apart, and how points are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rules.events.policy import COMPOSITE
from dashboard.rules.ranking import (
    LEAST_CLOSED,
    Standing,
    by_points,
    check_weights,
    composite,
    points_text,
    rank,
)


def parts(on_time, satisfaction, claims, first_fix):
    return dict(zip(COMPOSITE, (on_time, satisfaction, claims, first_fix), strict=True))


@pytest.mark.parametrize(
    ("given_parts", "score", "dropped"),
    [
        # the municipal office of the mockups: 39.0 + 25.9 + 17.4 + 9.7
        (parts((452, 463), (338, 391), (402, 462), (447, 463)), 92.0, ()),
        (parts((9, 9), (9, 9), (9, 9), (9, 9)), 100.0, ()),
        (parts((0, 9), (0, 9), (0, 9), (0, 9)), 0.0, ()),
        # nothing claimed: the other 80 points are scaled to 100
        (parts((1, 2), (1, 1), (0, 0), (1, 1)), 75.0, ("claim_rate",)),
        (
            parts((0, 0), (0, 0), (1, 3), (0, 0)),
            33.3,
            ("on_time_close_rate", "satisfaction_rate", "first_fix_rate"),
        ),
        (parts((0, 0), (0, 0), (0, 0), (0, 0)), None, tuple(COMPOSITE)),
        ({}, None, tuple(COMPOSITE)),
        # 12.25 exactly: half up, where a float or half-even would say 12.2
        (parts((49, 400), (49, 400), (49, 400), (49, 400)), 12.3, ()),
    ],
)
def test_the_composite_weighs_what_can_be_measured(given_parts, score, dropped):
    assert composite(given_parts, COMPOSITE) == (score, dropped)


def test_the_weights_of_the_rule_book_add_up_and_others_are_refused():
    check_weights(COMPOSITE)
    assert tuple(COMPOSITE.values()) == (40, 30, 20, 10)
    for wrong in ({**COMPOSITE, "claim_rate": 10}, {}, {"claim_rate": 110, "first_fix_rate": -10}):
        with pytest.raises(ValueError, match="权重"):
            composite({}, wrong)


def test_a_part_with_no_weight_changes_nothing():
    weights = {"on_time_close_rate": 100, "claim_rate": 0}
    assert composite({"on_time_close_rate": (1, 2), "claim_rate": (9, 9)}, weights)[0] == 50.0
    assert composite({"claim_rate": (9, 9)}, weights) == (None, ("on_time_close_rate",))


def unit(code: str, score: float | None, closed: int = 50, points: int = 0) -> Standing:
    return Standing(code, f"单位{code}", points, closed, score)


def seen(board):
    return [(place.standing.code, place.rank, place.change) for place in board]


def test_equal_scores_share_a_rank_and_the_next_rank_is_skipped():
    board = rank([unit("d", 70.0), unit("c", 80.0), unit("a", 90.0), unit("b", 80.0)])
    assert seen(board) == [("a", 1, None), ("b", 2, None), ("c", 2, None), ("d", 4, None)]


def test_a_unit_with_too_few_closed_events_or_nothing_to_score_is_listed_apart():
    board = rank([unit("z", 99.9, closed=9), unit("b", 50.0, closed=10), unit("a", None)])
    assert seen(board) == [("b", 1, None), ("a", None, None), ("z", None, None)]
    assert seen(rank([unit("z", 99.9, closed=0)], least_closed=0)) == [("z", 1, None)]


def test_going_up_is_a_positive_change_and_a_newcomer_has_none():
    board = rank([unit("a", 90.0), unit("b", 80.0), unit("c", 70.0)], previous={"a": 3, "b": 1, "c": None})
    assert seen(board) == [("a", 1, 2), ("b", 2, -1), ("c", 3, None)]


def test_the_points_board_is_ordered_by_points():
    board = rank([unit("a", 90.0, points=-5), unit("b", 10.0, points=82)], key=by_points)
    assert seen(board) == [("b", 1, None), ("a", 2, None)]


standings = st.lists(
    st.builds(
        unit,
        st.text("abcdef", min_size=1, max_size=4),
        st.one_of(st.none(), st.integers(0, 20).map(lambda tenths: tenths / 10)),
        st.integers(0, 20),
    ),
    unique_by=lambda one: one.code,
)


@given(standings, st.randoms())
def test_a_board_is_a_permutation_that_does_not_depend_on_the_order_it_was_given(rows, chance):
    board = rank(rows)
    assert sorted(place.standing.code for place in board) == sorted(one.code for one in rows)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert rank(shuffled) == board


@given(standings)
def test_a_rank_is_one_more_than_the_number_of_better_scores(rows):
    fit = [one for one in rows if one.composite is not None and one.closed >= LEAST_CLOSED]
    for place in rank(rows):
        mine = place.standing
        better = sum(one.composite > mine.composite for one in fit) if mine in fit else None
        assert place.rank == (None if better is None else better + 1)


ratios = st.integers(0, 200).flatmap(lambda den: st.tuples(st.integers(0, den), st.just(den)))


@given(st.tuples(ratios, ratios, ratios, ratios))
def test_a_composite_lies_between_its_worst_and_best_part(four):
    score, dropped = composite(parts(*four), COMPOSITE)
    measured = [100 * num / den for num, den in four if den]
    assert len(dropped) == 4 - len(measured)
    if measured:
        assert min(measured) - 0.051 <= score <= max(measured) + 0.051
    else:
        assert score is None


@pytest.mark.parametrize(
    ("tenths", "text"),
    [(82, "8.2"), (-5, "-0.5"), (0, "0.0"), (10, "1.0"), (-20, "-2.0"), (-111, "-11.1"), (1234, "123.4")],
)
def test_points_are_written_with_one_decimal(tenths, text):
    assert points_text(tenths) == text
