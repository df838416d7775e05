"""What the scripts need to draw the form of an action: the facts of the rule book, with the words beside each field."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.rules.events.action import Action
from dashboard.rules.events.event import GROUND_WORDS, RATING_WORDS, VERDICT_WORDS
from dashboard.rules.events.rules import RULES
from dashboard.rules.lifecycle.rule import Fact
from layouts.text import keys
from layouts.text.words import N_, _

FACT_WORDS: Mapping[str, str] = {
    "category": N_("类别"),
    "condition": N_("立案条件"),
    "reason": N_("原因"),
    "original": N_("原事件编号"),
    "unit": N_("主办单位"),
    "co_units": N_("协办单位"),
    "ground": N_("退单理由"),
    "text": N_("情况说明"),
    "photos": N_("照片"),
    "rating": N_("评价"),
    "checked_at": N_("核查时间"),
    "until": N_("挂到什么时候"),
    "request": N_("请求"),
    "lng": N_("经度"),
    "lat": N_("纬度"),
    "level": N_("层级"),
    "emergency": N_("紧急"),
    "grid": N_("网格"),
    "handler": N_("转交给"),
    "verdict": N_("复核意见"),
}
LEVEL_CHOICES: Mapping[str, str] = {
    "grid": N_("网格（绿）"),
    "community": N_("社区（黄）"),
    "street": N_("街道（蓝）"),
    "district": N_("区（红）"),
}
REQUEST_CHOICES: Mapping[str, str] = {"hold": N_("挂单"), "extend": N_("延期")}
FLAG_CHOICES: Mapping[str, str] = {"true": N_("是"), "false": N_("否")}
CHOICES: Mapping[str, Mapping[Any, str]] = {
    "rating": RATING_WORDS,
    "ground": GROUND_WORDS,
    "verdict": VERDICT_WORDS,
    "level": LEVEL_CHOICES,
    "request": REQUEST_CHOICES,
    "flag": FLAG_CHOICES,
}
# facts that only programs give
UNASKED = frozenset(
    {("dispatch", "due_at"), ("finish", "due_at"), ("register", "condition"), ("check", "checked_at")}
)
# actions whose facts are all optional, but which say nothing without any
ASK_FIRST = frozenset({Action.CORRECT.value, Action.HAND_OVER.value})


# what people do through the same door that changes no event
BESIDE: Mapping[str, tuple[str, Fact]] = {
    "reveal": (N_("查看联系方式"), Fact("reason", "text", required=True)),
    "presence/take": (N_("接手"), Fact("reason", "text", required=True)),
}


def rules() -> dict[str, Any]:
    """Return {action: {word, key, ask, facts}} of everything that people do to an event."""
    beside = {
        name: {"word": _(word), "key": "", "ask": False, "facts": [_fact(fact)]}
        for name, (word, fact) in BESIDE.items()
    }
    return beside | {
        str(rule.action): {
            "word": _(rule.words),
            "key": keys.LETTERS.get(str(rule.action), ""),
            "ask": str(rule.action) in ASK_FIRST,
            "facts": [_fact(fact) for fact in rule.facts if (str(rule.action), fact.name) not in UNASKED],
        }
        for rule in RULES
        if rule.action != Action.REPORT and set(rule.by) - {"clock", "system"}
    }


def _fact(fact: Fact) -> dict[str, Any]:
    choices: Sequence[tuple[str, str]] = [
        (str(code), _(word)) for code, word in CHOICES.get(fact.kind, {}).items()
    ]
    return {
        "name": fact.name,
        "kind": fact.kind,
        "required": fact.required,
        "word": _(FACT_WORDS[fact.name]),
        "when": _(fact.when),
        "choices": list(choices),
    }
