"""The anonymous door of `/report`: anybody may say what happened, follow it by number and secret, rate it, object to its closing.

Limits are per address and in memory; an emergency is never held up by them, but the desk is told when one address sends many.
"""

import hmac
import secrets
from dataclasses import replace
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from callbacks.api.answers import JSON, answer, moment, runtime
from callbacks.api.bodies import facts_of, json_body, object_body
from callbacks.api.events.events import answered_before, answered_once, known_event
from callbacks.api.photos import uploads
from callbacks.api.photos.uploads import TooMany
from callbacks.security import outside
from callbacks.security.guard import Stranger, permission
from callbacks.security.quotas import quotas
from dashboard import actions, clock
from dashboard.rules.access import SYSTEM, Role, Viewer
from dashboard.rules.events.book import EVENTS
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import STATUS_WORDS, Event, Status
from dashboard.rules.events.guards import REOPEN_WITHIN
from dashboard.rules.events.rules import BY_ACTION
from dashboard.rules.text.masking import mask_text, mask_values
from datasources.accounts.sign_in import digest
from datasources.districts.reference import Reference
from datasources.events import beside, intake, journal
from datasources.photos import pictures_kept
from datasources.store import sealing
from datasources.store.models import StepRow
from layouts.text.words import N_, translate

RESIDENT = Viewer("resident", Role.RESIDENT, title="居民")
PER_HOUR = 20
MANY_EMERGENCIES = 5
LONGEST_SECRET = 200
# what a reporter is told of the road, and the moment of the event that says it was reached
STAGES = (
    (N_("已收到"), "reported_at"),
    (N_("已受理"), "registered_at"),
    (N_("正在处置"), "owned_at"),
    (N_("现场核查"), "finished_at"),
    (N_("已办结"), "closed_at"),
)
ENOUGH = "这个网络地址一小时内的上报已达上限，请稍后再试；紧急情况请勾选“紧急”，或拨打 110、119、120"
AGAIN = "同一网络地址一小时内第 {n} 次以上的紧急上报，请留意核实"


@permission("public")
def report() -> Response:
    """Take a report from anybody: 201 with its number and the secret to follow it by."""
    body, now, reference = json_body(), clock.now(), runtime().reference
    sender, address = uploads.stranger(), outside.address()
    who = sender or Viewer(f"door:{address}", Role.RESIDENT)
    before = answered_before(body, who)  # a repetition costs nothing, and no limit stands before its answer
    if before is not None:
        return Response(before[1], before[0], content_type=JSON)
    filed = intake.door_report_from(body, reference, RESIDENT, now)
    category = reference.category(filed.category)
    emergency = filed.emergency or bool(category is not None and category.emergency)
    filed = replace(filed, mark=sealing.mark_of(address))
    many = emergency and not quotas().take(f"emergency/{address}", MANY_EMERGENCIES)
    if not emergency and not quotas().take(f"report/{address}", PER_HOUR):
        raise TooMany(ENOUGH)

    def file(session: Session) -> dict[str, Any]:
        pictures_kept.check_usable(session, filed.photos, sender or RESIDENT)
        secret = secrets.token_urlsafe(12)
        event = actions.report(session, reference, filed, RESIDENT, now)
        if many:
            told = {"text": translate(AGAIN, n=MANY_EMERGENCIES)}
            actions.perform(session, reference, event, actions.Request("comment", told, SYSTEM, now))
        beside.give_secret(session, event.id, digest(secret))
        return {"number": event.number, "secret": secret}

    status, data = answered_once(body, who, file)
    return Response(data, status, content_type=JSON)


@permission("public")
def follow(number: str) -> Response:
    """Return how far a report has come, to whoever knows its secret; to others it does not exist."""
    with runtime().database.read() as session:
        event = _own(session, number, request.args.get("secret", ""))
        return answer(_progress(session, event))


@permission("public")
def rate(number: str) -> Response:
    """Take the reporter's own satisfaction after closing, once a round; it stands beside the check's rating."""
    return _say(number, "rate")


@permission("public")
def object_(number: str) -> Response:
    """Take the reporter's objection to a closing, within seven days and once a closing; the desk answers it."""
    return _say(number, "object")


def _say(number: str, action: str) -> Response:
    body, reference, now = object_body(), runtime().reference, clock.now()
    secret = body.pop("secret", "")
    with runtime().database.write() as session:
        event = _own(session, number, secret if isinstance(secret, str) else "")
        facts = facts_of(body, BY_ACTION[action])
        after = actions.perform(session, reference, event, actions.Request(action, facts, RESIDENT, now))
        return answer(_progress(session, after))


def _own(session: Session, number: str, secret: str) -> Event:
    """Return an event to whoever knows its secret; that it is damaged is nobody else's business."""
    held = journal.follow_secret_of(session, number) if number.isalnum() and number.isascii() else None
    if held is None or not hmac.compare_digest(held, digest(secret[:LONGEST_SECRET])):
        raise Stranger("编号或查询码不正确")
    return known_event(session, number)


def _progress(session: Session, event: Event) -> dict[str, Any]:
    steps = beside.steps_of(session, event.id)
    said = frozenset(
        step.action for step in steps if step.actor == RESIDENT.name and step.round == event.round
    )
    may = _may(event, runtime().reference, said)
    rejected = [step.facts.get("reason") for step in steps if step.action == "reject"]
    return {
        "number": event.number,
        "title": mask_text(event.title),
        "status": event.status,
        "status_name": translate(STATUS_WORDS[Status(event.status)]),
        "reported_at": moment(event.reported_at),
        "finished_at": moment(event.finished_at),
        "closed_at": moment(event.closed_at),
        "reason": mask_values(rejected[-1]) if rejected else None,
        "stages": [{"name": translate(name), "at": moment(getattr(event, at))} for name, at in STAGES],
        "may": may,
        "rating": _last(steps, "rate", event.round, "rating"),
        "objection": _objection(steps),
    }


def _may(event: Event, reference: Reference, said: frozenset[str]) -> dict[str, Any]:
    now = clock.now()
    found = EVENTS.allowed(event, RESIDENT, Context(now, reference, said=said))
    until = event.closed_at + REOPEN_WITHIN if event.closed_at else None
    return {"rate": "rate" in found, "object": "object" in found, "until": moment(until)}


def _last(steps: Any, action: str, round_: int, fact: str) -> Any:
    given = [step.facts.get(fact) for step in steps if step.action == action and step.round == round_]
    return given[-1] if given else None


def _objection(steps: Any) -> dict[str, Any] | None:
    """Return the last objection with its answer: dismissed for a reason, or opened again for one."""
    asked: StepRow | None = None
    answered: StepRow | None = None
    for step in steps:
        if step.action == "object":
            asked, answered = step, None
        elif asked is not None and step.action in ("dismiss", "reopen"):
            answered = step
    if asked is None:
        return None
    words = mask_values(answered.facts.get("reason")) if answered else None
    opened = answered is not None and answered.action == "reopen"
    return {
        "text": mask_values(asked.facts.get("text")),
        "at": moment(asked.at),
        "answer": translate("已重新办理：{reason}", reason=words) if opened else words,
        "answered_at": moment(answered.at) if answered else None,
    }


ROUTES = (
    ("POST", "/reports", report),
    ("GET", "/reports/<number>", follow),
    ("POST", "/reports/<number>/rate", rate),
    ("POST", "/reports/<number>/object", object_),
)
