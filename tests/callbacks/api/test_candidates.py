"""Whom to send an event to: the advice by table, and through the API with its limits, its border and its rights."""

import re
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from dashboard.rules.advice import recommend
from dashboard.rules.advice.recommend import WEIGHTS, Facts
from dashboard.rules.advice.stretches import Stretch, worst_first
from dashboard.rules.events.event import Event, Status
from datasources.districts.reference import Reference
from tests.conftest import LEAD, OPERATOR, Town, unit_viewer
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

CATEGORY, FIRST = "S0406", "URBAN_MGMT"
FIT = Facts("B", priority=1, covers=True, on_time=(9, 10))
UNFIT = replace(FIT, declined=True)

# weight → a unit, and the same unit with that one fact worse
WORSE = [
    ("duty", FIT, replace(FIT, priority=2)),
    ("duty", replace(FIT, priority=2), replace(FIT, priority=9)),
    ("duty", replace(UNFIT, priority=9), replace(UNFIT, priority=None)),
    ("territory", UNFIT, replace(UNFIT, covers=False)),
    ("on_time", FIT, replace(FIT, on_time=(5, 10))),
    ("on_time", FIT, replace(FIT, on_time=(0, 0))),
    ("on_time", replace(FIT, on_time=(0, 0)), replace(FIT, on_time=(1, 10))),
    ("load", FIT, replace(FIT, load=5)),
    ("declines", FIT, replace(FIT, declines=1)),
]
OF_EVENTS = re.compile(r"\bFROM\s+(event|step|assignment|ledger|border_decision|rollup\w*)\b", re.I)


def order(*units: Facts) -> list[str]:
    return [one.unit for one in recommend.recommend(units)]


def kinds(facts: Facts) -> dict[str, bool]:
    (found,) = recommend.recommend([facts])
    return {kind: good for kind, _text, _params, good in found.reasons}


@pytest.mark.parametrize(("weight", "better", "worse"), WORSE)
def test_each_weight_decides_the_order_where_all_else_is_equal(
    monkeypatch: pytest.MonkeyPatch, weight: str, better: Facts, worse: Facts
) -> None:
    worse = replace(worse, unit="A")
    assert order(worse, better) == ["B", "A"]
    monkeypatch.setitem(recommend.WEIGHTS, weight, 0)  # type: ignore[arg-type]
    assert order(worse, better) == ["A", "B"]


def test_the_weights_are_a_hundred_and_the_best_unit_has_them_all() -> None:
    assert sum(WEIGHTS.values()) == 100 and set(WEIGHTS) == set(recommend.SHARES)
    assert recommend.score(replace(FIT, on_time=(3, 3))) == 100
    assert recommend.score(Facts("A", load=10**9, on_time=(0, 3), declines=10**9)) == 0


def test_the_order_does_not_hang_on_the_order_of_the_question() -> None:
    units = [FIT, replace(FIT, unit="A"), replace(FIT, unit="C", load=3), replace(UNFIT, unit="D")]
    assert {tuple(order(*one)) for one in permutations(units)} == {("A", "B", "C", "D")}


def test_at_most_one_unit_is_recommended_and_only_with_duty_territory_and_no_refusal() -> None:
    def fits(*units: Facts) -> dict[str, str]:
        return {one.unit: one.fit for one in recommend.recommend(units)}

    assert fits(FIT, replace(FIT, unit="A")) == {"A": "recommended", "B": "possible"}
    assert fits(replace(FIT, priority=None)) == {"B": "possible"}
    assert fits(replace(FIT, covers=False)) == {"B": "unfit"}
    later = Facts("Z", priority=9, covers=True, load=90)
    assert fits(replace(FIT, priority=None), later) == {"Z": "recommended", "B": "possible"}
    assert fits(UNFIT, later) == {"Z": "recommended", "B": "unfit"}
    assert fits() == {}


def test_reasons_say_what_speaks_for_and_against_a_unit() -> None:
    assert kinds(FIT) == {"duty": True, "territory": True, "on_time": True, "load": True}
    assert kinds(Facts("A", load=10, on_time=(8, 10), declines=2, declined=True)) == dict.fromkeys(
        ("duty", "territory", "on_time", "load", "declines", "declined"), False
    )
    assert "on_time" not in kinds(Facts("A"))  # 0 of 0 is neither good nor bad


def asked(opened_on_both: OpenApi, event: Event, account: str = "operator", lang: str = "") -> Any:
    answer = opened_on_both.call(account, "GET", f"/events/{event.number}/candidates{lang}")
    assert answer.status_code == 200, answer.text
    return answer.json


