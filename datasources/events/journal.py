"""The writing side of an event: rows in, guarded updates, steps, ledger, alerts, news. Only `dashboard.actions` calls it.

Everything here happens inside the caller's one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Select, func, insert, select, update
from sqlalchemy.orm import Session

from dashboard.rules.events.context import CoUnit
from dashboard.rules.events.event import Event, Status
from dashboard.rules.refusals import Refusal, Unreadable
from dashboard.rules.text.masking import mask_text, mask_values
from datasources.districts.geo import stretch
from datasources.store import sealing, set_aside, sound_rows
from datasources.store.database import reserve_ids
from datasources.store.faults import is_damage
from datasources.store.models import (
    AssignmentRow,
    Base,
    BorderDecisionRow,
    DeliveryRow,
    EventRow,
    OutboxRow,
    PhotoRow,
    StepRow,
)

MERGING = 20265  # those who merge, or end what others may be merging into, take turns
TAKEN = "有照片编号无效或已经用过：一张照片只能用一次，请重新拍照或上传"
ALERT = "alert"  # the target of what an alert owes its gateway
EVENT_COLUMNS = tuple(field.name for field in fields(Event))
EVENT: Any = EventRow.__table__
STATUSES = frozenset(status.value for status in Status)
_checked = sound_rows.checker(EVENT, EVENT_COLUMNS)
_EVENT_SELECT = select(*(EVENT.c[name] for name in EVENT_COLUMNS))


def event_by_number(session: Session, number: str) -> Event | None:
    """Return an event by its number; Unreadable where its row is damaged."""
    return _one(session, EVENT.c.number == number)


def number_of(session: Session, key: int) -> str | None:
    """Return the number of an event by its id, also where the rest of its row is damaged."""
    return session.scalar(select(EVENT.c.number).where(EVENT.c.id == key))


def follow_secret_of(session: Session, number: str) -> str | None:
    """Return what is stored of an event's secret for following it, also where the rest of its row is damaged."""
    return session.scalar(select(EVENT.c.follow_secret).where(EVENT.c.number == number))


def event_by_id(session: Session, key: int) -> Event | None:
    """Return an event by its id; Unreadable where its row is damaged."""
    return _one(session, EVENT.c.id == key)


def events_where(
    session: Session, *conditions: Any, limit: int | None = None, order: Any = None
) -> list[Event]:
    """Return the events that meet all conditions; one that cannot be read is set aside."""
    query = _EVENT_SELECT.where(*conditions).order_by(order if order is not None else EVENT.c.id)
    return read_events(session, query.limit(limit) if limit else query)


def read_events(session: Session, query: Select[Any]) -> list[Event]:
    """Return the events of a query of all their columns, in its order; one that cannot be read is set aside."""
    return sound_rows.read_each(session, query, EVENT.c.id, "event", event_of)


def event_of(row: Sequence[Any]) -> Event:
    """Return the event of a row of all columns of one; ValueError where a column holds what no rule can work on."""
    _checked(row)
    return sound(Event(*row))


def sound(event: Event) -> Event:
    """Return an event that rules can work on; ValueError for any other."""
    if event.status not in STATUSES:
        raise ValueError(f"an unknown status: {event.status}")
    if not isinstance(event.border, dict | None) or not isinstance(event.co_units, list | tuple | None):
        raise ValueError("border or co_units hold something else")
    if abs(event.lng or 0) > 180 or abs(event.lat or 0) > 90:  # or none at all
        raise ValueError("a place that is not on earth")
    return event


def insert_events(session: Session, events: Sequence[Event]) -> None:
    """Write new events."""
    add_rows(session, EventRow, [as_columns(event) for event in events])


