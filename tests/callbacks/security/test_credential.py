"""Which credential authenticated is decided once: masking, CSRF and refusals follow from that alone."""

import json
from urllib.parse import unquote

import pytest

from callbacks.security.credential import Kind, credential_of
from dashboard.rules.access import PERMISSIONS
from datasources.store.models import AuditRow
from tests.callbacks.api.test_api_access import CANARY, NAME, canary
from tests.conftest import Town
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

WRONG = (
    "",
    " ",
    "Bearer",
    "Bearer ",
    "Bearer grid_unknown",
    "Basic b3BlcmF0b3I6eA==",
    "Token x",
    "grid_x",
    "Bearer a, Bearer b",
)


@pytest.mark.parametrize("header", WRONG)
def test_a_header_that_authenticates_nobody_is_401_beside_a_good_session_too(
    opened: OpenApi, place: Town, header: str
) -> None:
    browser = opened.login("operator")
    number = browser.post("/api/v1/events", json=canary(place)).json["number"]
    for method, path in (
        ("GET", f"/api/v1/events/{number}"), ("GET", "/api/v1/events"), ("POST", f"/api/v1/events/{number}/comment"),
        ("GET", "/login"), ("POST", "/logout"), ("POST", "/api/v1/reports"), ("GET", "/healthz"),
    ):  # fmt: skip
        answer = browser.open(path, method=method, headers={"Authorization": header})
        assert answer.status_code == 401, (path, header)
        assert CANARY not in answer.text and NAME not in answer.text
    assert browser.get("/api/v1/events").status_code == 200  # the session itself lives on


