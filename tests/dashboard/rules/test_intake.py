"""What comes in is refused in words, field by field, or taken exactly as it was said."""

import json
import math
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.report import Report
from dashboard.rules.refusals import Invalid
from datasources.districts.coordinates import wgs84_to_gcj02
from datasources.districts.reference import Reference, References
from datasources.events.intake import FIELDS, door_report_from, moment_of, report_from
from datasources.store.database import Database
from tests.conftest import FRIDAY, OPERATOR, unit_viewer

WORKER = Viewer("worker-350206001001", Role.WORKER, area="350206001001")
GOOD = {"title": "占道经营", "lng": 118.13, "lat": 24.52}
LATER = (FRIDAY + timedelta(seconds=121)).isoformat()
LONG_AGO = (FRIDAY - timedelta(days=7, seconds=1)).isoformat()


@pytest.fixture
def huli_reference(sqlite: Database) -> Reference:
    return References(sqlite).get()


def taken(reference: Reference, by: Viewer = OPERATOR, **more: Any) -> Report:
    return report_from({**GOOD, **more}, reference, by, FRIDAY)


def refused(reference: Reference, body: Any, by: Viewer = OPERATOR) -> dict[str, str]:
    with pytest.raises(Invalid) as fault:
        report_from(body, reference, by, FRIDAY)
    return {field: msgid.format(**params) for field, msgid, params in fault.value.errors}


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"title": ""}, "title", "不能为空"),
        ({"title": "   "}, "title", "不能为空"),
        ({"title": None}, "title", "请写明标题"),
        ({"title": 5}, "title", "应是文字"),
        ({"title": "长" * 101}, "title", "最长 100"),
        ({"title": "响\x07铃"}, "title", "控制字符"),
        ({"title": "反\u202e转"}, "title", "控制字符"),
        ({"title": "半\ud800个"}, "title", "控制字符"),
        ({"description": "长" * 2001}, "description", "最长 2000"),
        ({"description": "空\x00字"}, "description", "控制字符"),
        ({"category": "NO-SUCH"}, "category", "没有代码为“NO-SUCH”的类别"),
        ({"category": 7}, "category", "应是文字"),
        ({"lng": "118.13"}, "lng", "应是数字"),
        ({"lng": True}, "lng", "应是数字"),
        ({"lng": math.nan}, "lng", "之间"),
        ({"lng": math.inf}, "lng", "之间"),
        ({"lng": 10**400}, "lng", "之间"),
        ({"lat": None}, "lat", "一起写"),
        ({"lng": 24.52, "lat": 118.13}, "lng", "可能写反了"),
        ({"lng": 10.0, "lat": 91.0}, "lat", "-90 到 90"),
        ({"crs": "utm50n"}, "crs", "gcj02"),
        ({"accuracy_m": -1}, "accuracy_m", "0 到 50000"),
        ({"accuracy_m": 50_001}, "accuracy_m", "0 到 50000"),
        ({"address": "长" * 201}, "address", "最长 200"),
        ({"source": "rumour"}, "source", "grid_worker"),
        ({"emergency": "true"}, "emergency", "true 或 false"),
        ({"emergency": 1}, "emergency", "true 或 false"),
        ({"reporter": "张"}, "reporter", "JSON 对象"),
        ({"reporter": {"name": "名" * 51}}, "reporter.name", "最长 50"),
        ({"reporter": {"phone": 13800138000}}, "reporter.phone", "应是文字"),
        ({"reporter": {"age": "5"}}, "reporter.age", "不认识字段“age”"),
        ({"external_id": "x" * 101}, "external_id", "最长 100"),
        ({"resolved_on_site": True}, "resolved_on_site", "只有网格员"),
        ({"photos": "p1"}, "photos", "列表"),
        ({"photos": ["p1", "p1"]}, "photos", "重复"),
        ({"photos": ["p"] * 21}, "photos", "最多 20"),
        ({"reported_at": "2026-11-20 09:00"}, "reported_at", "带时区"),
        ({"reported_at": "2026-11-20T09:00:00"}, "reported_at", "带时区"),
        ({"reported_at": "2026-13-40T09:00:00Z"}, "reported_at", "带时区"),
        ({"reported_at": 1}, "reported_at", "带时区"),
        ({"reported_at": LATER}, "reported_at", "晚于现在"),
        ({"reported_at": LONG_AGO}, "reported_at", "早于 7 天"),
        ({"colour": "red"}, "colour", "不认识字段“colour”"),
    ],
)
def test_a_wrong_field_is_named_in_words(
    huli_reference: Reference, more: dict, field: str, words: str
) -> None:
    assert words in refused(huli_reference, {**GOOD, **more})[field]


