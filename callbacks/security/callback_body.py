"""What a browser posts to a Dash callback, read by us before Dash reads it: shallow JSON of the callback's own shape, or 4xx.

Dash trusts the body: a missing key, a foreign input or a thousand brackets end in a traceback there.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from dashboard.rules.refusals import Invalid

DEEPEST = 32
KEYS = frozenset({"output", "outputs", "inputs", "changedPropIds", "parsedChangedPropsIds", "state"})
OPEN, CLOSE = frozenset(b"[{"), frozenset(b"]}")


def read() -> dict[str, Any]:
    """Return the JSON object of a callback's request; BadRequest when it is none or nests deeper than any page's."""
    data = request.get_data(cache=True)
    if _depth(data) > DEEPEST:
        raise BadRequest
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRequest from error
    if not isinstance(body, dict):
        raise BadRequest
    return body


def check(body: Mapping[str, Any], spec: Mapping[str, Any]) -> None:
    """Raise Invalid unless a body carries exactly what the callback `spec` (of Dash's map) was registered with."""
    changed = body.get("changedPropIds", [])
    right = (
        KEYS.issuperset(body)
        and _are(body.get("inputs"), spec["inputs"])
        and _are(body.get("state", []), spec["state"])
        and _names(body.get("outputs")) == body.get("output")
        and isinstance(changed, list)
        and all(isinstance(one, str) for one in changed)
    )
    if not right:
        raise Invalid([("", "这不是本页面发出的请求，请刷新页面再试", {})])


def _are(given: Any, wanted: Sequence[Mapping[str, Any]]) -> bool:
    return (
        isinstance(given, list)
        and len(given) == len(wanted)
        and all(
            isinstance(one, dict) and all(one.get(key) == each[key] for key in ("id", "property"))
            for one, each in zip(given, wanted, strict=True)
        )
    )


def _names(outputs: Any) -> str | None:
    """Return Dash's name for what a callback's answer goes to: "id.property", or several in a row."""
    if isinstance(outputs, list):
        names = [_names(one) for one in outputs if isinstance(one, dict)]
        return f"..{'...'.join(name or '' for name in names)}.." if len(names) == len(outputs) else None
    return f"{outputs.get('id')}.{outputs.get('property')}" if isinstance(outputs, dict) else None


def _depth(data: bytes) -> int:
    """Return how deep brackets nest, those inside texts included: an upper bound, without parsing."""
    deepest = depth = 0
    for byte in data:
        if byte in OPEN:
            depth += 1
            deepest = max(deepest, depth)
        elif byte in CLOSE:
            depth -= 1
    return deepest
