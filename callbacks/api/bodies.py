"""Reading what was sent: strict JSON, whole numbers that fit, texts without hidden characters, moments with an offset."""

import json
import math
from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from dashboard.rules.lifecycle.facts import LONGEST_TEXT
from dashboard.rules.lifecycle.rule import Rule
from dashboard.rules.refusals import Invalid
from dashboard.rules.text import clean
from datasources.events.intake import moment_of, text_fault

LARGEST_JSON = 2 * 1024 * 1024
LARGEST_WHOLE = 2**53
LARGEST_INTEGER = 2**31 - 1
MOST_ITEMS = 100
LONGEST_CODE = 100
LONGEST_REASON = 500
LINES = ("text", "reason")
SECRETS = ("password", "secret")

Fault = tuple[str, str, dict[str, Any]]


def json_body() -> Any:
    """Return the JSON value of the request, every text in it clean; 415 for another type, 413 when too large,

    400 when malformed.
    """
    if not request.mimetype == "application/json":
        raise UnsupportedMediaType
    if (request.content_length or 0) > LARGEST_JSON:
        raise RequestEntityTooLarge
    data = request.get_data(cache=False)
    if len(data) > LARGEST_JSON:
        raise RequestEntityTooLarge
    try:
        return _clean(
            json.loads(
                data.decode("utf-8"),
                parse_constant=_no_constant,
                parse_float=_finite,
                parse_int=_whole,
                object_pairs_hook=_named_once,
            )
        )
    except (ValueError, RecursionError) as error:
        raise BadRequest from error


def object_body(*names: str) -> dict[str, Any]:
    """Return the JSON object of the request; Invalid when it is none or has fields other than `names`."""
    body = json_body()
    if not isinstance(body, dict):
        raise Invalid([("", "应是一个 JSON 对象", {})])
    unknown = [name for name in body if name not in names] if names else []
    if unknown:
        raise Invalid([(name[:100], "不认识字段“{field}”", {"field": name[:100]}) for name in unknown])
    return body


def version_of(body: Mapping[str, Any]) -> int:
    """Return the version a person saw; Invalid when it is missing or no whole number."""
    version = body.get("version")
    if isinstance(version, bool) or not isinstance(version, int):
        words = "请带上看到的版本号 version" if version is None else "应是整数"
        raise Invalid([("version", words, {})])
    return version


def facts_of(body: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    """Return the facts of an action, moments as instants; Invalid for what no rule would notice: hidden characters,

    numbers that no column holds. What is missing, unknown or of the wrong kind is for the rules to say.
    """
    kinds = {fact.name: fact.kind for fact in rule.facts}
    facts: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in body.items():
        if name == "version" or (value is None and name in kinds):
            continue
        if kinds.get(name) == "moment":
            facts[name] = moment_of(value) or value
            continue
        facts[name] = clean.line(value) if isinstance(value, str) and name not in LINES else value
        fault = value_fault(name, facts[name])
        if fault is not None:
            faults.append((name[:100], *fault))
    if faults:
        raise Invalid(faults)
    return facts


def reason_of(body: Mapping[str, Any], missing: str) -> str:
    """Return the reason a person gave, without space around it; Invalid with the sentence `missing` where there is none."""
    reason = body.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise Invalid([("reason", missing, {})])
    fault = text_fault(reason, LONGEST_REASON, lines=True)
    if fault:
        raise Invalid([("reason", *fault)])
    return reason.strip()


def value_fault(name: str, value: Any) -> tuple[str, dict[str, Any]] | None:
    """Return what no column could hold in a fact's value, whatever its kind."""
    if isinstance(value, str):
        lines = name in LINES
        return text_fault(value, LONGEST_TEXT if lines else LONGEST_CODE, lines=lines)
    if isinstance(value, (int, float)) and abs(value) > LARGEST_INTEGER:
        return "数字太大", {}
    if isinstance(value, list):
        if len(value) > MOST_ITEMS:
            return "最多 {most} 项", {"most": MOST_ITEMS}
        if any(isinstance(one, (list, dict)) for one in value):
            return "应是单个的值", {}
        return next((fault for one in value if (fault := value_fault("", one)) is not None), None)
    return ("应是单个的值", {}) if isinstance(value, dict) else None


def _clean(value: Any) -> Any:
    """Return a JSON value with clean texts; what opens a door is taken as it was typed."""
    if isinstance(value, str):
        return clean.text(value)
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {name: one if name in SECRETS else _clean(one) for name, one in value.items()}
    return value


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the fields of an object; one said twice may be read as either, so it is refused."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field is said twice")
    return fields


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number beyond every column")
    return number


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) > LARGEST_WHOLE:
        raise ValueError("a number beyond every column")
    return number
