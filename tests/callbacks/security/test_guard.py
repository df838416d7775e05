"""Deny by default: nothing is reachable that nobody gave a permission, and nobody acts from another site."""

from pathlib import Path

import dash
import pytest
from dash import Input, Output, html
from flask import Flask

from callbacks import api
from callbacks.security import guard, session
from dashboard.rules.access import HOME, Role
from datasources.store.database import Database
from tests.support.api_world import OpenApi, build, runtime_of

OPEN = {"/login", "/healthz", "/readyz", "/api/v1/openapi.json"}


@pytest.fixture
def dashed(sqlite: Database, tmp_path: Path) -> tuple[OpenApi, dash.Dash]:
    """The API beside a Dash app with one guarded callback."""
    runtime = runtime_of(sqlite, tmp_path)
    opened = OpenApi(
        Flask("guarded", static_folder=None),
        runtime,
        session.SignIn(runtime.database, session.clock.real_now),
    )
    build_tokens = build(runtime)
    opened._tokens = build_tokens._tokens
    opened.doors = session.install(opened.app, runtime)
    page = dash.Dash("guarded", server=opened.app, suppress_callback_exceptions=True)
    page.layout = html.Div([html.Button(id="ask"), html.Div(id="answer")])

    @guard.callback("accounts.manage", Output("answer", "children"), Input("ask", "n_clicks"))
    def told(_clicks: int | None) -> str:
        return "the innermost secret"

    guard.install(opened.app, runtime.settings, session.viewer, session.came_from_elsewhere, page)
    api.install(opened.app)
    return opened, page


def test_an_app_with_a_route_that_names_no_permission_does_not_start(opened: OpenApi) -> None:
    opened.app.add_url_rule("/backdoor", "backdoor", lambda: "open")
    with pytest.raises(RuntimeError, match="/backdoor"):
        guard.check_app(opened.app)


def test_an_app_with_a_callback_that_names_no_permission_does_not_start(
    dashed: tuple[OpenApi, dash.Dash],
) -> None:
    opened, page = dashed
    guard.check_app(opened.app, page)
    page.callback(Output("answer", "title"), Input("ask", "n_clicks"))(lambda clicks: "")
    with pytest.raises(RuntimeError, match=r"answer\.title"):
        guard.check_app(opened.app, page)


def test_a_permission_that_does_not_exist_cannot_be_named() -> None:
    with pytest.raises(ValueError, match=r"events\.everything"):
        guard.permission("events.everything")
    with pytest.raises(ValueError, match="public"):
        guard.callback("public", Output("x", "y"), Input("z", "n"))


def test_without_an_account_every_route_but_the_listed_ones_is_closed(
    dashed: tuple[OpenApi, dash.Dash],
) -> None:
    opened, _page = dashed
    client = opened.client
    for rule in opened.app.url_map.iter_rules():
        path = rule.rule.replace("<int:key>", "1")
        for name in rule.arguments:
            path = (
                path.replace(f"<path:{name}>", "x").replace(f"<string:{name}>", "x").replace(f"<{name}>", "x")
            )
        static = path.startswith(("/assets/", "/_dash-component-suites/", "/_favicon"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method, json={})
            doors = {("POST", "/login"), ("POST", "/logout"), ("POST", "/api/v1/reports")}
            if path in OPEN or (method, path) in doors or static:
                assert answer.status_code != 500, path
                continue
            to_login = answer.status_code == 302 and answer.headers["Location"].startswith("/login")
            assert answer.status_code == 401 or to_login, f"{method} {path}: {answer.status_code}"


def test_what_dash_registers_for_itself_needs_a_session(dashed: tuple[OpenApi, dash.Dash]) -> None:
    opened, _page = dashed
    for path in ("/_dash-layout", "/_dash-dependencies"):
        assert opened.client.get(path).status_code == 401
        assert opened.login("operator").get(path).status_code == 200


def ask(client: object, output: str = "answer.children", **more: object) -> object:
    body = {
        "output": output,
        "outputs": {"id": "answer", "property": "children"},
        "inputs": [{"id": "ask", "property": "n_clicks", "value": 1}],
        "changedPropIds": ["ask.n_clicks"],
    }
    return client.post("/_dash-update-component", json=body | more)  # type: ignore[attr-defined]


def test_a_callback_answers_only_roles_with_its_permission(dashed: tuple[OpenApi, dash.Dash]) -> None:
    opened, _page = dashed
    assert ask(opened.client).status_code == 401  # type: ignore[attr-defined]
    refused = ask(opened.login("operator"))
    assert refused.status_code == 403 and "secret" not in refused.text  # type: ignore[attr-defined]
    assert "the innermost secret" in ask(opened.login("admin")).text  # type: ignore[attr-defined]


def test_a_forged_body_naming_a_public_path_opens_nothing(dashed: tuple[OpenApi, dash.Dash]) -> None:
    opened, _page = dashed
    forged = [{"id": "url", "property": "pathname", "value": "/login"}]
    assert ask(opened.client, inputs=forged).status_code == 401  # type: ignore[attr-defined]
    assert ask(opened.login("operator"), inputs=forged).status_code == 403  # type: ignore[attr-defined]
    assert ask(opened.login("admin"), output="nothing.children").status_code == 403  # type: ignore[attr-defined]


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_browser_on_another_site_changes_nothing(opened: OpenApi, headers: dict[str, str]) -> None:
    client = opened.login("operator")
    report = {"title": "占道经营", "address": "南山路"}
    assert client.post("/api/v1/events", json=report, headers=headers).status_code == 403
    assert client.get("/api/v1/events").json["items"] == []
    same = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/v1/events", json=report, headers=same).status_code == 201


def test_a_form_cannot_be_taken_for_json(opened: OpenApi) -> None:
    answer = opened.login("operator").post(
        "/api/v1/events", data='{"title":"x","address":"y"}', content_type="text/plain"
    )
    assert answer.status_code == 415


def test_every_answer_carries_the_security_headers(opened: OpenApi) -> None:
    for path in ("/login", "/healthz", "/api/v1/units", "/api/v1/nothing"):
        headers = opened.client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "unsafe-eval" not in policy
        for rule in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert rule in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_the_policy_allows_the_inline_scripts_of_dash_by_hash_alone(
    dashed: tuple[OpenApi, dash.Dash],
) -> None:
    opened, page = dashed
    policy = opened.client.get("/login").headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert all(digest in scripts for digest in page.csp_hashes())
    assert "unsafe-inline" not in scripts


def test_a_page_without_an_account_leads_to_login_and_back(dashed: tuple[OpenApi, dash.Dash]) -> None:
    opened, _page = dashed
    answer = opened.client.get("/screen?scene=overview")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=%2Fscreen%3Fscene%3Doverview"


@pytest.mark.parametrize("account", ["screen", "operator", "leader", "admin"])
def test_the_root_leads_to_the_page_of_ones_role(dashed: tuple[OpenApi, dash.Dash], account: str) -> None:
    opened, _page = dashed
    role = {"screen": Role.WALL, "operator": Role.OPERATOR, "leader": Role.LEADER, "admin": Role.ADMIN}[
        account
    ]
    assert opened.login(account).get("/").headers["Location"] == HOME[role]


def test_a_page_of_another_role_is_refused_in_words(dashed: tuple[OpenApi, dash.Dash]) -> None:
    opened, _page = dashed
    answer = opened.login("operator").get("/admin")
    assert answer.status_code == 403 and "这个账号不能打开这一页" in answer.text
