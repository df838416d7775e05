"""What a reporter who is not content with a closing sets going, and how it ends."""

from typing import Any

from dashboard.rules.events.guards import OBJECTION
from dashboard.rules.events.outcome import EventAttempt, Outcome

ANSWERED: dict[str, Any] = {
    "request": None,
    "request_reason": None,
    "request_until": None,
    "requested_by": None,
}


def objection(attempt: EventAttempt) -> Outcome:
    """Let the objection stand on the event until somebody answers it."""
    words = {
        "request": OBJECTION,
        "request_reason": attempt.facts["text"],
        "requested_by": attempt.viewer.name,
    }
    return Outcome(set=words)


def dismiss(attempt: EventAttempt) -> Outcome:
    """Answer an objection without opening the event again."""
    return Outcome(set=ANSWERED)
