"""A district is drawn anew: the pack is loaded, and every open event that stands elsewhere now is told of it.

Law: history is not touched; an open event that has moved bears a step that says so, and the screens hear of it.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from dashboard import actions
from dashboard.rules.access import SYSTEM
from dashboard.rules.events.event import OPEN
from dashboard.rules.refusals import Refusal
from datasources.districts.loading import load_pack
from datasources.districts.pack.files import Fault, Faults
from datasources.districts.pack.reading import Pack
from datasources.districts.reference import Reference, References
from datasources.districts.succession import stand_events_anew
from datasources.events import journal
from datasources.store import sound_rows
from datasources.store.database import Database
from datasources.store.models import AccountRow, EventRow, UnitRow

log = logging.getLogger(__name__)

E = EventRow.__table__.c
U = UnitRow.__table__.c


def load(
    database: Database, references: References, pack: Pack, now: datetime
) -> tuple[bool, tuple[Fault, ...]]:
    """Load a pack; return whether anything changed, and what of the old district needs somebody's eye."""
    told, moved = Faults(), list[int]()
    with database.write() as session:
        changed = load_pack(session, pack, now, told, moved)
    references.forget()
    reference = references.get()
    tell_moved(database, reference, moved, now)
    if (ends := reference.horizon(now)) is not None:
        text, params = ends.words
        told.warn("calendar.csv", None, text, **params)
    if changed:
        _tell_orphans(database, told)
        _tell_accounts(database, reference, told)
    return changed, tuple(told.warnings)


def bring_stragglers(database: Database, references: References, now: datetime) -> int:
    """Move what a process filed under an area that was gone, before it noticed the new pack; return how many are open."""
    references.forget()
    reference = references.get()
    with database.write() as session:
        moved = stand_events_anew(session, reference.gone.area_heirs, now, reference.tz)
    return tell_moved(database, reference, moved, now)


def tell_moved(database: Database, reference: Reference, moved: Iterable[int], now: datetime) -> int:
    """Write into open events that their area is another one now; return how many were told."""
    count = 0
    for key in moved:
        try:
            with database.write() as session:
                event = journal.event_by_id(session, key)
                if event is None or not event.is_open:
                    continue
                standing = reference.area_name(event.area_path.strip("/").split("/")[-1])
                text = f"区划调整：{reference.area_name(event.grid)} → {standing}"
                comment = actions.Request("comment", {"text": text}, SYSTEM, now, event.version)
                actions.perform(session, reference, event, comment)
            count += 1
        except Refusal:
            log.info("event %s moved on while its district was drawn anew", key)
    return count


def _tell_orphans(database: Database, told: Faults) -> None:
    """Tell which units that are gone still have open events in hand."""
    statuses = [status.value for status in OPEN]
    query = (
        select(U.code, U.name, func.count())
        .join_from(EventRow.__table__, UnitRow.__table__, E.unit == U.code)
        .where(U.valid_to.is_not(None), E.status.in_(statuses))
        .group_by(U.code, U.name)
        .order_by(U.code)
    )
    with database.read() as session:
        for code, name, count in session.execute(query):
            told.warn(
                "units.csv",
                None,
                "单位“{code}”（{name}）已撤销，手上还有 {count} 件未办结，请收回后改派",
                code=code,
                name=name,
                count=count,
            )


def _tell_accounts(database: Database, reference: Reference, told: Faults) -> None:
    """Tell which accounts stand for an area or a unit that is gone; nobody's rights are moved without being told to."""
    query = select(AccountRow).where(AccountRow.disabled.is_(False)).order_by(AccountRow.name)
    with database.read() as session:
        for row in sound_rows.rows_of(session, AccountRow, query):
            for file, code, gone, name in (
                ("units.csv", row.unit, reference.gone.units, reference.unit_name(row.unit)),
                ("areas.geojson", row.area, reference.gone.areas, reference.area_name(row.area)),
            ):
                if code in gone:
                    text = "账号“{account}”属于已撤销的“{name}”（{code}），请停用或另开账号"
                    told.warn(file, None, text, account=row.name, name=name, code=code)
