"""The life of an event is one table: RULES (DESIGN decision 1, LIFECYCLE §2).

Buttons, API, tests, documents and the simulator are shadows of it. In one row stand who may do an action, from where to
where, with which facts, what it changes (`effect`), when it is not open (`guard`), what a very case asks (`demands`).
"""

from collections.abc import Mapping

from dashboard.rules.access import Viewer
from dashboard.rules.events import demands, guards
from dashboard.rules.events.action import Action
from dashboard.rules.events.capacities import could_claim
from dashboard.rules.events.context import Context
from dashboard.rules.events.effects import appeal, desk, reporter, terms, unit
from dashboard.rules.events.event import OPEN, Event, Status
from dashboard.rules.events.outcome import Outcome
from dashboard.rules.lifecycle.rule import Fact, Rule


def may_contend(event: Event, viewer: Viewer, context: Context) -> bool:
    """Return whether a unit was eligible when it looked: one that lost a race is told who won, not "you may not"."""
    return could_claim(event, viewer, context.world)


S = Status
OWNED_BY_A_UNIT = (S.DISPATCHED, S.HANDLING, S.ON_HOLD, S.CHECKING)
STAYS: tuple[Status, ...] = ()  # the action leaves the status as it is
REASON = Fact("reason", "text", required=True)
PHOTOS = Fact("photos", "photos")

