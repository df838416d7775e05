"""For whoever writes a report down at the desk: where an address is, what a draft may double, joining instead of doubling."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from callbacks.api import query
from callbacks.api.answers import JSON, answer, done_event, runtime
from callbacks.api.bodies import object_body
from callbacks.api.events.events import answered_once, known_event, refuse_held
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import actions, clock
from dashboard.rules.advice.doubles import stands
from dashboard.rules.refusals import Invalid
from dashboard.rules.text.masking import mask_text
from dashboard.rules.text.numbers import decimal
from datasources.districts import gazetteer
from datasources.events import around, intake
from datasources.photos import pictures_kept


@permission("desk.use")
def places() -> Response:
    """Return the areas and places that an address text may mean."""
    text = query.words("q").get("q", "")
    with runtime().database.read() as session:
        found = gazetteer.search(session, runtime().reference, text)
    items = [
        {
            "code": one.code,
            "name": one.name,
            "kind": one.kind,
            "where": one.where,
            "lng": one.lng,
            "lat": one.lat,
        }
        for one in found
    ]
    return answer({"items": items, "next": None})


@permission("desk.use")
def duplicates() -> Response:
    """Return the open events that a draft may double."""
    said, now, reference = query.words("lng", "lat", "category"), clock.now(), runtime().reference
    lng, lat = _degree(said, "lng", 180), _degree(said, "lat", 90)
    with runtime().database.read() as session:
        near = around.possible_duplicates(session, reference, (lng, lat), said.get("category"), now, now)
    items = [
        {
            "number": one.event.number,
            "title": mask_text(one.event.title),
            "status": one.event.status,
            "distance_m": None if one.metres is None else round(one.metres, 1),
            "hours": round(one.age.total_seconds() / 3600, 2),
            "alike": one.alike,
        }
        for one in near
    ]
    return answer({"items": items, "next": None})


@permission("desk.use")
def join() -> Response:
    """File a report and merge it into an open event in one transaction: 201 with both numbers."""
    body, who, now, reference = (
        object_body("original", "report"),
        somebody(),
        clock.now(),
        runtime().reference,
    )
    original = body.get("original")
    if not isinstance(original, str) or not original:
        raise Invalid([("original", "缺少“{field}”", {"field": "original"})])
    filed = intake.report_from(body.get("report"), reference, who, now)

    def work(session: Session) -> dict[str, Any]:
        into = known_event(session, original)
        if not stands(into, now):
            raise Invalid([("original", "{number} 已经结束，不能并入；请单独登记", {"number": into.number})])
        pictures_kept.check_usable(session, filed.photos, who)
        refuse_held(session, filed.external_id, who)
        event = actions.report(session, reference, filed, who, now)
        if event.emergency:
            raise Invalid([("report.emergency", "紧急事件不能并入别的事件，请单独登记", {})])
        merging = actions.Request("merge", {"original": into.number}, who, now)
        actions.perform(session, reference, event, merging)
        after = known_event(session, original)
        return {"number": event.number, "original": done_event(after, who, now)}

    status, data = answered_once(body, who, work)
    return Response(data, status, content_type=JSON)


def _degree(said: dict[str, str], name: str, most: float) -> float:
    try:
        value = decimal(said.get(name, ""))
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise Invalid([(name, "应是 -{most} 到 {most} 的度数", {"most": int(most)})])
    return value


ROUTES = (
    ("GET", "/gazetteer", places),
    ("GET", "/duplicates", duplicates),
    ("POST", "/events/join", join),
)
