"""An appeal: once, by the unit, after closing and overdue, reviewed by two; upheld, it leaves the statistics of being on time."""

import pytest
from sqlalchemy import select

from dashboard.rules.figures.kpis import period
from dashboard.rules.refusals import Forbidden, Invalid, NotAllowedNow
from datasources.figures.boards import board_rows
from datasources.figures.kpis import kpi_values
from datasources.figures.question import Question
from datasources.store.models import LedgerRow
from tests.conftest import LEAD, LEADER, OPERATOR, Town, unit_viewer

WIDE = "2026-11-01..2026-12-31"


@pytest.fixture
def overdue(town: Town):
    """Return a closed event that ran past its deadline."""
    event = town.claimed()
    town.tick(days=7)
    return town.checked(town.finished(town.fresh(event)))


@pytest.fixture
def appealed(town: Town, overdue):
    """Return it with the unit's appeal."""
    return town.act(overdue, "appeal", town.unit_of(overdue), reason="现场被围挡封闭，三天进不去")


def reviewed(town, event, *verdicts):
    for viewer, verdict in zip((OPERATOR, LEAD), verdicts, strict=False):
        event = town.act(town.fresh(event), "review", viewer, verdict=verdict, reason="已核对施工通告")
    return town.fresh(event)


def rates(town, event):
    with town.database.read() as session:
        asked = period(WIDE, town.now, town.reference.tz)
        question = Question(asked, town.now)
        found = kpi_values(session, town.reference, question)
        [row] = [
            row for row in board_rows(session, town.reference, "units", question) if row.code == event.unit
        ]
    return found, row


def overdue_points(town, event):
    with town.database.read() as session:
        query = select(LedgerRow.tenths).where(LedgerRow.event_id == event.id, LedgerRow.rule == "overdue")
        return sorted(session.scalars(query))


def test_two_who_agree_take_the_overdue_back_and_out_of_the_statistics(town, appealed):
    found, before = rates(town, appealed)
    assert found["on_time_rate"] == (0, 1) and overdue_points(town, appealed) == [-20]
    upheld = reviewed(town, appealed, "uphold", "uphold")
    assert upheld.appeal == "upheld" and upheld.overdue_at is not None  # the trace stays readable
    found, after = rates(town, appealed)
    assert found["on_time_rate"] == found["on_time_close_rate"] == (0, 0)
    assert found["close_rate"] == (1, 1)
    assert overdue_points(town, appealed) == [-20, 20]
    assert after.tenths - before.tenths == 20


@pytest.mark.parametrize("verdicts", [("dismiss", "dismiss"), ("uphold", "dismiss"), ("dismiss", "uphold")])
def test_unless_both_agree_everything_stays_as_it_was(town, appealed, verdicts):
    assert reviewed(town, appealed, *verdicts).appeal == "dismissed"
    assert rates(town, appealed)[0]["on_time_rate"] == (0, 1)
    assert overdue_points(town, appealed) == [-20]


def test_one_review_decides_nothing_and_the_same_person_cannot_give_the_second(town, appealed):
    once = reviewed(town, appealed, "uphold")
    assert once.appeal == "reviewing" and rates(town, appealed)[0]["on_time_rate"] == (0, 1)
    with pytest.raises(NotAllowedNow, match="另一个人"):
        town.act(once, "review", OPERATOR, verdict="uphold", reason="已核对")
    decided = town.act(once, "review", LEADER, verdict="uphold", reason="已核对")
    assert decided.appeal == "upheld"


def test_a_unit_appeals_once_and_only_against_being_overdue(town, appealed):
    decided = reviewed(town, appealed, "dismiss", "dismiss")
    with pytest.raises(NotAllowedNow, match="只能申诉一次"):
        town.act(decided, "appeal", town.unit_of(decided), reason="再次说明")
    in_time = town.checked(town.finished(town.claimed()))
    with pytest.raises(NotAllowedNow, match="没有超期"):
        town.act(in_time, "appeal", town.unit_of(in_time), reason="没有超期")


def test_only_the_unit_appeals_and_never_reviews(town, overdue):
    for viewer in (OPERATOR, LEAD, LEADER, unit_viewer("GAS" if overdue.unit != "GAS" else "MUNICIPAL")):
        with pytest.raises(Forbidden):
            town.act(overdue, "appeal", viewer, reason="代为申诉")
    event = town.act(overdue, "appeal", town.unit_of(overdue), reason="现场封闭")
    with pytest.raises(Forbidden):
        town.act(event, "review", town.unit_of(event), verdict="uphold", reason="属实")
    with pytest.raises(NotAllowedNow, match="没有待复核"):
        other = town.checked(town.finished(town.claimed()))
        town.act(other, "review", OPERATOR, verdict="uphold", reason="属实")


def test_an_appeal_while_the_event_is_open_is_not_possible(town):
    event = town.claimed()
    town.tick(days=7)
    with pytest.raises(NotAllowedNow):
        town.act(town.fresh(event), "appeal", town.unit_of(event), reason="现场封闭")


def test_a_strange_verdict_is_refused_in_words(town, appealed):
    with pytest.raises(Invalid):
        town.act(appealed, "review", OPERATOR, verdict="maybe", reason="说不清")


def test_supervision_for_the_second_overdue_is_taken_back_with_it(town):
    event = town.checked(town.finished(town.claimed()), "dissatisfied")
    town.tick(days=7)
    supervised = town.fresh(event)
    assert supervised.supervision != "none"
    closed = town.checked(town.finished(supervised))
    appealed = town.act(closed, "appeal", town.unit_of(closed), reason="停电")
    reviewed(town, appealed, "uphold", "uphold")
    with town.database.read() as session:
        query = select(LedgerRow.tenths).where(LedgerRow.event_id == event.id, LedgerRow.rule == "supervised")
        assert sorted(session.scalars(query)) == [-50, 50]
