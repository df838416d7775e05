"""Which changes of records are refused because of what people have merged here into their events.

Law: no file silences an emergency that is merged into another one, and none throws away with an event what lies in it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from dashboard.rules.events.event import Event, Status
from dashboard.rules.events.guards import BEARS_URGENT
from datasources.events import journal
from datasources.store.database import take_turn

BEARS = "有事件并入了它，先撤销并案，再按文件改为不予立案或并案"
VOID = frozenset({Status.REJECTED, Status.MERGED})
Pair = tuple[Event, Event]  # as it stands, as its record has it now


def reasons(session: Session, pairs: Sequence[Pair]) -> Mapping[int, str]:
    """Return event id → why its change is refused; whoever merges at this moment waits until the changes are written."""
    asked = [pair for pair in pairs if _silences(*pair) or pair[1].status in VOID]
    if asked:
        take_turn(session, journal.MERGING)
    found = ((before.id, _reason(session, before, after)) for before, after in asked)
    return {key: reason for key, reason in found if reason}


def _reason(session: Session, before: Event, after: Event) -> str | None:
    if _silences(before, after) and journal.bears_urgent(session, before):
        return BEARS_URGENT
    return BEARS if after.status in VOID and journal.bears_any(session, before) else None


def _silences(before: Event, after: Event) -> bool:
    return before.emergency and not (after.emergency and after.is_open)
