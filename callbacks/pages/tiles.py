"""The base map from a file on this machine at /tiles/z/x/y, for halls without a tile server; nothing without such a file.

What the file does not hold is an empty picture: a gap in the ground is no error and never hides an event.
"""

import base64
import logging
from pathlib import Path

from flask import Flask, Response

from callbacks.security.guard import permission
from dashboard.rules.refusals import NotFound
from dashboard.settings import Settings
from datasources.districts.tiles import READERS, BrokenTiles, Tile, read_tile

log = logging.getLogger(__name__)

EMPTY = Tile(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    ),
    "image/png",
)
NONE = "这里没有底图文件：请把 GRID_TILES_URL 设为一个 .mbtiles 或 .pmtiles 文件"


def file_of(settings: Settings) -> Path | None:
    """Return the tile file the settings name, or None when they name an address or nothing."""
    path = Path(settings.tiles_url or "")
    return path if path.suffix.lower() in READERS and "://" not in str(settings.tiles_url) else None


def install(app: Flask, settings: Settings) -> None:
    """Give an app the route of its own tiles."""
    path = file_of(settings)

    @app.route("/tiles/<int:z>/<int:x>/<int:y>", endpoint="tiles")
    @permission("session")
    def tile(z: int, x: int, y: int) -> Response:
        """Return one picture of the base map; 404 when there is no file or it cannot be read."""
        if path is None:
            raise NotFound(NONE)
        try:
            found = read_tile(path, z, x, y) or EMPTY
        except (BrokenTiles, OSError) as error:
            log.warning("The base map cannot be read: %s", error)
            raise NotFound("底图文件读不出来，请管理员查看日志") from error
        return Response(found.data, 200, mimetype=found.mimetype)
