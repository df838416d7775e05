"""A rolling upgrade: the last landed version works on beside this one, on the database that this one has changed."""

import io
import json
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import inspect

from datasources.districts.reference import References
from datasources.events import journal
from datasources.store.database import Database
from tests import ROOT
from tests.conftest import _admin
from tests.load.wall_page import spots
from tests.support import landed
from tests.support.product import Product, start

COLUMNS: dict[str, list[str]] = json.loads(
    (ROOT / "tests" / "support" / "landed_columns.json").read_text("utf-8")
)
whole_history = pytest.mark.skipif(
    not landed.is_in_history(),
    reason="a shallow clone: the landed version is not in it; its columns are checked all the same",
)


def test_no_column_is_taken_from_the_landed_version_or_demanded_of_it(database: Database) -> None:
    found = inspect(database.engine)
    for table, columns in COLUMNS.items():
        held = {column["name"]: column for column in found.get_columns(table)}
        assert set(columns) <= held.keys(), table
        demanded = [
            name
            for name, column in held.items()
            if name not in columns and not column["nullable"] and column["default"] is None
        ]
        assert demanded == [], (
            f"{table}: an old process writes no {demanded}; let it be empty or give a server default"
        )


@dataclass
class Web:
    """One version's web process, with a token for each account."""

    product: Product
    tokens: dict[str, str]

    def ask(self, account: str, path: str, body: Any = None) -> Any:
        """Return the JSON of what an account asks; it must have been answered."""
        status, said = self.product.ask(f"/api/v1{path}", body, token=self.tokens[account])
        assert status in (200, 201), (path, status, said)
        return said

    def act(self, account: str, event: Any, action: str, **facts: Any) -> Any:
        """Do an action to an event as it was last seen."""
        return self.ask(
            account, f"/events/{event['number']}/{action}", {"version": event["version"], **facts}
        )

    def photo(self, account: str) -> str:
        """Upload a photo and return its id."""
        written, mark = io.BytesIO(), uuid.uuid4().hex
        Image.new("RGB", (8, 8), "#246").save(written, "JPEG")
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\n'
        data = (
            f"{head}Content-Type: image/jpeg\r\n\r\n".encode()
            + written.getvalue()
            + f"\r\n--{mark}--\r\n".encode()
        )
        asked = urllib.request.Request(self.product.address + "/api/v1/photos", data)
        asked.add_header("Authorization", f"Bearer {self.tokens[account]}")
        asked.add_header("Content-Type", f"multipart/form-data; boundary={mark}")
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return str(json.load(answer)["id"])


@pytest.fixture
def url(postgres: str) -> Iterator[str]:
    """An empty database of PostgreSQL, shared by both versions."""
    name = f"rolling_{uuid.uuid4().hex[:8]}"
    _admin(postgres, f"CREATE DATABASE {name}")
    yield postgres.replace("/postgres?", f"/{name}?")
    _admin(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def issued(program: Path, folder: Path, url: str, *accounts: str) -> dict[str, str]:
    """Return a token for each account, issued by the landed version."""
    said = landed.told(program, "token", *accounts, "--data", str(folder), GRID_DATABASE_URL=url)
    assert said.returncode == 0, said.stderr
    return {line.split()[0]: line.split()[-1] for line in said.stdout.splitlines()}


@pytest.fixture
def both(url: str, tmp_path: Path) -> Iterator[tuple[Web, Web, Database]]:
    """The landed version, running since before the upgrade, and this one beside it."""
    program, folder = landed.laid_out(tmp_path / "landed"), tmp_path / "data"
    with start(folder, "--no-demo", program=(str(program),), GRID_DATABASE_URL=url) as old:
        tokens = issued(program, folder, url, "operator", "lead")
        _, units = old.ask("/api/v1/units", token=tokens["operator"])
        tokens |= issued(program, folder, url, *(f"unit-{unit['code']}" for unit in units["items"]))
        database = Database(url)
        database.upgrade()
        with start(folder, "--no-demo", "--role", "web", GRID_DATABASE_URL=url) as new:
            yield Web(old, tokens), Web(new, tokens), database
        database.close()


def lived(first: Web, then: Web, database: Database) -> list[dict[str, Any]]:
    """Return events that went through everything, each action in turn by one version and the other."""
    first.product.token = first.tokens["operator"]
    lng, lat = spots(first.product)[0]
    report = {"title": "占道经营", "source": "grid_worker", "category": "S0406", "lng": lng, "lat": lat}
    ends = []

    event = first.ask("operator", "/events", report)
    reference = References(database).get()
    with database.read() as session:
        found = journal.event_by_number(session, event["number"])
    assert found is not None
    unit = f"unit-{reference.eligible(found)[0]}"
    assert unit in first.tokens
    event = then.act(unit, event, "claim")
    then.act("operator", event, "comment", text="请尽快处置")
    event = first.ask("operator", f"/events/{event['number']}")["event"]
    event = first.act(unit, event, "finish", text="已处置", photos=[first.photo(unit)])
    event = then.act(
        "operator", event, "check", rating="dissatisfied", text="未整改到位", photos=[then.photo("operator")]
    )
    event = then.act(unit, event, "finish", text="已再次处置", photos=[then.photo(unit)])
    ends.append(first.act("operator", event, "check", rating="satisfied", photos=[first.photo("operator")]))

    event = first.ask("operator", "/events", report | {"title": "请派单"})
    event = then.act("operator", event, "dispatch", unit=unit.removeprefix("unit-"), reason="指定处置")
    event = first.act(unit, event, "decline", ground="unclear_description", text="描述不清")
    event = then.act("operator", event, "dispatch", unit=unit.removeprefix("unit-"))
    event = first.act(unit, event, "accept")
    event = first.act(unit, event, "extend", reason="需要协调")
    event = then.act("lead", event, "approve", request="extend", reason="同意")
    ends.append(first.act("lead", event, "supervise", reason="群众反映强烈"))

    event = first.ask("operator", "/events", report | {"title": "井盖缺失伤人", "emergency": True})
    alert = next(one for one in then.ask("operator", "/alerts")["items"] if one["event"] == event["number"])
    then.ask(
        "operator", f"/alerts/{alert['id']}/acknowledge", {"episode": alert["episode"], "screen": "desk-1"}
    )
    ends.append(first.ask("operator", f"/events/{event['number']}")["event"])
    first.ask("operator", "/exports/requests", {"filters": {}, "why": "核对"})
    return ends


@whole_history
def test_the_landed_version_does_everything_beside_this_one(both: tuple[Web, Web, Database]) -> None:
    old, new, database = both
    for first, then in ((old, new), (new, old), (old, old)):
        closed, supervised, emergency = lived(first, then, database)
        assert closed["status"] == "closed" and closed["round"] == 2
        assert supervised["supervision"] != "none" and emergency["emergency"]
    assert old.product.ask("/readyz")[0] == new.product.ask("/readyz")[0] == 200
