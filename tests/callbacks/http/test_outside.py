"""Behind a proxy and over https: what is believed of a request's road, which cookies are given, what refuses to start."""

from pathlib import Path

import pytest
from flask import request

from callbacks.cli import self_check
from callbacks.pages import admin
from callbacks.security import guard, outside
from dashboard.rules.refusals import Refusal
from dashboard.runtime.runtime import Runtime
from dashboard.settings import Settings
from datasources.districts.reference import References
from datasources.store.database import Database
from tests.support.api_world import PASSWORD, OpenApi, build
from tests.support.product import command

SITE = "https://zhihui.example.gov.cn"
OPEN = {
    "GRID_ORIGINS": SITE,
    "GRID_TRUSTED_PROXIES": "1",
    "GRID_SECRET_KEY": "k" * 40,
    "GRID_DEMO": "false",
    "GRID_DEMO_PASSWORD": "",
}


def opened(database: Database, folder: Path, **settings: object) -> OpenApi:
    """Return the API as an installation with these settings serves it, with a route that says who asks."""
    chosen = Settings(data_dir=folder, **settings)
    runtime = Runtime(chosen, "huli", "huli", database, References(database))
    found = build(runtime)
    admin.install(found.app)
    found.app.add_url_rule("/who", "who", guard.permission("public")(lambda: outside.address()))
    found.app.add_url_rule("/scheme", "scheme", guard.permission("public")(lambda: request.scheme))
    return found


def login(found: OpenApi, **headers: str):  # type: ignore[no-untyped-def]
    form = {"username": "operator", "password": PASSWORD}
    return found.client.post("/login", data=form, headers=headers, base_url="http://inside:8050")


@pytest.mark.parametrize(
    ("hops", "said", "believed"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
    ],
)
def test_only_as_many_hops_are_believed_as_proxies_stand_in_front(
    sqlite: Database, tmp_path: Path, hops: int, said: str, believed: str
) -> None:
    found = opened(sqlite, tmp_path, trusted_proxies=hops)
    assert found.client.get("/who", headers={"X-Forwarded-For": said}).text == believed


def test_two_residents_behind_one_proxy_do_not_share_a_limit(sqlite: Database, tmp_path: Path) -> None:
    found = opened(sqlite, tmp_path, trusted_proxies=1)

    def report(address: str) -> int:
        body = {"title": "井盖破损", "address": "南山路 1 号"}
        return found.client.post(
            "/api/v1/reports", json=body, headers={"X-Forwarded-For": address}
        ).status_code

    assert [report("203.0.113.7") for _ in range(21)][-2:] == [201, 429]
    assert report("203.0.113.8") == 201


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_the_ipv6_addresses_of_one_home_are_counted_together(
    sqlite: Database, tmp_path: Path, one: str, other: str, same: bool
) -> None:
    found = opened(sqlite, tmp_path, trusted_proxies=1)
    seen = [found.client.get("/who", headers={"X-Forwarded-For": said}).text for said in (one, other)]
    assert (seen[0] == seen[1]) is same


@pytest.mark.parametrize("proto", ["https", "http", None])
def test_where_people_use_https_every_cookie_is_host_only_and_secure_and_hsts_is_sent(
    sqlite: Database, tmp_path: Path, proto: str | None
) -> None:
    found = opened(sqlite, tmp_path, trusted_proxies=1, origins=SITE)
    answer = login(found, **({"X-Forwarded-Proto": proto} if proto else {}))
    cookies = [value for name, value in answer.headers if name == "Set-Cookie"]
    for one in cookies:
        assert one.startswith("__Host-grid_") and "Domain" not in one
        assert {"Secure", "HttpOnly", "Path=/"} <= set(one.split("; "))
    (given,) = [one for one in cookies if one.startswith("__Host-grid_session=")]
    assert "SameSite=Lax" in given.split("; ")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    token = given.split("=", 1)[1].split(";")[0]
    for name, status in (("__Host-grid_session", 200), ("grid_session", 401)):
        client = found.app.test_client(use_cookies=False)
        seen = client.get("/api/v1/events", headers={"Cookie": f"{name}={token}"})
        assert seen.status_code == status, name


def test_without_https_the_cookie_is_a_plain_one_and_no_hsts_is_sent(
    sqlite: Database, tmp_path: Path
) -> None:
    answer = login(opened(sqlite, tmp_path))
    assert answer.headers["Set-Cookie"].startswith("grid_session=")
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers


