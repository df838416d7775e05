"""A healthy product never says that its clock was put back: what was raised while a round went on is no sign of it."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.sweeps import clock_steps
from datasources.store.models import AlertRow
from tests.conftest import Town


def versions(town: Town) -> list[int]:
    with town.database.read() as session:
        return list(session.scalars(select(AlertRow.version)))


@pytest.mark.parametrize("behind", [timedelta(seconds=1), timedelta(minutes=2)])
def test_an_alert_raised_after_the_round_took_its_moment_is_left_alone(
    small_town: Town, caplog: pytest.LogCaptureFixture, behind: timedelta
) -> None:
    began = small_town.now
    small_town.hand.forward(seconds=behind.total_seconds())
    small_town.report("S0502", title="燃气泄漏")
    before = versions(small_town)
    with caplog.at_level(logging.WARNING):
        assert clock_steps.pull_in(small_town.database, small_town.reference, began) == 0
    assert versions(small_town) == before and not caplog.records


def test_a_clock_that_was_put_back_is_still_told(small_town: Town, caplog: pytest.LogCaptureFixture) -> None:
    small_town.report("S0502", title="燃气泄漏")
    small_town.hand.forward(hours=-1)
    with caplog.at_level(logging.WARNING):
        assert clock_steps.pull_in(small_town.database, small_town.reference, small_town.now) == 1
    assert "put back" in caplog.text
