"""A web process with nothing but the live door: `python -m tests.live_server DATABASE REDIS FOLDER PORT-FILE`.

Accounts are Bearer words such as `operator` or `unit-GAS`; a file of that name in FOLDER disables one.
"""

from gevent import monkey

if __name__ == "__main__":  # before everything else, and only in a process of its own
    monkey.patch_all()

import sys
from pathlib import Path
from typing import Any

from flask import Flask, Response
from gevent.pywsgi import WSGIServer

from callbacks import sockets
from callbacks.livefeed import LiveFeed
from callbacks.scopes import Sight
from dashboard import clock
from dashboard.rules.access import Role, Viewer
from dashboard.serializer import feed_row
from datasources.database import Database
from datasources.feed import Feed
from datasources.reference import References
from tests.live_world import ORIGIN


def viewer_of(folder: Path, environ: dict[str, Any]) -> Viewer | None:
    """Return who a Bearer word stands for, unless a file of that name disables it."""
    word = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    if not word or (folder / word).exists():
        return None
    role, _, code = word.partition("-")
    return Viewer(word, Role(role), unit=code or None, area=code or None)


def main(database: str, redis_url: str, folder: str, port_file: str) -> None:
    """Serve until killed; the port is written to a file once requests are answered."""
    db = Database(database)
    references = References(db)
    sight = Sight(lambda event: references.get().eligible(event))
    feed = Feed(redis_url, references.get().code)
    live = LiveFeed(db, feed, lambda event: feed_row(event, references.get()), sight)
    app = Flask(__name__)
    app.add_url_rule(
        "/snapshot", view_func=lambda: Response(live.snapshot(), headers={"Content-Encoding": "gzip"})
    )
    door = sockets.Sockets(
        app,
        live,
        lambda environ: viewer_of(Path(folder), environ),
        [ORIGIN],
        lambda: (clock.now(), clock.speed()),
    )
    live.start()
    door.start()
    server = WSGIServer(("127.0.0.1", 0), app, log=None)
    server.start()
    Path(port_file).write_text(str(server.server_port))
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:5])
