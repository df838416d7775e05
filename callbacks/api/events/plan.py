"""Where each of many events would go, and why one cannot: what an operator confirms before dispatching them together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from callbacks.api.answers import answer, house, moment
from callbacks.api.bodies import object_body
from callbacks.pages import advice
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from callbacks.wording import spoken
from dashboard import clock
from dashboard.rules.access import Viewer
from dashboard.rules.advice.recommend import Candidate
from dashboard.rules.events.event import STATUS_WORDS, Event, Status
from dashboard.rules.refusals import Invalid
from dashboard.rules.text.masking import mask_text
from datasources.districts.reference import Reference
from datasources.events import candidates, journal
from datasources.store.models.tables import EventRow
from layouts.text.words import translate

MOST = 200
LONGEST_NUMBER = 50


@permission("desk.use")
def plan() -> Response:
    """Return for each number the recommended unit and the due time, or in words why it cannot go; changes nothing."""
    numbers = _numbers(object_body("numbers"))
    who, reference, now = somebody(), house().reference, clock.now()
    with house().database.read() as session:
        rows = _planned(session, reference, numbers, who, now)
    return answer({"items": rows})


def _numbers(body: Mapping[str, Any]) -> list[str]:
    numbers = body.get("numbers")
    if not isinstance(numbers, list) or not all(isinstance(one, str) for one in numbers):
        raise Invalid([("numbers", "应是事件编号的列表", {})])
    if not 0 < len(numbers) <= MOST or any(len(one) > LONGEST_NUMBER for one in numbers):
        raise Invalid([("numbers", "一次选 1 到 {most} 件事件", {"most": MOST})])
    return list(dict.fromkeys(numbers))


def _planned(
    session: Session, reference: Reference, numbers: list[str], who: Viewer, now: datetime
) -> list[dict[str, Any]]:
    asked = [one for one in numbers if one.isascii() and one.isalnum()]
    events = {one.number: one for one in journal.events_where(session, EventRow.number.in_(asked))}
    units = candidates.candidates_of(session, reference, list(events.values()), now)
    return [
        _row(events[number], units[events[number].id], reference, who, now)
        if number in events
        else _unknown(number)
        for number in numbers
    ]


def _row(
    event: Event, units: list[Candidate], reference: Reference, who: Viewer, now: datetime
) -> dict[str, Any]:
    best = next((one for one in units if one.fit != "unfit"), None)
    limit = reference.policy.limit_of(reference.category(event.category), event.condition)
    return {
        "number": event.number,
        "version": event.version,
        "title": mask_text(event.title),
        "status": event.status,
        "emergency": event.emergency,
        "unit": best and {"code": best.unit, "name": reference.unit_name(best.unit)},
        "fit": best and best.fit,
        "score": best and best.score,
        "due_at": moment(reference.policy.calendar.add(now, limit)),
        "why_not": _why_not(event, best, reference, who, now),
    }


def _why_not(
    event: Event, best: Candidate | None, reference: Reference, who: Viewer, now: datetime
) -> str | None:
    """Return why an event cannot go with the others; whoever needs a decision of its own is left to the operator."""
    refusal = advice.why_not(event, "dispatch", who, reference, now)
    if event.status not in (Status.PENDING_DISPATCH, Status.CLAIMABLE):
        return translate("现在是“{status}”，不能派单", status=translate(STATUS_WORDS[Status(event.status)]))
    if refusal is not None:
        return spoken(refusal)
    if event.status == Status.CLAIMABLE:
        return translate("还在待抢单，直接派单要写明原因，请单独派")
    if best is None:
        return translate("没有合适的单位可推荐，请单独选择")
    if best.fit != "recommended":
        return translate("职责清单没有对应的单位，请单独选择")
    return None


def _unknown(number: str) -> dict[str, Any]:
    empty = dict.fromkeys(("version", "title", "status", "unit", "fit", "score", "due_at"))
    words = translate("没有编号为 {number} 的事件", number=number)
    return {"number": number, **empty, "emergency": False, "why_not": words}


ROUTES = (("POST", "/events/plan", plan),)
