"""The same key does the same thing once, however often and however many at a time it is sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from dashboard import clock
from datasources.events import idempotency, intake
from datasources.store.models import EventRow, IdempotencyRow, StepRow
from tests.support.api_world import OpenApi

BODY = {"title": "占道经营", "address": "南山路", "accuracy_m": 5}
AT_ONCE = 20


def send(
    opened_on_both: OpenApi, key: str, body: Any = BODY, account: str = "operator", path: str = "/events"
) -> Any:
    return opened_on_both.call(account, "POST", path, body, headers={"Idempotency-Key": key})


def count(opened_on_both: OpenApi, row: Any) -> int:
    with opened_on_both.runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def test_the_same_key_and_body_get_the_first_answer_byte_for_byte(opened_on_both: OpenApi) -> None:
    first = send(opened_on_both, "a")
    opened_on_both.call(
        "operator", "POST", f"/events/{first.json['number']}/comment", {"version": 1, "text": "后来"}
    )
    again = send(opened_on_both, "a")
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert count(opened_on_both, EventRow) == 1


def test_a_body_is_compared_by_its_json_values(opened_on_both: OpenApi) -> None:
    first = send(opened_on_both, "a")
    other_spelling = '{ "address":"南山路" ,"accuracy_m":5.0, "title":"\\u5360\\u9053经营" }'
    headers = {"Idempotency-Key": "a", **opened_on_both.token("operator")}
    again = opened_on_both.client.post(
        "/api/v1/events", data=other_spelling.encode(), headers=headers, content_type="application/json"
    )
    assert (again.status_code, again.data) == (201, first.data)


def test_the_same_key_with_another_body_is_422(opened_on_both: OpenApi) -> None:
    send(opened_on_both, "a")
    answer = send(opened_on_both, "a", BODY | {"emergency": True})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert count(opened_on_both, EventRow) == 1


def test_a_key_belongs_to_its_account(opened_on_both: OpenApi) -> None:
    assert (
        send(opened_on_both, "a").json["number"] != send(opened_on_both, "a", account="lead").json["number"]
    )


def test_a_refused_report_does_not_use_up_its_key(opened_on_both: OpenApi) -> None:
    assert send(opened_on_both, "a", BODY | {"photos": ["nothing"]}).status_code == 422
    assert send(opened_on_both, "a").status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256, "schlüssel"])
def test_a_strange_key_is_refused(opened_on_both: OpenApi, key: str) -> None:
    answer = send(opened_on_both, key)
    assert answer.status_code == 422 and count(opened_on_both, EventRow) == 0


def test_twenty_at_once_with_one_key_make_one_event_and_get_one_answer(opened_on_both: OpenApi) -> None:
    opened_on_both.token("operator")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: send(opened_on_both, "race"), range(AT_ONCE)))
    created = {answer.data for answer in answers if answer.status_code == 201}
    assert {answer.status_code for answer in answers} <= {201, 409} and len(created) == 1
    assert (
        count(opened_on_both, EventRow),
        count(opened_on_both, StepRow),
        count(opened_on_both, IdempotencyRow),
    ) == (1, 1, 1)


def test_twenty_at_once_with_one_outside_number_make_one_event(opened_on_both: OpenApi) -> None:
    opened_on_both.token("operator")
    body = BODY | {"external_id": "12345-7"}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda n: send(opened_on_both, f"k{n}", body), range(AT_ONCE)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (AT_ONCE - 1)
    assert len({a.json.get("number") or a.json["event"]["number"] for a in answers}) == 1


def test_a_batch_with_a_key_is_filed_once(opened_on_both: OpenApi) -> None:
    many = {"events": [BODY, BODY | {"title": ""}]}
    first = send(opened_on_both, "a", many, path="/events/batch")
    again = send(opened_on_both, "a", many, path="/events/batch")
    assert first.data == again.data and count(opened_on_both, EventRow) == 1


def test_a_key_outlives_every_report_that_a_phone_may_still_send_with_it(opened_on_both: OpenApi) -> None:
    first = send(opened_on_both, "a")
    with opened_on_both.runtime.database.write() as session:
        idempotency.forget_old(session, clock.real_now() + intake.OLDEST + timedelta(hours=12))
    again = send(opened_on_both, "a")
    assert (again.data, count(opened_on_both, EventRow)) == (first.data, 1)
    with opened_on_both.runtime.database.write() as session:
        idempotency.forget_old(session, clock.real_now() + timedelta(days=9))
    assert count(opened_on_both, IdempotencyRow) == 0


def test_old_keys_are_thrown_away_by_the_way(opened_on_both: OpenApi) -> None:
    send(opened_on_both, "old")
    with opened_on_both.runtime.database.write() as session:
        session.execute(update(IdempotencyRow).values(created_at=clock.real_now() - timedelta(days=9)))
    opened_on_both.app.extensions["grid.tidied"] = 0.0
    send(opened_on_both, "new")
    with opened_on_both.runtime.database.read() as session:
        assert session.scalars(select(IdempotencyRow.key)).all() == ["new"]


def test_an_action_repeated_with_its_key_is_done_once_and_answered_byte_for_byte(
    opened_on_both: OpenApi,
) -> None:
    number = send(opened_on_both, "a").json["number"]
    path, body = f"/events/{number}/comment", {"version": 1, "text": "已联系来电人"}
    first = send(opened_on_both, "b", body, path=path)
    again = send(opened_on_both, "b", body, path=path)
    assert (first.status_code, again.status_code, again.data) == (200, 200, first.data)
    assert first.json["version"] == 2
    assert send(opened_on_both, "b", body | {"text": "另一句"}, path=path).status_code == 422


def test_an_action_that_was_refused_leaves_its_key_free_for_the_next_try(opened_on_both: OpenApi) -> None:
    number = send(opened_on_both, "a").json["number"]
    path = f"/events/{number}/comment"
    assert send(opened_on_both, "b", {"version": 7, "text": "看错了"}, path=path).status_code == 409
    assert send(opened_on_both, "b", {"version": 1, "text": "看错了"}, path=path).status_code == 200


def test_one_key_sent_many_times_at_once_acts_once(opened_on_both: OpenApi) -> None:
    number = send(opened_on_both, "a").json["number"]
    path, body = f"/events/{number}/comment", {"version": 1, "text": "同时"}

    def once(_n: int) -> Any:
        return send(opened_on_both, "b", body, path=path)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(once, range(AT_ONCE)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.data for answer in answers if answer.status_code == 200}) == 1
    with opened_on_both.runtime.database.read() as session:
        comments = select(func.count()).select_from(StepRow).where(StepRow.action == "comment")
        assert session.scalar(comments) == 1
