"""(0, 0), half a coordinate and impossible signs are no place, at every door."""

from typing import Any

import pytest

from tests.support.api_world import OpenApi

NO_PLACE = [(118.15, 0), (0, 24.5), (-118.15, 24.5), (118.15, -24.5), (-118.15, -24.5), (24.5, 118.15)]


def told(opened: OpenApi, lng: float, lat: float, **more: Any) -> list[Any]:
    """Return what each door that takes a place answers."""
    body = {"title": "路灯不亮", "lng": lng, "lat": lat, **more}
    batch = opened.call("operator", "POST", "/events/batch", {"events": [body]}).json["results"][0]
    return [
        opened.call("operator", "POST", "/events", body).status_code,
        opened.call(None, "POST", "/reports", body).status_code,
        batch["status"],
    ]


@pytest.mark.parametrize(("lng", "lat"), NO_PLACE)
def test_half_a_coordinate_and_impossible_signs_are_refused_by_every_door(
    opened: OpenApi, lng: float, lat: float
) -> None:
    assert told(opened, lng, lat, address="金山路") == [422, 422, 422]
    made = opened.call("operator", "POST", "/events", {"title": "路灯", "address": "金山路"}).json
    moved = {"version": made["version"], "lng": lng, "lat": lat}
    assert opened.call("operator", "POST", f"/events/{made['number']}/correct", moved).status_code == 422


@pytest.mark.parametrize("zero", [0, 0.0, -0.0, 1e-9])
def test_a_device_without_a_fix_says_no_place_so_that_the_address_counts(
    opened: OpenApi, zero: float
) -> None:
    assert told(opened, zero, zero) == [422, 422, 422]
    made = opened.call(
        "operator", "POST", "/events", {"title": "路灯", "lng": zero, "lat": zero, "address": "金山路"}
    )
    assert (made.status_code, made.json["lng"], made.json["lat"], made.json["border"]) == (
        201,
        None,
        None,
        None,
    )
    moved = {"version": made.json["version"], "lng": zero, "lat": zero}
    answer = opened.call("operator", "POST", f"/events/{made.json['number']}/correct", moved)
    assert answer.status_code == 422


def test_another_city_is_still_a_place_and_so_is_one_on_the_equator_for_who_lives_there(
    opened: OpenApi,
) -> None:
    assert told(opened, 2.35, 48.86) == [201, 201, 201]
    from dashboard.rules.text import degrees

    assert degrees.fault(0.0, 51.48, (0.0, 51.5)) is None  # Greenwich
