"""History after a district was drawn anew (LIFECYCLE §5; case 02): found by its old codes and by what took their place, and
nobody's matter is left lying."""
# ruff: noqa: F811

from datetime import timedelta

from sqlalchemy import func, select, update

from dashboard.districts import redistricting
from datasources.store.models import AreaRow, EventRow, StepRow
from tests.support.redrawn_city import (
    ACCOUNT,
    BEFORE,
    LEVELS,
    City,
    city,  # noqa: F401
    done,
    empty,  # noqa: F401
    four_wards,
    get,
    lived,
    numbers,
    photo_of,
    redraw,
)


def test_events_are_found_by_the_old_and_by_the_new_codes_of_areas_units_and_categories(city: City) -> None:
    api, (first, second, third) = lived(city)
    redraw(city)
    old = {first["number"], second["number"]}
    for query in ("area=A", "area=S1", "unit=OLD", "category=hole"):
        assert numbers(api, query) == old, query
    for query in ("area=D", "area=S2", "area=c", "unit=NEW", "category=road", "category=infra"):
        assert numbers(api, query) == old | {third["number"]}, query
    assert numbers(api, "area=B") == set()


def test_an_event_keeps_the_names_of_its_day(city: City) -> None:
    api, (first, *_) = lived(city)
    redraw(city)
    shown = get(api, f"/events/{first['number']}")["event"]
    assert shown["grid"] == {"code": "A", "name": "A"}
    assert shown["unit"] == {"code": "OLD", "name": "Old works"}
    assert shown["category"] == {"code": "hole", "name": "Hole"}


def test_a_check_left_in_an_area_that_is_gone_is_reminded_of_and_done_by_whoever_took_it_over(
    city: City,
) -> None:
    api, (_, second, _) = lived(city)
    redraw(city)
    city.tick(hours=30)
    steps = get(api, f"/events/{second['number']}")["steps"]
    assert "remind" in [step["action"] for step in steps]
    event = get(api, f"/events/{second['number']}")["event"]
    with city.database.write() as session:
        photo = photo_of(session, city, "worker-S2", "p3")
    assert done(api, event, "worker-S2", "check", rating="satisfied", photos=[photo])["status"] == "closed"


def test_an_open_event_that_stands_elsewhere_now_says_so_in_a_step(city: City) -> None:
    api, (first, second, _) = lived(city)
    redraw(city)
    assert [step["facts"] for step in get(api, f"/events/{second['number']}")["steps"]][-1] == {
        "text": "区划调整：A → D"
    }
    assert get(api, f"/events/{first['number']}")["steps"][-1]["action"] != "comment"


def test_a_code_that_comes_back_gets_the_next_version_and_its_history(city: City) -> None:
    api, (first, second, _third) = lived(city)
    redraw(city)
    city.load("again", four_wards(), LEVELS, **BEFORE)
    with city.database.read() as session:
        rows = session.execute(
            select(AreaRow.code, AreaRow.version, AreaRow.valid_to).where(AreaRow.code == "A")
        )
        found = [(code, version, end is None) for code, version, end in rows]
    assert sorted(found) == [("A", 1, False), ("A", 2, True)]
    assert numbers(api, "unit=OLD") == {first["number"], second["number"]}
    reference = city.runtime.references.get()
    assert (reference.standing_unit("OLD"), reference.standing_area("A")) == ("OLD", "A")


def test_an_area_with_a_new_name_is_called_by_the_old_one_where_history_names_it(city: City) -> None:
    api, (first, *_) = lived(city)
    renamed = [
        one | {"properties": one["properties"] | {"name": "Newmarket"}}
        if one["properties"]["code"] == "A"
        else one
        for one in four_wards()
    ]
    city.load("after", renamed, LEVELS, **BEFORE)
    assert get(api, f"/events/{first['number']}")["event"]["grid"] == {"code": "A", "name": "A"}
    rows = get(api, "/scores?board=grids&period=7d")["rows"]
    assert next(row for row in rows if row["code"] == "A")["name"] == "Newmarket"
    body = {"title": "A hole", "source": "phone", "category": "hole", "lng": 116.5005, "lat": 40.0005}
    fresh = dict(api.call(ACCOUNT, "POST", "/events", body).json)
    assert fresh["grid"] == {"code": "A", "name": "Newmarket"}


def test_loading_the_same_pack_again_changes_nothing_and_moves_nobody(city: City) -> None:
    _, _ = lived(city)
    redraw(city)
    with city.database.read() as session:
        steps = session.scalar(select(func.count()).select_from(StepRow))
    city.hand.forward(seconds=timedelta(minutes=1).total_seconds())
    redraw(city)
    with city.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StepRow)) == steps


def test_accounts_of_what_is_gone_are_told_and_left_as_they_are(city: City) -> None:
    api, _ = lived(city)
    redraw(city)
    assert [told for told in city.told if "worker-S1" in told or "unit-OLD" in told] == [
        "units.csv: 账号“unit-OLD”属于已撤销的“Old works”（OLD），请停用或另开账号",
        "areas.geojson: 账号“worker-S1”属于已撤销的“First Street”（S1），请停用或另开账号",
    ]
    for account, path in (("worker-S1", "/field"), ("unit-OLD", "/events")):
        assert api.call(account, "GET", path).status_code == 200


