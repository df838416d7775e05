"""What nobody's page sends: broken paths, days beyond every calendar, callbacks' bodies of other shapes. A 4xx, never a 500."""

import importlib
import json
from collections.abc import Iterator
from itertools import product as product_of
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from app import Product, create_app
from callbacks.pages import dispatch, event
from callbacks.security import body_limits
from callbacks.security.body_limits import KB, most_for
from dashboard import clock
from datasources.accounts import accounts
from datasources.store.database import Database
from layouts import ids
from tests.support.api_world import PASSWORD, OpenApi, runtime_of

LOGIN = {"username": "operator", "password": PASSWORD}
FORM = "application/x-www-form-urlencoded"
BEYOND = (
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
)
NASTY = (*BEYOND, "//[", "\x00", "9" * 400, "-1", "1e999", "[" * 5000, "\ud800".encode("utf-8", "surrogatepass"), "%", "..%2f..", "é" * 300)  # fmt: skip
QUERIES = ("since", "until", "cursor", "limit", "q", "bbox", "area", "period", "unit", "by", "basis", "lang", "next", "secret", "name")  # fmt: skip


@pytest.fixture(scope="module")
def product(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole web side, not started: every page and callback, and nothing beside."""
    folder = tmp_path_factory.mktemp("nasty")
    (folder / "grid.db").write_bytes(_sqlite_template.read_bytes())
    runtime = runtime_of(Database(f"sqlite:///{folder / 'grid.db'}"), folder)
    with runtime.database.write() as session:
        accounts.ensure_demo(session, runtime.reference, PASSWORD, clock.real_now())
    for module in (event, dispatch):  # Dash gives a process's callbacks to the first app alone
        importlib.reload(module)
    made = create_app(runtime, "web")
    yield made
    runtime.close()


@pytest.fixture
def browser(product: Product) -> FlaskClient:
    """A browser in which the operator has logged in and seen a page."""
    client = product.app.test_client()
    assert client.post("/login", data=LOGIN).status_code == 303
    assert client.get("/desk").status_code == 200
    return client


PATHS = ("//[", "http://[", "//[::1", "//example.test", "/\\example.test", "\\\\example.test", "javascript:alert(1)", "/\x00", "")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_broken_or_foreign_next_leads_home(opened: OpenApi, path: str) -> None:
    assert opened.client.get("/login", query_string={"next": path}).status_code == 200
    wrong = opened.client.post("/login", data=LOGIN | {"password": "x", "next": path})
    assert wrong.status_code == 401 and "example.test" not in wrong.text
    answer = opened.client.post("/login", data=LOGIN | {"next": path})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk")
    again = opened.login("operator").get("/login", query_string={"next": path})
    assert (again.status_code, again.headers["Location"]) == (303, "/desk")


@pytest.mark.parametrize("origin", ["http://[", "null", "//[", "http://centre.test:99999999"])
def test_a_broken_origin_is_a_foreign_one(opened: OpenApi, origin: str) -> None:
    answer = opened.login("operator").post("/api/v1/events", json={}, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("text", BEYOND)
def test_a_day_beyond_every_calendar_is_refused_in_words(opened: OpenApi, text: str) -> None:
    for path in ("/events", "/alerts/missed"):
        answer = opened.call("lead", "GET", path, query_string={"since": text})
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "since"), path
    body = {"title": "井盖破损", "address": "南山路", "reported_at": text}
    answer = opened.call("operator", "POST", "/events", body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "reported_at")


def asked_of(client: FlaskClient) -> dict[str, set[str]]:
    """Return the rule of each address of the API → the names of the questions it says it reads."""
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    return {
        "/api/v1" + path.replace("{", "<").replace("}", ">"): {
            one["name"] for one in verbs["get"].get("parameters", []) if one.get("in") == "query"
        }
        for path, verbs in paths.items()
        if "get" in verbs
    }


def test_no_route_answers_500_to_a_nasty_query(product: Product) -> None:
    client = product.app.test_client()
    client.post("/login", data=LOGIN | {"username": "lead"})
    client.get("/desk")
    described = asked_of(client)
    for rule in product.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(
            ("/_dash-component", "/assets", "/kiosk")
        ):
            continue
        path = rule.rule
        for name in rule.arguments:
            for kind in ("path:", "int:", "string:", ""):
                path = path.replace(f"<{kind}{name}>", "1" if kind == "int:" else "today")
        # a name that an address does not say it reads is as good beside the others as alone
        said = described.get(rule.rule, QUERIES)
        questions = [(name,) for name in QUERIES if name in said] + [
            tuple(n for n in QUERIES if n not in said)
        ]
        for names, value in product_of(filter(None, questions), NASTY):
            answer = client.get(path, query_string=dict.fromkeys(names, value))
            assert answer.status_code < 500 or answer.status_code == 503, (path, names, value, answer.text)


@pytest.mark.parametrize("account", ["lead", None])
def test_no_route_answers_500_to_a_nasty_path(product: Product, account: str | None) -> None:
    client = product.app.test_client()
    if account:
        client.post("/login", data=LOGIN | {"username": account})
    for rule in product.app.url_map.iter_rules():
        if not rule.arguments or rule.rule.startswith("/_dash-component"):
            continue
        for value in ("0", "9" * 30, "%00", "%0A", "%ff", "..", "[", "é" * 100):
            path = rule.rule
            for name in rule.arguments:
                for kind in ("path:", "int:", "string:", ""):
                    path = path.replace(f"<{kind}{name}>", value)
            for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
                answer = client.open(path, method=method, json={} if method != "GET" else None)
                assert answer.status_code < 500 or answer.status_code == 503, (method, path, answer.text)


TURN = {
    "output": f"{ids.PAGE}.children",
    "outputs": {"id": ids.PAGE, "property": "children"},
    "inputs": [{"id": ids.ADDRESS, "property": "pathname", "value": "/desk"}],
    "changedPropIds": [f"{ids.ADDRESS}.pathname"],
    "state": [{"id": ids.ADDRESS, "property": "search", "value": ""}],
}
POST = "/_dash-update-component"


def values(value: Any) -> dict[str, Any]:
    """Return the page switch's body with a value where a path and a query stand."""
    return TURN | {part: [TURN[part][0] | {"value": value}] for part in ("inputs", "state")}


def test_the_pages_own_callback_is_answered(browser: FlaskClient) -> None:
    assert browser.post(POST, json=TURN).status_code == 200


@pytest.mark.parametrize(
    "value", [None, 0, True, 1.5, [], {}, ["/desk"], {"a": 1}, "x" * 10_000, "//[", "?\x00"]
)
def test_a_value_of_any_kind_in_a_callback_draws_a_page_or_says_why_not(
    browser: FlaskClient, value: Any
) -> None:
    assert browser.post(POST, json=values(value)).status_code < 400


@pytest.mark.parametrize(
    "chosen",
    [None, 0, True, [], {}, "x", {"number": None}, {"number": ["x"]}, {"number": {}}, {"number": "\x00"}],
)
def test_an_event_chosen_in_any_way_is_drawn_or_said_not_to_be_there(
    browser: FlaskClient, chosen: Any
) -> None:
    for output, also in ((ids.EVENT_BODY, ()), (ids.DISPATCH_BODY, (ids.DISPATCH_ASKED,))):
        body = {
            "output": f"{output}.children",
            "outputs": {"id": output, "property": "children"},
            "inputs": [{"id": one, "property": "data", "value": chosen} for one in (ids.EVENT_CHOSEN, *also)],
            "changedPropIds": [f"{ids.EVENT_CHOSEN}.data"],
        }
        assert browser.post(POST, json=body).status_code < 400, output


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": None},
        {"inputs": []},
        {"inputs": [1]},
        {"inputs": {}},
        {"inputs": [{"id": "other", "property": "pathname"}]},
        {"inputs": [[TURN["inputs"]]]},
        {"inputs": TURN["inputs"] * 3},
        {"state": None},
        {"state": "x"},
        {"state": []},
        {"outputs": None},
        {"outputs": 1},
        {"outputs": {}},
        {"outputs": []},
        {"outputs": [TURN["outputs"]]},
        {"outputs": {"id": ids.PAGE, "property": "style"}},
        {"outputs": {"id": None, "property": None}},
        {"changedPropIds": None},
        {"changedPropIds": [{}]},
        {"changedPropIds": 3},
        {"more": 1},
    ],
    ids=str,
)
def test_a_callbacks_body_of_another_shape_is_refused_in_words(
    browser: FlaskClient, change: dict[str, Any]
) -> None:
    answer = browser.post(
        POST, json={key: value for key, value in (TURN | change).items() if value is not None}
    )
    if change in ({"changedPropIds": None}, {"state": None}):
        assert answer.status_code < 500  # the older pages leave them out
    else:
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"1", b'"x"', b"null", b"\xff", b"[" * 100_000, b'{"a":' * 50_000, json.dumps(TURN).encode() + b"x"],
)  # fmt: skip
def test_a_callbacks_body_that_is_broken_or_deep_is_400(browser: FlaskClient, data: bytes) -> None:
    answer = browser.post(POST, data=data, content_type="application/json")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_a_callback_nobody_registered_is_refused(browser: FlaskClient) -> None:
    for output in ("nothing.children", "", None, 1, [], {}):
        assert browser.post(POST, json=TURN | {"output": output}).status_code == 403


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/login", 16 * KB),
        ("/api/v1/reports", 64 * KB),
        ("/api/v1/reports/X/rate", 64 * KB),
        ("/api/v1/uploads/abc", 512 * KB),
        ("/_dash-update-component", 256 * KB),
        ("/nowhere", 16 * KB),
        ("/api/v1/kpis/a%0Ab/events", 256 * KB),
    ],
)
def test_every_address_takes_no_more_than_it_needs(opened: OpenApi, path: str, most: int) -> None:
    assert most_for(unquote(path)) == most
    answer = opened.client.post(path, data=b"a=" + b"x" * (most - 1), content_type=FORM)
    assert answer.status_code == 413
    assert opened.client.post(path, data=b"a=" + b"x" * 100, content_type=FORM).status_code != 413


def test_a_form_of_a_thousand_parts_is_refused(opened: OpenApi) -> None:
    form = {f"part{n}": "x" for n in range(1000)}
    answer = opened.client.post(
        "/api/v1/photos", data=form, content_type="multipart/form-data", headers=opened.token("operator")
    )
    assert answer.status_code == 413
    assert body_limits.MOST_PARTS < 1000