def test_every_wrong_field_is_named_at_once(huli_reference: Reference) -> None:
    body = {"title": "", "lng": "x", "emergency": "yes", "colour": "red"}
    assert set(refused(huli_reference, body)) == {"title", "lng", "emergency", "colour"}


@pytest.mark.parametrize("body", [None, [], "text", 5])
def test_only_an_object_is_a_report(huli_reference: Reference, body: Any) -> None:
    assert "JSON 对象" in refused(huli_reference, body)[""]


def test_a_report_needs_coordinates_or_an_address(huli_reference: Reference) -> None:
    assert "address" in refused(huli_reference, {"title": "占道经营"})
    assert report_from({"title": "占道", "address": "南山路"}, huli_reference, OPERATOR, FRIDAY).lng is None


def test_outside_the_district_is_taken(huli_reference: Reference) -> None:
    assert taken(huli_reference, lng=2.35, lat=48.86).lng == 2.35


@pytest.mark.parametrize(
    ("by", "source"),
    [(OPERATOR, "phone"), (WORKER, "grid_worker"), (unit_viewer("FIRE"), "department")],
)
def test_the_source_follows_the_role_unless_it_is_stated(
    huli_reference: Reference, by: Viewer, source: str
) -> None:
    assert taken(huli_reference, by).source == source
    assert taken(huli_reference, by, source="walk_in").source == "walk_in"


def test_chinese_coordinates_become_wgs84_by_formula(huli_reference: Reference) -> None:
    lng, lat = wgs84_to_gcj02(118.13, 24.52)
    filed = taken(huli_reference, lng=lng, lat=lat, crs="gcj02")
    assert (round(filed.lng or 0, 7), round(filed.lat or 0, 7)) == (118.13, 24.52)
    assert filed.src_crs == "gcj02"


def test_texts_are_taken_as_written_without_the_space_around_them(huli_reference: Reference) -> None:
    filed = taken(huli_reference, title="  <b>占道</b> ", description="第一行\r\n第二行\t")
    assert (filed.title, filed.description) == ("<b>占道</b>", "第一行\n第二行")


def test_a_grid_worker_resolves_on_the_spot_only_with_a_photo(huli_reference: Reference) -> None:
    assert "photos" in refused(huli_reference, {**GOOD, "resolved_on_site": True}, WORKER)
    assert taken(huli_reference, WORKER, resolved_on_site=True, photos=["a"]).resolved_on_site


@pytest.mark.parametrize("back", [timedelta(days=7), timedelta(), timedelta(minutes=-2)])
def test_a_report_may_be_seven_days_old_and_two_minutes_ahead(
    huli_reference: Reference, back: timedelta
) -> None:
    moment = FRIDAY - back
    assert taken(huli_reference, reported_at=moment.isoformat()).reported_at == moment


def test_the_anonymous_door_takes_fewer_fields_and_sources(huli_reference: Reference) -> None:
    for more in (
        {"external_id": "x"},
        {"resolved_on_site": True},
        {"source": "sensor"},
    ):
        with pytest.raises(Invalid):
            door_report_from({**GOOD, **more}, huli_reference, OPERATOR, FRIDAY)
    assert (
        door_report_from({**GOOD, "source": "property"}, huli_reference, OPERATOR, FRIDAY).source
        == "property"
    )


@given(st.datetimes(allow_imaginary=False, timezones=st.timezones()))
def test_a_moment_with_an_offset_is_read_as_the_same_instant(moment: datetime) -> None:
    text = moment.isoformat()
    offset = moment.utcoffset() or timedelta()
    if offset.total_seconds() % 60 or not 1901 <= moment.year <= 2198:
        return  # RFC 3339 has no seconds in offsets, and no district so old or so far ahead
    assert moment_of(text) == moment.astimezone(UTC)  # an hour that comes twice equals nothing across zones


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.hypothesis
def test_whatever_json_comes_in_is_a_report_or_a_refusal(huli_reference: Reference) -> None:
    @given(st.dictionaries(st.sampled_from([*FIELDS, "colour"]), JSON_VALUES, max_size=6))
    def send(body: dict) -> None:
        try:
            filed = report_from(body, huli_reference, OPERATOR, FRIDAY)
        except Invalid as refusal:
            assert refusal.errors and all(msgid.format(**params) for _, msgid, params in refusal.errors)
        else:
            assert filed.title and (filed.address or filed.lng is not None)

    send()


def test_reading_a_report_costs_next_to_nothing(huli_reference: Reference) -> None:
    body = json.loads(json.dumps({**GOOD, "description": "人行道被占", "reporter": {"name": "网格员"}}))
    began = time.perf_counter()
    for _ in range(1000):
        report_from(body, huli_reference, OPERATOR, FRIDAY)
    assert (
        time.perf_counter() - began < 1.0
    )  # measured 25 µs each on an idle core; this bound only catches disasters
