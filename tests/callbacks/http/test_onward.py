"""Where a login goes on to: one of our pages, never a door that does something, never another site."""

import pytest

from callbacks.security.session import local_path


@pytest.mark.parametrize(
    "path", ["/desk", "/screen?scene=overview", "/event/HL1?x=1", "/report", "/scores?board=units#top"]
)
def test_a_page_of_ours_is_gone_on_to(path: str) -> None:
    assert local_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/logout", "/logout/", "/login", "/login?next=/desk", "/api/v1/events", "/kiosk/x", "/no-such-page",
        "//elsewhere.test/desk", "/\\elsewhere.test", "https://elsewhere.test/desk", "desk", "http://[", "/desk\n",
        "/event/../logout", "/event/%2e%2e/logout", "/event/%2E./logout", "/event\\..\\logout", "/desk/../logout",
    ],
)  # fmt: skip
def test_nothing_else_is(path: str) -> None:
    assert not local_path(path)
