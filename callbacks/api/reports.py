"""The anonymous door of `/report`: anybody may say what happened and follow it with a number and a secret.

Limits are per address and in memory; an emergency has a bucket of its own and is not held up by chatter.
"""

import hmac
import secrets
import time
from collections import OrderedDict, deque

from flask import Response, current_app, request

from callbacks.api.answers import answer, house, moment
from callbacks.api.bodies import json_body
from callbacks.api.events import known_event
from callbacks.guard import Stranger, permission
from dashboard import actions, clock
from dashboard.rules.access import Role, Viewer
from dashboard.rules.event import STATUS_WORDS, Status
from dashboard.rules.refusals import NotFound, Refusal
from datasources import api_queries, intake
from datasources.sign_in import digest
from layouts.words import translate

RESIDENT = Viewer("resident", Role.RESIDENT, title="居民")
HOUR = 3600.0
PER_HOUR = {False: 20, True: 200}  # by whether it is an emergency
MOST_ADDRESSES = 20_000


class TooMany(Refusal):
    """This address has filed enough for now."""

    status = 429


class Buckets:
    """How often each address has come within the hour."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, bool], deque[float]] = OrderedDict()

    def take(self, address: str, emergency: bool) -> None:
        """Count one more; TooMany when there were enough."""
        now = time.monotonic()
        times = self._seen.setdefault((address, emergency), deque())
        self._seen.move_to_end((address, emergency))
        while times and now - times[0] > HOUR:
            times.popleft()
        if len(times) >= PER_HOUR[emergency]:
            raise TooMany("这个网络地址一小时内的上报已达上限，请稍后再试；紧急情况请拨打 110、119、120")
        times.append(now)
        while len(self._seen) > MOST_ADDRESSES:
            self._seen.popitem(last=False)


@permission("public")
def report() -> Response:
    """Take a report from anybody: 201 with its number and the secret to follow it by."""
    body, now, reference = json_body(), clock.now(), house().reference
    filed = intake.door_report_from(body, reference, RESIDENT, now)
    category = reference.category(filed.category)
    emergency = filed.emergency or bool(category is not None and category.emergency)
    buckets: Buckets = current_app.extensions.setdefault("grid.buckets", Buckets())
    buckets.take(request.remote_addr or "", emergency)
    secret = secrets.token_urlsafe(12)
    with house().database.write() as session:
        event = actions.report(session, reference, filed, RESIDENT, now)
        api_queries.give_secret(session, event.id, digest(secret))
    return answer({"number": event.number, "secret": secret}, 201)


@permission("public")
def follow(number: str) -> Response:
    """Return how far a report has come, to whoever knows its secret; to others it does not exist."""
    secret = request.args.get("secret", "")
    with house().database.read() as session:
        try:
            event = known_event(session, number)
        except NotFound:
            event = None
        held = event.follow_secret if event is not None else None
        if event is None or held is None or not hmac.compare_digest(held, digest(secret[:200])):
            raise Stranger("编号或查询码不正确")
        reasons = [
            row.facts.get("reason")
            for row in api_queries.steps_of(session, event.id)
            if row.action == "reject"
        ]
    status = Status(event.status)
    return answer(
        {
            "number": event.number,
            "title": event.title,
            "status": event.status,
            "status_name": translate(STATUS_WORDS[status]),
            "reported_at": moment(event.reported_at),
            "finished_at": moment(event.finished_at),
            "closed_at": moment(event.closed_at),
            "reason": reasons[-1] if reasons else None,
        }
    )


ROUTES = (("POST", "/reports", report), ("GET", "/reports/<number>", follow))