def test_a_category_that_was_forgotten_before_history_was_kept_is_asked_for_anew(city: City) -> None:
    api = city.open()
    body = {"title": "A hole", "source": "phone", "category": "hole", "lng": 116.5005, "lat": 40.0005}
    event = dict(api.call(ACCOUNT, "POST", "/events", body).json)
    with city.database.write() as session:
        session.execute(update(EventRow).values(category="ghost"))
    answer = api.call(ACCOUNT, "POST", f"/events/{event['number']}/register", {"version": event["version"]})
    assert (answer.status_code, [one["field"] for one in answer.json["errors"]]) == (422, ["category"])
    assert done(api, event, ACCOUNT, "register", category="road")["status"] == "claimable"


def test_a_border_in_doubt_between_grids_that_are_gone_is_settled_for_what_took_their_place(
    city: City,
) -> None:
    api = city.open()
    body = {"title": "A hole", "source": "phone", "category": "hole", "lng": 116.501, "lat": 40.0005}
    event = dict(api.call(ACCOUNT, "POST", "/events", body).json)
    assert event["border"]["candidates"] == ["A", "B"]
    redraw(city)
    event = get(api, f"/events/{event['number']}")["event"]
    get(api, "/borders/stretches")
    settled = done(api, event, ACCOUNT, "settle_border", grid="A")
    assert settled["grid"]["code"] == "D"


def test_what_was_filed_under_an_area_after_it_was_gone_is_brought_along(city: City) -> None:
    _, (first, second, _third) = lived(city)
    redraw(city)
    with city.database.write() as session:  # as a process does that has not noticed the new pack yet
        session.execute(update(EventRow).where(EventRow.grid == "A").values(area_path="/c/S1/A/"))
    assert redistricting.bring_stragglers(city.database, city.runtime.references, city.hand.now()) == 1
    with city.database.read() as session:
        paths = dict(session.execute(select(EventRow.number, EventRow.area_path)).tuples().all())
    assert {paths[first["number"]], paths[second["number"]]} == {"/c/S2/D/"}


def test_what_an_abolished_unit_has_in_hand_is_taken_back_and_dispatched_anew(city: City) -> None:
    api = city.open()
    body = {"title": "A hole", "source": "grid_worker", "category": "hole", "lng": 116.5005, "lat": 40.0005}
    claimed = done(api, dict(api.call("worker-S1", "POST", "/events", body).json), "unit-OLD", "claim")
    refused = api.call(
        ACCOUNT, "POST", f"/events/{claimed['number']}/recall", {"version": claimed["version"]}
    )
    assert (refused.status_code, refused.json["detail"]) == (409, "单位已经签收，不能撤回")
    redraw(city)
    event = get(api, f"/events/{claimed['number']}")["event"]
    assert "recall" in get(api, f"/events/{claimed['number']}")["allowed"]
    back = done(api, event, ACCOUNT, "recall", reason="单位已撤销")
    assert (back["status"], back["unit"], back["handle_due_at"]) == ("pending_dispatch", None, None)
    assert done(api, back, ACCOUNT, "dispatch", unit="NEW")["status"] == "dispatched"


def test_an_emergency_of_an_abolished_unit_sounds_again_when_it_is_taken_back(city: City) -> None:
    api = city.open()
    body = {"title": "A hole", "source": "phone", "category": "hole", "lng": 116.5005, "lat": 40.0005}
    sent = api.call(ACCOUNT, "POST", "/events", body | {"emergency": True}).json
    handled = done(api, dict(sent), "unit-OLD", "accept")
    (alert,) = api.call(ACCOUNT, "GET", "/alerts").json["items"]
    answered = api.call(ACCOUNT, "POST", f"/alerts/{alert['id']}/acknowledge", {"episode": alert["episode"]})
    assert answered.status_code == 200, answered.text
    redraw(city)
    event = get(api, f"/events/{handled['number']}")["event"]
    done(api, event, ACCOUNT, "recall", reason="单位已撤销")
    (again,) = api.call(ACCOUNT, "GET", "/alerts").json["items"]
    assert (again["state"], again["episode"]) == ("raised", alert["episode"] + 1)


def test_neither_a_bad_check_nor_reopening_gives_an_event_to_a_unit_that_is_gone(city: City) -> None:
    api, (first, second, _third) = lived(city)
    redraw(city)
    opened = done(api, get(api, f"/events/{first['number']}")["event"], ACCOUNT, "reopen", reason="居民来电")
    event = get(api, f"/events/{second['number']}")["event"]
    with city.database.write() as session:
        photo = photo_of(session, city, "worker-S2", "p9")
    checked = done(api, event, "worker-S2", "check", rating="dissatisfied", photos=[photo], text="未修好")
    for one in (opened, checked):
        assert (one["status"], one["unit"], one["round"], one["handle_due_at"]) == (
            "pending_dispatch",
            None,
            2,
            None,
        )
        assert done(api, one, ACCOUNT, "dispatch", unit="NEW")["unit"]["code"] == "NEW"
