"""The panel of dispatch as a pure layout: in every state its buttons are `allowed()`, and it says whose turn it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.rules.advice.advice import Advice, Border, Due, Ruling, Side
from dashboard.rules.advice.recommend import Facts, recommend
from dashboard.rules.events.event import Event, Status
from dashboard.rules.limits import Calendar, Limit
from dashboard.rules.refusals import NotAllowedNow
from layouts.pages.dispatch import panel
from layouts.pages.dispatch.data import Asked, Declined, DispatchData
from layouts.text import when
from tests.layouts.test_layouts import parts

TZ = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 7, 42, tzinfo=UTC)  # Friday 15:42
CALENDAR = Calendar({}, TZ)
FOUR_HOURS = Limit(4, "work_hour")
EVENT = Event(7, "HL7", "井盖破损", "phone", Status.PENDING_DISPATCH, NOW - timedelta(minutes=34), version=3)
UNITS = recommend(
    [
        Facts("MUNICIPAL", priority=1, covers=True, load=13, on_time=(97, 100)),
        Facts("STREET", covers=True),
        Facts("URBAN", covers=True, load=18, declined=True),
    ]
)
DUES = [
    Due(None, "", FOUR_HOURS, CALENDAR.add(NOW, FOUR_HOURS)),
    Due(1, "缺失、丢失", Limit(2, "urgent_hour"), NOW + timedelta(hours=2)),
]
SIDES = [Side("A8", "第8网格", "江头街道", 0.0), Side("B10", "第10网格", "金山街道", 10.2)]
DATA = DispatchData(
    advice=Advice(EVENT, None, UNITS, DUES),
    now=NOW,
    tz=TZ,
    calendar=CALENDAR,
    allowed=["dispatch"],
    names={"MUNICIPAL": "市政", "STREET": "江头街道", "URBAN": "城管局"},
)


def seen(data: DispatchData, **columns: Any) -> DispatchData:
    return replace(data, advice=replace(data.advice, event=data.advice.event.changed(columns)))


def bordered(border: Border, *allowed: str, why_not: NotAllowedNow | None = None) -> DispatchData:
    return replace(DATA, advice=replace(DATA.advice, border=border, why_not=why_not), allowed=allowed)


def attribute(part: Any, name: str) -> Any:
    return getattr(part, name, None)


def with_attribute(data: DispatchData, name: str) -> list[Any]:
    return [part for part in parts(panel.panel(data)) if attribute(part, name) is not None]


def actions(data: DispatchData) -> list[str]:
    """Return the actions that can be pressed."""
    buttons = with_attribute(data, "data-action")
    return [attribute(one, "data-action") for one in buttons if not attribute(one, "disabled")]


def words(data: DispatchData) -> str:
    said: list[str] = []
    for part in parts(panel.panel(data)):
        inside = getattr(part, "children", None)
        said += [one for one in (inside if isinstance(inside, list) else [inside]) if isinstance(one, str)]
    return " ".join(said)


def test_the_recommended_unit_is_chosen_and_the_button_names_it() -> None:
    (go,) = with_attribute(DATA, "data-action")
    assert (attribute(go, "data-action"), attribute(go, "data-unit")) == ("dispatch", "MUNICIPAL")
    picks = with_attribute(DATA, "data-pick")
    assert [(attribute(one, "data-code"), attribute(one, "aria-checked")) for one in picks] == [
        ("MUNICIPAL", "true"),
        ("STREET", "false"),
        ("URBAN", "false"),
    ]
    for expected in ("推荐", "可选", "不建议", "职责清单的首责单位", "在办 13 件", "偏多", "已退过这件事件"):
        assert expected in words(DATA), expected
    assert words(DATA).count("在办 13 件") == 1
    assert [attribute(one, "id") for one in parts(panel.panel(DATA)) if attribute(one, "id")] == [
        "dispatch-opinion"
    ]


def test_the_limit_is_a_due_time_that_jumps_the_weekend_and_says_how_it_is_counted() -> None:
    said = words(DATA)
    assert "11-23 周一 09:42" in said and "今日 17:42" in said
    assert "今日计 2 小时 18 分，休息 2 天不计，周一续计 1 小时 42 分" in said
    assert when.counted(NOW, NOW + timedelta(hours=2), Limit(2, "urgent_hour"), CALENDAR).startswith(
        "不分昼夜"
    )
    own = replace(DATA, advice=replace(DATA.advice, event=EVENT.changed({"condition": 1})))
    assert own.advice.due is DUES[1]


def test_a_border_in_doubt_shuts_the_dispatch_and_offers_what_was_ruled_before() -> None:
    before = Ruling("B10", "lead", NOW - timedelta(days=1), 12.0)
    border = Border(SIDES, accuracy_m=25.0, streets=2, remembered=before)
    data = replace(
        bordered(border, "settle_border", why_not=NotAllowedNow("交界处的事件要先确认网格")),
        why_not="交界处的事件要先确认网格",
    )
    assert actions(data) == ["settle_border"]
    (settle,) = [
        one for one in with_attribute(data, "data-action") if attribute(one, "data-action") == "settle_border"
    ]
    assert attribute(settle, "data-grid") == "B10"
    said = words(data)
    for expected in (
        "落点在内",
        "相距 10 米",
        "坐标精度 25 米",
        "分属不同街道，派单前必选",
        "交界处的事件要先确认网格",
    ):
        assert expected in said, expected
    assert "上次在这段边界判给 第10网格（lead，11-19 周四 15:42，相距 12 米）" in said


def test_a_settled_border_is_said_in_a_line_and_a_place_in_no_grid_asks_for_a_correction() -> None:
    settled = bordered(Border(SIDES, settled=True), "dispatch")
    assert "交界已确认：江头街道 第8网格" in words(seen(settled, grid="A8"))
    assert actions(settled) == ["dispatch"]
    assert "位置不在任何网格内" in words(bordered(Border([]), "dispatch"))


def test_without_any_unit_nothing_can_be_sent_and_it_says_why() -> None:
    alone = replace(DATA, advice=replace(DATA.advice, units=[]))
    assert actions(alone) == [] and "没有可派的单位" in words(alone)


def test_a_claimable_event_demands_a_reason_for_a_direct_dispatch() -> None:
    (slot,) = [one for one in parts(panel.panel(seen(DATA, status=Status.CLAIMABLE))) if attribute(one, "id")]
    assert attribute(slot, "data-initial") == '{"need":true}'


@pytest.mark.parametrize("status", [status for status in Status if status != Status.PENDING_DISPATCH])
def test_where_nothing_is_to_be_dispatched_it_says_the_state_and_whose_turn_it_is(status: Status) -> None:
    data = replace(seen(DATA, status=status, unit="MUNICIPAL", how="dispatch"), allowed=())
    said = words(data)
    assert "现在是" in said and actions(data) == []
    assert said.count("市政") >= (status in (Status.DISPATCHED, Status.HANDLING))


def test_a_dispatch_can_be_taken_back_where_the_rules_allow_it() -> None:
    sent = seen(DATA, status=Status.DISPATCHED, unit="MUNICIPAL", accept_due_at=NOW + timedelta(minutes=30))
    assert actions(replace(sent, allowed=["recall"])) == ["recall"]
    assert actions(replace(sent, allowed=[])) == []
    assert "今日 16:12" in words(replace(sent, allowed=[]))


def test_a_request_is_answered_by_whoever_may_and_nobody_else() -> None:
    asked = Asked(
        "hold", "市政", "unit-MUNICIPAL", "等配件", NOW - timedelta(hours=1), NOW + timedelta(days=3)
    )
    data = replace(seen(DATA, status=Status.HANDLING, request="hold", unit="MUNICIPAL"), asked=asked)
    lead = replace(data, allowed=["approve", "refuse"])
    assert actions(lead) == ["approve", "refuse"]
    assert {attribute(one, "data-request") for one in with_attribute(lead, "data-request")} == {"hold"}
    operator = replace(data, allowed=[], asked=replace(asked, why_not="由值班长审批"))
    assert actions(operator) == [] and "由值班长审批" in words(operator)
    for expected in ("申请挂单", "等配件", "今日 14:42", "11-23 周一 15:42", "unit-MUNICIPAL"):
        assert expected in words(lead), expected


def test_declines_are_told_with_their_grounds_before_the_next_choice() -> None:
    declined = [Declined("城管局", "not_our_duty", "不归我们管", NOW - timedelta(minutes=5))]
    said = words(replace(seen(DATA, decline_count=1), declines=declined))
    for expected in ("退单 1 次", "城管局", "非本单位职责", "不归我们管", "今日 15:37"):
        assert expected in said, expected


def test_whom_an_emergency_calls_anyway_is_ticked_not_to_be_removed_and_said_in_words() -> None:
    def ticked(data: DispatchData) -> list[tuple[str, bool]]:
        return [
            (attribute(one, "data-co"), one.disabled)
            for one in with_attribute(data, "data-co")
            if attribute(one, "aria-checked") == "true"
        ]

    def said(data: DispatchData) -> list[tuple[str, bool]]:
        return [(attribute(one, "data-called"), one.hidden) for one in with_attribute(data, "data-called")]

    assert (ticked(DATA), said(DATA)) == ([], [])
    called = {"FIRE": True, "STREET": False, "MUNICIPAL": False}
    urgent = replace(DATA, called=called, names={**DATA.names, "FIRE": "消防"})
    assert ticked(urgent) == [("STREET", True)]
    assert said(urgent) == [("FIRE", False), ("STREET", False), ("MUNICIPAL", True)], "the one chosen leads"
    for expected in ("消防", "已签收", "各自签收", "紧急事件派给谁都会同时通知这些单位，不能取消。"):
        assert expected in words(urgent), expected
