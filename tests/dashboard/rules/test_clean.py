"""What nobody can see makes neither two texts of one nor a text of nothing, at every door that takes one."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rules.text import clean
from tests.support.api_world import OpenApi

FAMILY, FLAG, KEYCAP = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    "1\ufe0f\u20e3",
)
NOTHING = ["\u200b", "\u2800\u3164", "\ufeff\u2060", "\u00ad", "\u3000\u00a0\u2003", "\u200d", "\ufe0f", "\t\u2028", "\u115f\uffa0"]  # fmt: skip
HIDING = ["响\x07铃", "反\u202e转", "隔\u2066离", "半\ud83d个", "\x00"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("楼道着火\u2028快来", "楼道着火 快来"),
        ("路灯\t坏了", "路灯 坏了"),
        ("两\r\n行", "两 行"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("e\u200b\u0301", "\u00e9"),
        ("ZW-1\u200b", "ZW-1"),
        ("a\u200db", "ab"),
        ("葛\U000e0100飾", "葛\U000e0100飾"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        (f"{FAMILY}{FLAG}{KEYCAP}", f"{FAMILY}{FLAG}{KEYCAP}"),
        ("第一　段", "第一　段"),
    ],
)
def test_a_line_keeps_what_is_drawn_and_nothing_else(said: str, kept: str) -> None:
    assert clean.line(said) == kept


def test_a_text_keeps_its_lines_and_a_code_nothing_that_leans_on_a_neighbour() -> None:
    assert clean.text("一\u2028二\r\n三\u0085四") == "一\n二\n三\n四"
    assert clean.code("ZW\ufe0f-1\u200d\u2069"[:-1]) == "ZW-1"


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_what_is_left_is_nfc(said: str) -> None:
    once = clean.text(said)
    assert clean.text(once) == once
    assert unicodedata.is_normalized("NFC", once) and "\t" not in once and "\u2028" not in once
    assert clean.has_hidden(once) == clean.has_hidden(said)


def doors(opened: OpenApi, said: Any) -> dict[str, Any]:
    """Return what each door that takes a text answers to it."""
    place = {"address": "示例路"}
    number = opened.call("operator", "POST", "/events", {"title": "路灯不亮", **place}).json["number"]
    version = {"version": 1}
    secret = opened.call(None, "POST", "/reports", {"title": "路灯不亮", **place}).json
    batch = opened.call("operator", "POST", "/events/batch", {"events": [{"title": said, **place}]})
    return {
        "report": opened.call("operator", "POST", "/events", {"title": said, **place}).status_code,
        "address": opened.call("operator", "POST", "/events", {"title": "路灯", "address": said}).status_code,
        "external_id": opened.call(
            "operator", "POST", "/events", {"title": "路灯", **place, "external_id": said}
        ).status_code,
        "anonymous": opened.call(None, "POST", "/reports", {"title": said, **place}).status_code,
        "anonymous emergency": opened.call(
            None, "POST", "/reports", {"title": said, **place, "emergency": True}
        ).status_code,
        "batch": batch.json["results"][0]["status"],
        "join": opened.call(
            "operator", "POST", "/events/join", {"original": number, "report": {"title": said, **place}}
        ).status_code,
        "action": opened.call(
            "operator", "POST", f"/events/{number}/comment", version | {"text": said}
        ).status_code,
        "reveal": opened.call("operator", "POST", f"/events/{number}/reveal", {"reason": said}).status_code,
        "resident's word": opened.call(
            None,
            "POST",
            f"/reports/{secret['number']}/object",
            {"secret": secret["secret"], "text": said},
        ).status_code,
        "screen": opened.call("operator", "POST", "/screens", {"name": said, "audible": True}).status_code,
    }


@pytest.mark.parametrize("said", NOTHING)
def test_no_door_takes_a_text_of_which_nothing_can_be_seen(opened: OpenApi, said: str) -> None:
    answers = doors(opened, said)
    assert {door for door, status in answers.items() if status not in (409, 422)} == set()
    title = opened.call("operator", "POST", "/events", {"title": said, "address": "x"}).json
    assert title["errors"] == [{"field": "title", "message": "不能为空"}]


@pytest.mark.parametrize("said", HIDING)
def test_no_door_takes_a_text_that_could_hide_something(opened: OpenApi, said: str) -> None:
    answers = doors(opened, said)
    assert {door for door, status in answers.items() if status not in (409, 422)} == set()


@pytest.mark.parametrize("said", ["楼道着火\u2028快来", "路灯\t坏了", f"有人受伤{FAMILY}", "Cafe\u0301"])
def test_every_door_takes_what_phones_and_spreadsheets_paste(opened: OpenApi, said: str) -> None:
    answers = doors(opened, said)
    assert {door for door, status in answers.items() if status not in (200, 201, 409)} == set()
    made = opened.call("operator", "POST", "/events", {"title": said, "address": said}).json
    assert made["title"] == made["address"] == clean.line(said)


def test_an_outside_number_with_an_invisible_sign_is_the_same_number(opened: OpenApi) -> None:
    body = {"title": "路灯不亮", "address": "示例路", "external_id": "ZW-1"}
    assert opened.call("operator", "POST", "/events", body).status_code == 201
    again = opened.call("operator", "POST", "/events", body | {"external_id": "ZW-1\u200b"})
    assert again.status_code == 409


def test_what_is_searched_for_is_cleaned_as_what_was_written(opened: OpenApi) -> None:
    opened.call("operator", "POST", "/events", {"title": "Cafe\u0301 路灯", "address": "示例路"})
    for words in ("Caf\u00e9", "cafe\u0301\u200b"):
        assert len(opened.call("operator", "GET", f"/events?q={words}").json["items"]) == 1
