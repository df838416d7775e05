"""The one way from bytes to a kept picture, with a count of those that were none: each costs us work, whoever sends it."""

from flask import current_app

from callbacks.api.answers import house
from callbacks.security import outside
from callbacks.security.quotas import Buckets
from dashboard import clock
from dashboard.rules.access import Role, Viewer
from dashboard.rules.refusals import Refusal
from datasources.files import disk_space
from datasources.photos import darkroom, pictures_kept
from datasources.store.models.tables import PhotoRow

# broken pictures an hour: of a stranger's address, of an account
MOST_BROKEN = {Role.RESIDENT: 10}
MOST_BROKEN_STAFF = 60
ENOUGH = "一小时内无法打开的照片太多，请稍后再传；可以不带照片先上报"


class TooMany(Refusal):
    """Enough has been sent for now."""

    status = 429


def check_room(who: Viewer) -> None:
    """Raise Full when the disk has too little room left for pictures; staff may use half of what strangers must leave."""
    floor = house().settings.free_mb
    disk_space.check_free(house().photos, floor if who.role is Role.RESIDENT else floor // 2)


def developed(data: bytes, who: Viewer) -> PhotoRow:
    """Return the row of a picture that was kept, to be added; a Refusal for what is none, TooMany after too many of these."""
    check_room(who)
    key = f"address:{outside.address()}" if who.role is Role.RESIDENT else f"account:{who.name}"
    most = MOST_BROKEN.get(who.role, MOST_BROKEN_STAFF)
    broken: Buckets = current_app.extensions.setdefault("grid.broken-pictures", Buckets())
    if broken.full(key, most):
        raise TooMany(ENOUGH)
    try:
        return pictures_kept.store(house().photos, data, who, clock.now(), house().reference.tz)
    except darkroom.Busy:
        raise
    except Refusal:
        broken.take(key, most)
        raise
