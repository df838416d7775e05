"""The table of effects: what each action changes. Pure: time, district and surroundings come in with the move."""

from collections.abc import Mapping

from dashboard.rules.events.change import Effect
from dashboard.rules.events.effects.appeal import appeal, review
from dashboard.rules.events.effects.desk import (
    correct,
    escalate,
    merge,
    register,
    reject,
    reply,
    settle_border,
    supervise,
    unmerge,
)
from dashboard.rules.events.effects.reporter import dismiss, objection
from dashboard.rules.events.effects.terms import (
    approve,
    expire,
    extend,
    hold,
    nothing,
    refuse,
    remind,
    resume,
    warn,
)
from dashboard.rules.events.effects.unit import (
    accept,
    check,
    claim,
    conclude,
    decline,
    dispatch,
    finish,
    hand_over,
    lapse,
    recall,
    reopen,
)

EFFECTS: Mapping[str, Effect] = {
    "register": register,
    "reject": reject,
    "merge": merge,
    "unmerge": unmerge,
    "claim": claim,
    "lapse": lapse,
    "dispatch": dispatch,
    "recall": recall,
    "accept": accept,
    "decline": decline,
    "escalate": escalate,
    "finish": finish,
    "check": check,
    "conclude": conclude,
    "hold": hold,
    "resume": resume,
    "extend": extend,
    "approve": approve,
    "refuse": refuse,
    "supervise": supervise,
    "hand_over": hand_over,
    "reply": reply,
    "urge": nothing,
    "comment": nothing,
    "rate": nothing,
    "object": objection,
    "dismiss": dismiss,
    "appeal": appeal,
    "review": review,
    "reopen": reopen,
    "correct": correct,
    "settle_border": settle_border,
    "remind": remind,
    "warn": warn,
    "expire": expire,
}
