"""An emergency is told at once and can always be passed up, whatever its level and whoever was there."""

import pytest
from sqlalchemy import func, select

from dashboard.clock import HandClock
from dashboard.rules.events.event import LEVELS, Status
from datasources.alerts import journal as alert_journal
from datasources.store.models import LedgerRow
from tests.conftest import OPERATOR, Town, make_town
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on


@pytest.mark.parametrize("level", [level.value for level in LEVELS])
def test_a_signed_emergency_of_any_level_is_passed_up_to_the_centre(small_town: Town, level: str) -> None:
    town = small_town
    event = town.report("S0502", emergency=True)
    assert event.status == Status.DISPATCHED
    event = town.act(event, "accept", town.unit_of(event))
    if event.level != level:
        event = town.act(event, "correct", OPERATOR, level=level)
    event = town.act(event, "escalate", town.unit_of(event), reason="超出本单位能力")
    assert (event.status, event.level) == (Status.PENDING_DISPATCH, "district")
    with town.database.read() as session:
        assert alert_journal.open_alert(session, event.id) is not None


def test_what_is_no_emergency_is_not_passed_up_beyond_the_highest_level(small_town: Town) -> None:
    town = small_town
    event = town.act(town.claimed(), "correct", OPERATOR, level="district")
    with pytest.raises(Exception, match="已是最高层级"):
        town.act(event, "escalate", town.unit_of(event), reason="难")


@pytest.mark.parametrize(("category", "emergency"), [("S0406", True), ("S0502", False), (None, True)])
def test_an_emergency_is_never_closed_on_the_spot_unheard(
    small_town: Town, category: str | None, emergency: bool
) -> None:
    town = small_town
    event = town.report(category, emergency=emergency, resolved_on_site=True, photos=(town.photo(),))
    assert event.emergency and event.is_open and not event.resolved_on_site
    with town.database.read() as session:
        assert alert_journal.open_alert(session, event.id) is not None
        rules = session.scalars(select(LedgerRow.rule).where(LedgerRow.event_id == event.id)).all()
        assert "handled_in_24h" not in rules
        assert session.scalar(select(func.count()).select_from(LedgerRow)) == len(rules)


def test_what_is_none_still_is(small_town: Town) -> None:
    event = small_town.report("S0406", resolved_on_site=True, photos=(small_town.photo(),))
    assert (event.status, event.resolved_on_site, event.level) == (Status.CLOSED, True, "grid")


def test_a_picture_is_asked_for_only_where_the_report_closes(opened: OpenApi, hand: HandClock) -> None:
    town = make_town(opened.runtime.database, opened.runtime.reference, hand)
    spot = town.reference.areas[town.grid]
    body = {
        "title": "燃气味",
        "category": "S0406",
        "lng": spot.lng,
        "lat": spot.lat,
        "resolved_on_site": True,
    }
    refused = opened.call(town.worker.name, "POST", "/events", body)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "photos")
    for more in ({"emergency": True}, {"category": "S0502"}):
        told = opened.call(town.worker.name, "POST", "/events", body | more)
        assert told.status_code == 201 and told.json["emergency"] and told.json["status"] != "closed", (
            told.text
        )
