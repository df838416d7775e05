"""The sweep after a clock was put back: no emergency waits longer for its next rung than the rung's own span."""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_

from dashboard.rules.alerts import clock_steps
from dashboard.rules.alerts.alert import LONGEST_SHELF, AlertState
from datasources.alerts import journal
from datasources.districts.reference import Reference
from datasources.store.database import Database
from datasources.store.models.tables import AlertRow

log = logging.getLogger(__name__)

A: Any = AlertRow.__table__.c
NEAREST = min(clock_steps.SPANS)


def pull_in(database: Database, _reference: Reference, now: datetime, _budget: float | None = None) -> int:
    """Bring rungs that lie further away than their spans to where they belong; return how many alerts that were."""
    ahead = or_(
        and_(A.state == AlertState.RAISED, A.next_at > now + NEAREST),
        and_(A.state == AlertState.ACKNOWLEDGED, A.acknowledged_at > now),
        and_(A.state != AlertState.STOOD_DOWN, A.shelved_until > now + LONGEST_SHELF),
    )
    with database.read() as session:
        found = journal.alerts_where(session, ahead)
    moved = [(alert, after) for alert in found if (after := clock_steps.pulled_in(alert, now)) is not alert]
    done = 0
    for alert, after in moved:
        with database.write() as session:
            if journal.update_alert(session, alert, after):
                journal.tell_alert(session, after, now)
                done += 1
    if done:
        log.warning("the clock was put back: the next rung of %s emergencies is brought near again", done)
    return done