def lapsed(place_on_both: Town) -> Event:
    """Return an event that nobody claimed."""
    event = place_on_both.report(CATEGORY)
    place_on_both.tick(minutes=31)
    event = place_on_both.fresh(event)
    assert event.status == Status.PENDING_DISPATCH
    return event


def declined(place_on_both: Town, event: Event, unit: str, by: Any = OPERATOR) -> Event:
    event = place_on_both.act(event, "dispatch", by, unit=unit)
    return place_on_both.act(event, "decline", unit_viewer(unit), ground="not_our_duty", text="不归我们管")


def test_units_come_in_order_and_a_refusal_turns_it(opened_on_both: OpenApi, place_on_both: Town) -> None:
    event = lapsed(place_on_both)
    street = place_on_both.reference.units_at("street", event)[0]
    said = asked(opened_on_both, event)
    assert (said["number"], said["version"]) == (event.number, event.version)
    assert (said["dispatchable"], said["why_not"], said["border"]) == (True, None, None)
    assert [(one["code"], one["fit"]) for one in said["units"]] == [
        (FIRST, "recommended"),
        (street, "possible"),
    ]
    assert said["units"][0]["reasons"][0] == {"kind": "duty", "text": "职责清单的首责单位", "good": True}
    assert asked(opened_on_both, event, lang="?lang=en")["units"][0]["reasons"][0]["text"].startswith("First")
    event = declined(place_on_both, event, FIRST)
    said = asked(opened_on_both, event)
    assert [(one["code"], one["fit"]) for one in said["units"]] == [
        (street, "recommended"),
        (FIRST, "unfit"),
    ]
    event = declined(place_on_both, event, street)
    said = asked(opened_on_both, event)
    assert (said["dispatchable"], said["why_not"]) == (False, "两次退单后由值班长裁定派单")
    assert {one["fit"] for one in said["units"]} == {"unfit"}
    assert asked(opened_on_both, event, "lead")["dispatchable"] is True
    event = place_on_both.act(event, "dispatch", LEAD, unit=FIRST)
    assert asked(opened_on_both, event, "lead")["why_not"] == "事件现在不能执行“派单”"


