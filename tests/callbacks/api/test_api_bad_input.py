"""Bad input gets a clear sentence and changes nothing; a batch keeps its good ones."""

from typing import Any

import pytest
from sqlalchemy import func, select

from datasources.store.models import EventRow, OutboxRow, StepRow
from tests.support.api_world import OpenApi

GOOD = {"title": "占道经营", "address": "南山路"}
JSON = "application/json"
BIG = b'{"title":"' + b"x" * 10_000_000 + b'"}'


def post(opened: OpenApi, data: bytes, kind: str | None = JSON, path: str = "/events") -> Any:
    return opened.client.post(
        f"/api/v1{path}", data=data, content_type=kind, headers=opened.token("operator")
    )


def rows(opened: OpenApi) -> int:
    with opened.runtime.database.read() as session:
        tables = (EventRow, StepRow, OutboxRow)
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", JSON, 400),
        (b"{", JSON, 400),
        (b'{"title":"a","address":"b",}', JSON, 400),
        (b'{"title":"a","lng":NaN,"lat":1}', JSON, 400),
        (b'{"title":"a","lng":Infinity,"lat":1}', JSON, 400),
        (b'{"title":"a","lng":1e999,"lat":1}', JSON, 400),
        (b'{"title":"a","lng":' + b"9" * 5000 + b',"lat":1}', JSON, 400),
        (b'{"title":"\xff\xfe","address":"b"}', JSON, 400),
        ("{'title':'占道'}".encode("gb18030"), JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b'{"title":"a","address":"b"}', "text/plain", 415),
        (b"title=a&address=b", "application/x-www-form-urlencoded", 415),
        (b'{"title":"a","address":"b"}', None, 415),
        (BIG, JSON, 413),
        (b" " * 2_100_000, JSON, 413),
        (b"[]", JSON, 422),
        (b"null", JSON, 422),
        (b'"text"', JSON, 422),
        (b'{"title":"\\ud800","address":"b"}', JSON, 422),
        (b'{"title":"a\\u0000","address":"b"}', JSON, 422),
        (b'{"title":"a","address":"b","photos":["nothing"]}', JSON, 422),
    ],
)
def test_bad_input_is_told_in_words_and_changes_nothing(
    opened: OpenApi, data: bytes, kind: str | None, status: int
) -> None:
    answer = post(opened, data, kind)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert {"type", "title", "status"} <= set(answer.json) and answer.json["status"] == status
    assert answer.json["detail"] and "Traceback" not in answer.text
    assert rows(opened) == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("PUT", "/events", 405),
        ("DELETE", "/events/1", 405),
        ("GET", "/photos", 405),
        ("POST", "/kpis", 405),
    ],
)
def test_an_address_or_method_that_is_none_is_a_problem_too(
    opened: OpenApi, method: str, path: str, status: int
) -> None:
    answer = opened.call("operator", method, path)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    if status == 405:
        assert method not in answer.headers["Allow"].split(", ")


def test_an_unexpected_failure_is_a_sentence_with_a_number_to_ask_about(
    opened: OpenApi, caplog: pytest.LogCaptureFixture
) -> None:
    opened.app.view_functions["api.dictionaries_units"] = broken
    answer = opened.call("operator", "GET", "/units")
    assert answer.status_code == 500 and "secret cause" not in answer.text
    (record,) = [one for one in caplog.records if one.exc_info]
    assert record.args is not None and str(record.args[0]) in answer.json["detail"]  # type: ignore[index]


def broken() -> None:
    raise ZeroDivisionError("secret cause")


broken.permission = "session"  # type: ignore[attr-defined]


@pytest.mark.parametrize("events", [None, "x", [], [GOOD] * 1001])
def test_a_batch_is_a_list_of_one_to_a_thousand(opened: OpenApi, events: Any) -> None:
    answer = opened.call("operator", "POST", "/events/batch", {"events": events})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "events")
    assert rows(opened) == 0


def test_a_batch_keeps_its_good_ones_and_tells_of_the_others_in_place(opened: OpenApi) -> None:
    taken = opened.call("operator", "POST", "/events", GOOD | {"external_id": "held"}).json
    sent = [
        GOOD,
        GOOD | {"title": ""},
        "text",
        None,
        GOOD | {"external_id": "held"},
        GOOD | {"external_id": "new"},
        GOOD | {"external_id": "new"},
        GOOD | {"photos": ["nothing"]},
        GOOD | {"lng": 24.52, "lat": 118.13},
        GOOD,
    ]
    answer = opened.call("operator", "POST", "/events/batch", {"events": sent})
    results = answer.json["results"]
    assert answer.status_code == 200
    assert [one["status"] for one in results] == [201, 422, 422, 422, 409, 201, 409, 422, 422, 201]
    assert results[4]["event"]["number"] == taken["number"]
    assert results[1]["errors"][0]["field"] == "title"
    listed = opened.call("operator", "GET", "/events").json["items"]
    assert {one["number"] for one in listed} == {
        taken["number"],
        *(one["event"]["number"] for one in results if one["status"] == 201),
    }


def test_a_batch_of_a_thousand_is_filed_in_order(opened: OpenApi) -> None:
    sent = [GOOD | {"title": f"事件{number}"} for number in range(1000)]
    results = opened.call("operator", "POST", "/events/batch", {"events": sent}).json["results"]
    assert [one["event"]["title"] for one in results] == [one["title"] for one in sent]
    numbers = [one["event"]["number"] for one in results]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("depth", [100, 450, 900])
def test_nesting_without_end_is_refused_everywhere(opened: OpenApi, depth: int) -> None:
    event = opened.call("operator", "POST", "/events", GOOD).json
    deep = "[" * depth + "]" * depth
    for path, body in (
        ("/events", f'{{"title":{deep},"address":"a"}}'),
        ("/events/batch", f'{{"events":[{deep}]}}'),
        (f"/events/{event['number']}/comment", f'{{"version":1,"text":{deep}}}'),
        (f"/events/{event['number']}/dispatch", f'{{"version":1,"unit":"FIRE","co_units":{deep}}}'),
    ):
        headers = {"Idempotency-Key": path, **opened.token("operator")}
        answer = opened.client.post(f"/api/v1{path}", data=body, content_type=JSON, headers=headers)
        assert answer.status_code in (200, 400, 422), (path, answer.text)
        if answer.status_code == 200:
            assert [one["status"] for one in answer.json["results"]] == [422]
    assert len(opened.call("operator", "GET", "/events").json["items"]) == 1


XSS = [
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "{{7*7}}",
    "'; DROP TABLE event; --",
    "%s%n",
    "../../etc",
]


@pytest.mark.parametrize("text", XSS)
def test_hostile_text_is_kept_as_text(opened: OpenApi, text: str) -> None:
    made = opened.call("operator", "POST", "/events", {"title": text, "address": text, "description": text})
    shown = opened.call("operator", "GET", f"/events/{made.json['number']}")
    assert shown.json["event"]["title"] == text and shown.content_type == JSON
    assert opened.call("operator", "GET", "/events", query_string={"q": text}).json["items"]
