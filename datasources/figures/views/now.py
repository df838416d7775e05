"""The wall's view of the numbers: today's KPIs with what they were yesterday at this hour, what stands now, ratings, steps.

"Yesterday at this hour" counts yesterday's events up to the same minute, as they are known today; what stood then
is told from the steps.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import RATING_WORDS, Status
from dashboard.rules.events.rules import ACTION_WORDS
from dashboard.rules.figures import table
from dashboard.rules.figures.kpis import Period, period, previous
from dashboard.rules.text.local_time import days_before
from dashboard.rules.text.masking import mask_text
from datasources.districts.reference import Reference
from datasources.events.filters import within
from datasources.figures.kpis import kpi_values
from datasources.figures.memo import Memo, ask
from datasources.figures.narrow import Narrow
from datasources.figures.question import Question, today_in
from datasources.figures.scans import VALID
from datasources.figures.standing import open_by_status, open_supervised, stood, stood_supervised
from datasources.figures.views.view import View
from datasources.store import sound_rows
from datasources.store.models import EventRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
COUNTED = ("reported", "claim_rate", "closed", "on_time_rate", "satisfaction_rate")
# how many stand there now, of all open
STANDING = {"pending_dispatch": "待派单", "handling": "处置中", "supervised": "督办中"}
ORDER = (
    "reported",
    "claim_rate",
    "pending_dispatch",
    "handling",
    "closed",
    "on_time_rate",
    "satisfaction_rate",
    "supervised",
)
LATEST = 12
LATEST_HOURS = 24  # how far back the steps of one area are looked for
NOTICES = ("remind", "warn", "comment", "import")  # steps that move nothing on the wall


def kpi_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"period", "kpis": {code: {name, num, den, text, prev: {num, den} | None}}} of today.

    What stands in a status is counted now. `prev` is the same number yesterday at this time of day; None where the
    history does not reach back so far.
    """
    values = kpi_values(session, reference, today_in(area, now, reference), COUNTED)
    shown: dict[str, Any] = {code: table.value(code, *pair) for code, pair in values.items()}
    for code, (num, den) in _standing(open_by_status(session, area), open_supervised(session, area)).items():
        shown[code] = {"name": STANDING[code], "num": num, "den": den, "text": str(num)}
    then = day_before(now, reference)
    before = ask(memo, ("prev", area, then), lambda: _before(session, now, then, reference, area))
    for code, one in shown.items():
        one["prev"] = before[code]
    return {"period": "today", "kpis": {code: shown[code] for code in ORDER}}


def day_before(now: datetime, reference: Reference) -> datetime:
    """Return the minute of yesterday at which the clocks showed what they show now."""
    return days_before(now.replace(second=0, microsecond=0), 1, reference.tz)


def satisfaction_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"counts": {rating: n}, "rated", "covered", "closed"}: every rating given today; what closed today and how
    many of it with a rating: a case is rated once a round, so ratings are no part of closings.
    """
    question = today_in(area, now, reference)
    today = question.period
    query = (
        select(S.rating, func.count())
        .join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        .where(S.action == "check", S.at >= today.start, S.at < today.end, S.rating.is_not(None), VALID)
        .where(*within(area))
        .group_by(S.rating)
    )
    given: dict[Any, int] = dict(session.execute(query).tuples().all())
    coverage = kpi_values(session, reference, question, ("rating_coverage",))
    covered, closed = coverage["rating_coverage"]
    counts = {rating.value: given.get(rating, 0) for rating in RATING_WORDS}
    return {"counts": counts, "rated": sum(counts.values()), "covered": covered, "closed": closed}


def latest_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"steps": [{at (epoch ms), number, action, action_name, title, unit_name, to_status}]}, newest first.

    Those of one area go back a day at most.
    """
    query = (
        select(S.at, E.number, S.action, E.title, S.unit, S.to_status)
        .join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        .where(S.action.not_in(NOTICES), S.at <= now, *within(area))
        .order_by(S.at.desc(), S.id.desc())
        .limit(LATEST)
    )
    if area:
        query = query.where(S.at > now - timedelta(hours=LATEST_HOURS))

    def step(row: Any) -> dict[str, Any]:
        at, number, action, title, unit, to_status = row
        return {
            "at": round(at.timestamp() * 1000),
            "number": number,
            "action": action,
            "action_name": ACTION_WORDS[action],
            "title": mask_text(title),
            "unit_name": reference.unit_name(unit),
            "to_status": Status(to_status).value,
        }

    return {"steps": sound_rows.read_each(session, query, S.id, "step", step)}


def _standing(standing: dict[str, int], supervised: int) -> dict[str, tuple[int, int]]:
    of_all = sum(standing.values())
    counts = {**standing, "supervised": supervised}
    return {code: (counts.get(code, 0), of_all) for code in STANDING}


def _before(
    session: Session, now: datetime, then: datetime, reference: Reference, area: str | None
) -> dict[str, dict[str, int] | None]:
    yesterday = previous(period("today", now, reference.tz))
    begun = sound_rows.first_value(session, S.at)
    pairs: dict[str, tuple[int, int]] = {}
    if begun is not None and begun <= yesterday.start:
        until = Question(Period(yesterday.start, then, reference.tz), then, Narrow(area))
        pairs |= kpi_values(session, reference, until, COUNTED)
    if begun is not None and begun <= then:
        standing = stood(session, open_by_status(session, area), then, now, area)
        pairs |= _standing(standing, stood_supervised(session, then, area))
    return {code: {"num": pairs[code][0], "den": pairs[code][1]} if code in pairs else None for code in ORDER}


VIEWS = {
    "kpis": View(kpi_view, 2.0),
    "satisfaction": View(satisfaction_view, 3.0),
    "latest": View(latest_view, 5.0),
}
