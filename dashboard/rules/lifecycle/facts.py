"""The facts of an action, checked by their kind before anything is decided by them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.rules.lifecycle.rule import Fact, Fault

LONGEST_TEXT = 2000
MISSING = "缺少“{field}”"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of fact is checked: its types, the sentence where it is of another one, and the only values it has."""

    types: Any  # a type or several, as isinstance takes them
    words: str
    choices: tuple[str, ...] = ()
    many: bool = False  # a list of texts


KINDS: Mapping[str, Kind] = {
    "text": Kind(str, "应是文字"),
    "number": Kind((int, float), "应是数字"),
    "integer": Kind(int, "应是整数"),
    "flag": Kind(bool, "只能是 true 或 false"),
    "moment": Kind(datetime, "应是带时区的时间"),
    "account": Kind(str, "应是账号名"),
    "photos": Kind((list, tuple), "应是照片编号的列表", many=True),
}


def said(facts: Mapping[str, Any], expected: Iterable[Fact], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the facts that say something: an empty one counts as not given, save a list where a list is meant."""
    lists = {fact.name for fact in expected if kinds[fact.kind].many}
    return {name: value for name, value in facts.items() if value != "" and (value != [] or name in lists)}


def faults(facts: Mapping[str, Any], expected: Iterable[Fact], kinds: Mapping[str, Kind]) -> list[Fault]:
    """Return what is missing, of another kind or not asked for, each with its field."""
    known = {fact.name: fact for fact in expected}
    unknown = [name for name in facts if name not in known]
    found: list[Fault] = [(name, "“{field}”不是这个操作需要的内容", {"field": name}) for name in unknown]
    for fact in known.values():
        found.extend(_faults(fact, facts.get(fact.name), kinds[fact.kind]))
    return found


def _faults(fact: Fact, value: Any, kind: Kind) -> list[Fault]:
    missing: list[Fault] = [(fact.name, MISSING, {"field": fact.name})]
    if value is None or value == "" or value == []:
        return missing if fact.required else []
    wrong: list[Fault] = [(fact.name, kind.words, {})]
    if not isinstance(value, kind.types) or (isinstance(value, bool) and kind.types is not bool):
        return wrong
    if kind.choices and value not in kind.choices:
        return wrong
    if kind.many and not all(isinstance(item, str) for item in value):
        return wrong
    if fact.kind == "text" and fact.required and not value.strip():
        return missing
    if fact.kind == "text" and len(value) > LONGEST_TEXT:
        return [(fact.name, "文字最长 {most} 字", {"most": LONGEST_TEXT})]
    return []
