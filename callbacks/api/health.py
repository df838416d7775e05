"""Is it alive, is it ready, how is it doing. The first two need no account and say nothing about anybody."""

import shutil
from time import perf_counter
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from callbacks.api.answers import answer, runtime
from callbacks.live.pulse import OUTBOX_OLD_SECONDS, Pulse
from callbacks.security.guard import permission
from dashboard import clock
from dashboard.rules.refusals import Refusal
from dashboard.runtime import shared_time
from dashboard.sweeps.deadlines import SWEEPS
from datasources.figures import health as queries_health

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
    """Say whether the product does its work: 200 or 503, with the parts and which of them stand still."""
    parts = state()
    return answer(parts, 200 if parts["ready"] else 503)


def pulse() -> Pulse:
    """Return this process's pulse; an app that runs nothing beside itself looks once for each question."""
    found: Pulse | None = current_app.extensions.get("grid.pulse")
    if found is None:
        names = tuple(sweep.__name__ for sweep in SWEEPS)
        found = current_app.extensions["grid.pulse.once"] = current_app.extensions.get(
            "grid.pulse.once"
        ) or Pulse(runtime().database, names, clock.real_now)
        found.try_look()
    return found


def state() -> dict[str, Any]:
    """Return what is ready and what stands still; ages in real seconds, as last looked at."""
    beat = pulse()
    there = beat.database_answers
    if there and "database" not in beat.still:  # else the question itself would hang
        try:
            _ = runtime().reference
        except (SQLAlchemyError, Refusal):
            there = False
    still = [*beat.still, *([] if there or "database" in beat.still else ["database"])]
    live = current_app.extensions.get("grid.live")
    feed_up = not getattr(
        live, "is_down", False
    )  # a process that only keeps the clock has no feed of its own
    ages = beat.ages
    return {
        "ready": there and not still and shared_time.trusted(),
        "database": "ok" if there else "down",
        # without Redis, or with a publisher that stands still, the database fills in within seconds
        "feed": "down" if not feed_up else "late" if beat.outbox_age > OUTBOX_OLD_SECONDS else "ok",
        "still": still,
        "clock_age": round(ages["clock"], 3),
        "publisher_age": round(ages["publisher"], 3),
        "database_age": round(ages["database"], 3),
        "sweeps": {name: round(age, 3) for name, age in beat.sweep_ages.items()},
        "oldest_unpublished_seconds": round(beat.outbox_age, 3),
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
            name: Gauge(f"grid_{name}", words, registry=self._registry) for name, words in GAUGES.items()
        }
        self._sweeps = Gauge(
            "grid_sweep_age_seconds", "Since the sweep last finished", ["sweep"], registry=self._registry
        )

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
        for name, value in (figures() | {"sockets": self._sockets()}).items():
            self._gauges[name].set(value)
        for name, age in state()["sweeps"].items():
            self._sweeps.labels(name).set(age)
        return Response(generate_latest(self._registry), content_type=CONTENT_TYPE_LATEST)

    def _sockets(self) -> int:
        sockets = current_app.extensions.get("grid.sockets")
        return sockets.count if sockets else 0


GAUGES = {
    "database_up": "1 when the database answers",
    "feed_up": "1 when Redis answers and the publisher carries the news",
    "ready": "1 when nothing stands still",
    "clock_age_seconds": "Since the oldest of the clock's sweeps was finished",
    "publisher_age_seconds": "Since the publisher last finished a round, or the same news waits",
    "database_age_seconds": "Since the database last answered",
    "oldest_unpublished_seconds": "For how long the same step waits to be carried by the feed",
    "unpublished": "Steps and alerts that the feed has not carried",
    "alerts_open": "Open alerts",
    "alerts_overdue": "Open alerts whose next consequence is more than ten seconds late",
    "deliveries_owed": "Deliveries that outside systems have not taken",
    "deliveries_oldest_seconds": "Age of the oldest delivery owed",
    "set_aside": "Rows that cannot be read or worked on",
    "disk_free_bytes": "Free space where the data folder lies",
    "disk_bytes": "Size of the disk where the data folder lies",
    "pool_size": "Connections the pool keeps",
    "pool_in_use": "Connections of the pool that are in use",
    "clock_skew_seconds": "This host's clock minus the database's",
    "open_events": "Open events in the live set",
    "sockets": "Open sockets of this process",
}


def figures() -> dict[str, float]:
    """Return the gauges of this process; what only the database knows is left out while it does not answer."""
    parts, belongings = state(), runtime()
    live = current_app.extensions.get("grid.live")
    disk = shutil.disk_usage(belongings.settings.data_dir)
    pool = belongings.database.engine.pool
    found: dict[str, float] = {
        "database_up": parts["database"] == "ok",
        "feed_up": parts["feed"] == "ok",
        "ready": parts["ready"],
        "clock_age_seconds": parts["clock_age"],
        "publisher_age_seconds": parts["publisher_age"],
        "database_age_seconds": parts["database_age"],
        "oldest_unpublished_seconds": parts["oldest_unpublished_seconds"],
        "disk_free_bytes": disk.free,
        "disk_bytes": disk.total,
        "pool_size": pool.size() if hasattr(pool, "size") else 0,
        "pool_in_use": pool.checkedout() if hasattr(pool, "checkedout") else 0,
        "open_events": len(live.store.rows) if live is not None else 0,
    }
    if parts["database"] == "ok":
        with belongings.database.read() as session:
            found |= queries_health.figures(session, clock.now(), clock.speed(), clock.real_now())
    return found
