"""Is it alive, is it ready, how is it doing. The first two need no account and say nothing about anybody."""

from datetime import datetime
from time import perf_counter
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from callbacks.api.answers import answer, house
from callbacks.guard import permission
from dashboard import clock, one_time
from dashboard.rules.refusals import Refusal
from datasources import clock_anchor, feed_queries

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


def blueprint() -> Blueprint:
    """Return the routes of health, outside the API's prefix."""
    health = Blueprint("health", __name__)
    meters = Meters()
    health.add_url_rule("/healthz", view_func=healthz, methods=["GET"])
    health.add_url_rule("/readyz", view_func=readyz, methods=["GET"])
    health.add_url_rule("/metrics", "metrics", meters.show, methods=["GET"])
    health.before_app_request(meters.begin)
    health.after_app_request(meters.end)
    return health


@permission("public")
def healthz() -> Response:
    """Say that the process is alive."""
    return answer({"status": "ok"})


@permission("public")
def readyz() -> Response:
    """Say whether the process can do its work: 200 or 503, with the parts."""
    parts = state()
    return answer(parts, 200 if parts["ready"] else 503)


def state() -> dict[str, Any]:
    """Return {ready, database, feed, clock_age, oldest_unpublished_seconds, clock_skew}; ages in real seconds, null when unknown."""
    oldest: datetime | None = None
    saved: datetime | None = None
    try:
        with house().database.read() as session:
            session.execute(text("SELECT 1"))
            oldest = feed_queries.oldest_unpublished(session)
            saved = clock_anchor.last_beat(session)
        _ = house().reference
        is_there = True
    except (SQLAlchemyError, Refusal):
        is_there = False
    live = current_app.extensions.get("grid.live")
    feed_up = live is not None and not getattr(live, "is_down", False)
    waiting = (clock.now() - oldest).total_seconds() / clock.speed() if oldest else 0.0
    return {
        # without Redis the database fills in: the product still works, so the feed alone does not make it unready
        "ready": is_there and one_time.trusted(),
        "database": "ok" if is_there else "down",
        "feed": "ok" if feed_up else "down",
        "clock_age": round((clock.real_now() - saved).total_seconds(), 3) if saved else None,
        "oldest_unpublished_seconds": round(max(0.0, waiting), 3),
        "clock_skew": round(clock.skew(), 3),
    }


class Meters:
    """Counts and times of this app, for Prometheus; no label holds a number, a name or a text of anybody."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "grid_http_requests_total", "HTTP requests", ["endpoint", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "grid_http_seconds", "Time to answer", ["endpoint"], buckets=BUCKETS, registry=self._registry
        )
        self._gauges = {
            name: Gauge(f"grid_{name}", words, registry=self._registry)
            for name, words in (
                ("database_up", "1 when the database answers"),
                ("feed_up", "1 when Redis answers"),
                ("oldest_unpublished_seconds", "Age of the oldest step the feed has not carried"),
                ("open_events", "Open events in the live set"),
                ("sockets", "Open sockets of this process"),
            )
        }

    def begin(self) -> None:
        """Note when a request began."""
        g.began = perf_counter()

    def end(self, response: AnyResponse) -> AnyResponse:
        """Count an answered request by its endpoint."""
        endpoint = request.endpoint or "none"
        self._requests.labels(endpoint, str(response.status_code)).inc()
        if "began" in g:
            self._seconds.labels(endpoint).observe(perf_counter() - g.began)
        return response

    @permission("metrics.see")
    def show(self) -> Response:
        """Return everything in Prometheus' text format."""
        parts = state()
        self._gauges["database_up"].set(parts["database"] == "ok")
        self._gauges["feed_up"].set(parts["feed"] == "ok")
        self._gauges["oldest_unpublished_seconds"].set(parts["oldest_unpublished_seconds"])
        live = current_app.extensions.get("grid.live")
        self._gauges["open_events"].set(len(live.store.rows) if live is not None else 0)
        sockets = current_app.extensions.get("grid.sockets")
        self._gauges["sockets"].set(sockets.count if sockets else 0)
        return Response(generate_latest(self._registry), content_type=CONTENT_TYPE_LATEST)
