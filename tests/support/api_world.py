"""An app with the API alone, over a real database: for the tests and benchmarks of the API.

Demo accounts share one password; every role has a token, so that tests speak as scripts do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from callbacks import api
from callbacks.security import guard, outside, session
from dashboard import clock
from dashboard.runtime.runtime import Runtime
from dashboard.settings import Settings
from datasources.accounts import accounts, passwords, sign_in
from datasources.accounts.sign_in import SignIn
from datasources.districts.loading import load_pack
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import Reference
from datasources.store.database import Database
from datasources.store.models import AccountRow
from tests.support.references import references

PASSWORD = "a demo password"
BEARER = "Authorization"


@dataclass
class OpenApi:
    """A runtime with its API open: `client`, and a token for every account."""

    app: Flask
    runtime: Runtime
    doors: SignIn
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def client(self) -> FlaskClient:
        """Return a browser that knows nothing yet."""
        return self.app.test_client()

    def token(self, account: str, header: str = BEARER) -> dict[str, str]:
        """Return the header that makes a request the account's."""
        if account not in self._tokens:
            with self.runtime.database.write() as opened:
                self._tokens[account] = sign_in.issue_token(opened, account, clock.real_now())
        return {header: f"Bearer {self._tokens[account]}"}

    def clear(self, account: str) -> dict[str, str]:
        """Return the header of a token of the account that reads persons in clear."""
        with self.runtime.database.write() as opened:
            word = sign_in.issue_token(opened, account, clock.real_now(), sign_in.PERSONAL)
        return {BEARER: f"Bearer {word}"}

    def call(self, account: str | None, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Ask as an account (None: nobody) and return the response."""
        headers = (self.token(account) if account else {}) | more.pop("headers", {})
        if body is not None:
            more["json"] = body
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def login(self, account: str) -> FlaskClient:
        """Return a browser in which the account has logged in."""
        client = self.client
        answer = client.post("/login", data={"username": account, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client


class LateRule(Rule):
    """A route that works out how its address is written when somebody asks: seventy of them a test otherwise."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        known: list[Callable[..., tuple[str, str]]] = []
        compiled = super()._compile_builder

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not known:
                known.append(compiled(append_unknown))
            return known[0](rule, **values)

        return build


@cache
def hashed() -> str:
    """Return the hash of the demo accounts' password, made once: it is slow on purpose."""
    return passwords.hashed(PASSWORD)


def open_demo(session: Session, reference: Reference) -> None:
    """Open the demo accounts, in a runtime without accounts by the rows that `ensure_demo` would make there."""
    now = clock.real_now()
    if session.scalar(select(func.count()).select_from(AccountRow)):
        accounts.ensure_demo(session, reference, PASSWORD, now)
        return
    made = {"password_hash": hashed(), "demo": True, "created_at": now}
    session.execute(insert(AccountRow), [one | made for one in accounts.demo_accounts(reference)])


def build(runtime: Runtime) -> OpenApi:
    """Return the API of a runtime whose district is loaded, with the demo accounts."""
    with runtime.database.write() as opened:
        open_demo(opened, runtime.reference)
    app = Flask("grid-api", static_folder=None)
    app.url_rule_class = LateRule
    doors = session.install(app, runtime)
    guard.install(app, runtime.settings, session.viewer, session.came_from_elsewhere)
    api.install(app)
    guard.check_app(app)
    outside.install(app, runtime.settings)
    return OpenApi(app, runtime, doors)


def runtime_of(database: Database, folder: Path) -> Runtime:
    """Return a runtime over a database whose district is loaded."""
    settings = Settings(data_dir=folder)
    return Runtime(settings, pack="huli", district="huli", database=database, references=references(database))


def open_app(folder: Path) -> OpenApi:
    """Return a new runtime on SQLite in a folder, with Huli loaded, and its API."""
    database = Database(f"sqlite:///{folder / 'grid.db'}")
    database.upgrade()
    with database.write() as opened:
        load_pack(opened, read_pack("huli"), clock.real_now())
    return build(runtime_of(database, folder))