RULES: tuple[Rule[Event, Context, Outcome], ...] = (
    Rule(Action.REPORT, "上报", (), (S.REPORTED, S.CLOSED), ("viewer",),
        (Fact("title", "text", required=True), Fact("lng", "number", when="没有地址时"), Fact("address", "text", when="没有坐标时"))),
    Rule(Action.REGISTER, "立案", (S.REPORTED,), (S.CLAIMABLE, S.PENDING_DISPATCH), ("operator", "system"),
        (Fact("category", "category", when="上报时没有类别"), Fact("condition", "integer")),
        effect=desk.register, demands=demands.register),
    Rule(Action.REJECT, "不予立案", (S.REPORTED,), (S.REJECTED,), ("operator",),
        (REASON,),
        effect=desk.reject, guard=guards.reject),
    Rule(Action.MERGE, "并案", OPEN, (S.MERGED,), ("operator",),
        (Fact("original", "event", required=True),),
        effect=desk.merge),
    Rule(Action.UNMERGE, "撤销并案", (S.MERGED,), OPEN, ("operator",),
        effect=desk.unmerge, guard=guards.unmerge),
    Rule(Action.CLAIM, "抢单", (S.CLAIMABLE,), (S.HANDLING,), ("eligible",),
        effect=unit.claim, guard=guards.claim, contends=may_contend, gone="事件已不在待抢单"),
    Rule(Action.LAPSE, "抢单到时", (S.CLAIMABLE,), (S.PENDING_DISPATCH,), ("clock",),
        effect=unit.lapse),
    Rule(Action.DISPATCH, "派单", (S.PENDING_DISPATCH, S.CLAIMABLE), (S.DISPATCHED,), ("operator", "system"),
        (Fact("unit", "unit", required=True), Fact("co_units", "units"), Fact("reason", "text", when="还在待抢单时"), Fact("due_at", "moment", when="回放记录时")),
        effect=unit.dispatch, guard=guards.dispatch, demands=demands.dispatch),
    Rule(Action.RECALL, "撤回派单", OWNED_BY_A_UNIT, (S.PENDING_DISPATCH,), ("operator", "system"),
        (Fact("reason", "text", when="紧急事件时"),),
        effect=unit.recall, guard=guards.recall, demands=demands.recall),
    Rule(Action.CALL_IN, "增派协办", (S.DISPATCHED, S.HANDLING, S.ON_HOLD), (S.DISPATCHED, S.HANDLING), ("system",),
        (Fact("co_units", "units", required=True),),
        effect=unit.call_in),
    Rule(Action.ACCEPT, "签收", (S.DISPATCHED, S.HANDLING), (S.HANDLING,), ("owner", "co_unit"),
        effect=unit.accept, guard=guards.accept),
    Rule(Action.DECLINE, "退单", (S.DISPATCHED,), (S.PENDING_DISPATCH,), ("owner",),
        (Fact("ground", "ground", required=True), Fact("text", "text", required=True)),
        effect=unit.decline, guard=guards.decline),
    Rule(Action.ESCALATE, "上报上级", (S.HANDLING, S.REPORTED, S.CLAIMABLE, S.PENDING_DISPATCH), (S.PENDING_DISPATCH,), ("owner", "checker", "operator"),
        (REASON,),
        effect=desk.escalate, guard=guards.escalate),
    Rule(Action.FINISH, "办结反馈", (S.HANDLING,), (S.CHECKING,), ("owner", "co_unit", "system"),
        (Fact("text", "text", required=True), Fact("photos", "photos", when="类别要求照片时"), Fact("reason", "text", when="协办单位未办结时"), Fact("due_at", "moment", when="回放记录时")),
        effect=unit.finish, guard=guards.finish, demands=demands.finish),
    Rule(Action.CHECK, "核查评价", (S.CHECKING,), (S.CLOSED, S.HANDLING), ("checker", "operator"),
        (Fact("rating", "rating", required=True), Fact("photos", "photos", when="网格员现场核查时"), Fact("text", "text", when="不满意时"), Fact("checked_at", "moment")),
        effect=unit.check, demands=demands.check),
    Rule(Action.HOLD, "申请挂单", (S.HANDLING,), STAYS, ("owner",),
        (REASON, Fact("until", "moment", required=True)),
        effect=terms.hold, guard=guards.hold, demands=demands.hold),
    Rule(Action.RESUME, "恢复处置", (S.ON_HOLD,), (S.HANDLING,), ("owner", "lead", "clock"),
        effect=terms.resume),
    Rule(Action.EXTEND, "申请延期", (S.HANDLING,), STAYS, ("owner",),
        (REASON,),
        effect=terms.extend, guard=guards.extend),
    Rule(Action.APPROVE, "批准", (S.HANDLING,), (S.HANDLING, S.ON_HOLD), ("lead",),
        (Fact("request", "request", required=True), Fact("reason", "text")),
        effect=terms.approve, guard=guards.approve, demands=demands.answer_request),
    Rule(Action.REFUSE, "不批准", (S.HANDLING,), STAYS, ("lead",),
        (Fact("request", "request", required=True), REASON),
        effect=terms.refuse, guard=guards.answer_request, demands=demands.answer_request),
    Rule(Action.SUPERVISE, "督办", OPEN, STAYS, ("lead", "clock", "system"),
        (REASON,),
        effect=desk.supervise, guard=guards.supervise),
    Rule(Action.HAND_OVER, "转交", OWNED_BY_A_UNIT, STAYS, ("head",),
        (Fact("handler", "account"),),
        effect=unit.hand_over),
    Rule(Action.REPLY, "督办回复", OWNED_BY_A_UNIT, STAYS, ("owner",),
        (Fact("text", "text", required=True),),
        effect=desk.reply, guard=guards.reply),
    Rule(Action.URGE, "催办", OPEN, STAYS, ("operator", "checker", "leader"),
        effect=terms.nothing, guard=guards.urge),
    Rule(Action.COMMENT, "留言", tuple(S), STAYS, ("viewer",),
        (Fact("text", "text", required=True),),
        effect=terms.nothing),
    Rule(Action.REOPEN, "重新打开", (S.CLOSED,), (S.HANDLING, S.PENDING_DISPATCH), ("operator",),
        (REASON,),
        effect=unit.reopen, guard=guards.reopen),
    Rule(Action.RATE, "居民评价", (S.CLOSED,), STAYS, ("reporter",),
        (Fact("rating", "rating", required=True), Fact("text", "text", when="不满意时")),
        effect=terms.nothing, guard=guards.rate, demands=demands.rate),
    Rule(Action.OBJECT, "提出异议", (S.CLOSED,), STAYS, ("reporter",),
        (Fact("text", "text", required=True),),
        effect=reporter.objection, guard=guards.object),
    Rule(Action.DISMISS, "驳回异议", (S.CLOSED,), STAYS, ("operator",),
        (REASON,),
        effect=reporter.dismiss, guard=guards.dismiss),
    Rule(Action.APPEAL, "申诉", (S.CLOSED,), STAYS, ("owner",),
        (REASON, PHOTOS),
        effect=appeal.appeal, guard=guards.appeal),
    Rule(Action.REVIEW, "复核申诉", (S.CLOSED,), STAYS, ("operator", "leader"),
        (Fact("verdict", "verdict", required=True), REASON),
        effect=appeal.review, guard=guards.review),
    Rule(Action.CORRECT, "更正", OPEN, (*OPEN,), ("operator",),
        (Fact("category", "category"), Fact("lng", "number"), Fact("lat", "number"), Fact("level", "level"), Fact("emergency", "flag")),
        effect=desk.correct, demands=demands.correct),
    Rule(Action.SETTLE_BORDER, "交界确认", OPEN, STAYS, ("operator",),
        (Fact("grid", "grid", required=True),),
        effect=desk.settle_border, guard=guards.settle_border, demands=demands.settle_border),
    Rule(Action.CONCLUDE, "结案（未评价）", (S.CHECKING,), (S.CLOSED,), ("system",),
        effect=unit.conclude),
    Rule(Action.REMIND, "到时提醒", (S.REPORTED, S.PENDING_DISPATCH, S.DISPATCHED, S.CHECKING), STAYS, ("clock",),
        effect=terms.remind),
    Rule(Action.WARN, "临期提醒", (S.DISPATCHED, S.HANDLING), STAYS, ("clock",),
        effect=terms.warn),
    Rule(Action.EXPIRE, "超期", (S.DISPATCHED, S.HANDLING), STAYS, ("clock",),
        effect=terms.expire),
)  # fmt: skip

BY_ACTION: Mapping[str, Rule[Event, Context, Outcome]] = {str(rule.action): rule for rule in RULES}
ACTION_WORDS = {str(rule.action): rule.words for rule in RULES} | {Action.IMPORT.value: "历史导入"}
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
