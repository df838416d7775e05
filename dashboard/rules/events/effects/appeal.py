"""An appeal of a unit against being overdue: once, after closing, reviewed by two people (domain B.5, 申诉).

Law: it is upheld only when both reviewers say so; then what the overdue cost is taken back and the event leaves the
statistics of being on time, while the mark itself stays readable.
"""

from dashboard.rules.events.event import Appeal, Verdict
from dashboard.rules.events.outcome import SECOND_OVERDUE, EventAttempt, Outcome, Reversal


def appeal(attempt: EventAttempt) -> Outcome:
    """Let the appeal stand on the event until two people have reviewed it."""
    words = {
        "appeal": Appeal.OPEN,
        "appeal_reason": attempt.facts["reason"],
        "appealed_by": attempt.viewer.name,
        "appealed_at": attempt.context.now,
    }
    return Outcome(set=words)


def review(attempt: EventAttempt) -> Outcome:
    """Note the first reviewer's verdict; with the second the appeal is decided."""
    event, verdict = attempt.matter, attempt.facts["verdict"]
    if event.appeal == Appeal.OPEN:
        first = {
            "appeal": Appeal.REVIEWING,
            "appeal_reviewer": attempt.viewer.name,
            "appeal_verdict": verdict,
        }
        return Outcome(set=first)
    if {event.appeal_verdict, verdict} != {Verdict.UPHOLD}:
        return Outcome(set={"appeal": Appeal.DISMISSED})
    taken_back = [
        "overdue",
        *(["supervised"] if attempt.context.supervised_by_rule == SECOND_OVERDUE else []),
    ]
    # the case may have been reopened since, and be another unit's: only what the one who appealed had lost by then
    what = Reversal(taken_back, until=event.appealed_at, subject=attempt.context.appellant)
    return Outcome(set={"appeal": Appeal.UPHELD}, reverse=what)
