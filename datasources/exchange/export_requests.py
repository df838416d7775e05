"""Personal data leave only by request: asked with a reason, approved by another person, by a link for one day.

Sources: seed 000 H25 (export after consent of the centre); PIPL art. 6 and 51 (least necessary, recorded).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.rules.access import Viewer
from dashboard.rules.refusals import Forbidden, NotAllowedNow, NotFound
from datasources.accounts.accounts import audit
from datasources.store import sound_rows
from datasources.store.models import ExportRequestRow

LINK_FOR = timedelta(hours=24)
ASKED, APPROVED, REFUSED = "asked", "approved", "refused"
MOST = 100


def ask(
    session: Session, who: Viewer, filters: Mapping[str, str], why: str, now: datetime
) -> ExportRequestRow:
    """Write a request down and return it."""
    row = ExportRequestRow(
        account=who.name, filters=dict(filters), why=why, asked_at=now, state=ASKED, downloads=0
    )
    session.add(row)
    session.flush()
    audit(session, now, who.name, "export_asked", request=row.id, filters=dict(filters), why=why)
    return row


def listed(session: Session, who: Viewer) -> Sequence[ExportRequestRow]:
    """Return one's own requests, newest first; whoever may answer sees everybody's."""
    query = select(ExportRequestRow).order_by(ExportRequestRow.asked_at.desc(), ExportRequestRow.id.desc())
    if not who.may("exports.answer"):
        query = query.where(ExportRequestRow.account == who.name)
    return sound_rows.rows_of(session, ExportRequestRow, query.limit(MOST))


def answer(
    session: Session, key: int, who: Viewer, now: datetime, *, granted: bool, words: str
) -> ExportRequestRow:
    """Approve or refuse a request, never one's own and only once."""
    row = _held(session, key)
    if row.account == who.name:
        raise Forbidden("不能审批自己的导出申请")
    values: dict[str, Any] = {
        "state": APPROVED if granted else REFUSED,
        "answered_by": who.name,
        "answered_at": now,
        "answer": words,
        "expires_at": now + LINK_FOR if granted else None,
    }
    free = (ExportRequestRow.id == key, ExportRequestRow.state == ASKED)
    if not session.execute(update(ExportRequestRow).where(*free).values(**values)).rowcount:  # type: ignore[attr-defined]
        raise NotAllowedNow("这项申请已经答复过了")
    what = "export_approved" if granted else "export_refused"
    audit(session, now, who.name, what, request=key, asked_by=row.account, words=words)
    session.refresh(row)
    return row


def take(session: Session, key: int, who: Viewer, now: datetime) -> ExportRequestRow:
    """Return an approved request whose link still works, for whoever asked, and count the download."""
    row = _held(session, key)
    if row.account != who.name:
        raise Forbidden("只有申请人可以下载")
    if row.state != APPROVED or row.expires_at is None:
        raise NotAllowedNow("这项申请还没有批准")
    if now >= row.expires_at:
        raise NotAllowedNow("下载链接已过期，请重新申请")
    row.downloads += 1
    audit(session, now, who.name, "export_personal", request=key, filters=row.filters, why=row.why)
    return row


def _held(session: Session, key: int) -> ExportRequestRow:
    row = session.get(ExportRequestRow, key)
    if row is None:
        raise NotFound("没有这项导出申请")
    return row
