"""A rule book and what it answers: which buttons, who may, whether now, with which facts, and what follows.

The machine under every kind of matter. It knows its status, its version and nothing else of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from dashboard.rules.access import SYSTEM, Viewer
from dashboard.rules.lifecycle.facts import Kind, faults, said
from dashboard.rules.lifecycle.rule import Attempt, Matter, Outcome, Rule, Surroundings
from dashboard.rules.lifecycle.transition import StepDraft, Transition
from dashboard.rules.refusals import Forbidden, Invalid, NotAllowedNow


@dataclass(frozen=True, slots=True)
class Sentences:
    """How a kind of matter says no; `{action}` is the words of the action."""

    unseen: str
    not_yours: str
    not_now: str


@dataclass(frozen=True, slots=True)
class RuleBook(Generic[Matter, Surroundings, Outcome]):
    """The rules of one kind of matter, and the few answers that depend on what it is.

    `meet` gives the capacities in which a viewer meets a matter; without "viewer" among them nothing is said of it.
    `columns` gives what its steps carry beyond the common columns, from before, after and the attempt. `follow_up`
    names what the system does next by rule, in turn, each with its facts.
    """

    rules: Mapping[str, Rule[Matter, Surroundings, Outcome]]
    kinds: Mapping[str, Kind]
    sentences: Sentences
    meet: Callable[[Matter, Viewer, Surroundings], frozenset[str]]
    columns: Callable[[Matter, Matter, str, Attempt[Matter, Surroundings]], dict[str, Any]]
    follow_up: Callable[[Matter, StepDraft, Surroundings], Sequence[tuple[str, dict[str, Any]]]]

    def allowed(self, matter: Matter, viewer: Viewer, context: Surroundings) -> list[str]:
        """Return the actions a viewer may take on a matter now: the list of buttons."""
        capacities = self.meet(matter, viewer, context)
        return [
            str(rule.action)
            for rule in self.rules.values()
            if _status(matter) in rule.sources
            and capacities.intersection(rule.by)
            and rule.guard(matter, viewer, capacities, context) is None
        ]

    def entitled(self, matter: Matter, action: str, viewer: Viewer, context: Surroundings) -> frozenset[str]:
        """Return in which capacities a viewer meets a matter; Forbidden if none of them may do the action at all."""
        rule, capacities = self.rules[action], self.meet(matter, viewer, context)
        if rule.contends is not None and rule.contends(matter, viewer, context):
            return capacities
        if "viewer" not in capacities:
            raise Forbidden(self.sentences.unseen)
        if not capacities.intersection(rule.by):
            raise Forbidden(self.sentences.not_yours, action=rule.words)
        return capacities

    def permit(self, matter: Matter, action: str, viewer: Viewer, context: Surroundings) -> frozenset[str]:
        """Return the capacities a viewer acts in; Forbidden if none fits, NotAllowedNow if it is not open now."""
        rule = self.rules[action]
        capacities = self.entitled(matter, action, viewer, context)
        if _status(matter) not in rule.sources:
            raise NotAllowedNow(rule.gone or self.sentences.not_now, matter, action=rule.words)
        reason = rule.guard(matter, viewer, capacities, context)
        if reason is not None:
            raise NotAllowedNow(reason, matter, action=rule.words)
        return capacities

    def said(self, action: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the facts of an action that say something."""
        return said(facts, self.rules[action].facts, self.kinds)

    def check_facts(self, action: str, attempt: Attempt[Matter, Surroundings]) -> None:
        """Raise Invalid naming every fact that is missing, wrong, unknown, or not enough in this very case."""
        rule = self.rules[action]
        wrong = faults(attempt.facts, rule.facts, self.kinds) or rule.demands(attempt)
        if wrong:
            raise Invalid(wrong)

    def take(
        self,
        transition: Transition[Matter, Outcome],
        action: str,
        attempt: Attempt[Matter, Surroundings],
        *,
        late: bool = False,
    ) -> None:
        """Add one action to a transition, with everything that follows from it by rule."""
        effect, before, context = self.rules[action].effect, attempt.matter, attempt.context
        assert effect is not None
        outcome: Any = effect(attempt)
        after = before.changed({**outcome.set, "version": before.version + 1})  # type: ignore[attr-defined]
        draft = StepDraft(
            action=action,
            from_status=_status(before),
            to_status=_status(after),
            version=after.version,
            at=context.at,  # type: ignore[attr-defined]
            viewer=attempt.viewer,
            facts={**attempt.facts, **outcome.facts},
            late=late,
            columns=self.columns(before, after, action, attempt),
            before=before,
        )
        transition.matter = after
        transition.steps.append((draft, outcome))
        self.go_on(transition, context)

    def go_on(self, transition: Transition[Matter, Outcome], context: Surroundings) -> None:
        """Let the system do what follows by rule from the last step of a transition."""
        last = transition.steps[-1][0]
        for action, facts in self.follow_up(transition.matter, last, context):
            attempt = Attempt(transition.matter, SYSTEM, frozenset({"system"}), facts, context)
            self.take(transition, action, attempt, late=last.late)


def _status(matter: Any) -> str:
    status: str = matter.status
    return status
