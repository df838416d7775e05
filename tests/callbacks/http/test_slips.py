"""What Python would read and nobody means: a field said twice, a number with an underscore."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.clock import HandClock
from dashboard.rules.text.numbers import decimal
from datasources.store.database import Database
from tests.datasources.history.test_import_mapping import COLUMNS, mapped, records
from tests.datasources.history.test_imports import bring, events
from tests.support.api_world import build, runtime_of


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
    opened = build(runtime_of(sqlite, tmp_path))
    refused = opened.client.post(
        "/api/v1/events", data=body, headers=opened.token("operator") | {"Content-Type": "application/json"}
    )
    assert refused.status_code == 400


@pytest.mark.parametrize("columns", ['point = "a"\n', 'lng = "a"\nlat = "ok"\n'])
def test_a_coordinate_with_an_underscore_is_not_read_as_another(
    sqlite: Database, tmp_path: Path, columns: str
) -> None:
    rows = ["P-1,2026-03-01 08:00:00,x,118.134_3,24.5222", "P-2,2026-03-01 08:00:00,x,118.1343,24.5222"]
    if "point" in columns:
        rows = [
            'P-1,2026-03-01 08:00:00,x,"118.134_3,24.5222",',
            'P-2,2026-03-01 08:00:00,x,"118.1343,24.5222",',
        ]
    bring(sqlite, records(tmp_path, *rows), mapped(tmp_path, 'source_system = "S"\n' + COLUMNS + columns))
    assert [event.outside_id for event in events(sqlite)] == ["P-2"]
