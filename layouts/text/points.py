"""The words of points, of limits and of where a report came from, as scripts need them (LIFECYCLE §6, §7)."""

from collections.abc import Mapping

from dashboard.rules.events.event import SOURCE_WORDS
from layouts.text.words import N_, _

# rule of the ledger → what it is called; the order is that of a summary
POINT_WORDS: Mapping[str, str] = {
    "claim": N_("抢单"),
    "claim_on_time": N_("抢单按期"),
    "very_satisfied": N_("非常满意"),
    "emergency_on_time": N_("紧急按期"),
    "overdue": N_("超期"),
    "claim_returned": N_("抢单返工"),
    "returned": N_("返工"),
    "supervised": N_("督办"),
    "unfounded_decline": N_("无据退单"),
    "valid_report": N_("有效上报"),
    "handled_in_24h": N_("24小时办结"),
    "check_on_time": N_("按时核查"),
    "check_late": N_("核查超时"),
}
LIMIT_WORDS: Mapping[str, str] = {
    "urgent_hour": N_("{n} 紧急工作时"),
    "work_hour": N_("{n} 工作时"),
    "work_day": N_("{n} 工作日"),
    "natural_day": N_("{n} 自然日"),
}


def words() -> dict[str, str]:
    """Return {rule: word}."""
    return {rule: _(word) for rule, word in POINT_WORDS.items()}


def limits() -> dict[str, str]:
    """Return {unit of a limit: sentence with {n}}."""
    return {unit: _(word) for unit, word in LIMIT_WORDS.items()}


def sources() -> dict[str, str]:
    """Return {source: word}."""
    return {source.value: _(word) for source, word in SOURCE_WORDS.items()}
