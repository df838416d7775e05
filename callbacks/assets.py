"""The files a browser loads from the product itself: scripts, styles, the icon. Each address carries their version."""

from flask import Flask, Response

from callbacks.guard import permission
from dashboard.rules.refusals import NotFound
from layouts import scripts

KEPT = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Give an app the files."""

    @app.route("/assets/<version>/<path:name>")
    @permission("static")
    def asset(version: str, name: str) -> Response:
        """Return a file; under another version's address it is the present one, and nobody keeps it."""
        found = scripts.file_of(name)
        if found is None:
            raise NotFound("没有这一页")
        kept = KEPT if version == scripts.version() else "no-cache"
        return Response(found.data, mimetype=found.kind, headers={"Cache-Control": kept})
