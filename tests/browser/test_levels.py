"""The pages of a district of one level, of two and of five: wall, desk, boards and field are drawn, no script fails."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.phone_page import PROMPT_MS, cast_of
from tests.datasources.districts.test_levels_of_packs import PACKS, WORKER
from tests.support import product
from tests.support.small_packs import nested, small_pack


@pytest.mark.parametrize("deep", [1, 2, 5])
def test_every_page_is_drawn_whatever_levels_a_district_has(
    browser: Browser, tmp_path: Path, deep: int
) -> None:
    levels, data = PACKS[deep], tmp_path / "data"
    duties = f"unit,category,area,priority\nPW,road,{levels[0]}-1,1\n"
    pack = small_pack(tmp_path / "pack", nested(levels), levels, duties=duties)
    with (
        product.start(data, "--district", str(pack), "--no-demo") as running,
        cast_of(browser, running, data) as cast,
    ):
        worker = f"worker-{WORKER[deep]}"
        spot = {"title": "A hole", "category": "road", "lng": 116.5005, "lat": 40.0005}
        status, event = running.ask("/api/v1/events", spot | {"source": "grid_worker"}, cast.token(worker))
        assert status == 201
        wall = cast.enter("screen", "/screen")
        expect(wall.locator("#screen-map")).to_be_visible(timeout=PROMPT_MS)
        expect(wall.locator("#screen-live[data-state=live]")).to_be_visible(timeout=PROMPT_MS)
        inner = "The ward" if deep == 1 else f"The {levels[1]}" if deep > 2 else "West ward"
        expect(wall.locator(".w-map__label", has_text=inner).first).to_be_attached(timeout=PROMPT_MS)
        desk = cast.enter("operator", f"/desk?event={event['number']}")
        expect(desk.locator(f"#desk-event [data-event='{event['number']}']").first).to_be_visible(
            timeout=PROMPT_MS
        )
        assert "位置待核实" not in desk.locator("#desk-event").inner_text()
        scores = cast.enter("leader", "/scores")
        expect(scores.locator("#scores-board")).to_be_visible(timeout=PROMPT_MS)
        claim = cast.enter("unit-PW", "/claim")
        expect(claim.locator(f"[data-event='{event['number']}']").first).to_be_visible(timeout=PROMPT_MS)
        field = cast.phone(worker, "/field")
        expect(field.locator("#field-tasks")).to_be_visible(timeout=PROMPT_MS)
        report = cast.phone(None, "/report")
        expect(report.locator("#report-form")).to_be_visible(timeout=PROMPT_MS)
        assert cast.faults == []
