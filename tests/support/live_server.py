"""A web process with nothing but the live door: `python -m tests.support.live_server DATABASE REDIS FOLDER PORT-FILE`.

Accounts are Bearer words such as `operator` or `unit-GAS`; a file of that name in FOLDER disables one.
"""

from gevent import monkey

if __name__ == "__main__":  # before everything else, and only in a process of its own
    monkey.patch_all()

import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response

from callbacks.http.server import Server
from callbacks.live import sockets
from callbacks.live.feed import LiveFeed
from callbacks.live.scopes import Visibility
from dashboard import clock
from dashboard.feed.serializer import feed_row
from dashboard.rules.access import Role, Viewer
from datasources.districts.reference import References
from datasources.feed.stream import Feed
from datasources.store.database import Database
from tests import ROOT
from tests.support.live_world import ORIGIN

PAGE = """<!doctype html><title>live</title><body>
<span id="screen-live"></span><script src="/assets/vendor/socket.io.min.js"></script>
<script type="module" src="/assets/live/feed.js"></script>
<script>setTimeout(() => { document.body.append(Object.assign(document.createElement("main"), {id: "wall"}));
document.getElementById("wall").dataset.live = "events,views,alerts"; });</script>"""


def viewer_of(folder: Path, environ: dict[str, Any]) -> Viewer | None:
    """Return who a Bearer word stands for, unless a file of that name disables it."""
    cookie = environ.get("HTTP_COOKIE", "").removeprefix("account=")
    word = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ") or cookie
    if not word or (folder / word).exists():
        return None
    role, _, code = word.partition("-")
    return Viewer(word, Role(role), unit=code or None, area=code or None)


def in_words(alert: dict[str, Any]) -> dict[str, Any]:
    """Return an alert with its moment as the API writes it."""
    return alert | {"raised_at": datetime.fromtimestamp(alert["raised_at"] / 1000, UTC).isoformat()}


def main(database: str, redis_url: str, folder: str, port_file: str) -> None:
    """Serve until killed; the port is written to a file once requests are answered."""
    db = Database(database)
    references = References(db)
    sight = Visibility(lambda event: references.get().eligible(event))
    feed = Feed(redis_url, references.get().code)
    live = LiveFeed(db, feed, lambda event: feed_row(event, references.get()), sight)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    assets = ROOT / "layouts" / "assets"
    app = Flask(__name__, static_folder=str(assets), static_url_path="/assets")
    packed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    for path, answer in {
        "/": lambda: PAGE,
        "/api/v1/feed/snapshot": lambda: Response(live.snapshot(), headers=packed),
        "/api/v1/feed/hash": lambda: live.hash(),
        "/api/v1/feed/views": lambda: live.views(),
        "/api/v1/alerts": lambda: {"items": [in_words(alert) for alert in live.alerts()], "next": None},
    }.items():
        app.add_url_rule(path, path, answer)
    origins = [ORIGIN, f"http://127.0.0.1:{port}"]
    door = sockets.Sockets(
        app,
        live,
        lambda environ: viewer_of(Path(folder), environ),
        origins,
        lambda: (clock.now(), clock.speed()),
    )
    live.start()
    door.start()
    server = Server(listener, app, 2000, log=None)
    server.start()
    Path(port_file).write_text(str(port))
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:5])
