"""The pages people carry with them: `/field` for grid workers, `/report` for anybody; plain HTML, small, one kept offline."""

from typing import Any

from flask import Flask, Response

from callbacks.security.guard import PAGE, permission
from callbacks.security.session import somebody
from dashboard import clock
from dashboard.feed.serializer import millis
from dashboard.rules.access import Viewer
from dashboard.runtime.runtime import Runtime
from datasources.districts.outlines import landmarks, outlines
from datasources.districts.reference import Reference
from layouts.pages import phone
from layouts.text.words import translate


def install(app: Flask, runtime: Runtime) -> None:
    """Give an app the phone's pages and what makes one of them installable."""

    @app.route("/field")
    @permission(PAGE)
    def field() -> Response:
        """Show a grid worker the page of the own community."""
        return _page("field", _worker_first(runtime, somebody()), runtime)

    @app.route("/report")
    @permission(PAGE)
    def report() -> Response:
        """Show anybody the page to report and to follow a report."""
        return _page("report", _stranger_first(runtime), runtime)

    @app.route("/field-sw.js")
    @permission("static")
    def field_worker() -> Response:
        """Return the service worker that keeps `/field` in the phone."""
        return Response(
            phone.service_worker(), mimetype="text/javascript", headers={"Cache-Control": "no-cache"}
        )

    @app.route("/field.webmanifest")
    @permission("static")
    def field_manifest() -> Response:
        """Return what makes `/field` installable."""
        return Response(phone.manifest(runtime.reference.name), mimetype="application/manifest+json")


def _page(noun: str, first: dict[str, Any], runtime: Runtime) -> Response:
    title = runtime.reference.texts.get("title", runtime.reference.name)
    return Response(phone.page(noun, first, title, demo=runtime.settings.demo), mimetype="text/html")


def _first(runtime: Runtime) -> dict[str, Any]:
    reference = runtime.reference
    return {
        "now": millis(clock.now()),
        "speed": clock.speed(),
        "time_zone": str(reference.tz),
        "district": reference.name,
        "demo": runtime.settings.demo,
        "categories": [
            [one.code, one.name, one.parent or "", one.photo_required, one.emergency]
            for one in reference.categories.values()
        ],
        **phone.marks(),
    }


def _worker_first(runtime: Runtime, who: Viewer) -> dict[str, Any]:
    reference = runtime.reference
    area = reference.area(who.area)
    above = reference.area(area.parent) if area else None
    grids = [one for one in reference.grids if area and (one.parent == area.code or one.code == area.code)]
    with runtime.database.read() as session:
        known = landmarks(session, reference, grids)
    return _first(runtime) | {
        "account": who.name,
        "title": translate(who.title) if who.title else who.name,
        "area": area.name if area else "",
        "street": above.name if above else "",
        "outlines": outlines(grids),
        "landmarks": known,
        "centre": [area.lng, area.lat] if area and area.lng is not None else None,
    }


def _stranger_first(runtime: Runtime) -> dict[str, Any]:
    reference: Reference = runtime.reference
    with runtime.database.read() as session:
        known = landmarks(session, reference, reference.grids)
    shown = [one for one in reference.areas.values() if one.level == reference.community_level]
    return _first(runtime) | {
        "outlines": outlines(shown),
        "landmarks": known,
        "centre": reference.config.get("centre"),
    }
