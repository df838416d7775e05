"""A bad road between a page and the product: what a page sends is lost, held up, refused or answered into the void."""

from playwright.sync_api import Page, Route

from tests.browser.waiting import until

CALLS = "**/api/v1/events"


class Road:
    """What becomes of the reports a page sends: each POST takes the next answer of a list, later ones pass."""

    def __init__(self, page: Page, *answers: str, path: str = CALLS) -> None:
        self.page, self.path, self.keys, self.held = page, path, [], []  # type: ignore[var-annotated]
        self._answers = list(answers)
        page.route(path, self._take)

    def _take(self, route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        self.keys.append(route.request.headers.get("idempotency-key"))
        answer = self._answers.pop(0) if self._answers else "pass"
        if answer == "stored, then lost":
            assert route.fetch().status == 201
            route.fulfill(status=504, body="<html>504</html>", content_type="text/html")
        elif answer == "in work":
            route.fulfill(status=409, json={"type": "urn:grid:problem:in-work", "status": 409, "title": "x"})
        elif answer == "held":
            self.held.append(route)
        elif answer == "gone":
            route.abort()
        elif answer.isdecimal():
            route.fulfill(
                status=int(answer), json={"status": int(answer), "title": "x", "detail": "现在不行"}
            )
        else:
            route.continue_()

    def let_go(self) -> None:
        """Let those go on that were held."""
        until(lambda: self.page.evaluate("true") and self.held)
        while self.held:
            self.held.pop(0).continue_()
