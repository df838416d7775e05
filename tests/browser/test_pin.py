"""Where a pin lies, as the phone says it: an enclave is not the area around it (case 17)."""

from pathlib import Path

from playwright.sync_api import Browser

from datasources.districts.outlines import outlines
from datasources.districts.pack.reading import read_pack
from tests.small_packs import small_pack
from tests.test_outlines import with_an_enclave

SCRIPT = Path(__file__).resolve().parents[2] / "layouts" / "phone" / "pin.js"


def test_a_pin_in_an_enclave_lies_in_it_and_not_in_the_area_around(browser: Browser, tmp_path: Path) -> None:
    pack = read_pack(small_pack(tmp_path, with_an_enclave(), ("city", "street", "ward")))
    page = browser.new_page()
    page.set_content("<!doctype html><title>pin</title>")
    page.add_script_tag(path=SCRIPT)
    ask = "([drawn, lng, lat]) => window.gridWall.areaAt(drawn, lng, lat)"
    drawn = outlines([one for one in pack.areas if one.level == "ward"])
    said = [
        page.evaluate(ask, [drawn, lng, 40.0005]) for lng in (116.5005, 116.5001, 116.5009, 116.5015, 116.6)
    ]
    page.close()
    assert [one and one[0] for one in said] == ["E", "W1", "W1", "W2", None]