def add_rows(session: Session, row: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of one table by a single statement; through the ORM each other set of empty columns is one more."""
    if rows:
        session.execute(insert(row.__table__).inline(), rows)  # type: ignore[arg-type]


def as_columns(event: Event) -> dict[str, Any]:
    """Return an event as the columns of its row."""
    columns = {name: getattr(event, name) for name in EVENT_COLUMNS}
    return columns | {"reporter_phone_digest": sealing.digest(event.reporter_phone)}


def update_event(session: Session, before: Event, after: Event) -> bool:
    """Write what changed, only if nobody else has since `before` was read; return whether it was so."""
    changed = {
        name: value for name in EVENT_COLUMNS if (value := getattr(after, name)) != getattr(before, name)
    }
    done = session.execute(
        update(EVENT).where(EVENT.c.id == before.id, EVENT.c.version == before.version).values(changed)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


def add_demand(session: Session, key: int, more: int) -> None:
    """Count more demands (or less) on the original of a merged event, and on what that was merged into in its turn.

    No version: nobody decided anything about the original, so what people have open of it stays current.
    """
    bearer: int | None = key
    seen: set[int] = set()  # whatever the rows say, nothing is counted twice and the way ends
    while bearer is not None and bearer not in seen:
        seen.add(bearer)
        session.execute(update(EVENT).where(EVENT.c.id == bearer).values(demand=EVENT.c.demand + more))
        bearer = session.scalar(select(EVENT.c.merged_into).where(EVENT.c.id == bearer))


def bears_urgent(session: Session, event: Event) -> bool:
    """Return whether an emergency is merged into an event, also by way of another one."""
    layer = [event.id]
    seen = {event.id}
    while layer:
        merged = EVENT.c.status == Status.MERGED.value, EVENT.c.merged_into.in_(layer)
        rows = session.execute(select(EVENT.c.id, EVENT.c.emergency).where(*merged)).all()
        if any(urgent for _, urgent in rows):
            return True
        layer = [key for key, _ in rows if key not in seen]
        seen.update(layer)
    return False


def bears_any(session: Session, event: Event) -> bool:
    """Return whether anything is merged into an event."""
    merged = EVENT.c.status == Status.MERGED.value, EVENT.c.merged_into == event.id
    return session.scalar(select(EVENT.c.id).where(*merged).limit(1)) is not None


def insert_steps(
    session: Session, rows: list[dict[str, Any]], urgent: Iterable[bool], now: datetime | None = None
) -> list[int]:
    """Write steps and the news of them; return their ids, in order. News are of `now`, else of their step's moment."""
    ids = reserve_ids(session, StepRow, len(rows))
    for key, row in zip(ids, rows, strict=True):
        row["id"] = key
    add_rows(session, StepRow, rows)
    news = [
        {
            "event_id": row["event_id"],
            "step_id": row["id"],
            "alert_id": None,
            "urgent": loud,
            "at": now or row["at"],
        }
        for row, loud in zip(rows, urgent, strict=True)
    ]
    add_rows(session, OutboxRow, news)
    return ids


def done_by(session: Session, event: Event, account: str) -> frozenset[str]:
    """Return the actions an account has done to an event in its present round."""
    query = select(StepRow.action).where(
        StepRow.event_id == event.id, StepRow.round == event.round, StepRow.actor == account
    )
    return frozenset(session.scalars(query))


def reporters_role(session: Session, event: Event) -> str | None:
    """Return the role in which an event was reported, None where it was brought in without a report."""
    query = select(StepRow.actor_role).where(StepRow.event_id == event.id, StepRow.version == 1)
    return session.scalar(query.where(StepRow.action == "report"))


def declined_by(session: Session, event: Event) -> tuple[str, ...]:
    """Return the units that declined an event, in order."""
    query = select(StepRow.unit).where(StepRow.event_id == event.id, StepRow.action == "decline")
    return tuple(unit for unit in session.scalars(query.order_by(StepRow.id)) if unit)


def last_step(session: Session, event: Event) -> StepRow | None:
    """Return the newest step of an event."""
    return session.scalar(
        select(StepRow).where(StepRow.event_id == event.id).order_by(StepRow.version.desc()).limit(1)
    )


def last_at(session: Session, event: Event) -> datetime | None:
    """Return when the newest step of an event was done."""
    query = select(StepRow.at).where(StepRow.event_id == event.id)
    return session.scalar(query.order_by(StepRow.version.desc()).limit(1))


def last_urge(session: Session, event: Event, account: str) -> datetime | None:
    """Return when an account last urged an event."""
    query = select(func.max(StepRow.at)).where(
        StepRow.event_id == event.id, StepRow.action == "urge", StepRow.actor == account
    )
    return session.scalar(query)


def co_units(session: Session, event: Event) -> tuple[CoUnit, ...]:
    """Return the units beside the lead in the present round."""
    query = (
        select(AssignmentRow)
        .where(AssignmentRow.event_id == event.id, AssignmentRow.round == event.round)
        .order_by(AssignmentRow.unit)
    )
    return tuple(
        CoUnit(row.unit, row.assigned_at, row.accept_due_at, row.accepted_at, row.finished_at)
        for row in sound_rows.rows_of(session, AssignmentRow, query)
    )


def assign(
    session: Session, event: Event, units: Iterable[str], sign_by: datetime | None, now: datetime
) -> None:
    """Set units beside the lead, each to sign for itself; who was there already stays as it stands, others are released.

    Whoever has not signed has until `sign_by`, and no longer than it had.
    """
    wanted = list(units)
    held = select(AssignmentRow).where(AssignmentRow.event_id == event.id, AssignmentRow.round == event.round)
    stays = set()
    for row in session.scalars(held):
        if row.unit not in wanted:
            session.delete(row)
            continue
        stays.add(row.unit)
        if row.accepted_at is None and sign_by is not None:
            row.accept_due_at = min(row.accept_due_at or sign_by, sign_by)
    session.flush()
    rows = [
        {
            "event_id": event.id,
            "unit": unit,
            "round": event.round,
            "assigned_at": now,
            "accept_due_at": sign_by,
        }
        for unit in wanted
        if unit not in stays
    ]
    add_rows(session, AssignmentRow, rows)


def answer_assignment(session: Session, event: Event, unit: str, values: Mapping[str, Any]) -> None:
    """Write a co-unit's signing or finishing."""
    session.execute(
        update(AssignmentRow)
        .where(
            AssignmentRow.event_id == event.id, AssignmentRow.unit == unit, AssignmentRow.round == event.round
        )
        .values(**values)
    )


def owe(
    session: Session, target: str, reason: str, event: Event, extra: Mapping[str, Any], now: datetime
) -> None:
    """Write a delivery owed to an outside system: the event's number and what is asked, no names, no phones."""
    reason = mask_text(reason)  # a lead's own words, where it is a supervision
    payload = {
        "kind": target,
        "reason": reason,
        "event": event.number,
        "category": event.category,
        "grid": event.grid,
        "unit": event.unit,
        "at": now.isoformat(),
        **mask_values(extra),
    }
    session.execute(
        insert(DeliveryRow).values(
            target=target,
            reason=reason,
            event_id=event.id,
            payload=payload,
            created_at=now,
            next_try_at=now,
            urgent=target == ALERT or event.emergency,
        )
    )


def _one(session: Session, condition: Any) -> Event | None:
    try:
        row = session.execute(_EVENT_SELECT.where(condition)).first()
        return event_of(row) if row else None
    except Exception as error:
        if not isinstance(error, (ValueError, TypeError)) and not is_damage(error):
            raise
        key, number = session.execute(select(EVENT.c.id, EVENT.c.number).where(condition)).one()
        set_aside.of(session).note("event", key, error)
        raise Unreadable("事件 {number} 的记录已损坏，搁置待修；请联系管理员", number=number) from error


def attach_photos(session: Session, ids: Sequence[str], event: Event, step_id: int, role: str) -> None:
    """Bind uploaded photos to a step, once and for ever; a Refusal for one that is unknown or has a step already."""
    done = session.execute(
        update(PhotoRow)
        .where(PhotoRow.id.in_(list(ids)), PhotoRow.event_id.is_(None))
        .values(event_id=event.id, step_id=step_id, role=role)
    )
    if not isinstance(done, CursorResult) or done.rowcount != len(set(ids)):
        raise Refusal(TAKEN, field="photos")


def remember_border(session: Session, event: Event, grid: str, by: str, now: datetime) -> None:
    """Keep an operator's ruling on a stretch of border, to be offered next time."""
    candidates = (event.border or {}).get("candidates", ())
    values = {
        "stretch": stretch(candidates),
        "grid": grid,
        "event_id": event.id,
        "lng": event.lng,
        "lat": event.lat,
        "by": by,
        "at": now,
    }
    session.execute(insert(BorderDecisionRow).values(**values))


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as JSON values: moments become ISO 8601 text."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in facts.items()
        if value is not None
    }
