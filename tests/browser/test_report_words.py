"""What people type and paste into `/report` is taken, whatever signs are in it, and no sign is cut in half."""

import pytest

from tests.browser.own import own
from tests.browser.phone_page import Cast, state
from tests.browser.test_report import fill, receipt, submit
from tests.load.wall_page import spots
from tests.support.product import Product

SMILE, FAMILY = "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("a" * 99 + SMILE * 2, "a" * 99),
        ("a" * 97 + FAMILY, "a" * 97),
        ("楼道着火\u2028快来", "楼道着火"),
        ("路灯\t坏了", "路灯 坏了"),
        ("\n\n路灯坏了", "路灯坏了"),
    ],
)
def test_whatever_is_pasted_is_taken_and_the_title_is_cut_between_two_signs(
    cast: Cast, centre: Product, words: str, title: str
) -> None:
    page = cast.phone(None, "/report", at=spots(centre)[9])
    fill(page, words)
    submit(page)
    number, _ = receipt(page)
    assert state(centre, number)["title"] == title


def test_signs_stay_whole_in_a_browser_that_cannot_tell_them_apart_too(cast: Cast, centre: Product) -> None:
    page = cast.phone(None, "/report", at=spots(centre)[9])
    assert page.evaluate(f"own.cut('{'a' * 9}{SMILE}', 10)") == "a" * 9
    assert page.evaluate(f"own.cut('{'a' * 9}{SMILE}', 11)") == "a" * 9 + SMILE
    page.add_init_script("delete Intl.Segmenter")
    page.reload()
    own(page)
    assert page.evaluate(f"own.cut('{'a' * 9}{SMILE}', 10)") == "a" * 9
