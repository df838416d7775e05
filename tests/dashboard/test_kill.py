"""Kill -9 at any moment: every 201 survives, no half action, the clock catches up, screens converge."""

import threading
import time
from pathlib import Path

from sqlalchemy import func, select

from datasources.districts.reference import References
from datasources.events import journal
from datasources.store.models import EventRow, StepRow
from tests.support.product import Product, command, database_of, start, token_for


def a_report(product: Product, spot: tuple[float, float], **facts: object) -> tuple[int, dict]:
    body = {"title": "占道经营", "category": "S0406", "source": "grid_worker", "lng": spot[0], "lat": spot[1]}
    return product.ask("/api/v1/events", body | facts)


def spot_of(folder: Path) -> tuple[float, float]:
    """Return a point that is clear of every border."""
    database = database_of(folder)
    reference = References(database).get()
    database.close()
    for area in reference.grids:
        if area.lng and area.lat and reference.geo.locate(area.lng, area.lat).border is None:
            return area.lng, area.lat
    raise AssertionError("no grid is wide enough")


def test_every_201_survives_a_kill_and_no_action_is_half_done(tmp_path: Path) -> None:
    with start(tmp_path, "--no-demo") as product:
        (product.token,) = token_for(tmp_path, "operator")
        spot = spot_of(tmp_path)
        accepted: list[str] = []
        enough = threading.Event()

        def pour(emergency: bool) -> None:
            while True:
                try:
                    status, event = a_report(product, spot, emergency=emergency)
                except OSError:
                    return  # the power is cut
                assert status == 201, event
                accepted.append(event["number"])
                if len(accepted) >= 60:
                    enough.set()

        pourers = [threading.Thread(target=pour, args=(index == 0,)) for index in range(4)]
        for pourer in pourers:
            pourer.start()
        assert enough.wait(60)
        product.kill()
        for pourer in pourers:
            pourer.join(30)

    database = database_of(tmp_path)
    with database.read() as session:
        held = set(session.scalars(select(EventRow.number)))
        assert set(accepted) <= held
        steps = dict(session.execute(select(StepRow.event_id, func.count()).group_by(StepRow.event_id)).all())
        for event in journal.events_where(session):
            assert steps[event.id] == event.version
    database.close()

    with start(tmp_path, "--no-demo") as again:
        status, page = again.ask(f"/api/v1/events/{accepted[-1]}", token=product.token)
        assert status == 200
        assert page["event"]["number"] == accepted[-1]


def test_the_drill_goes_on_after_a_kill_and_the_clock_catches_up(tmp_path: Path) -> None:
    assert command("load-district", "huli", "--data", str(tmp_path)).returncode == 0
    spot = spot_of(tmp_path)
    drill = ("--no-demo", "--clock-start", "2026-11-20T09:00:00+08:00", "--clock-speed", "120")
    with start(tmp_path, *drill) as product:
        (token,) = token_for(tmp_path, "operator")
        product.token = token
        status, event = a_report(product, spot)
        assert (status, event["status"]) == (201, "claimable")
        assert event["reported_at"].startswith("2026-11-20T")
        product.kill()
    with start(tmp_path, *drill) as again:
        again.token = token
        patience = time.monotonic() + 120  # 30 drill minutes are 15 real seconds
        while time.monotonic() < patience:
            _, page = again.ask(f"/api/v1/events/{event['number']}")
            if page["event"]["status"] != "claimable":
                break
        assert [step["action"] for step in page["steps"]] == ["report", "register", "lapse"]
        assert page["steps"][-1]["at"].startswith("2026-11-2")
        assert page["steps"][-1]["at"] < "2026-11-22"  # the drill's day, not today's
