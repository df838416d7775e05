"""What a view of the wall is: how it is counted, and how often it is pushed while things change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from datasources.districts.reference import Reference
from datasources.figures.memo import Memo


class Ask(Protocol):
    """One view: plain JSON data of the whole district, or of an area; `memo` may remember its dear parts."""

    def __call__(
        self,
        session: Session,
        now: datetime,
        reference: Reference,
        area: str | None = None,
        memo: Memo | None = None,
    ) -> Any:
        """Return the data."""


@dataclass(frozen=True, slots=True)
class View:
    """A view by its counting function; `pace` are the seconds between two pushes while things change.

    What is read at a glance is pushed often, what is long seldom: at five changes a second all views together stay under
    110 KB and 15 ms of processor a minute and second.
    """

    ask: Ask
    pace: float
