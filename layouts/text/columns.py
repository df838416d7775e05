"""The heads of exported tables, in the order of their cells."""

from layouts.text.words import N_, _

BOARD = (
    N_("名次"), N_("代码"), N_("名称"), N_("积分"), N_("综合得分"), N_("办结"), N_("升降"), N_("定格时间"), N_("更正后积分"),
)  # fmt: skip
ENTRIES = (N_("时间"), N_("规则"), N_("事件编号"), N_("标题"), N_("积分"), N_("冲正"))
KPIS = (
    N_("代码"), N_("指标"), N_("分子"), N_("分母"), N_("数值"), N_("算法"), N_("上期分子"), N_("上期分母"),
    N_("去年同期分子"), N_("去年同期分母"),
)  # fmt: skip
BREAKDOWN = (N_("代码"), N_("名称"))
EVENTS = (
    N_("事件编号"), N_("标题"), N_("类别"), N_("状态"), N_("紧急"), N_("层级"), N_("渠道"), N_("网格"), N_("主办单位"),
    N_("上报时间"), N_("处置时限"), N_("反馈办结时间"), N_("办结时间"), N_("是否按期"), N_("评价"), N_("督办"), N_("返工次数"),
)  # fmt: skip
BOTTLENECK = (
    N_("状态"), N_("件数"), N_("已过处置时限"), N_("停留中位（秒）"), N_("停留九成不超过（秒）"), N_("最久停留（秒）"),
    N_("停留最久的事件"),
)  # fmt: skip
HANDOFFS = (N_("代码"), N_("单位"), N_("承接数"), N_("退单数"), N_("核查数"), N_("返工数"))
LEVELS = (N_("代码"), N_("区域"), N_("办结数"))
APPEALS = (
    N_("事件编号"), N_("标题"), N_("单位"), N_("申诉状态"), N_("申诉理由"), N_("申诉时间"), N_("处置时限"), N_("反馈办结时间"),
    N_("办结时间"),
)  # fmt: skip
COUNTED = (N_("计入时间"), N_("计入的评价"))
PERSONAL = (N_("上报人"), N_("电话"), N_("地址"), N_("描述"))
NUM, DEN = N_("{name}分子"), N_("{name}分母")


def heads(*names: str) -> list[str]:
    """Return heads in the reader's language."""
    return [_(name) for name in names]


def pair(name: str) -> list[str]:
    """Return the two heads of a rate."""
    return [_(NUM, name=name), _(DEN, name=name)]
