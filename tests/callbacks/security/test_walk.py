"""Every route × every role × every method, against a table written by hand: who gets in where, and nothing ever breaks.

The table says it a second time on purpose: a permission named wrongly in the code is seen here. A new route needs a
row. A role that is let in may still be refused for the one event it asks for; it is never told 401 nor 5xx.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

import app as assembly
from callbacks.security import guard
from dashboard.rules.access import Role
from dashboard.runtime.runtime import Runtime, open_runtime
from dashboard.settings import Settings
from datasources.accounts import accounts, sign_in
from tests.support.api_world import PASSWORD, clock

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
CAST = {
    Role.WALL: "screen", Role.OPERATOR: "operator", Role.LEAD: "lead", Role.LEADER: "leader",
    Role.ADMIN: "admin", Role.AUDITOR: "auditor", Role.UNIT: "unit-FIRE", Role.WORKER: "",
}  # fmt: skip
LETTER = dict(zip("wolrauxk", CAST, strict=True))  # wall operator lead leadeR admin aUditor unit(x) worKer
ANY, COMMAND, ANYBODY = "wolrauxk", "wolrau", "*"  # * needs no account

MATRIX: dict[str, dict[str, str]] = {
    "/": {"GET": ANY},
    "/login": {"GET": ANYBODY, "POST": ANYBODY},
    "/logout": {"POST": ANYBODY},
    "/healthz": {"GET": ANYBODY},
    "/readyz": {"GET": ANYBODY},
    "/metrics": {"GET": "au"},
    "/field": {"GET": "k"},
    "/report": {"GET": ANYBODY},
    "/field-sw.js": {"GET": ANYBODY},
    "/field.webmanifest": {"GET": ANYBODY},
    "/kiosk/<secret>": {"GET": ANYBODY},
    "/kiosk/ended": {"GET": ANYBODY},
    "/account": {"GET": "olrauxk"},
    "/account/sessions/<key>/end": {"POST": "olrauxk"},
    "/account/sessions/end": {"POST": "olrauxk"},
    "/session/active": {"GET": ANY, "POST": ANY},
    "/audit": {"GET": "lau"},
    "/admin/health": {"GET": "au"},
    "/admin/accounts/<name>/unlock": {"POST": "a"},
    "/admin/limits/<key>/release": {"POST": "a"},
    "/tiles/<int:z>/<int:x>/<int:y>": {"GET": ANY},
    "/admin/state": {"GET": "au"},
    "/admin/screens": {"POST": "a"},
    "/admin/screens/<name>/renew": {"POST": "a"},
    "/admin/screens/<name>/revoke": {"POST": "a"},
    "/admin/screens/<name>/restore": {"POST": "a"},
    "/assets/<path:filename>": {"GET": ANYBODY},
    "/assets/<version>/<path:name>": {"GET": ANYBODY},
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": {"GET": ANYBODY},
    "/_favicon.ico": {"GET": ANYBODY},
    "/_dash-layout": {"GET": ANY},
    "/_dash-dependencies": {"GET": ANY},
    "/_reload-hash": {"GET": ANY},
    "/api/": {method: ANYBODY for method in METHODS if method != "HEAD"},
    "/api/<path:rest>": {method: ANYBODY for method in METHODS if method != "HEAD"},
    "/api/v1/openapi.json": {"GET": ANYBODY},
    "/api/v1/events": {"GET": ANY, "POST": "olraxk"},
    "/api/v1/events/batch": {"POST": "olraxk"},
    "/api/v1/events/join": {"POST": "ol"},
    "/api/v1/events/plan": {"POST": "ol"},
    "/api/v1/events/<number>": {"GET": ANY},
    "/api/v1/events/<number>/<action>": {"POST": "olraxk"},
    "/api/v1/events/<number>/presence": {"POST": "ol"},
    "/api/v1/events/<number>/presence/take": {"POST": "ol"},
    "/api/v1/events/<number>/around": {"GET": ANY},
    "/api/v1/events/<number>/candidates": {"GET": "ol"},
    "/api/v1/events/<number>/reveal": {"POST": "ol"},
    "/api/v1/gazetteer": {"GET": "ol"},
    "/api/v1/duplicates": {"GET": "ol"},
    "/api/v1/borders/stretches": {"GET": "ol"},
    "/api/v1/objections": {"GET": "ol"},
    "/api/v1/pool": {"GET": "x"},
    "/api/v1/pool/<number>": {"GET": "x"},
    "/api/v1/photos": {"POST": "olaxk"},
    "/api/v1/photos/<key>": {"GET": ANY},
    "/api/v1/uploads": {"POST": ANYBODY},
    "/api/v1/uploads/<key>": {"GET": ANYBODY, "PATCH": ANYBODY},
    "/api/v1/alerts": {"GET": ANY},
    "/api/v1/alerts/missed": {"GET": ANY},
    "/api/v1/deliveries": {"GET": "olrau"},
    "/api/v1/deliveries/<int:key>/again": {"POST": "ola"},
    "/api/v1/reveals": {"GET": "lau"},
    "/api/v1/alerts/load": {"GET": "ol"},
    "/api/v1/alerts/<int:key>/acknowledge": {"POST": "olr"},
    "/api/v1/alerts/<int:key>/shelve": {"POST": "ol"},
    "/api/v1/screens": {"POST": ANY},
    "/api/v1/kpis": {"GET": ANY},
    "/api/v1/kpis/by/<dimension>": {"GET": ANY},
    "/api/v1/kpis/<code>/events": {"GET": ANY},
    "/api/v1/bottleneck": {"GET": ANY},
    "/api/v1/handoffs": {"GET": ANY},
    "/api/v1/levels": {"GET": ANY},
    "/api/v1/levels/events": {"GET": ANY},
    "/api/v1/scores": {"GET": ANY},
    "/api/v1/scores/formula": {"GET": ANY},
    "/api/v1/scores/<board>/<code>/entries": {"GET": ANY},
    "/api/v1/exports/<what>.<kind>": {"GET": "olrauxk"},
    "/api/v1/exports/events.<kind>": {"POST": "olrauxk"},
    "/api/v1/exports/requests": {"GET": "olrax", "POST": "olrax"},
    "/api/v1/exports/requests/<int:key>/approve": {"POST": "la"},
    "/api/v1/exports/requests/<int:key>/refuse": {"POST": "la"},
    "/api/v1/exports/requests/<int:key>/file": {"GET": "olrax"},
    "/api/v1/appeals": {"GET": "olraux"},
    "/api/v1/areas": {"GET": ANY},
    "/api/v1/categories": {"GET": ANY},
    "/api/v1/units": {"GET": ANY},
    "/api/v1/places": {"GET": ANY},
    "/api/v1/reports": {"POST": ANYBODY},
    "/api/v1/reports/<number>": {"GET": ANYBODY},
    "/api/v1/reports/<number>/rate": {"POST": ANYBODY},
    "/api/v1/reports/<number>/object": {"POST": ANYBODY},
    "/api/v1/field": {"GET": "k"},
    "/api/v1/feed/snapshot": {"GET": ANY},
    "/api/v1/feed/hash": {"GET": ANY},
    "/api/v1/feed/views": {"GET": ANY},
}  # fmt: skip
PAGES = {
    "/screen": COMMAND, "/desk": "ol", "/claim": "x", "/scores": "olrauxk", "/event": "olrauxk",
    "/event/{number}": "olrauxk",
    "/admin": "au",
}  # fmt: skip
ENDS_THE_SESSION = ("/account/sessions/end", "/account/sessions/<key>/end", "/logout")  # walked last


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    opened = open_runtime(Settings(data_dir=tmp_path_factory.mktemp("walk"), demo=False))
    with opened.database.write() as session:
        accounts.ensure_demo(session, opened.reference, PASSWORD, clock.real_now())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def product(runtime: Runtime) -> assembly.Product:
    """The whole web application, as people meet it; nothing of it runs beside."""
    return assembly.create_app(runtime, "web")


@pytest.fixture(scope="module")
def cast(runtime: Runtime) -> dict[Role, str]:
    worker = next(
        f"worker-{area.code}" for area in runtime.reference.areas.values() if area.level == "community"
    )
    return CAST | {Role.WORKER: worker}


@pytest.fixture(scope="module")
def tokens(runtime: Runtime, cast: dict[Role, str]) -> dict[Role, str]:
    with runtime.database.write() as session:
        return {role: sign_in.issue_token(session, name, clock.real_now()) for role, name in cast.items()}


@pytest.fixture(scope="module")
def number(product: assembly.Product, tokens: dict[Role, str]) -> str:
    body = {"title": "占道经营", "address": "南山路", "category": "S0406"}
    headers = {"Authorization": f"Bearer {tokens[Role.OPERATOR]}"}
    answer = product.app.test_client().post("/api/v1/events", json=body, headers=headers)
    assert answer.status_code == 201
    return str(answer.json["number"])


@pytest.fixture
def browsers(product: assembly.Product, cast: dict[Role, str]) -> dict[Role | None, FlaskClient]:
    found: dict[Role | None, FlaskClient] = {None: product.app.test_client()}
    for role, name in cast.items():
        found[role] = product.app.test_client()
        answer = found[role].post("/login", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 303
    return found


def rules(product: assembly.Product) -> set[str]:
    return {rule.rule for rule in product.app.url_map.iter_rules()} - {
        "/<path:path>",
        "/_dash-update-component",
    }


def filled(rule: str, number: str) -> str:
    known = {
        "number": number,
        "kind": "csv",
        "what": "board",
        "dimension": "unit",
        "board": "units",
        "code": "FIRE",
    }
    return re.sub(
        r"<(?:(\w+):)?(\w+)>",
        lambda found: "1" if found[1] == "int" else known.get(found[2], "nothing"),
        rule,
    )


def served(product: assembly.Product, path: str, method: str) -> str | None:
    """Return who may use what serves a path by a method; None where nothing does."""
    try:
        rule, _ = product.app.url_map.bind("localhost").match(path, method, return_rule=True)
    except HTTPException:
        return None
    return MATRIX.get(rule.rule, {}).get("GET" if method == "HEAD" else method)


def wrong(status: int, role: Role | None, allowed: str | None, location: str = "") -> bool:
    """Return whether an answer contradicts the table."""
    closed = status == 401 or (status == 302 and location.startswith("/login"))
    if allowed is None:
        return not closed and status not in (403, 404, 405)
    if status >= 500:
        return True
    if allowed == ANYBODY:
        return False
    if role is None:
        return not closed
    if role not in {LETTER[letter] for letter in allowed}:
        return status != 403
    return status == 401


def test_every_route_has_its_row_in_the_table_and_every_row_its_route(product: assembly.Product) -> None:
    assert rules(product) == set(MATRIX)
    merged: dict[str, set[str]] = {}
    for rule in product.app.url_map.iter_rules():
        merged.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    assert {rule: merged[rule] for rule in MATRIX} == {rule: set(row) for rule, row in MATRIX.items()}


def test_every_role_meets_at_every_route_and_method_what_the_table_says(
    product: assembly.Product, tokens: dict[Role, str], browsers: dict[Role | None, FlaskClient], number: str
) -> None:
    bearer = product.app.test_client()
    faults, asked = [], Counter[int]()
    for rule in sorted(MATRIX, key=ENDS_THE_SESSION.__contains__):
        path = filled(rule, number)
        for method in METHODS:
            allowed = served(product, path, method)
            for role in (None, *CAST):
                body: dict[str, Any] = {} if method in ("GET", "HEAD") else {"json": {"version": 1}}
                for browser in (False, True):
                    if browser and (role is None or rule in ENDS_THE_SESSION):
                        continue
                    if browser:
                        answer = browsers[role].open(path, method=method, **body)
                    else:
                        headers = {"Authorization": f"Bearer {tokens[role]}"} if role else {}
                        answer = bearer.open(path, method=method, headers=headers, **body)
                    asked[answer.status_code] += 1
                    location = answer.headers.get("Location", "")
                    if wrong(answer.status_code, role, allowed, location):
                        faults.append((method, path, role and role.value, browser, answer.status_code))
    assert not faults, "\n".join(map(str, faults))
    assert asked.total() > 5_000 and asked[403] and asked[405] and asked[200]


def test_every_page_opens_for_the_roles_of_the_table_alone(
    browsers: dict[Role | None, FlaskClient], number: str
) -> None:
    faults = []
    for path, allowed in PAGES.items():
        for role, browser in browsers.items():
            answer = browser.get(path.format(number=number))
            inside = role is not None and role in {LETTER[letter] for letter in allowed}
            if inside and answer.status_code != 200:
                faults.append((path, role, answer.status_code))
            if not inside and wrong(answer.status_code, role, allowed, answer.headers.get("Location", "")):
                faults.append((path, role, answer.status_code))
    assert faults == []


def test_every_callback_of_dash_answers_roles_with_its_permission_alone(
    product: assembly.Product, browsers: dict[Role | None, FlaskClient]
) -> None:
    assert product.dash_app is not None
    outputs = [name for name, spec in product.dash_app.callback_map.items() if "callback" in spec]
    assert len(outputs) >= 1
    for output in outputs:
        permission = guard._callbacks[output]
        for role, browser in browsers.items():
            answer = browser.post(
                "/_dash-update-component", json={"output": output, "inputs": [], "changedPropIds": []}
            )
            let_in = role is not None and role in guard.PERMISSIONS[permission]
            assert answer.status_code == (401 if role is None else 403) or let_in, (output, role)
            assert answer.status_code < 500 or let_in, (output, role)
