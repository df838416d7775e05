"""Where a pin lies, as the phone says it: an enclave is not the area around it (case 17)."""

from pathlib import Path

from playwright.sync_api import Browser

from datasources.districts.pack.reading import read_pack
from datasources.districts.rough import rings
from tests.browser.entering import somebody
from tests.browser.own import own, served
from tests.datasources.districts.test_outlines import with_an_enclave
from tests.support.small_packs import small_pack


def test_a_pin_in_an_enclave_lies_in_it_and_not_in_the_area_around(browser: Browser, tmp_path: Path) -> None:
    pack = read_pack(small_pack(tmp_path, with_an_enclave(), ("city", "street", "ward")))
    page = somebody(browser).new_page()
    ask = "([drawn, lng, lat]) => own.areaAt(drawn, lng, lat)"
    drawn = [[one.code, one.name, rings(one.geometry)] for one in pack.areas if one.level == "ward"]
    with served() as address:
        page.goto(address)
        own(page, "phone/pin.js")
        said = [
            page.evaluate(ask, [drawn, lng, 40.0005])
            for lng in (116.5005, 116.5001, 116.5009, 116.5015, 116.6)
        ]
    page.context.close()
    assert [one and one[0] for one in said] == ["E", "W1", "W1", "W2", None]
