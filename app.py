"""Assembles the product: the only file that knows everybody. `python app.py [COMMAND]` — see README or --help."""

import sys
from typing import Any

if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

    from callbacks.cli import commands
    from callbacks.cli.loading import loading

    def assembled(*facts: Any) -> Any:
        """Return the product; what it is made of is loaded only by the commands that serve it."""
        with loading():
            import app
        return app.create_app(*facts)

    sys.exit(commands.main(sys.argv[1:], assembled))

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import dash
from flask import Flask
from flask_compress import Compress

from callbacks import api, assets
from callbacks.api import feed as feed_routes
from callbacks.api import health, problems
from callbacks.live import feed as livefeed
from callbacks.live.pulse import Pulse
from callbacks.live.scopes import Visibility
from callbacks.live.sockets import Sockets
from callbacks.pages import phone, registry, tiles
from callbacks.security import guard, outside, session
from dashboard import clock
from dashboard.feed.publisher import Publisher, View
from dashboard.feed.serializer import feed_row
from dashboard.loops import Loop, aside_loop, clock_loops, drill_loop, time_loop
from dashboard.runtime.runtime import Runtime
from dashboard.sweeps.deadlines import SWEEPS
from datasources.figures.views.named import views as wall_views
from datasources.store import sealing
from datasources.store.faults import is_outage

log = logging.getLogger("grid")


@dataclass
class Product:
    """One running process: the web application and everything that runs beside it."""

    runtime: Runtime
    app: Flask
    dash_app: dash.Dash | None = None
    live: livefeed.LiveFeed | None = None
    pulse: Pulse | None = None
    sockets: Sockets | None = None
    publisher: Publisher | None = None
    loops: list[Loop] = field(default_factory=list)

    def start(self) -> "Product":
        """Start the tail, the heartbeat, the publisher and the loops."""
        for part in (self.publisher, self.live, self.pulse, self.sockets, *self.loops):
            if part is not None:
                part.start()
        return self

    def stop(self) -> None:
        """End everything, the newest first."""
        for part in (*self.loops, self.sockets, self.pulse, self.live, self.publisher):
            if part is not None:
                part.stop()
        self.runtime.close()


def create_app(runtime: Runtime, role: str = "all") -> Product:
    """Return the product on an opened runtime; `role` is all, web or clock. Nothing runs before `start()`."""
    app = Flask("grid", static_folder=None)
    product = Product(runtime, app)
    row_of = partial(_row, runtime)
    views = wall_views(lambda: runtime.reference)
    if role in ("all", "clock"):
        product.publisher = Publisher(
            runtime.database,
            runtime.feed,
            row_of,
            clock.now,
            views,
            lambda: runtime.reference,
            runtime.beats,
        )
        product.loops += clock_loops(runtime)
    else:
        product.loops.append(drill_loop(runtime, keeps=False))
    product.loops += [*time_loop(runtime), aside_loop(runtime)]
    if role in ("all", "web"):
        _add_web(product, row_of, views)
    elif runtime.settings.clock_port is not None:
        _add_health(product)
    return product


def _add_health(product: Product) -> None:
    """Let a process that only keeps the clock answer how it is, to whoever may ask."""
    runtime, app = product.runtime, product.app
    app.secret_key = sealing.signing_key()
    session.install(app, runtime)
    guard.install(app, runtime.settings, session.viewer, session.came_from_elsewhere)
    problems.install(app)
    app.register_blueprint(health.blueprint())
    _add_pulse(product, lambda: 0.0)
    guard.check_app(app)


def _add_pulse(product: Product, tail_age: Callable[[], float]) -> Pulse:
    names = tuple(sweep.__name__ for sweep in SWEEPS)
    product.pulse = Pulse(product.runtime.database, names, clock.real_now, tail_age)
    product.app.extensions["grid.pulse"] = product.pulse
    return product.pulse


def _add_web(product: Product, row_of, views) -> None:  # type: ignore[no-untyped-def]
    runtime, app = product.runtime, product.app
    app.secret_key = sealing.signing_key()
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config["COMPRESS_MIMETYPES"] = ["text/html", "text/css", "application/json", "application/javascript", "text/javascript", "image/svg+xml"]  # fmt: skip
    app.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    app.config["COMPRESS_BR_LEVEL"] = 4
    sign_in = session.install(app, runtime)
    product.live = live = livefeed.LiveFeed(
        runtime.database,
        runtime.feed,
        row_of,
        Visibility(lambda event: runtime.reference.eligible(event)),
        lambda: _views_now(runtime, views),
        lambda: runtime.reference,
    )
    feed_routes.use(app, product.live)
    api.install(app)
    tiles.install(app, runtime.settings)
    assets.install(app)
    phone.install(app, runtime)
    registry.install_routes(app)
    guard_install = partial(guard.install, app, runtime.settings, session.viewer, session.came_from_elsewhere)
    dash_app = registry.prepare(app, runtime)
    guard_install(dash_app)
    registry.install(dash_app, runtime, product.live)
    Compress(app)
    guard.check_app(app, dash_app)
    product.dash_app = dash_app
    pulse = _add_pulse(product, lambda: live.age)
    live.news_waits = lambda: pulse.outbox_is_old
    product.sockets = Sockets(
        app,
        product.live,
        partial(session.viewer_of_environ, sign_in=sign_in),
        runtime.settings.allowed_origins,
        lambda: (clock.now(), clock.speed()),
        pulse.told,
    )
    app.extensions["grid.sockets"] = product.sockets
    outside.install(app, runtime.settings)


def _row(runtime: Runtime, event):  # type: ignore[no-untyped-def]
    return feed_row(event, runtime.reference)


def _views_now(runtime: Runtime, views: Mapping[str, View]) -> dict[str, Any]:
    """Return every view that can be counted; one that cannot is set aside."""
    found: dict[str, Any] = {}
    for name, view in views.items():
        try:
            with runtime.database.read() as reading:
                found[name] = view(reading, clock.now())
        except Exception as error:
            if is_outage(error):
                raise
            runtime.database.aside.note("view", name, error)
    return found
