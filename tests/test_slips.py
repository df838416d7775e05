"""What Python would read and nobody means: a field said twice, a number with an underscore."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.clock import HandClock
from dashboard.rules.text.numbers import decimal
from datasources.store.database import Database
from tests.api_house import build, house_of


@pytest.mark.parametrize(
    "text", ["118_1.0", "1_1", "nan", "inf", "-Infinity", "", "1,5", "0x1", "1e", ".", "1 2"]
)
def test_what_is_no_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decimal(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_as_written(number: float) -> None:
    assert decimal(repr(number)) == number
    assert decimal(f" +{abs(number)!r} ") == abs(number)


@pytest.mark.parametrize(
    "body",
    [
        '{"title": "a", "title": "b", "address": "c"}',
        '{"title": "a", "reporter": {"name": "b", "name": "c"}}',
    ],
)
def test_a_field_said_twice_is_refused(sqlite: Database, tmp_path: Path, hand: HandClock, body: str) -> None:
    opened = build(house_of(sqlite, tmp_path))
    refused = opened.client.post(
        "/api/v1/events", data=body, headers=opened.token("operator") | {"Content-Type": "application/json"}
    )
    assert refused.status_code == 400
