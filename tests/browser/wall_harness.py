"""The wall's map alone on a page, with a live set a test fills itself: `python -m tests.browser.wall_harness PORT`.

The page stands under the product's own content security policy; Huli's real pack is its ground.
"""

import logging
import sys
from pathlib import Path

import flask
from dash import Dash, html
from werkzeug.serving import make_server

from datasources.districts.pack.reading import read_pack
from layouts import scripts, shell
from layouts.parts import maps
from layouts.parts.pieces import leaf

STYLES = "".join(
    f'<link rel="stylesheet" href="/assets/now/{name}">' for name in scripts.PAGES["screen"].styles
)
RENDERER = '<script id="_dash-renderer" type="module">{}</script>'
SCRIPT = Path(__file__).with_suffix(".js")
POLICY = "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"
TILES = "/tiles/{z}/{x}/{y}"
PLACES = [
    {"code": "S1", "name": "消防站", "kind": "station", "lng": 118.12, "lat": 24.51, "unit": "FIRE", "note": "示意"},
    {"code": "P1", "name": "党群服务中心", "kind": "party", "lng": 118.14, "lat": 24.52, "note": "示意"},
]  # fmt: skip


def application(tiles: bool = False) -> Dash:
    """Return the page as a Dash app; with `tiles` it names a tile server that can be told to fail."""
    pack = read_pack("huli")
    app = Dash(
        "harness",
        server=flask.Flask("harness", static_folder=None),
        include_assets_files=False,
        use_pages=False,
        pages_folder="",
    )
    ground = maps.district_map(
        list(pack.areas), list(pack.levels), TILES if tiles else None, centre=list(pack.centre)
    )
    foot = html.Div([leaf("screen-ramp", "w-plate w-ramp")], className="w-mapfoot")
    box = html.Section(
        [ground, leaf("screen-callout", "w-callout"), foot],
        className="w-mapbox",
        style={"position": "fixed", "inset": 0},
    )
    app.layout = html.Div(box, className="wall", id="screen")
    app.index_string = (
        shell.index_string("zh_CN")
        .replace("{%css%}", "{%css%}" + STYLES)
        .replace("{%renderer%}", '<script type="module" src="/harness.js"></script>{%renderer%}')
    )
    app._generate_renderer = lambda: RENDERER.format(app.renderer)  # type: ignore[method-assign]  # as callbacks/pages/registry.py has it
    served: list[str] = []

    @app.server.route("/harness.js")
    def script() -> flask.Response:
        return flask.Response(SCRIPT.read_text("utf-8"), mimetype="text/javascript")

    @app.server.route("/assets/<version>/<path:name>")
    def asset(version: str, name: str) -> flask.Response:
        found = scripts.file_of(name)
        return flask.Response(found.data, mimetype=found.kind) if found else flask.Response(status=404)

    @app.server.route("/api/v1/places")
    def places() -> flask.Response:
        return flask.jsonify({"items": PLACES, "next": None})

    @app.server.after_request
    def dress(response: flask.Response) -> flask.Response:
        if not served:
            served.append(POLICY.format(hashes=" ".join(app.csp_hashes())))
        response.headers["Content-Security-Policy"] = served[0]
        return response

    return app


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # nobody reads the pipe: it must not fill
    server = make_server(
        "127.0.0.1", int(sys.argv[1]), application("tiles" in sys.argv).server, threaded=True
    )
    print(f"http://127.0.0.1:{sys.argv[1]}", flush=True)
    server.serve_forever()
