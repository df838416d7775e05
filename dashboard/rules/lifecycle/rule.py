"""One line of a rule book: who may do what, from where to where, with which facts, when not, and what it changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from dashboard.rules.access import Viewer

Matter = TypeVar("Matter")
Surroundings = TypeVar("Surroundings")
Outcome = TypeVar("Outcome")
Fault = tuple[str, str, dict[str, Any]]  # field, sentence as msgid, what fills it


@dataclass(frozen=True, slots=True)
class Attempt(Generic[Matter, Surroundings]):
    """One action about to happen: to what, who acts in which capacities, the facts, the surroundings."""

    matter: Matter
    viewer: Viewer
    capacities: frozenset[str]
    facts: Mapping[str, Any]
    context: Surroundings


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact an action takes: `kind` says how it is checked; `when` says in words when it is demanded."""

    name: str
    kind: str
    required: bool = False
    when: str = ""


def open_door(matter: Any, viewer: Viewer, capacities: frozenset[str], context: Any) -> str | None:
    """Stand in nobody's way: the guard of an action that status and person alone decide."""
    return None


def nothing_more(attempt: Attempt[Any, Any]) -> list[Fault]:
    """Demand nothing beyond the facts that the rule names."""
    return []


@dataclass(frozen=True, slots=True)
class Rule(Generic[Matter, Surroundings, Outcome]):
    """One line of a rule book.

    `guard` says in words why it is not open just now, reading no facts: it decides buttons. `demands` names what this
    very case asks of the facts. `effect` is what it changes; None for the action that begins a life. `contends` tells
    who was entitled when they looked and lost a race: such a one is told `gone`, not "you may not".
    """

    action: str
    words: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    by: tuple[str, ...]
    facts: tuple[Fact, ...] = ()
    effect: Callable[[Attempt[Matter, Surroundings]], Outcome] | None = None
    guard: Callable[[Matter, Viewer, frozenset[str], Surroundings], str | None] = open_door
    demands: Callable[[Attempt[Matter, Surroundings]], list[Fault]] = nothing_more
    contends: Callable[[Matter, Viewer, Surroundings], bool] | None = None
    gone: str = ""
