"""The panel beside an event: confirm the grid, choose the unit, read the due time, dispatch — or in words whose turn it is.

Pure: it offers exactly those of its actions that `allowed` names; the choice itself is kept by `assets/desk/dispatch.js`.
"""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.rules.events.event import DUE, GROUND_WORDS, STATUS_WORDS, Ground, Status
from dashboard.rules.text.masking import mask_text
from layouts.pages.dispatch import border, choice
from layouts.pages.dispatch.data import Asked, DispatchData
from layouts.parts.pieces import attributes
from layouts.text import keys
from layouts.text.marks import DUE_WORDS
from layouts.text.when import day_time
from layouts.text.words import N_, _

# status → whose turn it is, when nothing is to be dispatched
TURNS: Mapping[Status, str] = {
    Status.REPORTED: N_("轮到值班员：先立案，再抢单或派单。"),
    Status.CLAIMABLE: N_("轮到有资格的单位抢单；到时无人抢单，由指挥中心派单。"),
    Status.PENDING_DISPATCH: N_("轮到指挥中心派单。"),
    Status.DISPATCHED: N_("轮到 {unit} 签收；签收之前可以撤回派单。"),
    Status.HANDLING: N_("轮到 {unit} 处置。"),
    Status.ON_HOLD: N_("{unit} 已挂单；到时自动恢复并转督办。"),
    Status.CHECKING: N_("轮到本网格网格员现场核查；值班员可以代为登记。"),
    Status.CLOSED: N_("已经办结，不用再派；七天内可以按上报人的话重新打开。"),
    Status.REJECTED: N_("没有立案，不用派单。"),
    Status.MERGED: N_("已并入另一件事件，随那一件办理。"),
}
HOW_WORDS = {"claim": N_("抢单"), "dispatch": N_("派单")}
REQUEST_WORDS = {"hold": N_("申请挂单"), "extend": N_("申请延期")}


def empty(words: str = "") -> html.Div:
    """Return what stands there while no event is chosen, or why there is nothing."""
    hint = words or _("选中一件事件，这里给出派给谁、何时到期。选中两件以上，可以一起派。")
    return html.Div(html.P(hint), className="dp-none", role="status")


def panel(data: DispatchData) -> html.Div:
    """Return the panel of one event."""
    event = data.advice.event
    sections: list[Any] = []
    if data.asked:
        sections.append(_approval(data, data.asked))
    if _sending(data):
        sections += [*_declines(data), *border.section(data), *choice.sections(data)]
    else:
        sections += [_state(data), *border.section(data)]
    return html.Div(
        [_head(data), html.Div(sections, className="dp"), *_foot(data)],
        className="dp-box",
        **attributes(data_event=event.number, data_version=str(event.version), data_status=str(event.status)),
    )


def _sending(data: DispatchData) -> bool:
    """Return whether the panel is about a dispatch: it is the centre's turn, or a reason may cut the pool short."""
    status = data.advice.event.status
    return status == Status.PENDING_DISPATCH or "dispatch" in data.allowed


def _head(data: DispatchData) -> html.Header:
    event = data.advice.event
    drawn = data.now.astimezone(data.tz).strftime("%H:%M:%S")
    return html.Header(
        [
            html.H2(_("派单")),
            html.Span(
                [html.B(event.number, className="num"), " ", mask_text(event.title)], className="dp-h__what"
            ),
            html.Small(_("按 {time} 计算", time=drawn), className="num"),
        ],
        className="dp-h",
    )


def _foot(data: DispatchData) -> list[html.Footer]:
    if _sending(data):
        return [choice.foot(data)]
    if "recall" not in data.allowed:
        return []
    recall = html.Button(
        [_("撤回派单"), html.Kbd(keys.label("recall"))],
        className="btn dp-go dp-go--back",
        type="button",
        **attributes(data_action="recall"),
    )
    return [html.Footer(recall, className="dp-f")]


# ---- nothing to dispatch: whose turn it is ------------------------------------------------------------------


def _state(data: DispatchData) -> html.Section:
    event = data.advice.event
    status = Status(event.status)
    unit = data.names.get(event.unit or "", event.unit or "")
    due = DUE.get(status)
    at = getattr(event, due) if due else None
    lines: list[Any] = [html.P(_(TURNS[status], unit=unit), className="dp-turn")]
    if event.unit:
        how = _(HOW_WORDS.get(event.how or "", ""))
        lines.append(_pair(_("主办"), " · ".join(part for part in (unit, how) if part)))
    if data.co_units:
        said = [" ".join((name, _("已签收") if signed else _("待签收"))) for name, signed in data.co_units]
        lines.append(_pair(_("协办"), "、".join(said)))
    if due and at:
        left = html.B("", className="num", **attributes(data_left=str(int(at.timestamp() * 1000))))
        when = html.Span(day_time(at, data.now, data.tz), className="num")
        lines.append(_pair(_(DUE_WORDS[due]), [when, " ", left]))
    if event.final_dispatch:
        lines.append(html.P(_("这是值班长的裁定，单位不能再退。"), className="dp-note"))
    return html.Section(
        [html.H3([_("现在是"), html.Strong(_(STATUS_WORDS[status]))]), *lines], className="dp-s dp-state"
    )


def _pair(name: str, value: Any) -> html.P:
    return html.P([html.Span(name, className="dp-k"), html.Span(value)], className="dp-pair")


def _declines(data: DispatchData) -> list[html.Section]:
    """Return who sent the event back and why; from the second time on the duty lead rules."""
    if not data.declines:
        return []
    rows = [
        html.Li(
            [
                html.B(one.unit),
                html.Span(_(GROUND_WORDS[Ground(one.ground)]) if one.ground in list(Ground) else one.ground),
                html.Time(day_time(one.at, data.now, data.tz), className="num"),
                html.P(one.text),
            ]
        )
        for one in data.declines
    ]
    words = _("退单 {n} 次", n=data.advice.event.decline_count)
    return [html.Section([html.H3(words), html.Ul(rows)], className="dp-s dp-declines")]


# ---- what waits for the duty lead ---------------------------------------------------------------------------


def _approval(data: DispatchData, asked: Asked) -> html.Section:
    since = day_time(asked.since, data.now, data.tz) if asked.since else "—"
    until = [_pair(_("到"), day_time(asked.until, data.now, data.tz))] if asked.until else []
    return html.Section(
        [
            html.H3([_("待审批"), html.Strong(_(REQUEST_WORDS.get(asked.kind, asked.kind)))]),
            _pair(_("申请"), [asked.by, " ", html.Small(asked.account, className="num")]),
            _pair(_("时间"), html.Span(since, className="num")),
            *until,
            _pair(_("原因"), asked.reason or "—"),
            *([html.P(asked.why_not, className="dp-note")] if asked.why_not else []),
            html.Div(
                [_answer(action, asked) for action in ("approve", "refuse") if action in data.allowed],
                className="dp-answers",
            ),
        ],
        className="dp-s dp-asked",
    )


def _answer(action: str, asked: Asked) -> html.Button:
    word = _("批准") if action == "approve" else _("不批准")
    return html.Button(
        [word, html.Kbd(keys.label(action))],
        className="btn btn--primary" if action == "approve" else "btn",
        type="button",
        **attributes(data_action=action, data_request=asked.kind),
    )
