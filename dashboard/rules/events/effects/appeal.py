"""An appeal of a unit against being overdue: once, after closing, reviewed by two people (domain B.5, 申诉).

Law: it is upheld only when both reviewers say so; then what the overdue cost is taken back and the event leaves the
statistics of being on time, while the mark itself stays readable.
"""

from dashboard.rules.events.change import SECOND_OVERDUE, Change, Move
from dashboard.rules.events.event import Appeal, Verdict


def appeal(move: Move) -> Change:
    """Let the appeal stand on the event until two people have reviewed it."""
    words = {
        "appeal": Appeal.OPEN,
        "appeal_reason": move.facts["reason"],
        "appealed_by": move.viewer.name,
        "appealed_at": move.context.now,
    }
    return Change(set=words)


def review(move: Move) -> Change:
    """Note the first reviewer's verdict; with the second the appeal is decided."""
    event, verdict = move.event, move.facts["verdict"]
    if event.appeal == Appeal.OPEN:
        first = {"appeal": Appeal.REVIEWING, "appeal_reviewer": move.viewer.name, "appeal_verdict": verdict}
        return Change(set=first)
    if {event.appeal_verdict, verdict} != {Verdict.UPHOLD}:
        return Change(set={"appeal": Appeal.DISMISSED})
    taken_back = ["overdue", *(["supervised"] if event.supervised_reason == SECOND_OVERDUE else [])]
    return Change(set={"appeal": Appeal.UPHELD}, reverse=taken_back, reverse_subject=event.unit)
