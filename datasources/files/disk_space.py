"""Room on the disk: how much strangers may leave there before a report takes it, and how little must stay free."""

import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Refusal
from datasources.photos.uploads import KEPT_FOR, SEAT
from datasources.store.models.tables import PhotoRow, UploadRow

MB = 1024 * 1024
FULL = "服务器的存储空间不足，暂时不收照片；请不带照片先上报"
CROWDED = "现在等待上报的照片太多，请稍后再传；可以不带照片先上报，紧急情况请拨打 110、119、120"


class Full(Refusal):
    """There is no room for pictures."""

    status = 503


def check_free(folder: Path, floor_mb: int) -> None:
    """Raise Full when less than the floor is free where pictures lie."""
    found = next(path for path in (folder, *folder.parents) if path.exists())
    if shutil.disk_usage(found).free < floor_mb * MB:
        raise Full(FULL, field="file")


def check_strangers(session: Session, size: int, most_mb: int, now: datetime) -> None:
    """Raise Full when strangers have left so much that no report took yet that this picture has no room."""
    waiting = (
        select(func.coalesce(func.sum(UploadRow.size), 0))
        .outerjoin(PhotoRow, PhotoRow.id == UploadRow.photo)
        .where(
            UploadRow.created_at > now - KEPT_FOR,
            UploadRow.owner.startswith(SEAT),
            UploadRow.closed_at.is_(None),
            or_(UploadRow.photo.is_(None), PhotoRow.event_id.is_(None)),
        )
    )
    if int(session.scalar(waiting) or 0) + size > most_mb * MB:
        raise Full(CROWDED, field="file")
