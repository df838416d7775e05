"""Every KPI in one row: its name, numerator, denominator and formula, the tests that they are, and how its number is written.

Law: 0/0 is "—", never 0 % or 100 %; every KPI says by which time an event belongs to the period (domain B.4).
"""

from dataclasses import dataclass
from typing import Literal

from dashboard.rules.events.event import Supervision
from dashboard.rules.figures import record as of
from dashboard.rules.figures.record import Test

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Kpi:
    """One number people speak of.

    `by` is the time that puts an event into the period: reported, pool, due, finished, rated, closed or end (of the
    stage). `kind`: a rate is num/den; a count is num, a part of den; a duration is num seconds over den events;
    a percentile is num seconds, 90 % of den events took no longer. `num` and `den` test an event's record; without them
    it counts something else than events (dispatches, ratings, seconds: `kpis.counts`).
    """

    code: str
    name: str
    num_words: str
    den_words: str
    formula: str
    kind: Literal["rate", "count", "duration", "percentile"] = "rate"
    better: Literal["up", "down"] = "up"
    by: str = "reported"
    num: Test | None = None
    den: Test | None = None


_TABLE = (
    Kpi(
        "reported",
        "上报数",
        "上报",
        "上报",
        "周期内上报的事件",
        "count",
        "down",
        num=of.reported,
        den=of.reported,
    ),
    Kpi(
        "open",
        "未办结数",
        "未办结",
        "上报",
        "周期内上报、目前尚未办结的事件",
        "count",
        "down",
        num=of.still_open,
        den=of.reported,
    ),
    Kpi(
        "overdue",
        "超期数",
        "已超期",
        "未办结",
        "周期内上报、目前未办结且已过处置时限的事件（挂单、待核查不计）",
        "count",
        "down",
        num=of.overdue,
        den=of.still_open,
    ),
    Kpi(
        "supervised",
        "督办数",
        "督办",
        "上报",
        "周期内上报、被督办过的事件",
        "count",
        "down",
        num=of.fact(lambda event: event.supervision != Supervision.NONE),
        den=of.reported,
    ),
    Kpi(
        "escalated",
        "升级数",
        "上报过上级",
        "上报",
        "周期内上报、由网格员或承办单位上报过上级的事件",
        "count",
        "down",
        num=of.fact(lambda event: event.escalations > 0),
        den=of.reported,
    ),
    Kpi(
        "emergencies",
        "紧急事件数",
        "紧急",
        "上报",
        "周期内上报的紧急事件",
        "count",
        "down",
        num=of.fact(lambda event: event.emergency),
        den=of.reported,
    ),
    Kpi(
        "resolved_on_site",
        "自行处置数",
        "自行处置",
        "上报",
        "周期内上报、由网格员当场解决的事件",
        "count",
        num=of.fact(lambda event: event.resolved_on_site),
        den=of.reported,
    ),
    Kpi(
        "closed",
        "办结数",
        "办结",
        "办结",
        "周期内办结的事件",
        "count",
        by="closed",
        num=of.closed,
        den=of.closed,
    ),
    Kpi(
        "register_rate",
        "立案率",
        "已立案",
        "有效上报",
        "立案数 ÷ 有效上报数；不予立案和已并案的不算有效上报，按上报时间统计",
        num=of.fact(lambda event: event.registered_at is not None),
        den=of.valid,
    ),
    Kpi(
        "claim_rate",
        "抢单率",
        "时限内抢单",
        "进入抢单池",
        "时限内抢单数 ÷ 进入抢单池数，按进入抢单池的时间统计",
        by="pool",
        num=of.claimed,
        den=of.pooled,
    ),
    Kpi(
        "dispatch_accuracy",
        "准确派遣率",
        "准确派遣",
        "派遣",
        "（派遣次数 − 被退回改派次数）÷ 派遣次数，按上报时间统计",
    ),
    Kpi(
        "on_time_rate",
        "按期处置率",
        "按期处置",
        "应处置",
        "每一轮都按期处置的事件 ÷ 应处置事件；应处置指时限在周期内且已到，或无时限而在周期内处置完毕（挂单期间不计时，申诉成立的不计）",
        by="due",
        num=of.kept,
        den=of.judged,
    ),
    Kpi(
        "close_rate",
        "结案率",
        "结案",
        "应结案",
        "结案数 ÷ 应结案数；应结案与应处置同一口径",
        by="due",
        num=of.is_closed,
        den=of.should_be_handled,
    ),
    Kpi(
        "on_time_close_rate",
        "按期结案率",
        "按期结案",
        "应结案",
        "每一轮都按期处置且已结案的事件 ÷ 应结案事件（申诉成立的不计）",
        by="due",
        num=lambda record, ask: of.is_closed(record, ask) and of.kept(record, ask),
        den=of.judged,
    ),
    Kpi(
        "rework_rate",
        "返工率",
        "返工",
        "处置反馈",
        "返工过的事件 ÷ 已反馈办结的事件，按反馈时间统计",
        "rate",
        "down",
        "finished",
        num=of.fact(lambda event: event.rework_count > 0),
        den=of.finished,
    ),
    Kpi(
        "first_fix_rate",
        "一次办结率",
        "未返工办结",
        "办结",
        "没有返工过的办结事件 ÷ 办结事件，按办结时间统计",
        by="closed",
        num=of.fact(lambda event: event.rework_count == 0),
        den=of.closed,
    ),
    Kpi(
        "satisfaction_rate",
        "满意率",
        "非常满意和满意",
        "评价",
        "（非常满意 + 满意）÷ 评价次数；每一轮核查评价各算一次，按评价时间统计，未评价的不计入",
        by="rated",
    ),
    Kpi(
        "rating_coverage",
        "评价覆盖率",
        "已评价",
        "办结",
        "有评价的办结事件 ÷ 办结事件，按办结时间统计",
        by="closed",
        num=of.fact(lambda event: event.rating is not None),
        den=of.closed,
    ),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of an event's life between two of its columns, and what people call those moments."""

    begin: str
    end: str
    begin_words: str
    end_words: str


STAGES = {
    "report_to_register": Stage("reported_at", "registered_at", "上报", "已立案"),
    "register_to_owner": Stage("registered_at", "owned_at", "已立案", "到单位"),
    "owner_to_finish": Stage("owned_at", "finished_at", "到单位", "已反馈"),
    "finish_to_close": Stage("finished_at", "closed_at", "已反馈", "办结"),
    # the whole way: the one time that imported history can tell
    "report_to_close": Stage("reported_at", "closed_at", "上报", "办结"),
}
_TIMES = (
    Kpi("report_to_register", "上报到立案平均用时", "总秒数", "事件", "各事件用时之和 ÷ 事件数；按立案时间统计，单位分钟", "duration", "down", "end"),
    Kpi("report_to_register_p90", "上报到立案九成用时", "九成事件不超过的秒数", "事件", "九成事件的用时不超过此值；按立案时间统计，单位分钟", "percentile", "down", "end"),
    Kpi("register_to_owner", "立案到接单平均用时", "总秒数", "事件", "各事件用时之和 ÷ 事件数；按接单时间统计，单位分钟", "duration", "down", "end"),
    Kpi("register_to_owner_p90", "立案到接单九成用时", "九成事件不超过的秒数", "事件", "九成事件的用时不超过此值；按接单时间统计，单位分钟", "percentile", "down", "end"),
    Kpi("owner_to_finish", "接单到反馈办结平均用时", "总秒数", "事件", "各事件用时之和 ÷ 事件数；按反馈办结时间统计，扣除挂单时间，单位分钟", "duration", "down", "end"),
    Kpi("owner_to_finish_p90", "接单到反馈办结九成用时", "九成事件不超过的秒数", "事件", "九成事件的用时不超过此值；按反馈办结时间统计，扣除挂单时间，单位分钟", "percentile", "down", "end"),
    Kpi("finish_to_close", "反馈办结到结案平均用时", "总秒数", "事件", "各事件用时之和 ÷ 事件数；按结案时间统计，单位分钟", "duration", "down", "end"),
    Kpi("finish_to_close_p90", "反馈办结到结案九成用时", "九成事件不超过的秒数", "事件", "九成事件的用时不超过此值；按结案时间统计，单位分钟", "percentile", "down", "end"),
    Kpi("report_to_close", "上报到结案平均用时", "总秒数", "事件", "各事件用时之和 ÷ 事件数；按结案时间统计，单位分钟", "duration", "down", "end"),
    Kpi("report_to_close_p90", "上报到结案九成用时", "九成事件不超过的秒数", "事件", "九成事件的用时不超过此值；按结案时间统计，单位分钟", "percentile", "down", "end"),
)  # fmt: skip
KPIS = {kpi.code: kpi for kpi in (*_TABLE, *_TIMES)}


def percent(num: int, den: int) -> str:
    """Return num/den with two decimals, half up on the exact quotient: "99.87 %"; "—" when there is nothing to measure."""
    return f"{_decimal(num * 100, den, 2)} %" if den else NOTHING


def value(code: str, num: int, den: int) -> dict[str, str | int]:
    """Return the KPI for a JSON edge: name (msgid), num, den, text; durations read in minutes with one decimal."""
    kpi = KPIS[code]
    texts = {
        "rate": lambda: percent(num, den),
        "count": lambda: str(num),
        "duration": lambda: _decimal(num, den * 60, 1) if den else NOTHING,
        "percentile": lambda: _decimal(num, 60, 1) if den else NOTHING,
    }
    return {"name": kpi.name, "num": num, "den": den, "text": texts[kpi.kind]()}


def _decimal(num: int, den: int, places: int) -> str:
    """Return the non-negative quotient with `places` decimals, rounded half up without leaving the integers."""
    scale = 10**places
    whole, rest = divmod((2 * num * scale + den) // (2 * den), scale)
    return f"{whole}.{rest:0{places}d}"
