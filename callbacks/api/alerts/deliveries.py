"""What is owed to outside systems: what waits, since when and why, what was received; and sending one again."""

from typing import Any

from flask import Response

from callbacks.api import query
from callbacks.api.answers import answer, moment, runtime, shown
from callbacks.api.bodies import object_body
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import clock
from dashboard.rules.refusals import NotFound
from dashboard.rules.text.masking import mask_text
from datasources.accounts import accounts
from datasources.exchange import delivery_queue
from datasources.exchange.delivery_queue import FAILED, SENT, WAITING
from datasources.store.models import DeliveryRow
from layouts.text.words import N_, translate

STATES = (WAITING, FAILED, SENT)
LARGEST_ID = 2**62
# why a delivery has not been received, by what its sender noted
WHY = {
    "redirected": N_("对方转到别处（{detail}），不算送达"),
    "refused": N_("对方没有收下（{detail}）"),
    "lost": N_("没有送到：{detail}"),
    "address": N_("通知地址不是 http 或 https"),
    "unset": N_("没有设置通知地址，一直等着"),
    "untried": N_("还没有轮到"),
    "under_way": N_("正在发送，等对方答复"),
}


@permission("deliveries.see")
def listed() -> Response:
    """Return what is owed, emergencies first, or the deliveries of one state, newest first."""
    words = query.words("state", "limit")
    state = words.get("state")
    if state is not None:
        query.one_of("state", state, STATES)
    limit, _ = query.page_of(words)
    with runtime().database.read() as session:
        found = delivery_queue.listed(session, state, limit)
        owed, failed = delivery_queue.owed_count(session)
    items = list(shown("delivery", found, lambda pair: item(*pair), lambda pair: pair[0].id))
    return answer({"items": items, "next": None, "owed": owed, "failed": failed})


@permission("deliveries.send")
def again(key: int) -> Response:
    """Try a delivery at once; one that was received goes out anew, as another message."""
    object_body()
    now, who = clock.now(), somebody()
    with runtime().database.write() as session:
        if key > LARGEST_ID or not delivery_queue.again(session, key, now):
            raise NotFound("没有这条通知")
        accounts.audit(session, clock.real_now(), who.name, "delivery.again", id=key)
    return answer({"id": key, "state": WAITING})


def item(row: DeliveryRow, number: str | None) -> dict[str, Any]:
    """Return a delivery as the list shows it; no payload, and no telephone number that an answer may hold."""
    return {
        "id": row.id,
        "target": row.target,
        "reason": mask_text(row.reason),
        "event": number,
        "emergency": row.urgent,
        "state": delivery_queue.state_of(row),
        "why": _why(row),
        "created_at": moment(row.created_at),
        "tries": row.tries,
        "last_try_at": moment(row.last_try_at),
        "next_try_at": moment(row.next_try_at) if row.done_at is None else None,
        "done_at": moment(row.done_at),
        "receipt": mask_text(row.receipt or "") or None,
    }


def _why(row: DeliveryRow) -> str | None:
    if row.done_at is not None:
        return None
    kind, _, detail = (row.last_error or "untried").partition("|")
    if row.target not in runtime().settings.addresses:
        kind = "unset"
    elif row.leased_until is not None and row.leased_until > clock.real_now():
        kind = "under_way"
    return translate(WHY.get(kind, WHY["lost"]), None, detail=mask_text(detail))


ROUTES = (
    ("GET", "/deliveries", listed),
    ("POST", "/deliveries/<int:key>/again", again),
)
