"""What a very case asks of the facts of an action, beyond those its rule names: one function an action.

Each returns (field, sentence, what fills it) for whatever is missing or does not fit; nothing when all is well.
"""

from datetime import datetime, timedelta

from dashboard.rules.events.event import BAD_RATINGS, Status
from dashboard.rules.events.guards import ANSWERS_FOR_IT
from dashboard.rules.events.outcome import EventAttempt
from dashboard.rules.lifecycle.rule import Fault

EARLIEST_CHECK, LATEST_CHECK = timedelta(days=7), timedelta(minutes=2)  # as for a report's own moment
LONGEST_HOLD_DAYS = 366


def register(attempt: EventAttempt) -> list[Fault]:
    if attempt.facts.get("category"):
        faults = _known_category(attempt)
    else:
        known = attempt.context.world.category(attempt.matter.category)
        faults = [("category", "立案要选定类别", {})] if known is None else []
    return faults or _known_condition(attempt)


def dispatch(attempt: EventAttempt) -> list[Fault]:
    facts, world = attempt.facts, attempt.context.world
    named = [facts["unit"], *(facts.get("co_units") or ())]
    faults: list[Fault] = [
        ("unit", "没有代码为“{code}”的单位", {"code": unit}) for unit in named if not world.is_unit(unit)
    ]
    faults += _records_deadline(attempt)
    if attempt.matter.status == Status.CLAIMABLE and not facts.get("reason"):
        faults.append(("reason", "事件还在待抢单，直接派单要写明原因", {}))
    return faults


def recall(attempt: EventAttempt) -> list[Fault]:
    if attempt.matter.emergency and not (attempt.facts.get("reason") or "").strip():
        return [("reason", "撤回紧急事件的派单要写明原因", {})]
    return []


def finish(attempt: EventAttempt) -> list[Fault]:
    faults = _records_deadline(attempt)
    if not attempt.capacities & ANSWERS_FOR_IT:
        return faults
    category = attempt.context.world.category(attempt.matter.category)
    # a record that is lived through has no pictures, and nobody makes one up
    wanted = "owner" in attempt.capacities and category is not None and category.photo_required
    if wanted and not attempt.facts.get("photos"):
        faults.append(("photos", "这类事件办结要附处置后的照片", {}))
    is_unit, beside = attempt.context.world.is_unit, attempt.context.co_units
    if not attempt.facts.get("reason") and any(co.finished_at is None and is_unit(co.unit) for co in beside):
        faults.append(("reason", "协办单位还没有全部办结，请写明原因", {}))
    return faults


def rate(attempt: EventAttempt) -> list[Fault]:
    if attempt.facts["rating"] in BAD_RATINGS and not (attempt.facts.get("text") or "").strip():
        return [("text", "评价不满意时要写明情况", {})]
    return []


def check(attempt: EventAttempt) -> list[Fault]:
    faults = rate(attempt)
    if "checker" in attempt.capacities and not attempt.facts.get("photos"):
        faults.append(("photos", "现场核查要附照片", {}))
    made: datetime | None = attempt.facts.get("checked_at")
    if made is None:
        return faults
    finished, now = attempt.matter.finished_at, attempt.context.now
    if made - now > LATEST_CHECK or now - made > EARLIEST_CHECK:
        faults.append(("checked_at", "核查时间只能在过去 7 天内", {}))
    elif finished is not None and made < finished:
        faults.append(("checked_at", "核查时间早于反馈办结的时间", {}))
    return faults


def hold(attempt: EventAttempt) -> list[Fault]:
    until, now = attempt.facts["until"], attempt.context.now
    if until <= now:
        return [("until", "挂单的截止时间要晚于现在", {})]
    return [("until", "挂单最长一年", {})] if (until - now).days >= LONGEST_HOLD_DAYS else []


def answer_request(attempt: EventAttempt) -> list[Fault]:
    asked = attempt.facts["request"]
    return [] if asked == attempt.matter.request else [("request", "没有这样的待审批请求", {})]


def correct(attempt: EventAttempt) -> list[Fault]:
    facts, faults = attempt.facts, _known_category(attempt)
    if not facts:
        faults.append(("category", "请写明更正的内容", {}))
    if facts.get("emergency") is False and attempt.context.bears_urgent:
        faults.append(("emergency", "有紧急事件并入了它，先撤销并案，否则告警会无声停止", {}))
    if (facts.get("lng") is None) != (facts.get("lat") is None):
        faults.append(("lat", "经度和纬度要一起更正", {}))
    return faults


def settle_border(attempt: EventAttempt) -> list[Fault]:
    candidates = (attempt.matter.border or {}).get("candidates", ())
    if candidates and attempt.facts["grid"] not in candidates:
        return [("grid", "只能从候选网格中选定", {})]
    return []


def _records_deadline(attempt: EventAttempt) -> list[Fault]:
    """Only a record that is lived through brings its own deadline along."""
    if attempt.facts.get("due_at") and "system" not in attempt.capacities:
        return [("due_at", "“{field}”不是这个操作需要的内容", {"field": "due_at"})]
    return []


def _known_condition(attempt: EventAttempt) -> list[Fault]:
    number, code = attempt.facts.get("condition"), attempt.facts.get("category") or attempt.matter.category
    category = attempt.context.world.category(code)
    if number is None or category is None or number in category.conditions:
        return []
    return [("condition", "类别“{code}”没有第 {no} 条立案条件", {"code": code, "no": number})]


def _known_category(attempt: EventAttempt) -> list[Fault]:
    code = attempt.facts.get("category")
    if code and attempt.context.world.category(code) is None:
        return [("category", "没有代码为“{code}”的类别", {"code": code})]
    return []
