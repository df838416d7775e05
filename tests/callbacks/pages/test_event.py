"""The event view: its buttons are `allowed()`, persons are masked, and what lies around it is found on both databases."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from dash.development.base_component import Component
from flask import Flask
from sqlalchemy import event as sql

from callbacks.pages import event as event_page
from dashboard import actions
from dashboard.clock import HandClock
from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.event import Event, Status
from datasources.events import around as queries_around
from datasources.store.database import Database
from layouts.pages.event import event as view
from layouts.parts import inset
from layouts.text import keys
from tests.conftest import LEAD, LEADER, OPERATOR, WALL, Town, make_town, unit_viewer
from tests.layouts.test_layouts import parts
from tests.support.api_world import OpenApi, runtime_of

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

PHONE, PERSON = "13900001234", "来电居民"
HERE, METRE = "URBAN_MGMT", 1 / 111_320


@pytest.fixture
def small_town(sqlite: Database, tmp_path: Path, hand: HandClock) -> Town:
    """A town on SQLite alone, where the database is not the point."""
    runtime = runtime_of(sqlite, tmp_path)
    return make_town(runtime.database, runtime.reference, hand)


def people(town: Town) -> dict[str, Viewer]:
    return {
        "operator": OPERATOR,
        "lead": LEAD,
        "leader": LEADER,
        "wall": WALL,
        "admin": Viewer("admin", Role.ADMIN),
        "auditor": Viewer("auditor", Role.AUDITOR),
        "owner": unit_viewer(HERE),
        "another unit": unit_viewer("CIVIL"),
        "worker": town.worker,
    }


def drawn(town: Town, event: Event, who: Viewer) -> Any:
    app = Flask("event")
    app.extensions["grid.runtime"] = runtime_of(town.database, Path())
    with app.app_context(), town.database.read() as session:
        return view.view(event_page.gathered(session, town.reference, event, who, town.now))


def buttons_of(tree: Any) -> list[Component]:
    (box,) = [part for part in parts(tree) if getattr(part, "className", "") == "e-acts"]
    return [part for part in parts(box) if getattr(part, "data-action", None)]


def text_of(tree: Any) -> str:
    return json.dumps(tree.to_plotly_json(), default=lambda part: part.to_plotly_json(), ensure_ascii=False)


@pytest.mark.parametrize("status", list(Status))
def test_the_buttons_are_what_is_allowed_for_every_role_in_every_status(
    small_town: Town, status: Status
) -> None:
    event = replace(small_town.report(), status=status.value, unit=HERE, request="extend")
    for role, who in people(small_town).items():
        with small_town.database.read() as session:
            allowed = actions.buttons(session, small_town.reference, event, who, small_town.now)
        made = buttons_of(drawn(small_town, event, who))
        assert sorted(getattr(one, "data-action") for one in made) == sorted(allowed), role
        for one in made:
            letter = keys.label(getattr(one, "data-action"))
            printed = [part.children for part in parts(one) if part._type == "Kbd"]
            assert printed == ([letter] if letter else [])
    assert status in (Status.REJECTED,) or buttons_of(drawn(small_town, event, OPERATOR))


def test_those_who_only_look_have_no_buttons(small_town: Town) -> None:
    event = small_town.report()
    for role in ("wall", "auditor"):
        assert buttons_of(drawn(small_town, event, people(small_town)[role])) == []


def test_whatever_is_drawn_names_its_event_status_and_version(small_town: Town) -> None:
    event = small_town.claimed()
    tree = drawn(small_town, event, OPERATOR)
    said = [getattr(tree, f"data-{name}") for name in ("event", "status", "version")]
    assert said == [event.number, "handling", str(event.version)]
    dues = [getattr(part, "data-due") for part in parts(tree) if getattr(part, "data-due", None)]
    assert event.handle_due_at and dues == [str(round(event.handle_due_at.timestamp() * 1000))]


def test_a_reporter_is_masked_for_everybody_and_only_the_desk_may_ask(small_town: Town) -> None:
    event = small_town.report(
        reporter_name=PERSON, reporter_phone=PHONE, description=f"请回电 {PHONE}", title=f"占道 {PHONE}"
    )
    small_town.act(event, "comment", OPERATOR, text=f"已致电 {PHONE}")
    for role, who in people(small_town).items():
        text = text_of(drawn(small_town, small_town.fresh(event), who))
        assert PHONE not in text and PERSON not in text, role
        assert ('"data-action": "reveal"' in text) == (role in ("operator", "lead")), role


def test_a_merged_event_leads_to_the_one_it_is_part_of(small_town: Town) -> None:
    original, double = small_town.report(), small_town.report()
    merged = small_town.act(double, "merge", OPERATOR, original=original.number)
    links = [part.href for part in parts(drawn(small_town, merged, OPERATOR)) if part._type == "A"]
    assert f"/event/{original.number}" in links


def test_a_step_says_how_long_it_took_since_the_one_before(small_town: Town) -> None:
    event = small_town.report()
    small_town.hand.forward(minutes=4, seconds=12)
    event = small_town.act(event, "comment", OPERATOR, text="已电话核实")
    text = text_of(drawn(small_town, event, OPERATOR))
    assert "+4 分 12 秒" in text and "已电话核实" in text


def test_a_request_waits_with_its_reason_and_the_lead_answers_just_that(small_town: Town) -> None:
    event = small_town.claimed()
    event = small_town.act(event, "extend", small_town.unit_of(event), reason="等待配件到货")
    tree = drawn(small_town, event, LEAD)
    assert "等待配件到货" in text_of(tree)
    asked = {getattr(one, "data-action"): getattr(one, "data-request", None) for one in buttons_of(tree)}
    assert (asked["approve"], asked["refuse"]) == ("extend", "extend")


def between(town: Town) -> tuple[float, float]:
    """Return a point within reach of two grids."""
    for area in town.reference.grids:
        shape = (area.geometry or {}).get("coordinates", [])
        while shape and not isinstance(shape[0][0], (int, float)):
            shape = shape[0]
        for lng, lat in shape:
            border = town.reference.geo.locate(lng, lat).border
            if border and len(border["candidates"]) == 2:
                return lng, lat
    raise AssertionError("no two grids meet")


def svg_of(tree: Any) -> ElementTree.Element:
    (image,) = [part for part in parts(tree) if getattr(part, "className", "") == "e-inset"]
    return ElementTree.fromstring(unquote(image.src.partition(",")[2]))


def test_a_border_in_doubt_draws_both_grids_each_with_its_letter_and_its_name(small_town: Town) -> None:
    lng, lat = between(small_town)
    event = small_town.report(lng=lng, lat=lat, accuracy_m=25.0)
    tree = drawn(small_town, event, OPERATOR)
    picture = svg_of(tree)
    assert event.border is not None
    classes = [node.get("class") for node in picture.iter()]
    assert [classes.count(name) for name in ("side-0", "side-1", "band", "accuracy")] == [1, 1, 2, 1]
    letters = [node.text for node in picture.iter() if node.get("class") == "letter"]
    assert letters == ["甲", "乙"]
    text = text_of(tree)
    for code in event.border["candidates"]:
        assert small_town.reference.areas[code].name in text


def test_a_clear_place_draws_its_own_grid_and_the_length_of_the_ruler(small_town: Town) -> None:
    tree = drawn(small_town, small_town.report(accuracy_m=10.0), OPERATOR)
    classes = [node.get("class") for node in svg_of(tree).iter()]
    assert (classes.count("side-0"), classes.count("band"), classes.count("ruler")) == (1, 0, 1)


def test_a_name_cannot_break_out_of_the_picture() -> None:
    spot = inset.Spot(118.1, 24.5, None, (), (), token="accent")
    assert ElementTree.fromstring(inset.svg(spot)).tag.endswith("svg")


def test_the_small_map_draws_no_place_of_an_event_that_the_viewer_may_not_see(small_town: Town) -> None:
    event = small_town.claimed()
    theirs = small_town.report(**near(small_town, 50))
    small_town.act(theirs, "dispatch", OPERATOR, unit="STREET_HULI", reason="就近")

    def rings(who: Viewer) -> int:
        return sum(one.get("class") == "near" for one in svg_of(drawn(small_town, event, who)).iter())

    assert rings(OPERATOR) == 1
    assert rings(small_town.unit_of(event)) == 0


def test_without_a_place_there_is_no_picture_and_the_place_is_to_be_found(small_town: Town) -> None:
    tree = drawn(small_town, small_town.report(lng=None, lat=None, address=""), OPERATOR)
    assert not [part for part in parts(tree) if getattr(part, "className", "") == "e-inset"]
    assert "位置待核实" in text_of(tree)


# ---- what lies around ----------------------------------------------------------------------------------------


def around(opened_on_both: OpenApi, event: Event, account: str = "operator") -> Any:
    answer = opened_on_both.call(account, "GET", f"/events/{event.number}/around")
    assert answer.status_code == 200, answer.text
    return answer.json


def near(place_on_both: Town, north_m: float) -> dict[str, float]:
    spot = place_on_both.reference.areas[place_on_both.grid]
    assert spot.lng is not None and spot.lat is not None
    return {"lng": spot.lng, "lat": spot.lat + north_m * METRE}


def test_duplicates_are_of_the_same_minor_category_nearest_first_with_distance_and_age(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    other = place_on_both.report("B0101", **near(place_on_both, 10))
    sibling = next(
        code
        for code, one in place_on_both.reference.categories.items()
        if one.parent == place_on_both.reference.categories["S0406"].parent and code != "S0406"
    )
    place_on_both.report(sibling, **near(place_on_both, 20))  # under the same heading is not the same
    place_on_both.hand.forward(hours=2)
    alike = place_on_both.report("S0406", **near(place_on_both, 60))
    far = place_on_both.report("S0406", **near(place_on_both, 130))
    place_on_both.hand.forward(hours=1)
    event = place_on_both.report("S0406", **near(place_on_both, 0))
    said = around(opened_on_both, event)
    found = [
        (one["number"], one["alike"], round(one["distance_m"]), one["age_s"]) for one in said["duplicates"]
    ]
    assert found == [(alike.number, True, 60, 3600)]
    assert not {far.number, other.number} & {one["number"] for one in said["duplicates"]}
    assert event.number not in [one[0] for one in found]
    place_on_both.hand.forward(hours=72)
    later = place_on_both.report("S0406", **near(place_on_both, 0))
    assert [one["number"] for one in around(opened_on_both, later)["duplicates"]] == [event.number]


def test_what_was_closed_within_the_day_may_still_be_the_same_matter(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    closed = place_on_both.report(
        "S0406", resolved_on_site=True, photos=(place_on_both.photo(),), **near(place_on_both, 30)
    )
    place_on_both.hand.forward(hours=23)
    event = place_on_both.report("S0406", **near(place_on_both, 0))
    assert [one["number"] for one in around(opened_on_both, event)["duplicates"]] == [closed.number]
    place_on_both.hand.forward(hours=2)
    later = place_on_both.report("S0406", **near(place_on_both, 0))
    assert [one["number"] for one in around(opened_on_both, later)["duplicates"]] == [event.number]


def test_an_ended_event_has_no_duplicates_and_is_the_history_of_its_place(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    first = place_on_both.checked(
        place_on_both.finished(place_on_both.claimed("S0406", **near(place_on_both, 20))), "very_satisfied"
    )
    assert first.status == Status.CLOSED and around(opened_on_both, first)["duplicates"] == []
    place_on_both.hand.forward(days=3)
    elsewhere = place_on_both.report("S0406", **near(place_on_both, 40))
    event = place_on_both.report("S0406", **near(place_on_both, 0))
    (past,) = around(opened_on_both, event)["history"]
    assert (past["number"], past["unit"]["code"]) == (first.number, first.unit)
    assert (past["rating"], past["on_time"], round(past["distance_m"])) == ("very_satisfied", True, 20)
    assert [one["number"] for one in around(opened_on_both, elsewhere)["history"]] == [first.number]
    place_on_both.hand.forward(days=91)
    assert around(opened_on_both, place_on_both.report("S0406", **near(place_on_both, 0)))["history"] == []


def test_the_same_address_is_the_same_place_even_without_a_point(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    first = place_on_both.checked(
        place_on_both.finished(place_on_both.claimed("S0406", address="南山路 8 号"))
    )
    event = place_on_both.report(None, by=OPERATOR, lng=None, lat=None, address="南山路 8 号", source="phone")
    (past,) = around(opened_on_both, event)["history"]
    assert (past["number"], past["distance_m"]) == (first.number, None)


def test_nobody_learns_of_events_around_that_are_not_theirs(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    theirs = place_on_both.report("S0406", **near(place_on_both, 5))
    place_on_both.act(theirs, "claim", place_on_both.claimer(theirs, 1))
    event = place_on_both.claimed("S0406", **near(place_on_both, 0))
    assert len(around(opened_on_both, event)["duplicates"]) == 1
    assert around(opened_on_both, event, f"unit-{event.unit}")["duplicates"] == []
    assert opened_on_both.call("unit-CIVIL", "GET", f"/events/{event.number}/around").status_code == 403
    assert opened_on_both.call("operator", "GET", "/events/nothing/around").status_code == 404


@pytest.fixture
def asked(place_on_both: Town) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    sql.listen(place_on_both.database.engine, "before_cursor_execute", hear)
    yield said
    sql.remove(place_on_both.database.engine, "before_cursor_execute", hear)


def test_however_much_lies_around_it_is_asked_for_at_once(place_on_both: Town, asked: list[str]) -> None:
    for metres in range(0, 60, 10):
        place_on_both.report("S0406", **near(place_on_both, metres))
    event = place_on_both.report("S0406", **near(place_on_both, 0))
    with place_on_both.database.read() as session:
        asked.clear()
        assert (
            len(queries_around.duplicates_of(session, place_on_both.reference, event, place_on_both.now)) == 6
        )
        queries_around.history_here(session, place_on_both.reference, event)
    assert sum(statement.lstrip().startswith("SELECT") for statement in asked) <= 3


# ---- who saw the reporter ------------------------------------------------------------------------------------


def test_a_reveal_needs_a_reason_and_is_read_by_lead_and_auditor(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    event = place_on_both.report(reporter_name=PERSON, reporter_phone=PHONE)
    path = f"/events/{event.number}/reveal"
    for nothing in ({}, {"reason": "  "}, {"reason": 3}, {"reason": "字" * 501}):
        assert opened_on_both.call("operator", "POST", path, nothing).status_code == 422
    shown = opened_on_both.call("operator", "POST", path, {"reason": "回访核实", "version": 1})
    assert shown.json["reporter"] == {"name": PERSON, "phone": PHONE}
    for role in ("lead", "auditor", "admin"):
        text = text_of(drawn(place_on_both, event, people(place_on_both)[role]))
        assert "回访核实" in text and "operator" in text, role
    for role in ("operator", "leader", "owner", "worker"):
        assert "回访核实" not in text_of(drawn(place_on_both, event, people(place_on_both)[role])), role
    for account in ("leader", "screen", "auditor", f"unit-{HERE}", place_on_both.worker.name):
        assert opened_on_both.call(account, "POST", path, {"reason": "看看"}).status_code == 403, account
    assert place_on_both.fresh(event) == event


def test_a_look_at_one_event_is_not_told_of_another(opened_on_both: OpenApi, place_on_both: Town) -> None:
    first, second = place_on_both.report(reporter_phone=PHONE), place_on_both.report(reporter_phone=PHONE)
    opened_on_both.call("operator", "POST", f"/events/{first.number}/reveal", {"reason": "回访核实"})
    place_on_both.hand.forward(minutes=5)
    assert "回访核实" not in text_of(drawn(place_on_both, second, LEAD))
