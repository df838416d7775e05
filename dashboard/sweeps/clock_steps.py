"""The sweep after a clock was put back: no emergency waits longer for its next rung than the rung's own span."""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_

from dashboard import clock
from dashboard.rules.alerts import clock_steps
from dashboard.rules.alerts.alert import LONGEST_SHELF, AlertState
from datasources.alerts import journal
from datasources.districts.reference import Reference
from datasources.store.database import Database
from datasources.store.models import AlertRow

log = logging.getLogger(__name__)

A: Any = AlertRow.__table__.c
LATITUDE = timedelta(seconds=2)  # real ones: longer than processes are apart, shorter than anybody notices
NEAREST = min(clock_steps.SPANS)


def pull_in(database: Database, _reference: Reference, now: datetime, _budget: float | None = None) -> int:
    """Bring rungs that lie further away than their spans to where they belong; return how many alerts that were."""
    # others raise and answer alerts while this round goes on, and their clock may be ahead of ours by a moment
    now = max(now, clock.now())
    late = now + LATITUDE * max(1.0, clock.speed())
    ahead = or_(
        and_(A.state == AlertState.RAISED, A.next_at > late + NEAREST),
        and_(A.state == AlertState.ACKNOWLEDGED, A.acknowledged_at > late),
        and_(A.state != AlertState.STOOD_DOWN, A.shelved_until > late + LONGEST_SHELF),
    )
    with database.read() as session:
        found = journal.alerts_where(session, ahead)
    moved = [
        (alert, clock_steps.pulled_in(alert, now))
        for alert in found
        if clock_steps.pulled_in(alert, late) is not alert
    ]
    done = 0
    for alert, after in moved:
        with database.write() as session:
            if journal.update_alert(session, alert, after):
                journal.tell_alert(session, after, now)
                done += 1
    if done:
        log.warning("the clock was put back: the next rung of %s emergencies is brought near again", done)
    return done
