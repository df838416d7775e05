"""What the administrator's page shows of the product itself: which parts stand still, which rows are set aside and why."""

from flask import Flask, Response

from callbacks.api.answers import answer, runtime
from callbacks.api.health import state
from callbacks.security.guard import permission
from dashboard import clock
from dashboard.feed.serializer import millis
from dashboard.rules.text.masking import mask_text
from datasources.store import kept_aside


def install(app: Flask) -> None:
    """Give an app the address the page asks."""
    app.add_url_rule("/admin/health", "admin_health", health, methods=["GET"])


@permission("screens.see")
def health() -> Response:
    """Return how the parts are and what is set aside, newest first."""
    now = clock.real_now()
    with runtime().database.read() as session:
        rows = kept_aside.listed(session, now)
    aside = [
        {
            "kind": row.kind,
            "key": row.key,
            "reason": mask_text(row.reason),
            "first_at": millis(row.first_at),
            "times": row.times,
        }
        for row in rows
    ]
    return answer({"now": millis(now), "parts": state(), "aside": aside})
