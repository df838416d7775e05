"""The yardstick measures or says that it cannot: the plain page answers, and nothing measured is an error."""

from pathlib import Path

import pytest

from datasources.districts.reference import References
from tests.conftest import Town
from tests.load import bench, plain_dash
from tests.load.bench_yardstick import Side
from tests.load.table import share


def test_the_plain_page_shows_what_is_open_whatever_columns_an_event_has(town: Town) -> None:
    event = town.report()
    points, numbers, board, cards = plain_dash.content(town.database, References(town.database))
    assert [one["properties"]["number"] for one in points["features"]] == [event.number]
    assert numbers and board and len(cards) == 1


def test_the_plain_page_answers_its_browsers(small_town: Town) -> None:
    client = plain_dash.application(small_town.database).server.test_client()
    outputs = "..points.data...numbers.children...board.children...cards.children.."
    asked = {
        "output": outputs,
        "outputs": [
            {"id": part.split(".")[0], "property": part.split(".")[1]}
            for part in outputs.strip(".").split("...")
        ],
        "inputs": [{"id": "tick", "property": "n_intervals", "value": 1}],
        "changedPropIds": ["tick.n_intervals"],
    }
    assert client.post("/_dash-update-component", json=asked).status_code == 200


def test_a_side_of_which_nothing_was_measured_is_an_error_and_no_zero() -> None:
    with pytest.raises(RuntimeError):
        share([], 0.5)
    with pytest.raises(RuntimeError):
        Side([], 8, 1.0, 1.0).words()


def test_a_benchmark_that_fails_is_told_and_ends_with_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_POSTGRES", "postgresql+psycopg://nobody@127.0.0.1:9/none")
    monkeypatch.setattr(bench, "postgres_version", lambda _url: "none")
    monkeypatch.setattr(bench, "KEPT", tmp_path / "bench.txt")
    monkeypatch.setattr(bench, "SECONDS", {"that_is_not_there": 60})
    assert bench.main(["that_is_not_there"]) == 1
    assert "that_is_not_there" in capsys.readouterr().out
