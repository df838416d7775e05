"""Events over HTTP: report, list, look at one, act on one. Wiring only; what may happen stands in the rule book."""

import time
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callbacks.api.answers import JSON, answer, done_event, dumped, may_open, moment, read_event, runtime
from callbacks.api.bodies import facts_of, json_body, object_body, version_of
from callbacks.security import edit_lock
from callbacks.security.guard import permission
from callbacks.security.session import reader, somebody
from dashboard import actions, clock
from dashboard.feed.serializer import facts_json
from dashboard.report_batcher import stands_alone
from dashboard.rules.access import Viewer
from dashboard.rules.events.capacities import sees
from dashboard.rules.events.event import Event
from dashboard.rules.events.rules import ACTION_WORDS, BY_ACTION
from dashboard.rules.refusals import Forbidden, Invalid, NotAllowedNow, NotFound
from dashboard.rules.text import degrees
from datasources.accounts import accounts
from datasources.districts.reference import Reference
from datasources.events import around, beside, idempotency, intake, journal
from datasources.photos import findings, pictures_kept
from datasources.store.models import PhotoRow, StepRow
from layouts.text.words import translate

KEY = "Idempotency-Key"
TIDY_EVERY = 3600.0
HELD_UNSEEN = "外部编号“{external_id}”已有登记"
HELD = "外部编号“{external_id}”已登记为事件 {number}"
ACTIONS = tuple(action for action in BY_ACTION if action != "report")


@permission("events.report")
def report() -> Response:
    """File a report: 201 with the event."""
    body, who, now, reference = json_body(), somebody(), clock.now(), runtime().reference
    try:
        filed = intake.report_from(body, reference, who, now)
    except Invalid:
        before = answered_before(
            body, who
        )  # taken when it could be: the book and the clock have moved on since
        if before is None:
            raise
        return filed_answer(before[1], before[0])
    if KEY not in request.headers and stands_alone(filed):
        return filed_answer(dumped(done_event(runtime().counter.file(filed, who, now), who, now)))

    def file(session: Session) -> dict[str, Any]:
        pictures_kept.check_usable(session, filed.photos, who)
        refuse_held(session, filed.external_id, who)
        return done_event(actions.report(session, reference, filed, who, now), who, now)

    try:
        status, data = answered_once(body, who, file)
    except IntegrityError:
        with runtime().database.read() as session:
            refuse_held(session, filed.external_id, who)
        raise
    return filed_answer(data, status)


def filed_answer(data: bytes, status: int = 201) -> Response:
    """Return the answer to a report: the event, and where it is."""
    number = data[data.index(b'"number":"') + 10 :].split(b'"', 1)[0].decode()
    return Response(data, status, {"Location": f"/api/v1/events/{number}"}, content_type=JSON)


@permission("events.see")
def one(number: str) -> Response:
    """Return an event with its steps, its photos and what the viewer may do to it now."""
    who, reference, now = somebody(), runtime().reference, clock.now()
    with runtime().database.read() as session:
        event = seen_event(session, number, who)
        body = {
            "event": read_event(event, who, now),
            "steps": [step_body(row, reader(who)) for row in beside.steps_of(session, event.id)],
            "photos": photo_bodies(session, event, who),
            "allowed": actions.buttons(session, reference, event, who, now),
            "possible_duplicates": duplicates(session, reference, event, who),
        }
    return answer(body)


@permission("events.act")
def act(number: str, action: str) -> Response:
    """Do an action of the rule book: 200 with the event as it then is."""
    if action not in ACTIONS:
        raise NotFound("没有“{action}”这个操作", action=action[:50])
    who, reference, now = somebody(), runtime().reference, clock.now()
    body = object_body()

    def work(session: Session) -> dict[str, Any]:
        event = known_event(session, number)
        actions.refuse_stranger(session, reference, event, action, who, now)
        edit_lock.keep_off(session, event, action, who)
        version = version_of(body)
        facts = facts_of(body, BY_ACTION[action])
        if action == "hand_over":
            check_handler(session, event, facts)
        if action == "correct":
            check_place(facts, reference)
        named = facts.get("photos")
        # of what is done already its pictures are used too: that is told as overtaken, not as a fault of them
        if (
            version == event.version
            and isinstance(named, list)
            and all(isinstance(key, str) for key in named)
        ):
            pictures_kept.check_usable(session, named, who)
        after = actions.perform(session, reference, event, actions.Request(action, facts, who, now, version))
        return done_event(after, who, now)

    status, data = answered_once(body, who, work, 200)
    return Response(data, status, content_type=JSON)


def answered_once(
    body: Any, who: Viewer, work: Callable[[Session], dict[str, Any]], status: int = 201
) -> tuple[int, bytes]:
    """Do work in one transaction and return (status, its JSON); with an Idempotency-Key only the first time."""
    key = _key()
    database = runtime().database
    if key is None:
        with database.write() as session:
            return status, dumped(work(session))
    mark = idempotency.fingerprint(request.path, body)
    with database.write() as session:
        before = idempotency.first_answer(session, who.name, key, mark, clock.real_now())
        if before is not None:
            return before
        if _time_to_tidy():
            idempotency.forget_old(session, clock.real_now())
        data = dumped(work(session))
        idempotency.keep_answer(session, who.name, key, status, data)
        return status, data