def test_what_a_unit_has_in_hand_and_did_lately_is_counted(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    place_on_both.finished(place_on_both.claimed(CATEGORY))
    place_on_both.hand.forward(hours=3)
    declined(place_on_both, lapsed(place_on_both), FIRST)
    place_on_both.claimed(CATEGORY)
    event = place_on_both.report(CATEGORY)
    found = next(one for one in asked(opened_on_both, event)["units"] if one["code"] == FIRST)
    assert (found["load"], found["on_time"]) == (1, {"num": 1, "den": 1})
    texts = {one["kind"]: one["text"] for one in found["reasons"]}
    assert texts["declines"] == "近30天退过同类事件 1 次" and texts["on_time"] == "近30天按期处置 1/1"
    place_on_both.hand.forward(days=31)
    found = next(one for one in asked(opened_on_both, event)["units"] if one["code"] == FIRST)
    assert {one["kind"] for one in found["reasons"]}.isdisjoint({"declines", "declined"})


def test_every_limit_is_previewed_as_a_due_time_across_the_weekend(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    place_on_both.hand.forward(hours=7)  # Friday 16:00
    said = asked(opened_on_both, place_on_both.report("B0101"))["limits"]
    assert [(one["condition"], one["limit"]["unit"], one["due_at"][:16]) for one in said] == [
        (None, "urgent_hour", "2026-11-20T18:00"),
        (1, "urgent_hour", "2026-11-20T18:00"),
        (2, "work_hour", "2026-11-23T10:00"),
        (3, "work_day", "2026-11-24T16:00"),
        (4, "work_day", "2026-11-27T16:00"),
    ]
    assert said[0]["text"] == "" and said[2]["text"] == "破损超过25c㎡"


def test_an_event_without_a_kind_is_shown_the_unit_of_its_place_and_the_usual_limit(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    event = place_on_both.report(None)
    said = asked(opened_on_both, event)
    assert [one["code"] for one in said["units"]] == place_on_both.reference.units_at("street", event)
    assert said["units"][0]["fit"] == "possible" and len(said["limits"]) == 1


def between_streets(reference: Reference) -> tuple[float, float]:
    """Return a corner of a grid from which grids of two streets are in reach."""
    for area in reference.grids:
        rings = (area.geometry or {}).get("coordinates", [])
        while rings and not isinstance(rings[0][0], (int, float)):
            rings = rings[0]
        for lng, lat in rings:
            border = reference.geo.locate(lng, lat).border
            if border and border["streets"] > 1:
                return lng, lat
    raise AssertionError("no two streets meet")


def test_a_border_shows_both_sides_and_remembers_the_last_ruling(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    lng, lat = between_streets(place_on_both.reference)
    event = place_on_both.report(CATEGORY, lng=lng, lat=lat, accuracy_m=25.0)
    said = asked(opened_on_both, event)["border"]
    assert (said["accuracy_m"], said["settled"], said["remembered"]) == (25.0, False, None)
    codes = [one["code"] for one in said["candidates"]]
    assert event.border is not None and codes == event.border["candidates"]
    assert len({one["street"] for one in said["candidates"]}) > 1
    for one in said["candidates"]:
        assert one["name"] == place_on_both.reference.areas[one["code"]].name
        assert 0 <= one["distance_m"] <= 30 and one["inside"] == (one["distance_m"] == 0)
    event = place_on_both.act(event, "register", OPERATOR, category=CATEGORY)
    doubted = asked(opened_on_both, event)
    assert (doubted["dispatchable"], doubted["why_not"]) == (False, "交界处的事件要先确认网格")
    for grid in codes[:2]:
        place_on_both.hand.forward(minutes=1)
        event = place_on_both.act(event, "settle_border", OPERATOR, grid=grid)
        settled = asked(opened_on_both, event)
        assert settled["dispatchable"] is True and settled["border"]["settled"] is True
        event = place_on_both.report(CATEGORY, lng=lng, lat=lat, accuracy_m=25.0)
        event = place_on_both.act(event, "register", OPERATOR, category=CATEGORY)
        remembered = asked(opened_on_both, event)["border"]["remembered"]
        assert (remembered["grid"], remembered["by"]) == (grid, "operator")


def test_a_place_outside_every_grid_has_no_sides_to_choose_from(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    event = place_on_both.report(CATEGORY, lng=117.0, lat=24.0)
    said = asked(opened_on_both, event)["border"]
    assert (said["candidates"], said["settled"], said["remembered"]) == ([], False, None)


def test_only_operators_and_leads_are_advised(opened_on_both: OpenApi, place_on_both: Town) -> None:
    event = place_on_both.report(CATEGORY)
    path = f"/events/{event.number}/candidates"
    for account in (f"unit-{FIRST}", place_on_both.worker.name, "screen", "leader", "admin", "auditor"):
        assert opened_on_both.call(account, "GET", path).status_code == 403, account
    assert opened_on_both.call("operator", "GET", "/events/nothing/candidates").status_code == 404


def planned(opened_on_both: OpenApi, numbers: list[str], account: str = "operator") -> Any:
    answer = opened_on_both.call(account, "POST", "/events/plan", {"numbers": numbers})
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def test_a_plan_names_the_unit_of_each_event_or_says_why_it_cannot_go(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    lng, lat = between_streets(place_on_both.reference)
    doubted = place_on_both.report(CATEGORY, lng=lng, lat=lat, accuracy_m=25.0)
    doubted = place_on_both.act(doubted, "register", OPERATOR, category=CATEGORY)
    free, again = lapsed(place_on_both), declined(place_on_both, lapsed(place_on_both), FIRST)
    claimable, taken = place_on_both.report(CATEGORY), place_on_both.claimed(CATEGORY)
    numbers = [one.number for one in (free, again, claimable, taken, doubted)]
    rows = planned(opened_on_both, [*numbers, "nothing", "不是编号", free.number])
    assert [one["number"] for one in rows] == [*numbers, "nothing", "不是编号"]
    street = place_on_both.reference.units_at("street", again)[0]
    assert [(one["unit"]["code"], one["fit"], one["why_not"]) for one in rows[:2]] == [
        (FIRST, "recommended", None),
        (street, "recommended", None),
    ]
    assert (rows[0]["version"], rows[0]["title"]) == (
        place_on_both.fresh(free).version,
        free.title,
    )  # reminded meanwhile
    assert rows[0]["due_at"]
    assert [one["why_not"] for one in rows[2:]] == [
        "还在待抢单，直接派单要写明原因，请单独派",
        "现在是“处置中”，不能派单",
        "交界处的事件要先确认网格",
        "没有编号为 nothing 的事件",
        "没有编号为 不是编号 的事件",
    ]


def test_a_plan_of_two_hundred_events_asks_the_database_as_often_as_a_plan_of_one(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    numbers = [place_on_both.report(CATEGORY).number for _ in range(12)]

    def questions(asked: list[str]) -> int:
        # what a request asks by the clock (whose token, which time it is) comes now and then and says nothing of plans
        counted: list[str] = []
        note = lambda *facts: OF_EVENTS.search(facts[2]) and counted.append(facts[2])  # noqa: E731
        sqlalchemy_event.listen(opened_on_both.runtime.database.engine, "before_cursor_execute", note)
        planned(opened_on_both, asked)
        sqlalchemy_event.remove(opened_on_both.runtime.database.engine, "before_cursor_execute", note)
        return len(counted)

    planned(opened_on_both, numbers)
    many, one = questions(numbers), questions(numbers[:1])
    assert many == one > 0


def test_a_plan_refuses_what_is_no_list_of_numbers(opened_on_both: OpenApi) -> None:
    for numbers in (None, "x", [], [1], ["x"] * 201, ["x" * 60]):
        answer = opened_on_both.call("operator", "POST", "/events/plan", {"numbers": numbers})
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "numbers"), numbers
    assert opened_on_both.call("leader", "POST", "/events/plan", {"numbers": ["x"]}).status_code == 403


def test_a_ruling_is_offered_for_a_place_near_by_and_never_for_a_grid_that_is_no_candidate(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    lng, lat = between_streets(place_on_both.reference)
    first = place_on_both.report(CATEGORY, lng=lng, lat=lat, accuracy_m=25.0)
    assert asked(opened_on_both, first)["border"]["offered"] == first.border["candidates"][0]  # type: ignore[index]
    last = first.border["candidates"][-1]  # type: ignore[index]
    place_on_both.act(first, "settle_border", OPERATOR, grid=last)
    beside = place_on_both.report(
        CATEGORY, lng=lng + 0.0001, lat=lat, accuracy_m=60.0
    )  # further grids come into reach
    said = asked(opened_on_both, beside)["border"]
    assert (said["offered"], said["remembered"]["grid"], said["remembered"]["by"]) == (last, last, "operator")
    assert said["remembered"]["name"] == place_on_both.reference.areas[last].name
    assert 5 < said["remembered"]["distance_m"] < 15
    elsewhere = next(
        event
        for grid in place_on_both.reference.grids
        if grid.geometry
        and (event := _at_a_corner(place_on_both, grid)) is not None
        and last not in _sides(event)
    )
    assert asked(opened_on_both, elsewhere)["border"]["remembered"] is None


def _sides(event: Event) -> list[str]:
    return (event.border or {}).get("candidates", [])


def _at_a_corner(place_on_both: Town, grid: Any) -> Event | None:
    rings = grid.geometry["coordinates"]
    while not isinstance(rings[0][0], (int, float)):
        rings = rings[0]
    event = place_on_both.report(CATEGORY, lng=rings[0][0], lat=rings[0][1])
    return event if len(_sides(event)) > 1 else None


def test_stretches_come_worst_first_with_their_rulings_both_ways_and_their_declines(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    lng, lat = between_streets(place_on_both.reference)
    assert opened_on_both.call("operator", "GET", "/borders/stretches").json["items"] == []
    for turn in (0, 1, 0):
        event = place_on_both.report(CATEGORY, lng=lng, lat=lat, accuracy_m=25.0)
        event = place_on_both.act(event, "register", OPERATOR, category=CATEGORY)
        place_on_both.hand.forward(minutes=1)
        event = place_on_both.act(event, "settle_border", OPERATOR, grid=_sides(event)[turn])
    event = place_on_both.act(event, "dispatch", OPERATOR, unit=FIRST)
    event = place_on_both.act(
        event, "decline", unit_viewer(FIRST), ground="not_our_territory", text="不在辖区"
    )
    place_on_both.report(CATEGORY, lng=lng, lat=lat, accuracy_m=25.0)
    said = opened_on_both.call("operator", "GET", "/borders/stretches").json
    assert said["days"] == 90 and len(said["items"]) == 1
    (one,) = said["items"]
    codes = _sides(event)
    assert {grid["code"] for grid in one["grids"]} == set(codes)
    assert (one["doubtful"], one["waiting"], one["declines"]) == (4, 1, 1)
    assert [(ruling["code"], ruling["count"]) for ruling in one["rulings"]] == [(codes[0], 2), (codes[1], 1)]
    assert (one["last"]["code"], one["last"]["by"]) == (codes[0], "operator")
    place_on_both.hand.forward(days=91)
    assert opened_on_both.call("lead", "GET", "/borders/stretches").json["items"] == []
    assert opened_on_both.call(f"unit-{FIRST}", "GET", "/borders/stretches").status_code == 403


def test_the_worst_stretch_is_the_one_with_declines_and_rulings_both_ways() -> None:
    quiet = Stretch(("A", "B"), doubtful=2)
    split = Stretch(("A", "C"), doubtful=2, rulings={"A": 2, "C": 2})
    sent_back = Stretch(("B", "C"), doubtful=2, declines=3)
    assert worst_first([quiet, split, Stretch(("D", "E")), sent_back]) == [sent_back, split, quiet]
    assert (split.against, quiet.against) == (2, 0)
