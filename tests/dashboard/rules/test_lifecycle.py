"""The rule book as a table: every status × action × role either moves as RULES says or is refused; nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.rules.access import CLOCK, SYSTEM, Role, Viewer
from dashboard.rules.events.action import Action
from dashboard.rules.events.book import EVENTS
from dashboard.rules.events.capacities import capacities, sees
from dashboard.rules.events.context import Context, CoUnit
from dashboard.rules.events.event import (
    LEVELS,
    OPEN,
    OWNED,
    RATING_WORDS,
    TERMINAL,
    Event,
    Status,
    on_time,
    zone,
)
from dashboard.rules.events.policy import Category, Policy
from dashboard.rules.events.rules import ACTION_WORDS, BY_ACTION, RULES
from dashboard.rules.lifecycle.rule import Attempt, open_door
from dashboard.rules.lifecycle.transition import Transition
from dashboard.rules.limits import Calendar, Limit
from dashboard.rules.refusals import Forbidden, Invalid, NotAllowedNow
from tests.support.depth import examples

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def take(
    walk: Transition, action: str, viewer: Viewer, capacities: frozenset[str], facts: dict, context: Context
) -> None:
    """Add one action to a transition."""
    EVENTS.take(walk, action, Attempt(walk.matter, viewer, capacities, facts, context))


def check_facts(event: Event, action: str, facts: dict, capacities: frozenset[str], context: Context) -> None:
    """Let the book look at the facts of an action, whoever acts."""
    EVENTS.check_facts(action, Attempt(event, SYSTEM, capacities, facts, context))


class Village:
    """The smallest world the rules can live in: two units, three categories, one grid."""

    policy = Policy(Calendar({}, ZoneInfo("Asia/Shanghai")))
    categories = {  # noqa: RUF012
        "stall": Category("stall", "占道经营", limit=Limit(2, "urgent_hour")),
        "form": Category("form", "只能派单", claim_minutes=0),
        "gas": Category("gas", "燃气泄漏", limit=Limit(1, "urgent_hour"), emergency=True, level="district"),
        "photo": Category("photo", "要照片", limit=Limit(1, "work_day"), photo_required=True),
    }

    def category(self, code: str | None) -> Category | None:
        return self.categories.get(code or "")

    def steered(self, code: str | None, *words: str) -> str | None:
        return code

    def eligible(self, event: Event) -> list[str]:
        return ["URBAN", "STREET"]

    def responsible(self, event: Event) -> list[str]:
        return ["GAS"] if event.category == "gas" else ["URBAN"]

    def co_units(self, event: Event) -> list[str]:
        return ["FIRE"] if event.category == "gas" else []

    def is_unit(self, code: str) -> bool:
        return code in ("URBAN", "STREET", "GAS", "FIRE")

    def standing_unit(self, code: str) -> str:
        return code

    def level_of(self, unit: str | None) -> str:
        return "street" if unit == "STREET" else "district"


VILLAGE = Village()
CAST = {
    "operator": Viewer("operator", Role.OPERATOR),
    "lead": Viewer("lead", Role.LEAD),
    "leader": Viewer("leader", Role.LEADER),
    "wall": Viewer("screen", Role.WALL),
    "admin": Viewer("admin", Role.ADMIN),
    "auditor": Viewer("auditor", Role.AUDITOR),
    "owner": Viewer("unit-URBAN", Role.UNIT, unit="URBAN"),
    "other": Viewer("unit-STREET", Role.UNIT, unit="STREET"),
    "stranger": Viewer("unit-EDU", Role.UNIT, unit="EDU"),
    "checker": Viewer("worker-c1", Role.WORKER, area="c1"),
    "far": Viewer("worker-c2", Role.WORKER, area="c2"),
    "resident": Viewer("resident", Role.RESIDENT),
    "clock": CLOCK,
    "system": SYSTEM,
}


def an_event(status: Status = Status.REPORTED, **facts: Any) -> Event:
    """An event in a status, with the columns that status implies."""
    owned = {"unit": "URBAN", "how": "claim"} if status in OWNED or status == Status.CLOSED else {}
    clocks: dict[str, Any] = {
        "claim_due_at": NOW + timedelta(minutes=30),
        "handle_from": NOW - timedelta(hours=1),
        "handle_due_at": NOW + timedelta(hours=1),
        "check_due_at": NOW + timedelta(hours=1),
    }
    if status == Status.CLOSED:
        clocks |= {"closed_at": NOW - timedelta(days=1), "finished_at": NOW - timedelta(days=1)}
    if status == Status.MERGED:
        clocks |= {"merged_at": NOW, "merged_from": Status.REPORTED, "merged_into": 2}
    if status == Status.ON_HOLD:
        clocks |= {"hold_from": NOW, "hold_until": NOW + timedelta(days=1)}
    base = Event(
        id=1, number="1", title="占道", source="resident", status=status, reported_at=NOW - timedelta(hours=2),
        version=3, category="stall", grid="g1", area_path="/d/s1/c1/g1/", lng=118.1, lat=24.5,
    )  # fmt: skip
    return replace(base, **(owned | clocks | facts))


def around(**facts: Any) -> Context:
    return Context(NOW, VILLAGE, **facts)


FACTS: dict[str, dict[str, Any]] = {
    "reject": {"reason": "非本区"},
    "merge": {"original": "2"},
    "dispatch": {"unit": "URBAN", "reason": "直接派单"},
    "call_in": {"co_units": ["STREET"]},
    "decline": {"ground": "not_our_duty", "text": "不是"},
    "escalate": {"reason": "需要街道"},
    "finish": {"text": "已处置", "photos": ["a"]},
    "check": {"rating": "satisfied", "photos": ["a"]},
    "hold": {"reason": "等待", "until": NOW + timedelta(days=2)},
    "extend": {"reason": "量大"},
    "approve": {"request": "hold"},
    "refuse": {"request": "hold", "reason": "不同意"},
    "supervise": {"reason": "领导批示"},
    "comment": {"text": "已知"},
    "reopen": {"reason": "仍在"},
    "correct": {"level": "street"},
    "settle_border": {"grid": "g2"},
}
BORDER = {"candidates": ["g1", "g2"], "distance_m": 5.0, "streets": 2, "settled": False}


def ready_for(action: str, status: Status) -> Event:
    """An event in a status, with what the guard of an action asks for."""
    special = {
        "approve": {
            "request": "hold",
            "requested_by": "unit-URBAN",
            "request_until": NOW + timedelta(days=2),
        },
        "refuse": {"request": "hold", "requested_by": "unit-URBAN"},
        "settle_border": {"border": BORDER},
    }
    return an_event(status, **special.get(action, {}))


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("action", [rule.action.value for rule in RULES if rule.action != Action.REPORT])
def test_every_status_action_and_role_moves_as_the_table_says_or_is_refused(
    action: str, status: Status
) -> None:
    rule, event = BY_ACTION[action], ready_for(action, status)
    context = around(original=replace(an_event(), id=2, number="2"))
    for viewer in CAST.values():
        button = action in EVENTS.allowed(event, viewer, context)
        try:
            found = EVENTS.permit(event, action, viewer, context)
        except (Forbidden, NotAllowedNow):
            assert not button
            continue
        assert button
        assert status in rule.sources
        assert found.intersection(rule.by)
        facts = dict(FACTS.get(action, {}))
        if action == "dispatch" and status == Status.PENDING_DISPATCH:
            del facts["reason"]
        check_facts(event, action, facts, found, context)
        walk = Transition(event)
        take(walk, action, viewer, found, facts, context)
        first = walk.steps[0][0]
        assert first.to_status in (rule.targets or (status,))
        assert walk.matter.version == event.version + len(walk.steps)


def test_the_wall_the_auditor_and_residents_can_do_nothing_but_look() -> None:
    for status in Status:
        for who in ("wall", "resident"):
            buttons = set(EVENTS.allowed(an_event(status), CAST[who], around()))
            assert buttons <= {"comment"}


def test_no_status_is_a_dead_end_but_the_terminal_ones() -> None:
    moving = {source for rule in RULES for source in rule.sources if set(rule.targets) - {source}}
    assert set(OPEN) <= moving
    assert {Status.REJECTED} == {status for status in TERMINAL if status not in moving}


def test_every_rule_but_the_report_has_an_effect_of_its_own_and_words() -> None:
    without = {rule.action for rule in RULES if rule.effect is None}
    assert without == {Action.REPORT}
    assert {rule.action for rule in RULES} == set(ACTION_WORDS) - {Action.IMPORT}


# action → (status, columns, who, surroundings) in which its guard stands in the way of somebody entitled
GUARDED: dict[str, tuple[Status, dict[str, Any], str, dict[str, Any]]] = {
    "reject": (Status.REPORTED, {}, "operator", {"bears_urgent": True}),
    "unmerge": (Status.MERGED, {"merged_at": NOW - timedelta(days=2)}, "operator", {}),
    "claim": (Status.CLAIMABLE, {"claim_due_at": NOW}, "owner", {}),
    "dispatch": (Status.PENDING_DISPATCH, {"decline_count": 2}, "operator", {}),
    "recall": (Status.DISPATCHED, {"final_dispatch": True}, "operator", {}),
    "accept": (Status.HANDLING, {}, "owner", {}),
    "decline": (Status.DISPATCHED, {"final_dispatch": True}, "owner", {}),
    "escalate": (Status.HANDLING, {}, "operator", {}),
    "finish": (Status.HANDLING, {"co_units": ["STREET"]}, "other", {"co_units": (CoUnit("STREET", NOW),)}),
    "hold": (Status.HANDLING, {"hold_count": 1}, "owner", {}),
    "extend": (Status.HANDLING, {"extension_count": 2}, "owner", {}),
    "approve": (Status.HANDLING, {}, "lead", {}),
    "refuse": (Status.HANDLING, {}, "lead", {}),
    "supervise": (Status.HANDLING, {"supervision": "red"}, "lead", {}),
    "reply": (Status.HANDLING, {}, "owner", {}),
    "urge": (Status.HANDLING, {}, "operator", {"last_urge_at": NOW}),
    "reopen": (Status.CLOSED, {"closed_at": NOW - timedelta(days=8)}, "operator", {}),
    "rate": (Status.CLOSED, {"reported_by": "resident"}, "resident", {"said": frozenset({"rate"})}),
    "object": (Status.CLOSED, {"reported_by": "resident"}, "resident", {"said": frozenset({"object"})}),
    "dismiss": (Status.CLOSED, {}, "operator", {}),
    "appeal": (Status.CLOSED, {}, "owner", {}),
    "review": (Status.CLOSED, {}, "operator", {}),
    "settle_border": (Status.REPORTED, {}, "operator", {}),
}


def test_the_table_of_guarded_cases_knows_every_guard() -> None:
    assert {rule.action for rule in RULES if rule.guard is not open_door} == set(GUARDED)


@pytest.mark.parametrize("action", GUARDED)
def test_a_guard_stands_in_the_way_of_somebody_who_is_entitled(action: str) -> None:
    status, columns, who, surroundings = GUARDED[action]
    event, context = an_event(status, **columns), around(**surroundings)
    assert EVENTS.entitled(event, action, CAST[who], context).intersection(BY_ACTION[action].by)
    with pytest.raises(NotAllowedNow) as refused:
        EVENTS.permit(event, action, CAST[who], context)
    assert refused.value.text != EVENTS.sentences.not_now
    assert action not in EVENTS.allowed(event, CAST[who], context)


def test_zones_are_the_ones_people_speak_of() -> None:
    assert zone(an_event(Status.HANDLING, how="claim")) == "claimed"
    assert zone(an_event(Status.HANDLING, how="dispatch")) == "dispatched"
    assert zone(an_event(Status.HANDLING, supervision="yellow")) == "supervised"
    assert zone(an_event(Status.MERGED)) is None


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, None),
        ({"late": True}, False),
        ({"handle_due_at": NOW - timedelta(seconds=1)}, False),
        ({"handle_due_at": None}, None),
        ({"status": Status.CHECKING, "finished_at": NOW}, True),
        ({"status": Status.CLOSED, "finished_at": NOW, "handle_due_at": None}, True),
        ({"status": Status.ON_HOLD, "handle_due_at": NOW - timedelta(days=1)}, None),
    ],
)
def test_on_time_is_decided_by_finish_or_by_the_deadline_passing(
    facts: dict[str, Any], verdict: bool | None
) -> None:
    assert on_time(replace(an_event(Status.HANDLING), **facts), NOW) is verdict


def test_a_border_between_streets_stops_claim_and_dispatch_but_not_an_emergency() -> None:
    event = an_event(Status.CLAIMABLE, border=BORDER)
    assert "claim" not in EVENTS.allowed(event, CAST["owner"], around())
    waiting = an_event(Status.PENDING_DISPATCH, border=BORDER)
    assert "dispatch" not in EVENTS.allowed(waiting, CAST["operator"], around())
    assert "dispatch" in EVENTS.allowed(replace(waiting, emergency=True), CAST["operator"], around())
    settled = replace(waiting, border={**BORDER, "settled": True})
    assert "dispatch" in EVENTS.allowed(settled, CAST["operator"], around())


def test_what_is_not_for_claiming_waits_for_dispatch() -> None:
    walk = Transition(an_event(category="form"))
    take(walk, "register", CAST["operator"], frozenset({"operator"}), {"category": "form"}, around())
    assert walk.matter.status == Status.PENDING_DISPATCH


def test_registering_as_an_emergency_category_dispatches_and_alerts() -> None:
    walk = Transition(an_event())
    take(walk, "register", CAST["operator"], frozenset({"operator"}), {"category": "gas"}, around())
    assert [draft.action for draft, _ in walk.steps] == ["register", "dispatch"]
    assert walk.steps[0][1].alert == "raise"
    assert walk.matter.unit == "GAS"
    assert walk.steps[1][1].assign == ("FIRE",)


def test_levels_rise_one_at_a_time_and_an_emergency_goes_straight_to_the_centre() -> None:
    walk = Transition(an_event(Status.HANDLING))
    take(walk, "escalate", CAST["owner"], frozenset({"owner"}), {"reason": "难"}, around())
    assert walk.matter.level == "community"
    loud = Transition(an_event(Status.HANDLING, emergency=True))
    take(loud, "escalate", CAST["owner"], frozenset({"owner"}), {"reason": "难"}, around())
    assert loud.matter.level == LEVELS[-1]


@pytest.mark.parametrize(
    ("action", "facts", "field"),
    [
        ("reject", {}, "reason"),
        ("reject", {"reason": "  "}, "reason"),
        ("reject", {"reason": "好", "extra": 1}, "extra"),
        ("dispatch", {"unit": "NOBODY"}, "unit"),
        ("dispatch", {"unit": 3}, "unit"),
        ("dispatch", {"unit": "URBAN", "co_units": "FIRE"}, "co_units"),
        ("check", {"rating": "great"}, "rating"),
        ("check", {"rating": True}, "rating"),
        ("decline", {"ground": "lazy", "text": "x"}, "ground"),
        ("hold", {"reason": "x", "until": NOW - timedelta(1)}, "until"),
        ("hold", {"reason": "x", "until": NOW + timedelta(days=400)}, "until"),
        ("correct", {"lng": 118.1}, "lat"),
        ("correct", {}, "category"),
        ("correct", {"emergency": "yes"}, "emergency"),
        ("settle_border", {"grid": "g9"}, "grid"),
        ("comment", {"text": "长" * 2001}, "text"),
        ("dispatch", {"unit": "URBAN", "due_at": NOW}, "due_at"),
    ],
)
def test_a_missing_wrong_or_unknown_fact_is_named_with_its_field(
    action: str, facts: dict[str, Any], field: str
) -> None:
    event = an_event(Status.PENDING_DISPATCH, border=BORDER)
    with pytest.raises(Invalid) as refused:
        check_facts(event, action, facts, frozenset({"operator"}), around())
    assert field in [name for name, *_ in refused.value.errors]


def test_a_unit_sees_its_own_its_joint_ones_and_what_it_may_claim_only() -> None:
    assert sees(an_event(Status.HANDLING), CAST["owner"], VILLAGE)
    assert not sees(an_event(Status.HANDLING), CAST["other"], VILLAGE)
    assert sees(an_event(Status.CLAIMABLE), CAST["other"], VILLAGE)
    assert not sees(an_event(Status.CLAIMABLE), CAST["stranger"], VILLAGE)
    assert sees(an_event(Status.HANDLING), CAST["other"], VILLAGE, co_units=["STREET"])
    assert sees(an_event(), CAST["checker"], VILLAGE)
    assert not sees(an_event(), CAST["far"], VILLAGE)
    assert not sees(an_event(), CAST["resident"], VILLAGE)


def test_a_co_unit_that_has_not_signed_cannot_finish() -> None:
    event = an_event(Status.HANDLING)
    unsigned = around(co_units=(CoUnit("STREET", NOW),))
    signed = around(co_units=(CoUnit("STREET", NOW, accepted_at=NOW),))
    assert "finish" not in EVENTS.allowed(event, CAST["other"], unsigned)
    assert "finish" in EVENTS.allowed(event, CAST["other"], signed)


@settings(max_examples=examples(200), deadline=None)
@given(data=st.data())
def test_any_chain_of_allowed_actions_keeps_one_owner_and_ends_only_in_terminal_statuses(
    data: st.DataObject,
) -> None:
    now, event, reopened = NOW, an_event(), 0
    for _ in range(12):
        now += timedelta(minutes=data.draw(st.integers(1, 300)))
        context = Context(now, VILLAGE, original=replace(an_event(), id=2, number="2"))
        choices = [(who, action) for who in CAST for action in EVENTS.allowed(event, CAST[who], context)]
        if not choices:
            assert event.status in TERMINAL
            return
        who, action = data.draw(st.sampled_from(choices))
        facts = dict(FACTS.get(action, {}))
        if action in ("approve", "refuse"):
            facts["request"] = event.request
        if action == "hold":
            facts["until"] = now + timedelta(days=1)
        if action == "check":
            facts |= {"rating": data.draw(st.sampled_from(list(RATING_WORDS))).value, "text": "说明"}
        walk = Transition(event)
        found = capacities(event, CAST[who], VILLAGE)
        take(walk, action, CAST[who], found, facts, context)
        event = walk.matter
        assert (event.unit is not None) == (
            event.status in OWNED or event.status == Status.CLOSED
        ) or event.status == Status.MERGED
        reopened += action == "reopen"
        assert event.round == 1 + event.rework_count + reopened
        assert event.handle_due_at is not None or event.status not in (Status.DISPATCHED, Status.HANDLING)