def answered_before(body: Any, who: Viewer) -> tuple[int, bytes] | None:
    """Return what a request was answered before under its Idempotency-Key, whatever would be said of it now."""
    key = _key()
    if key is None:
        return None
    mark = idempotency.fingerprint(request.path, body)
    with runtime().database.read() as session:
        return idempotency.answer_before(session, who.name, key, mark)


def _key() -> str | None:
    key = request.headers.get(KEY)
    if key is not None and not (
        0 < len(key) <= idempotency.LONGEST_KEY and key.isascii() and key.isprintable()
    ):
        raise Invalid([(KEY, "应是 1–{most} 个可见的 ASCII 字符", {"most": idempotency.LONGEST_KEY})])
    return key


def _time_to_tidy() -> bool:
    """Return whether this process has not thrown away old keys for an hour."""
    due: float = current_app.extensions.get("grid.tidied", 0.0)
    if time.monotonic() < due:
        return False
    current_app.extensions["grid.tidied"] = time.monotonic() + TIDY_EVERY
    return True


def refuse_held(session: Session, external_id: str | None, who: Viewer) -> None:
    """Raise NotAllowedNow where an event already carries an outside number."""
    found = beside.held(session, [external_id]) if external_id else {}
    for event in found.values():
        raise held_by(session, event, who)


def held_by(session: Session, event: Event, who: Viewer) -> NotAllowedNow:
    """Return the refusal of an outside number that is held; which event holds it is told to who may open it."""
    if may_open(session, event, who):
        return NotAllowedNow(HELD, event, external_id=event.external_id, number=event.number)
    return NotAllowedNow(HELD_UNSEEN, external_id=event.external_id)


def known_event(session: Session, number: str) -> Event:
    """Return an event by its number; NotFound when there is none, Unreadable when its row is broken."""
    event = journal.event_by_number(session, number) if number.isalnum() and number.isascii() else None
    if event is None:
        raise NotFound("没有编号为 {number} 的事件", number=number[:50])
    return event


def seen_event(session: Session, number: str, who: Viewer) -> Event:
    """Return an event by its number; NotFound when there is none, Forbidden when the viewer may not see it."""
    event = known_event(session, number)
    if not may_open(session, event, who):
        raise Forbidden("您的账号看不到这件事件")
    return event


def check_handler(session: Session, event: Event, facts: dict[str, Any]) -> None:
    """Raise Invalid unless the work is handed to an account of the unit that has it; to nobody means to anybody of it."""
    name = facts.get("handler")
    if name and name not in {row.name for row in accounts.of_unit(session, event.unit or "")}:
        raise Invalid([("handler", "本单位没有这个账号", {})])


def check_place(facts: dict[str, Any], reference: Reference) -> None:
    """Raise Invalid for corrected degrees that cannot be."""
    lng, lat = facts.get("lng"), facts.get("lat")
    if isinstance(lng, (int, float)) and isinstance(lat, (int, float)):
        fault = degrees.fault(lng, lat, reference.config["centre"])
        if fault is not None:
            raise Invalid([fault])


def duplicates(session: Session, reference: Reference, event: Event, who: Viewer) -> list[dict[str, Any]]:
    """Return what may be the same matter: same kind, near in place and time, as far as the viewer may see it."""
    if event.category is None:
        return []
    near = around.duplicates_of(session, reference, event, clock.now())
    return [
        {
            "number": one.event.number,
            "status": one.event.status,
            "distance_m": round(one.metres or 0, 1),
            "hours": round(abs(one.age.total_seconds()) / 3600, 1),
        }
        for one in near
        if sees(one.event, who, reference)
    ]


def photo_bodies(session: Session, event: Event, who: Viewer) -> list[dict[str, Any]]:
    """Return the photos of an event, for those at the desk with what is noticed about each."""
    rows = beside.photos_of(session, event.id)
    if not who.may("photos.judge"):
        return [photo_body(row) for row in rows]
    return [
        photo_body(row)
        | {
            "findings": [
                {"kind": one.kind, "level": one.level, "text": translate(one.text, None, **one.params)}
                for one in findings.of_photo(session, event, row)
            ]
        }
        for row in rows
    ]


def photo_body(row: PhotoRow) -> dict[str, Any]:
    """Return a photo as the API shows it."""
    return {
        "id": row.id,
        "url": f"/api/v1/photos/{row.id}",
        "role": row.role,
        "width": row.width,
        "height": row.height,
        "created_at": moment(row.created_at),
    }


def step_body(row: StepRow, who: Viewer) -> dict[str, Any]:
    """Return a step as the API shows it; texts are masked for those without the right to personal data."""
    return {
        "action": row.action,
        "name": translate(ACTION_WORDS.get(row.action, row.action)),
        "from": row.from_status,
        "to": row.to_status,
        "by": row.actor,
        "role": row.actor_role,
        "by_unit": row.actor_unit,
        "at": moment(row.at),
        "round": row.round,
        "version": row.version,
        "unit": row.unit,
        "rating": row.rating,
        "facts": facts_json(row.facts, who),
        "late": row.late,
        "on_behalf": row.on_behalf,
    }


ROUTES = (
    ("POST", "/events", report),
    ("GET", "/events/<number>", one),
    ("POST", "/events/<number>/<action>", act),
)
