"""The pages people carry with them: `/field` for grid workers, `/report` for anybody; plain HTML, small, one kept offline."""

from typing import Any

from flask import Flask, Response

from callbacks.security.guard import PAGE, permission
from callbacks.security.session import somebody
from dashboard import clock
from dashboard.feed.serializer import millis
from dashboard.rules.access import Viewer
from dashboard.rules.refusals import NotFound
from dashboard.runtime.runtime import House
from datasources.districts.outlines import landmarks, outlines
from datasources.districts.reference import Reference
from layouts.pages import phone
from layouts.text.words import translate


def install(app: Flask, house: House) -> None:
    """Give an app the phone's pages, their files, and what makes one of them installable."""

    @app.route("/field")
    @permission(PAGE)
    def field() -> Response:
        """Show a grid worker the page of the own community."""
        return _page("field", _worker_first(house, somebody()), house)

    @app.route("/report")
    @permission(PAGE)
    def report() -> Response:
        """Show anybody the page to report and to follow a report."""
        return _page("report", _stranger_first(house), house)

    @app.route("/phone/<name>")
    @permission("static")
    def phone_file(name: str) -> Response:
        """Return a script or a style of these pages; its address changes with it, so it may be kept."""
        found = phone.file_of(name)
        if found is None:
            raise NotFound("没有这一页")
        return Response(
            found.data, mimetype=found.kind, headers={"Cache-Control": "public, max-age=31536000"}
        )

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
        return Response(phone.manifest(house.reference.name), mimetype="application/manifest+json")


def _page(noun: str, first: dict[str, Any], house: House) -> Response:
    title = house.reference.texts.get("title", house.reference.name)
    return Response(phone.page(noun, first, title, demo=house.settings.demo), mimetype="text/html")


def _first(house: House) -> dict[str, Any]:
    reference = house.reference
    return {
        "now": millis(clock.now()),
        "speed": clock.speed(),
        "time_zone": str(reference.tz),
        "district": reference.name,
        "demo": house.settings.demo,
        "categories": [
            [one.code, one.name, one.parent or "", one.photo_required, one.emergency]
            for one in reference.categories.values()
        ],
        **phone.marks(),
    }


def _worker_first(house: House, who: Viewer) -> dict[str, Any]:
    reference = house.reference
    area = reference.area(who.area)
    above = reference.area(area.parent) if area else None
    grids = [one for one in reference.grids if area and (one.parent == area.code or one.code == area.code)]
    with house.database.read() as session:
        known = landmarks(session, reference, grids)
    return _first(house) | {
        "account": who.name,
        "title": translate(who.title) if who.title else who.name,
        "area": area.name if area else "",
        "street": above.name if above else "",
        "outlines": outlines(grids),
        "landmarks": known,
        "centre": [area.lng, area.lat] if area and area.lng is not None else None,
    }


def _stranger_first(house: House) -> dict[str, Any]:
    reference: Reference = house.reference
    with house.database.read() as session:
        known = landmarks(session, reference, reference.grids)
    shown = [one for one in reference.areas.values() if one.level == reference.community_level]
    return _first(house) | {
        "outlines": outlines(shown),
        "landmarks": known,
        "centre": reference.config.get("centre"),
    }
