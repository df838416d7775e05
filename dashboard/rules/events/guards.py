"""Why an action is not open just now although the status and the person would allow it: one guard an action.

A guard returns a Chinese sentence, or None when nothing stands in the way. It reads no facts: it decides buttons.
"""

from datetime import timedelta

from dashboard.rules.access import Viewer
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import (
    LEVELS,
    PENDING_APPEAL,
    SUPERVISIONS,
    Event,
    Status,
    Supervision,
    on_time,
)

URGE_EVERY = timedelta(hours=2)
REOPEN_WITHIN = timedelta(days=7)
OBJECTION = "object"  # the request of a reporter who is not content with a closing
MOST_EXTENSIONS = 2
DECLINES_TO_RULING = 2
ANSWERS_FOR_IT = frozenset({"owner", "system"})  # the system for the unit of a record that is lived through
BEARS_URGENT = "有紧急事件并入了它，先撤销并案，否则告警会无声停止"


def border_in_doubt(event: Event) -> bool:
    """Return whether the candidate grids belong to different streets and nobody has settled it (LIFECYCLE §5)."""
    border = event.border
    return bool(border) and not border.get("settled") and border.get("streets", 1) > 1  # type: ignore[union-attr]


def place_in_doubt(event: Event) -> bool:
    """Return whether the event lies in no grid, or on a border in doubt."""
    return event.grid is None or border_in_doubt(event)


def needs_ruling(event: Event) -> bool:
    """Return whether it has been declined so often that only the lead may dispatch it (LIFECYCLE §2)."""
    return event.decline_count >= DECLINES_TO_RULING


def claim(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    # refused from the deadline on whether or not the sweep has run
    if event.claim_due_at is not None and context.now >= event.claim_due_at:
        return "抢单时间已过，等待指挥中心派单"
    return "交界处的事件要先确认网格" if border_in_doubt(event) else None


def dispatch(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if border_in_doubt(event) and not event.emergency:
        return "交界处的事件要先确认网格"
    if needs_ruling(event) and "lead" not in capacities:
        return "两次退单后由值班长裁定派单"
    return None


def recall(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if event.status == Status.CHECKING:
        return "单位已经反馈办结，不能撤回"
    # nobody signs, finishes or passes up for a unit that a redistricting has abolished: the centre takes it back
    if event.unit is not None and not context.world.is_unit(event.unit):
        return None
    # an emergency in other hands than the duty matrix says can be sent on, signed for or not
    astray = event.emergency and event.unit not in context.world.responsible(event)
    if event.status != Status.DISPATCHED and not astray:
        return "单位已经签收，不能撤回"
    return "值班长裁定的派单只能由值班长撤回" if event.final_dispatch and "lead" not in capacities else None


def accept(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if "owner" in capacities:
        return None if event.status == Status.DISPATCHED else "已经签收"
    mine = next((co for co in context.co_units if co.unit == viewer.unit), None)
    return "已经签收" if mine is None or mine.accepted_at else None


def decline(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    return "值班长裁定的派单不能再退" if event.final_dispatch else None


def escalate(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if event.status == Status.HANDLING and "owner" not in capacities:
        return "只有主办单位可以上报上级"
    # what a trusted source reports is registered at once: its worker still says that it needs more than a unit here
    waits = event.status in (Status.CLAIMABLE, Status.PENDING_DISPATCH)
    if waits and not ("checker" in capacities and event.reported_by == viewer.name):
        return "只有上报的网格员可以上报上级"
    # who holds an emergency passes it straight to the centre, whatever its level (LIFECYCLE §2)
    held = event.emergency and event.status == Status.HANDLING
    top = event.level == LEVELS[-1] and event.status != Status.REPORTED and not held
    return "已是最高层级" if top else None


def finish(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if capacities & ANSWERS_FOR_IT:
        return None
    mine = next((co for co in context.co_units if co.unit == viewer.unit), None)
    if mine is None or mine.finished_at is not None:
        return "协办已经办结"
    return "请先签收" if mine.accepted_at is None else None


def hold(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if event.request:
        return "已有一项请求等待审批"
    return "每件事件只能挂单一次" if event.hold_count else None


def extend(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if event.request:
        return "已有一项请求等待审批"
    if event.extension_count >= MOST_EXTENSIONS:
        return "最多延期两次"
    if event.handle_due_at is None:
        return "没有处置时限，无需延期"
    return "超期后不能再申请延期" if context.now >= event.handle_due_at else None


def answer_request(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if not event.request:
        return "没有待审批的请求"
    return "不能审批自己的请求" if event.requested_by == viewer.name else None


def approve(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    until = event.request_until
    if event.request == "hold" and until is not None and until <= context.now:
        return "申请的挂单截止时间已过，不能再批准"
    return answer_request(event, viewer, capacities, context)


def supervise(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    return "已是最高一级督办" if event.supervision == SUPERVISIONS[-1] else None


def reply(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if event.supervision == Supervision.NONE:
        return "没有督办，无需回复"
    return "督办已经回复" if event.reply_due_at is None else None


def urge(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    last = context.last_urge_at
    return "两小时内已催办过" if last is not None and context.now - last < URGE_EVERY else None


def reject(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    return BEARS_URGENT if context.bears_urgent else None


def unmerge(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if event.merged_at is None:
        return "没有并案记录"
    zone = context.world.policy.calendar.tz
    same_day = event.merged_at.astimezone(zone).date() == context.now.astimezone(zone).date()
    return None if same_day else "并案只能在当天撤销"


def reopen(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    closed = event.closed_at
    return "办结超过七天，不能重新打开" if closed is None or context.now - closed > REOPEN_WITHIN else None


def rate(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    return "您已经评价过了" if "rate" in context.said else None


def object(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if event.closed_at is None or context.now - event.closed_at > REOPEN_WITHIN:
        return "办结超过七天，不能再提异议"
    return "每次办结只能提一次异议" if "object" in context.said else None


def dismiss(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    return None if event.request == OBJECTION else "没有待答复的异议"


def appeal(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if on_time(event, context.now) is not False:
        return "没有超期，无需申诉"
    return "每件事件只能申诉一次" if event.appeal else None


def review(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    if event.appeal not in PENDING_APPEAL:
        return "没有待复核的申诉"
    return "要由另一个人复核" if event.appeal_reviewer == viewer.name else None


def settle_border(event: Event, viewer: Viewer, capacities: frozenset[str], context: Context) -> str | None:
    return "没有待确认的交界" if not event.border or event.border.get("settled") else None
