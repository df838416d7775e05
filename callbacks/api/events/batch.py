"""Many reports in one call: the good ones in one transaction, the bad ones as problems in their place."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callbacks.api.answers import JSON, done_event, house
from callbacks.api.bodies import object_body
from callbacks.api.events.events import answered_once, held_by
from callbacks.api.problems import refusal_body
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import actions, clock
from dashboard.rules.access import Viewer
from dashboard.rules.events.report import Report
from dashboard.rules.refusals import Invalid, NotNow, Refusal
from datasources.events import beside, intake
from datasources.photos import pictures_kept

MOST = 1000
TWICE = "外部编号“{external_id}”在这一批里出现了两次"

Checked = Report | dict[str, Any]


@permission("events.report")
def batch() -> Response:
    """File up to 1000 reports; one result each, in order."""
    body, who, now, reference = object_body("events"), somebody(), clock.now(), house().reference
    items = body.get("events")
    if not isinstance(items, list) or not 0 < len(items) <= MOST:
        raise Invalid([("events", "应是 1 到 {most} 件事件的列表", {"most": MOST})])
    checked = [_checked(item, who, now) for item in items]

    def file(session: Session) -> dict[str, Any]:
        sound = _usable(session, checked, who)
        good = [one for one in sound if isinstance(one, Report)]
        made = iter(actions.report_many(session, reference, good, who, now) if good else ())
        return {
            "results": [
                {"status": 201, "event": done_event(next(made), who, now)} if isinstance(one, Report) else one
                for one in sound
            ]
        }

    try:
        _, data = answered_once(body, who, file)
    except IntegrityError:  # somebody filed one of the outside numbers at the same moment: it is held by now
        _, data = answered_once(body, who, file)
    return Response(data, 200, content_type=JSON)


def _checked(item: Any, who: Viewer, now: Any) -> Checked:
    try:
        return intake.report_from(item, house().reference, who, now)
    except Refusal as refusal:
        return refusal_body(refusal)


def _usable(session: Session, checked: Sequence[Checked], who: Viewer) -> list[Checked]:
    """Return the reports with those replaced by problems whose outside number or photos are taken."""
    wanted = [one.external_id for one in checked if isinstance(one, Report) and one.external_id]
    held = beside.held(session, wanted)
    seen_numbers: set[str] = set()
    seen_photos: set[str] = set()
    found: list[Checked] = []
    for one in checked:
        if isinstance(one, Report):
            try:
                _refuse_twice(session, one, held, seen_numbers, who)
                _check_photos(session, one, seen_photos, who)
            except Refusal as refusal:
                found.append(refusal_body(refusal))
                continue
        found.append(one)
    return found


def _refuse_twice(
    session: Session, report: Report, held: dict[str, Any], seen: set[str], who: Viewer
) -> None:
    key = report.external_id
    if key is None:
        return
    if key in held:
        raise held_by(session, held[key], who)
    if key in seen:
        raise NotNow(TWICE, external_id=key)
    seen.add(key)


def _check_photos(session: Session, report: Report, seen: set[str], who: Viewer) -> None:
    if seen.intersection(report.photos):
        raise Invalid([("photos", "同一张照片不能用于两件事件", {})])
    pictures_kept.check_usable(session, report.photos, who)
    seen.update(report.photos)


ROUTES = (("POST", "/events/batch", batch),)
