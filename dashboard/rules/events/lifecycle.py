"""The life of an event is one table: RULES (DESIGN decision 1, LIFECYCLE §2).

Buttons, API, tests, README and the simulator are shadows of it: `allowed(event, viewer)` *is* the list of buttons.
What an action changes stands in `effects`; here stands who may do it, from where to where, with which facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dashboard.rules.access import Viewer, capacities, could_claim, sees
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import BAD_RATINGS, OPEN, Event, Ground, Level, Rating, Status, Verdict
from dashboard.rules.events.guards import GUARDS
from dashboard.rules.refusals import Forbidden, Invalid, NotNow


class Action(StrEnum):
    """What can be done to an event."""

    REPORT = "report"
    REGISTER = "register"
    REJECT = "reject"
    MERGE = "merge"
    UNMERGE = "unmerge"
    CLAIM = "claim"
    LAPSE = "lapse"
    DISPATCH = "dispatch"
    RECALL = "recall"
    ACCEPT = "accept"
    DECLINE = "decline"
    ESCALATE = "escalate"
    FINISH = "finish"
    CHECK = "check"
    HOLD = "hold"
    RESUME = "resume"
    EXTEND = "extend"
    APPROVE = "approve"
    REFUSE = "refuse"
    SUPERVISE = "supervise"
    REPLY = "reply"
    HAND_OVER = "hand_over"
    URGE = "urge"
    COMMENT = "comment"
    REOPEN = "reopen"
    RATE = "rate"
    OBJECT = "object"
    DISMISS = "dismiss"
    APPEAL = "appeal"
    REVIEW = "review"
    CORRECT = "correct"
    SETTLE_BORDER = "settle_border"
    CONCLUDE = "conclude"
    REMIND = "remind"
    WARN = "warn"
    EXPIRE = "expire"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact an action takes: `kind` says how it is checked; `when` says in words when it is demanded."""

    name: str
    kind: str
    required: bool = False
    when: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the rule book."""

    action: Action
    words: str
    sources: tuple[Status, ...]
    targets: tuple[Status, ...]
    by: tuple[str, ...]
    facts: tuple[Fact, ...] = ()


S = Status
OWNED_BY_A_UNIT = (S.DISPATCHED, S.HANDLING, S.ON_HOLD, S.CHECKING)
STAYS: tuple[Status, ...] = ()  # the action leaves the status as it is
REASON = Fact("reason", "text", required=True)
PHOTOS = Fact("photos", "photos")

RULES: tuple[Rule, ...] = (
    Rule(Action.REPORT, "上报", (), (S.REPORTED, S.CLOSED), ("viewer",), (
        Fact("title", "text", required=True), Fact("lng", "number", when="没有地址时"), Fact("address", "text", when="没有坐标时"))),
    Rule(Action.REGISTER, "立案", (S.REPORTED,), (S.CLAIMABLE, S.PENDING_DISPATCH), ("operator", "system"), (
        Fact("category", "category", when="上报时没有类别"), Fact("condition", "integer"))),
    Rule(Action.REJECT, "不予立案", (S.REPORTED,), (S.REJECTED,), ("operator",), (REASON,)),
    Rule(Action.MERGE, "并案", OPEN, (S.MERGED,), ("operator",), (Fact("original", "event", required=True),)),
    Rule(Action.UNMERGE, "撤销并案", (S.MERGED,), OPEN, ("operator",)),
    Rule(Action.CLAIM, "抢单", (S.CLAIMABLE,), (S.HANDLING,), ("eligible",)),
    Rule(Action.LAPSE, "抢单到时", (S.CLAIMABLE,), (S.PENDING_DISPATCH,), ("clock",)),
    Rule(Action.DISPATCH, "派单", (S.PENDING_DISPATCH, S.CLAIMABLE), (S.DISPATCHED,), ("operator", "system"), (
        Fact("unit", "unit", required=True), Fact("co_units", "units"), Fact("reason", "text", when="还在待抢单时"), Fact("due_at", "moment", when="回放记录时"))),
    Rule(Action.RECALL, "撤回派单", (S.DISPATCHED,), (S.PENDING_DISPATCH,), ("operator",), (Fact("reason", "text", when="紧急事件时"),)),
    Rule(Action.ACCEPT, "签收", (S.DISPATCHED, S.HANDLING), (S.HANDLING,), ("owner", "co_unit")),
    Rule(Action.DECLINE, "退单", (S.DISPATCHED,), (S.PENDING_DISPATCH,), ("owner",), (
        Fact("ground", "ground", required=True), Fact("text", "text", required=True))),
    Rule(Action.ESCALATE, "上报上级", (S.HANDLING, S.REPORTED, S.CLAIMABLE, S.PENDING_DISPATCH), (S.PENDING_DISPATCH,), ("owner", "checker", "operator"), (REASON,)),
    Rule(Action.FINISH, "办结反馈", (S.HANDLING,), (S.CHECKING,), ("owner", "co_unit"), (
        Fact("text", "text", required=True), Fact("photos", "photos", when="类别要求照片时"), Fact("reason", "text", when="协办单位未办结时"))),
    Rule(Action.CHECK, "核查评价", (S.CHECKING,), (S.CLOSED, S.HANDLING), ("checker", "operator"), (
        Fact("rating", "rating", required=True), Fact("photos", "photos", when="网格员现场核查时"), Fact("text", "text", when="不满意时"), Fact("checked_at", "moment"))),
    Rule(Action.HOLD, "申请挂单", (S.HANDLING,), STAYS, ("owner",), (REASON, Fact("until", "moment", required=True))),
    Rule(Action.RESUME, "恢复处置", (S.ON_HOLD,), (S.HANDLING,), ("owner", "lead", "clock")),
    Rule(Action.EXTEND, "申请延期", (S.HANDLING,), STAYS, ("owner",), (REASON,)),
    Rule(Action.APPROVE, "批准", (S.HANDLING,), (S.HANDLING, S.ON_HOLD), ("lead",), (
        Fact("request", "request", required=True), Fact("reason", "text"))),
    Rule(Action.REFUSE, "不批准", (S.HANDLING,), STAYS, ("lead",), (Fact("request", "request", required=True), REASON)),
    Rule(Action.SUPERVISE, "督办", OPEN, STAYS, ("lead", "clock", "system"), (REASON,)),
    Rule(Action.HAND_OVER, "转交", OWNED_BY_A_UNIT, STAYS, ("head",), (Fact("handler", "account"),)),
    Rule(Action.REPLY, "督办回复", OWNED_BY_A_UNIT, STAYS, ("owner",), (Fact("text", "text", required=True),)),
    Rule(Action.URGE, "催办", OPEN, STAYS, ("operator", "checker", "leader")),
    Rule(Action.COMMENT, "留言", tuple(S), STAYS, ("viewer",), (Fact("text", "text", required=True),)),
    Rule(Action.REOPEN, "重新打开", (S.CLOSED,), (S.HANDLING, S.PENDING_DISPATCH), ("operator",), (REASON,)),
    Rule(Action.RATE, "居民评价", (S.CLOSED,), STAYS, ("reporter",), (Fact("rating", "rating", required=True), Fact("text", "text", when="不满意时"))),
    Rule(Action.OBJECT, "提出异议", (S.CLOSED,), STAYS, ("reporter",), (Fact("text", "text", required=True),)),
    Rule(Action.DISMISS, "驳回异议", (S.CLOSED,), STAYS, ("operator",), (REASON,)),
    Rule(Action.APPEAL, "申诉", (S.CLOSED,), STAYS, ("owner",), (REASON, PHOTOS)),
    Rule(Action.REVIEW, "复核申诉", (S.CLOSED,), STAYS, ("operator", "leader"), (Fact("verdict", "verdict", required=True), REASON)),
    Rule(Action.CORRECT, "更正", OPEN, (*OPEN,), ("operator",), (
        Fact("category", "category"), Fact("lng", "number"), Fact("lat", "number"), Fact("level", "level"), Fact("emergency", "flag"))),
    Rule(Action.SETTLE_BORDER, "交界确认", OPEN, STAYS, ("operator",), (Fact("grid", "grid", required=True),)),
    Rule(Action.CONCLUDE, "结案（未评价）", (S.CHECKING,), (S.CLOSED,), ("system",)),
    Rule(Action.REMIND, "到时提醒", (S.REPORTED, S.PENDING_DISPATCH, S.DISPATCHED, S.CHECKING), STAYS, ("clock",)),
    Rule(Action.WARN, "临期提醒", (S.DISPATCHED, S.HANDLING), STAYS, ("clock",)),
    Rule(Action.EXPIRE, "超期", (S.DISPATCHED, S.HANDLING), STAYS, ("clock",)),
)  # fmt: skip

BY_ACTION: Mapping[str, Rule] = {rule.action.value: rule for rule in RULES}
ACTION_WORDS = {rule.action.value: rule.words for rule in RULES} | {Action.IMPORT.value: "历史导入"}
# facts that hold a code, a number or a moment, never a person's own words
CODE_FACTS = frozenset(
    {fact.name for rule in RULES for fact in rule.facts if fact.kind != "text"}
    - {fact.name for rule in RULES for fact in rule.facts if fact.kind == "text"}
)
CAPACITY_WORDS = {
    "viewer": "看得到的人",
    "operator": "值班员",
    "lead": "值班长",
    "leader": "领导",
    "owner": "主办单位",
    "head": "主办单位负责人",
    "co_unit": "协办单位",
    "eligible": "有资格抢单的单位",
    "checker": "本网格网格员",
    "reporter": "上报的居民",
    "system": "系统",
    "clock": "时钟",
}


def allowed(event: Event, viewer: Viewer, context: Context) -> list[str]:
    """Return the actions a viewer may take on an event now: the list of buttons."""
    found = capacities(event, viewer, context.world, context.co_unit_codes)
    return [
        rule.action.value
        for rule in RULES
        if event.status in rule.sources
        and found.intersection(rule.by)
        and GUARDS[rule.action.value](event, viewer, found, context) is None
    ]


def entitled(event: Event, action: str, viewer: Viewer, context: Context) -> frozenset[str]:
    """Return the capacities in which a viewer meets an event; Forbidden if none of them may do the action at all.

    A unit that lost a race is told "not now, and who won", not "you may not": it was eligible when it looked.
    """
    rule, world = BY_ACTION[action], context.world
    found = capacities(event, viewer, world, context.co_unit_codes)
    if action == Action.CLAIM and could_claim(event, viewer, world):
        return found
    if not sees(event, viewer, world, context.co_unit_codes):
        raise Forbidden("您的账号看不到这件事件")
    if not found.intersection(rule.by):
        raise Forbidden("您的账号不能对这件事件执行“{action}”", action=rule.words)
    return found


def permit(event: Event, action: str, viewer: Viewer, context: Context) -> frozenset[str]:
    """Return the capacities a viewer acts in; Forbidden if none fits, NotNow if the event does not allow it now."""
    rule = BY_ACTION[action]
    found = entitled(event, action, viewer, context)
    if action == Action.CLAIM and event.status != Status.CLAIMABLE:
        raise NotNow("事件已不在待抢单", event)
    if event.status not in rule.sources:
        raise NotNow("事件现在不能执行“{action}”", event, action=rule.words)
    reason = GUARDS[action](event, viewer, found, context)
    if reason is not None:
        raise NotNow(reason, event, action=rule.words)
    return found


ENUMS: Mapping[str, tuple[type[StrEnum], str]] = {
    "rating": (Rating, "评价要从五级中选一级"),
    "ground": (Ground, "请选择退单理由"),
    "verdict": (Verdict, "复核意见只能是成立或不成立"),
    "level": (Level, "层级只能是 grid、community、street 或 district"),
}
KIND_CHECKS: Mapping[str, tuple[Any, str]] = {
    "text": (str, "应是文字"),
    "category": (str, "应是类别代码"),
    "unit": (str, "应是单位代码"),
    "grid": (str, "应是网格代码"),
    "account": (str, "应是账号名"),
    "event": (str, "应是事件编号"),
    "units": ((list, tuple), "应是单位代码的列表"),
    "photos": ((list, tuple), "应是照片编号的列表"),
    "number": ((int, float), "应是数字"),
    "integer": (int, "应是整数"),
    "flag": (bool, "只能是 true 或 false"),
    "moment": (datetime, "应是带时区的时间"),
    "request": (str, "请求只能是 hold 或 extend"),
    **{kind: (str, words) for kind, (_, words) in ENUMS.items()},
}
LONGEST_TEXT = 2000
EARLIEST_CHECK, LATEST_CHECK = timedelta(days=7), timedelta(minutes=2)  # as for a report's own moment

Fault = tuple[str, str, dict[str, Any]]


def check_facts(
    event: Event, action: str, facts: Mapping[str, Any], found: frozenset[str], context: Context
) -> None:
    """Raise Invalid naming every fact that is missing, wrong or unknown."""
    rule = BY_ACTION[action]
    known = {fact.name: fact for fact in rule.facts}
    errors: list[Fault] = [
        (name, "“{field}”不是这个操作需要的内容", {"field": name}) for name in facts if name not in known
    ]
    for fact in rule.facts:
        errors.extend(_fact_faults(fact, facts.get(fact.name)))
    if not errors:
        errors.extend(_circumstances(event, action, facts, found, context))
    if errors:
        raise Invalid(errors)


def given(action: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that say something: an empty one counts as not given, save a list where a list is meant."""
    lists = {fact.name for fact in BY_ACTION[action].facts if fact.kind in ("units", "photos")}
    return {name: value for name, value in facts.items() if value != "" and (value != [] or name in lists)}


