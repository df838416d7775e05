"""Searching finds by what its reader reads and by nothing else: a masked number is not told digit by digit."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from dashboard.clock import HandClock
from dashboard.rules.access import Viewer
from datasources.events.filters import Filters
from datasources.events.lists import events_count, events_page
from datasources.store.models import AuditRow
from tests.conftest import OPERATOR, Town, make_town
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

PHONE, OTHER, IDENTITY, NAME = "13912345678", "13987654321", "350206199001011234", "欧阳慕容"
MASKED = replace(OPERATOR, masked=True)
SHOWN = ("139", "5678", "3502", "1234")  # what the masks show of them


def parts(number: str) -> list[str]:
    """Every proper part of a number with four digits or more that its mask does not show."""
    found = {number[a:b] for a in range(len(number)) for b in range(a + 4, len(number) + 1)}
    return sorted(part for part in found - {number} if not any(part in shown for shown in SHOWN))


def file(place: Town) -> str:
    return place.report(
        title=f"来电{PHONE}反映噪声", description=f"联系 {PHONE}，证件 {IDENTITY}", reporter_name=NAME,
        reporter_phone=OTHER,
    ).number  # fmt: skip


def found(place: Town, viewer: Viewer, words: str) -> list[str]:
    with place.database.read() as session:
        page, _ = events_page(session, place.reference, viewer, Filters(q=words), 50, None, place.now)
        count = events_count(session, place.reference, viewer, Filters(q=words), place.now)
    assert count == len(page)
    return [event.number for event in page]


@pytest.mark.parametrize("number", [PHONE, IDENTITY])
def test_no_part_of_a_masked_number_finds_its_event(small_town: Town, number: str) -> None:
    event = file(small_town)
    for part in parts(number):
        assert found(small_town, MASKED, part) == [], part
        assert found(small_town, OPERATOR, part) == [event], part


def test_what_a_masked_reader_reads_is_found_and_a_whole_number_by_its_digest(small_town: Town) -> None:
    event = file(small_town)
    for words in ("反映噪声", "5678", "139", OTHER, f"+86 {OTHER}", "139-8765-4321"):
        assert found(small_town, MASKED, words) == [event], words
    for words in (NAME, "欧阳慕", OTHER[:10], OTHER[1:], "87654321"):
        assert found(small_town, MASKED, words) == [], words


@pytest.mark.parametrize("door", ["token", "session"])
@pytest.mark.parametrize("words", ["1391234", "12345678", "欧阳慕", "19900101"])
def test_every_door_searches_as_it_reads(opened: OpenApi, hand: HandClock, door: str, words: str) -> None:
    event = file(make_town(opened.runtime.database, opened.runtime.reference, hand))
    client = opened.login("operator") if door == "session" else opened.client
    headers = {} if door == "session" else opened.token("operator")

    def ask(path: str) -> Any:
        answer = client.get(f"/api/v1{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    listed = ask(f"/events?q={words}&count=1").json
    assert (listed["items"], listed["count"]) == ([], 0)
    assert event not in ask(f"/exports/events.csv?why=核对&q={words}").text
    assert event in ask("/exports/events.csv?why=核对&q=反映噪声").text


def test_a_search_in_clear_is_written_down_even_when_it_lists_nobody(
    opened: OpenApi, hand: HandClock
) -> None:
    event = file(make_town(opened.runtime.database, opened.runtime.reference, hand))
    for words, numbers in (("1391234", [event]), ("1390000", [])):
        answer = opened.client.get(f"/api/v1/events?q={words}&count=1", headers=opened.clear("operator"))
        assert [one["number"] for one in answer.json["items"]] == numbers
    with opened.runtime.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.what == "clear").order_by(AuditRow.id)).all()
        assert [row.detail["events"] for row in rows] == [[event], []]
