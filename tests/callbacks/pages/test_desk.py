"""The desk's frame: its promised boxes, its first data, the form of every action."""

import json
from collections import Counter
from typing import Any

from dash.development.base_component import Component

from dashboard.rules.events.rules import RULES
from layouts import ids
from layouts.pages import desk
from layouts.parts import act
from layouts.text import keys
from tests.layouts.test_layouts import AREAS, LEVELS, parts

DATA = desk.DeskData(
    title="试点区社会治理网格指挥中心",
    account=("operator", "值班员", "值班员"),
    levels=LEVELS,
    areas=AREAS,
    now_ms=1_795_160_556_000,
)
PEOPLE_DO = {rule.action.value for rule in RULES if set(rule.by) - {"clock", "system"}} - {"report"}


def first() -> dict[str, Any]:
    return json.loads(getattr(desk.page(DATA), "data-initial"))


def test_the_desk_carries_every_promised_id_exactly_once() -> None:
    every: list[Component] = list(parts(desk.page(DATA)))
    counted = Counter(part.id for part in every if getattr(part, "id", None))
    assert set(ids.CONTRACT_DESK) <= set(counted)
    assert {id: n for id, n in counted.items() if n > 1} == {}


def test_every_action_of_people_has_a_form_with_exactly_the_facts_of_the_rule_book() -> None:
    asked = {
        action: {fact["name"] for fact in rule["facts"]} | _unasked(action)
        for action, rule in first()["rules"].items()
        if action not in act.BESIDE
    }
    facts = {rule.action.value: {fact.name for fact in rule.facts} for rule in RULES}
    assert asked == {action: facts[action] for action in PEOPLE_DO}


def _unasked(action: str) -> set[str]:
    return {fact for unasked, fact in act.UNASKED if unasked == action}


def test_every_action_an_operator_or_a_lead_takes_has_a_letter_of_its_own() -> None:
    theirs = {rule.action.value for rule in RULES if set(rule.by) & {"operator", "lead", "viewer"}}
    assert theirs - {"report"} <= set(keys.LETTERS)
    assert len(set(keys.LETTERS.values())) == len(keys.LETTERS)
