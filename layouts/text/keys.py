"""The letter of every action an operator or a lead takes; capital letters are pressed with shift (`?` lists them)."""

from collections.abc import Mapping

from dashboard.rules.events.lifecycle import Action

A = Action
LETTERS: Mapping[str, str] = {
    A.REGISTER.value: "l",
    A.REJECT.value: "r",
    A.MERGE.value: "m",
    A.UNMERGE.value: "M",
    A.DISPATCH.value: "d",
    A.RECALL.value: "z",
    A.SETTLE_BORDER.value: "b",
    A.CHECK.value: "v",
    A.ESCALATE.value: "u",
    A.URGE.value: "p",
    A.SUPERVISE.value: "s",
    A.COMMENT.value: "c",
    A.CORRECT.value: "t",
    A.REOPEN.value: "o",
    A.DISMISS.value: "X",
    A.REVIEW.value: "V",
    A.RESUME.value: "w",
    A.APPROVE.value: "y",
    A.REFUSE.value: "Y",
}


def label(action: str) -> str:
    """Return how an action's letter is printed on a key: `⇧M` for shift and M, nothing where there is none."""
    letter = LETTERS.get(action, "")
    return f"⇧{letter}" if letter.isupper() else letter.upper()