@pytest.mark.parametrize("header", WRONG)
def test_no_header_lifts_the_guard_against_other_sites(opened: OpenApi, place: Town, header: str) -> None:
    browser = opened.login("operator")
    headers = {"Authorization": header, "Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    answer = browser.post("/api/v1/events", json=canary(place), headers=headers)
    assert answer.status_code in (401, 403)
    assert opened.call("lead", "GET", "/events?count=1").json["count"] == 0


def test_a_browser_reads_masked_whatever_headers_it_sends(opened: OpenApi, place: Town) -> None:
    browser = opened.login("operator")
    number = browser.post("/api/v1/events", json=canary(place)).json["number"]
    for headers in (
        {},
        {"authorization": ""},
        {"X-Authorization": "Bearer x"},
        {"Proxy-Authorization": "Bearer x"},
    ):
        said = browser.get(f"/api/v1/events/{number}", headers=headers).text
        assert CANARY not in said and NAME not in said


def test_the_name_of_the_scheme_is_read_in_any_case(opened: OpenApi) -> None:
    word = opened.token("lead")["Authorization"].split(" ")[1]
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert (
            opened.client.get("/api/v1/events", headers={"Authorization": f"{scheme} {word}"}).status_code
            == 200
        )


def test_a_token_counts_alone_and_a_session_beside_it_for_nothing(opened: OpenApi) -> None:
    token = opened.token("leader")["Authorization"]
    session = opened.login("operator").get_cookie("grid_session")
    assert session is not None
    found = credential_of(
        {"HTTP_AUTHORIZATION": token, "HTTP_COOKIE": f"grid_session={session.value}"}, opened.doors
    )
    assert found.viewer is not None and (found.kind, found.viewer.name) == (Kind.TOKEN, "leader")
    empty = credential_of(
        {"HTTP_AUTHORIZATION": "", "HTTP_COOKIE": f"grid_session={session.value}"}, opened.doors
    )
    assert (empty.kind, empty.viewer) == (Kind.REFUSED, None)


def test_a_token_reads_persons_masked_unless_it_was_made_for_that(opened: OpenApi, place: Town) -> None:
    number = opened.call("operator", "POST", "/events", canary(place)).json["number"]
    for account in ("operator", "lead"):
        for path in (
            f"/events/{number}",
            "/events",
            f"/events?q={CANARY}",
            f"/events/{number}/around",
            "/kpis/reported/events?period=today",
        ):
            assert CANARY not in opened.call(account, "GET", path).text
    clear = opened.call(None, "GET", f"/events/{number}", headers=opened.clear("operator")).json
    assert clear["event"]["reporter"] == {"name": NAME, "phone": CANARY}
    for account in ("leader", "admin", "auditor", "screen"):  # a scope gives nothing that the role has not
        assert CANARY not in opened.call(None, "GET", f"/events/{number}", headers=opened.clear(account)).text


def test_every_answer_with_persons_in_clear_is_in_the_audit_with_its_events(
    opened: OpenApi, place: Town
) -> None:
    numbers = [opened.call("operator", "POST", "/events", canary(place)).json["number"] for _ in range(2)]
    headers = opened.clear("operator")
    opened.call(None, "GET", f"/events/{numbers[0]}", headers=headers)
    opened.call(None, "GET", f"/events?q={CANARY}", headers=headers)
    opened.call("operator", "GET", "/events")
    with opened.runtime.database.read() as session:
        rows = [row for row in session.query(AuditRow).order_by(AuditRow.id) if row.what == "clear"]
    assert [(row.account, row.detail["path"]) for row in rows] == [
        ("operator", f"/api/v1/events/{numbers[0]}"), ("operator", "/api/v1/events"),
    ]  # fmt: skip
    assert [sorted(row.detail["events"]) for row in rows] == [numbers[:1], sorted(numbers)]
    assert CANARY not in json.dumps([row.detail for row in rows], ensure_ascii=False)


def test_what_an_action_answers_holds_nobody_and_neither_does_its_repetition(
    opened: OpenApi, place: Town
) -> None:
    clear = opened.clear("operator")
    once = {**clear, "Idempotency-Key": "k"}
    first = opened.call(None, "POST", "/events", canary(place), headers=once)
    again = opened.login("operator").post(
        "/api/v1/events", json=canary(place), headers={"Idempotency-Key": "k"}
    )
    assert (first.status_code, again.data) == (201, first.data)
    assert CANARY not in first.text and NAME not in first.text


def test_only_those_who_may_read_persons_get_them_by_a_scoped_token() -> None:
    assert {role.value for role in PERMISSIONS["personal.see"]} == {"operator", "lead"}


@pytest.mark.parametrize("named", ["lead", "%E9%A2%86%E5%AF%BC", "operator%20"])
def test_a_page_drawn_for_another_account_gets_nothing_done_in_the_name_of_who_is_signed_in(
    opened: OpenApi, place: Town, named: str
) -> None:
    browser = opened.login("operator")
    number = browser.post("/api/v1/events", json=canary(place)).json["number"]
    for method, path in (
        ("POST", "/api/v1/events"), ("POST", f"/api/v1/events/{number}/comment"), ("GET", f"/api/v1/events/{number}"),
        ("POST", "/api/v1/uploads"), ("POST", "/api/v1/photos"), ("GET", "/api/v1/feed/snapshot"),
        ("POST", "/api/v1/reports"), ("GET", "/healthz"),
    ):  # fmt: skip
        answer = browser.open(
            path, method=method, json={"version": 1, "text": "x"}, headers={"X-Account": named}
        )
        assert answer.status_code == 409, path
        assert (answer.json["type"], answer.json["account"]) == ("urn:grid:problem:other-account", "operator")
        assert unquote(named) in answer.json["detail"] and "operator" in answer.json["detail"]
        assert CANARY not in answer.text
    steps = browser.get(f"/api/v1/events/{number}").json["steps"]
    assert "comment" not in [step["action"] for step in steps]
    assert opened.call("lead", "GET", "/events?count=1").json["count"] == 1


def test_ones_own_page_a_form_a_program_and_a_stranger_go_on_as_before(opened: OpenApi, place: Town) -> None:
    browser = opened.login("operator")
    for headers in ({}, {"X-Account": "operator"}, {"X-Account": "%6fperator"}, {"X-Account": ""}):
        assert browser.post("/api/v1/events", json=canary(place), headers=headers).status_code == 201
    token = opened.token("operator") | {"X-Account": "lead"}
    assert browser.get("/api/v1/events", headers=token).status_code == 200
    stranger = opened.app.test_client()
    assert stranger.get("/api/v1/events", headers={"X-Account": "lead"}).status_code == 401
    assert stranger.get("/login", headers={"X-Account": "lead"}).status_code == 200
