"""An action and what follows from it by rule, as one transition: one transaction writes all of it.

Pure: the matter as it ends up, and every step on the way with what it changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic

from dashboard.rules.access import Viewer
from dashboard.rules.lifecycle.rule import Matter, Outcome


@dataclass(frozen=True, slots=True)
class StepDraft:
    """One step to be written: who did what, from where to where, as which version; `columns` are its kind's own.

    `before` is the matter it found; nothing for the first step of all.
    """

    action: str
    from_status: str | None
    to_status: str
    version: int
    at: datetime
    viewer: Viewer
    facts: Mapping[str, Any]
    late: bool = False
    columns: Mapping[str, Any] = field(default_factory=dict)
    before: Any = None


@dataclass(slots=True)
class Transition(Generic[Matter, Outcome]):
    """The matter at the end of a chain of actions, its steps and their outcomes, in order."""

    matter: Matter
    steps: list[tuple[StepDraft, Outcome]] = field(default_factory=list)