def test_a_logout_takes_the_secure_cookie_back(sqlite: Database, tmp_path: Path) -> None:
    found = opened(sqlite, tmp_path, origins=SITE)
    token = login(found).headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
    client = found.app.test_client(use_cookies=False)
    gone = client.post("/logout", headers={"Cookie": f"__Host-grid_session={token}"})
    assert (
        gone.headers["Set-Cookie"].startswith("__Host-grid_session=;")
        and "Secure" in gone.headers["Set-Cookie"]
    )
    assert client.get("/api/v1/events", headers={"Cookie": f"__Host-grid_session={token}"}).status_code == 401


@pytest.mark.parametrize("hops", [0, 1])
def test_the_address_of_a_screen_is_the_one_people_use(sqlite: Database, tmp_path: Path, hops: int) -> None:
    found = opened(sqlite, tmp_path, origins=SITE, trusted_proxies=hops)
    for host in ("http://zhihui.example.gov.cn", "http://127.0.0.1:8050"):
        name = f"hall-{len(host)}"
        made = found.client.post(
            "/admin/screens", json={"name": name}, headers=found.token("admin"), base_url=host
        )
        assert made.json["address"].startswith(f"{SITE}/kiosk/")


def test_who_asks_for_the_name_people_use_came_by_https(sqlite: Database, tmp_path: Path) -> None:
    found = opened(sqlite, tmp_path, origins=SITE)
    assert found.client.get("/scheme", base_url="http://zhihui.example.gov.cn").text == "https"
    assert found.client.get("/scheme", base_url="http://127.0.0.1:8050").text == "http"


@pytest.mark.parametrize(
    ("settings", "others"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"host": "::1", "origins": "http://localhost:8050"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "::"}, True),
        ({"origins": SITE}, True),
        ({"origins": f"http://127.0.0.1:8050,{SITE}"}, True),
        ({"origins": "http://[zhihui"}, True),
    ],
)
def test_open_is_who_listens_or_is_addressed_beyond_this_machine(
    settings: dict[str, str], others: bool
) -> None:
    assert self_check.is_open(Settings(**settings)) is others  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "cure"),
    [
        ({"GRID_TRUSTED_PROXIES": "0"}, "GRID_TRUSTED_PROXIES"),
        ({"GRID_DEMO": "true"}, "--no-demo"),
        ({"GRID_DEMO_PASSWORD": "a password"}, "GRID_DEMO_PASSWORD"),
        ({"GRID_SECRET_KEY": "short"}, "GRID_SECRET_KEY"),
        ({"GRID_ORIGINS": "http://zhihui.example.gov.cn"}, "https"),
        ({"GRID_ORIGINS": "", "GRID_HOST": "0.0.0.0"}, "GRID_ORIGINS"),
        ({"GRID_WEBHOOK_URL": "https://gateway.example.gov.cn"}, "GRID_WEBHOOK_SECRET"),
    ],
)
def test_run_refuses_whatever_check_finds_once_it_is_open_to_others(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], cure: str
) -> None:
    for name, value in (OPEN | changed).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert self_check.findings(settings)
    with pytest.raises(Refusal) as refused:
        self_check.refuse_unsafe(settings)
    assert cure in refused.value.params["findings"]


def test_a_safe_configuration_open_to_others_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in OPEN.items():
        monkeypatch.setenv(name, value)
    assert self_check.findings(Settings()) == []
    self_check.refuse_unsafe(Settings())


def test_a_demo_over_http_does_not_start_on_every_address_of_the_machine(tmp_path: Path) -> None:
    done = command("run", "--data", str(tmp_path), "--host", "0.0.0.0", "--demo")
    assert done.returncode == 1 and "--no-demo" in done.stderr and "Traceback" not in done.stderr


def test_an_unreadable_cookie_of_a_neighbour_shuts_nobody_out(sqlite: Database, tmp_path: Path) -> None:
    found = opened(sqlite, tmp_path)
    token = login(found).headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
    client = found.app.test_client(use_cookies=False)
    headers = {"Cookie": f"a=\xff; grid_session={token}"}
    assert client.get("/api/v1/events", headers=headers).status_code == 200
    assert client.get("/healthz", headers={"Cookie": "a=\xff"}).status_code == 200
