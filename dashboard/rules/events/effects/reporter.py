"""What a reporter who is not content with a closing sets going, and how it ends."""

from typing import Any

from dashboard.rules.events.change import Change, Move
from dashboard.rules.events.guards import OBJECTION

ANSWERED: dict[str, Any] = {
    "request": None,
    "request_reason": None,
    "request_until": None,
    "requested_by": None,
}


def objection(move: Move) -> Change:
    """Let the objection stand on the event until somebody answers it."""
    words = {"request": OBJECTION, "request_reason": move.facts["text"], "requested_by": move.viewer.name}
    return Change(set=words)


def dismiss(move: Move) -> Change:
    """Answer an objection without opening the event again."""
    return Change(set=ANSWERED)