def _fact_faults(fact: Fact, value: Any) -> list[Fault]:
    if value is None or value == "" or value == []:
        return [(fact.name, "缺少“{field}”", {"field": fact.name})] if fact.required else []
    kind, words = KIND_CHECKS[fact.kind]
    if not isinstance(value, kind) or (isinstance(value, bool) and fact.kind != "flag"):
        return [(fact.name, words, {})]
    if fact.kind in ENUMS and value not in set(ENUMS[fact.kind][0]):
        return [(fact.name, ENUMS[fact.kind][1], {})]
    if fact.kind == "request" and value not in ("hold", "extend"):
        return [(fact.name, words, {})]
    if fact.kind in ("units", "photos") and not all(isinstance(item, str) for item in value):
        return [(fact.name, words, {})]
    if fact.kind == "text" and fact.required and not value.strip():
        return [(fact.name, "缺少“{field}”", {"field": fact.name})]
    if fact.kind == "text" and len(value) > LONGEST_TEXT:
        return [(fact.name, "文字最长 {most} 字", {"most": LONGEST_TEXT})]
    return []


def _circumstances(
    event: Event, action: str, facts: Mapping[str, Any], found: frozenset[str], context: Context
) -> list[Fault]:
    """Return the facts that this case demands beyond the fixed ones."""
    world = context.world
    errors: list[Fault] = []
    code = facts.get("category")
    if code and world.category(code) is None:
        errors.append(("category", "没有代码为“{code}”的类别", {"code": code}))
    if action == Action.REGISTER and not code and world.category(event.category) is None:
        errors.append(("category", "立案要选定类别", {}))
    for unit in [facts.get("unit"), *(facts.get("co_units") or ())]:
        if unit and not world.is_unit(unit):
            errors.append(("unit", "没有代码为“{code}”的单位", {"code": unit}))
    if facts.get("due_at") and "system" not in found:
        errors.append(("due_at", "“{field}”不是这个操作需要的内容", {"field": "due_at"}))
    if action == Action.DISPATCH and event.status == Status.CLAIMABLE and not facts.get("reason"):
        errors.append(("reason", "事件还在待抢单，直接派单要写明原因", {}))
    if action == Action.RECALL and event.emergency and not (facts.get("reason") or "").strip():
        errors.append(("reason", "撤回紧急事件的派单要写明原因", {}))
    if action == Action.FINISH and "owner" in found:
        category = world.category(event.category)
        if category is not None and category.photo_required and not facts.get("photos"):
            errors.append(("photos", "这类事件办结要附处置后的照片", {}))
        if not facts.get("reason") and any(co.finished_at is None for co in context.co_units):
            errors.append(("reason", "协办单位还没有全部办结，请写明原因", {}))
    if action in (Action.CHECK, Action.RATE):
        if facts["rating"] in BAD_RATINGS and not (facts.get("text") or "").strip():
            errors.append(("text", "评价不满意时要写明情况", {}))
        if "checker" in found and not facts.get("photos"):
            errors.append(("photos", "现场核查要附照片", {}))
    if facts.get("checked_at"):
        errors.extend(_checked_when(event, facts["checked_at"], context.now))
    if action == Action.HOLD:
        errors.extend(_hold_end(facts["until"], context.now))
    if action in (Action.APPROVE, Action.REFUSE) and facts["request"] != event.request:
        errors.append(("request", "没有这样的待审批请求", {}))
    if action == Action.CORRECT:
        if not facts:
            errors.append(("category", "请写明更正的内容", {}))
        if facts.get("emergency") is False and context.bears_urgent:
            errors.append(("emergency", "有紧急事件并入了它，先撤销并案，否则告警会无声停止", {}))
        if (facts.get("lng") is None) != (facts.get("lat") is None):
            errors.append(("lat", "经度和纬度要一起更正", {}))
    candidates = (event.border or {}).get("candidates", ())
    if action == Action.SETTLE_BORDER and candidates and facts["grid"] not in candidates:
        errors.append(("grid", "只能从候选网格中选定", {}))
    return errors


def _checked_when(event: Event, made: datetime, now: datetime) -> list[Fault]:
    if made - now > LATEST_CHECK or now - made > EARLIEST_CHECK:
        return [("checked_at", "核查时间只能在过去 7 天内", {})]
    if event.finished_at is not None and made < event.finished_at:
        return [("checked_at", "核查时间早于反馈办结的时间", {})]
    return []


def _hold_end(until: datetime, now: datetime) -> list[Fault]:
    if until <= now:
        return [("until", "挂单的截止时间要晚于现在", {})]
    return [("until", "挂单最长一年", {})] if (until - now).days >= 366 else []
