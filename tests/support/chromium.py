"""The one browser of tests and benchmarks: the Chromium that ensure_browser found, told to keep to itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.support.ensure_browser import browser as installed

SOUNDS = "--autoplay-policy=no-user-gesture-required"
# The address bar's own two pages are never seen without a screen, yet every window would load them (half a second of a
# processor). Only the last --disable-features counts, so those that Playwright gives are said again.
UNSEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
PLAYWRIGHTS = ("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "LensOverlay",
               "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch")  # fmt: skip
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=" + ",".join((*UNSEEN, *PLAYWRIGHTS)),
)


def launch(playwright: Playwright, flags: Sequence[str] = (*FLAGS, SOUNDS)) -> Browser:
    """Start a browser on a profile of its own; without SOUNDS a page must be touched before it may sound."""
    return playwright.chromium.launch(args=list(flags), executable_path=installed())


@contextmanager
def chromium(flags: Sequence[str] = (*FLAGS, SOUNDS)) -> Iterator[Browser]:
    """Give a browser of our own."""
    with sync_playwright() as playwright:
        browser = launch(playwright, flags)
        yield browser
        browser.close()
