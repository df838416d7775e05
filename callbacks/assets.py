"""The files a browser loads from the product itself: scripts, styles, the icon. Each address carries their version."""

from functools import lru_cache

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, request

from callbacks.security.guard import permission
from dashboard.rules.refusals import NotFound
from layouts import scripts

KEPT = "public, max-age=31536000, immutable"
QUALITY = 6
LEAST = 500  # bytes; less is not worth packing


def install(app: Flask) -> None:
    """Give an app the files."""

    @app.route("/assets/<version>/<path:name>")
    @permission("static")
    def asset(version: str, name: str) -> Response:
        """Return a file, packed once in a process; under another version's address it is the present one, and nobody keeps it."""
        found = scripts.file_of(name)
        if found is None:
            raise NotFound("没有这一页")
        kept = KEPT if version == scripts.version() else "no-cache"
        headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
        if len(found.data) < LEAST or "br" not in request.accept_encodings:
            return Response(found.data, mimetype=found.kind, headers=headers)
        return Response(_packed(name), mimetype=found.kind, headers={**headers, "Content-Encoding": "br"})


@lru_cache(maxsize=256)
def _packed(name: str) -> bytes:
    found = scripts.file_of(name)
    return bytes(brotli.compress(found.data if found else b"", quality=QUALITY))
