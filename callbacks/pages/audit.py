"""The page that reads the audit, for those who answer for it: filters in the address, nothing to change."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request

from callbacks.pages.account import name_of
from callbacks.security.guard import PAGE, permission
from callbacks.security.session import somebody
from dashboard.rules.access import HOME
from dashboard.rules.text.masking import mask_text
from dashboard.runtime.runtime import Runtime
from datasources.audit import trail
from datasources.audit.trail import Wanted
from datasources.store.models import AuditRow
from layouts.pages import audit as page
from layouts.pages.frame import Frame

LONGEST = 100
ASKED = ("account", "what", "since", "until")
WHEN = "%Y-%m-%d %H:%M:%S"


def install(app: Flask) -> None:
    """Give an app the page."""
    app.add_url_rule("/audit", "audit_show", show, methods=["GET"])


@permission(PAGE)
def show() -> Response:
    """Show a page of the audit; persons' numbers in what people wrote stay masked, whoever reads."""
    runtime, who = _runtime(), somebody()
    tz = runtime.reference.tz
    asked = page.Asked(**{name: _typed(name) for name in ASKED})
    since, until = _midnight(asked.since, tz), _midnight(asked.until, tz, after=timedelta(days=1))
    before = request.args.get("before", "")
    wanted = Wanted(
        asked.account,
        asked.what,
        since,
        until,
        int(before) if before.isdecimal() and len(before) < 19 else None,
    )
    with runtime.database.read() as session:
        rows, more = trail.read(session, wanted)
        kinds = trail.kinds(session)

    def line(row: AuditRow) -> page.Line:
        return page.Line(row.at.astimezone(tz).strftime(WHEN), row.account, row.what, _masked(row.detail))

    lines = list(runtime.database.aside.each("audit", rows, lambda row: row.id, line))
    kept = {name: getattr(asked, name) for name in ASKED if getattr(asked, name)}
    older = f"/audit?{urlencode({**kept, 'before': more})}" if more else ""
    title = runtime.reference.texts.get("title", runtime.reference.name)
    around = Frame(title, HOME.get(who.role, "/screen"), name_of(who), who.name)
    html = page.page(around, lines, asked, kinds, older)
    return Response(html, mimetype="text/html")


def _typed(name: str) -> str:
    """Return what was asked for under a name, without what no database takes."""
    said = request.args.get(name, "").strip()[:LONGEST]
    return "".join(sign for sign in said if sign.isprintable())


def _midnight(day: str, tz: tzinfo, after: timedelta = timedelta()) -> datetime | None:
    """Return the beginning of a day in the district, or None for what is no day or too far from any."""
    try:
        found = date.fromisoformat(day)
        return datetime.combine(found + after, time(), tz) if 1970 <= found.year <= 9000 else None
    except ValueError:
        return None


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {name: _masked(one) for name, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, list) else value


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["grid.runtime"]
    return runtime
