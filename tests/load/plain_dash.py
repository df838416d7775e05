"""The yardstick: the same content as a plain Dash page has it, refreshed every second by `dcc.Interval` from the same database.

Run: python -m tests.load.plain_dash DATABASE_URL PORT. Written as Dash's own tutorials teach it; nothing of the wall's feed is used.
"""

import logging
import sys
from typing import Any

import dash_leaflet as dl
from dash import Dash, Input, Output, dcc, html
from flask import Flask
from werkzeug.serving import make_server

from dashboard import clock
from dashboard.feed.serializer import feed_row
from datasources.districts.reference import References
from datasources.feed import outbox
from datasources.figures.views.named import VIEWS
from datasources.store.database import Database
from datasources.store.server.limits import Limits

EVERY_MS = 1000
CARDS = 60
PLENTY = Limits(
    connections=300, pool=60.0
)  # a thread a browser: what it cannot answer is not for want of connections


def content(database: Database, references: References) -> tuple[Any, ...]:
    """Return (points, numbers, board rows, countdown rows) as they are in the database now."""
    reference, now = references.get(), clock.now()
    with database.read() as session:
        events = outbox.events_by_id(session, outbox.open_versions(session))
        rows = [feed_row(event, reference) for event in events.values()]
        kpis = VIEWS["kpis"](session, now, reference)["kpis"]
        board = VIEWS["board"](session, now, reference)["rows"]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lng"], row["lat"]]},
            "properties": {key: row.get(key) for key in ("number", "title", "status", "address", "unit")},
        }
        for row in rows
        if "lng" in row
    ]
    newest = sorted(rows, key=lambda row: -row["id"])[:CARDS]
    cards = [
        html.Li([html.B(row["title"]), html.Span(row["status"]), html.Time(str(row.get("claim_due_at", "")))],
                **{"data-number": row["number"]})
        for row in newest
    ]  # fmt: skip
    numbers = [html.P([html.Span(code), html.B(str(kpi))]) for code, kpi in kpis.items()]
    lines = [html.Tr([html.Td(str(row.get(key, ""))) for key in ("rank", "name", "points")]) for row in board]
    return {"type": "FeatureCollection", "features": features}, numbers, lines, cards


def application(database: Database) -> Dash:
    """Return the page."""
    references = References(database)
    app = Dash("plain", server=Flask("plain"))
    app.layout = html.Div(
        [
            dcc.Interval(id="tick", interval=EVERY_MS),
            dl.Map(
                dl.GeoJSON(id="points", cluster=True),
                center=[24.5, 118.12],
                zoom=13,
                style={"height": "60vh"},
            ),
            html.Div(id="numbers"),
            html.Table(html.Tbody(id="board")),
            html.Ul(id="cards"),
        ]
    )

    @app.callback(
        Output("points", "data"), Output("numbers", "children"), Output("board", "children"),
        Output("cards", "children"), Input("tick", "n_intervals"),
    )  # fmt: skip
    def refresh(_turn: int | None) -> tuple[Any, ...]:
        return content(database, references)

    return app


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = int(sys.argv[2])
    server = make_server("127.0.0.1", port, application(Database(sys.argv[1], PLENTY)).server, threaded=True)
    print(f"http://127.0.0.1:{port}", flush=True)
    server.serve_forever()
