"""The API keeps what its own OpenAPI description says, whatever is sent to it (schemathesis, on the WSGI app)."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from callbacks.api import feed
from callbacks.api.schema.openapi import described
from callbacks.live.feed import LiveFeed
from callbacks.live.scopes import Visibility
from dashboard.feed.serializer import feed_row
from datasources.feed.stream import Feed
from tests.support.api_world import OpenApi, open_app
from tests.support.depth import examples

PHASES = (Phase.explicit, Phase.generate)  # no shrinking: a failing example is small enough to read
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@schemathesis.serializer("application/offset+octet-stream")
def _piece(_context: Any, value: Any) -> bytes:
    """A piece of a picture travels as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApi]:
    """An app with a live feed of its own that has read the database once; Redis is not needed for that."""
    api = open_app(tmp_path_factory.mktemp("contract"))
    reference = api.runtime.reference
    live = LiveFeed(
        api.runtime.database,
        Feed("unix:///nowhere", "huli"),
        lambda event: feed_row(event, reference),
        Visibility(reference.eligible),
    )
    live.reconcile()
    feed.use(api.app, live)
    title = {"title": "占道经营", "address": "南山路", "category": "S0406"}
    assert api.call("operator", "POST", "/events", title).status_code == 201
    urgent = {"title": "火情", "address": "南山路", "emergency": True}
    assert api.call("operator", "POST", "/events", urgent).status_code == 201
    yield api
    api.runtime.database.close()


SCHEMA = schemathesis.openapi.from_dict(described("http://localhost"))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.mark.hypothesis
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_every_answer_is_as_described(operation: APIOperation, opened: OpenApi) -> None:
    headers = opened.token("operator") | {"Accept-Encoding": "identity"}
    known = opened.call("operator", "GET", "/events?limit=1").json["items"][0]["number"]
    acts = operation.path.startswith("/events/{number}")

    @given(case=operation.as_strategy())
    @settings(max_examples=examples(6 if acts else 12), deadline=None, database=None, phases=PHASES)
    def ask(case: Case) -> None:
        if acts:
            case.path_parameters = {"number": known}
        case.call_and_validate(app=opened.app, headers=headers, checks=list(CHECKS))

    ask()
