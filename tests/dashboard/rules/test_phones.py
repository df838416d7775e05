"""One telephone number is one number, however it is written."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard.rules.text import phones
from datasources.store.database import Database
from datasources.store.revisions import MIGRATIONS
from tests.datasources.store.test_sealing import back_to
from tests.support.api_world import OpenApi, build, runtime_of

WRITINGS = [
    "13900139001",
    "+86 139-0013-9001",
    "１３９００１３９００１",
    "0086 13900139001",
    "86-13900139001",
]
LANDLINE = [
    "0592-6010110",
    "+86 592 6010110",
    "(0592) 6010110",
    "86-592-6010110",
    "０５９２－６０１０１１０转8",
]


@pytest.mark.parametrize("writings", [WRITINGS, LANDLINE])
def test_each_of_five_writings_finds_all_five(opened: OpenApi, writings: list[str]) -> None:
    for phone in writings:
        body = {"title": "路灯不亮", "address": "示例路", "reporter": {"phone": phone}}
        assert opened.call("operator", "POST", "/events", body).status_code == 201
    for asked in writings:
        found = opened.call("operator", "GET", "/events", query_string={"q": asked}).json["items"]
        assert len(found) == 5, asked


def test_a_mobile_number_is_stored_as_its_digits_and_another_as_written() -> None:
    assert {phones.kept(writing) for writing in WRITINGS} == {"13900139001"}
    assert phones.kept("0592-6010110") == "0592-6010110"
    assert phones.kept("+1 617-555-1234") == "+1 617-555-1234"
    assert phones.digits("+1 617-555-1234") == phones.digits("001 617 555 1234") == "16175551234"


@pytest.mark.parametrize("number", ["8613900", "86010110", "6010110", "110", ""])
def test_a_number_that_only_begins_like_the_country_code_keeps_its_digits(number: str) -> None:
    assert phones.digits(number) == number


def test_numbers_stored_before_are_found_by_every_writing_after_the_migration(
    sqlite: Database, tmp_path: Path
) -> None:
    opened = build(runtime_of(sqlite, tmp_path))
    body = {"title": "路灯不亮", "address": "示例路", "reporter": {"phone": "13900139001"}}
    opened.call("operator", "POST", "/events", body)
    (made,) = MIGRATIONS.glob("versions/*_phone_digests.py")
    before = re.search(r'^down_revision = "(\w+)"', made.read_text("utf-8"), re.MULTILINE)
    assert before is not None
    back_to(sqlite, before[1])
    with sqlite.engine.begin() as connection:  # as it was stored: by the digits as they had been written
        connection.execute(text("UPDATE event SET reporter_phone_digest = 'by the old rule'"))
    sqlite.upgrade()
    assert len(opened.call("operator", "GET", "/events?q=13900139001").json["items"]) == 1
