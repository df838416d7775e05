"""The grids an event may lie in: how far the place is from each, what was ruled there before, and one key that settles."""

from typing import TYPE_CHECKING, Any

from dash import html

from dashboard.rules.advice.advice import Border, Side
from layouts.parts.pieces import attributes
from layouts.text import keys
from layouts.text.when import day_time
from layouts.text.words import _

if TYPE_CHECKING:
    from layouts.pages.dispatch.panel import DispatchData

LETTERS = "甲乙丙丁戊己"  # words: none


def section(data: "DispatchData") -> list[html.Section]:
    """Return the section of the border, none where the place is clear."""
    border = data.advice.border
    if border is None:
        return []
    if not border.sides:
        words = _("位置不在任何网格内，请先更正位置再派单。")
        return [html.Section([_title(_("位置待核实"), ""), html.P(words)], className="dp-s")]
    if border.settled or "settle_border" not in data.allowed:
        return [_settled(border, data)]
    need = _("分属不同街道，派单前必选") if border.streets > 1 else _("同一街道，可稍后再定")
    return [
        html.Section(
            [
                _title(_("确认归属"), need),
                html.Div(
                    [_side(place, side, border) for place, side in enumerate(border.sides)],
                    className="dp-opts",
                    role="radiogroup",
                    **attributes(aria_label=_("候选网格"), data_group="grid"),
                ),
                *_remembered(border, data),
                html.Div([_settle(border), _troubled()], className="dp-row"),
            ],
            className="dp-s dp-border",
        )
    ]


def _title(words: str, note: str) -> html.H3:
    return html.H3([words, html.Small(note)] if note else [words])


def _side(place: int, side: Side, border: Border) -> html.Button:
    on = side.code == border.offered
    where = _distance(side)
    return html.Button(
        [
            html.B(LETTERS[place] if place < len(LETTERS) else str(place + 1), className="dp-mark"),
            html.Span([side.street, " ", side.name] if side.street else side.name, className="dp-opt__w"),
            html.Small(where, className="num"),
        ],
        className="dp-opt" + (" dp-opt--on" if on else ""),
        type="button",
        role="radio",
        tabIndex=0 if on else -1,
        **attributes(aria_checked="true" if on else "false", data_pick="grid", data_code=side.code),
    )


def _distance(side: Side) -> str:
    if side.distance_m is None:
        return _("距离不明")
    return _("落点在内") if side.inside else _("相距 {n} 米", n=f"{side.distance_m:.0f}")


def _remembered(border: Border, data: "DispatchData") -> list[html.P]:
    accuracy = _("坐标精度 {n} 米", n=f"{border.accuracy_m:.0f}") if border.accuracy_m else _("坐标精度未知")
    notes: list[Any] = [html.Span(accuracy, className="num")]
    before = border.remembered
    if before is not None:
        name = next((one.name for one in border.sides if one.code == before.grid), before.grid)
        when = day_time(before.at, data.now, data.tz)
        far = "" if before.distance_m is None else _("，相距 {n} 米", n=f"{before.distance_m:.0f}")
        said = _(
            "上次在这段边界判给 {name}（{by}，{when}{far}）", name=name, by=before.by, when=when, far=far
        )
        notes.append(html.Span(said, className="dp-before"))
    return [html.P(notes, className="dp-note")]


def _settle(border: Border) -> html.Button:
    offered = border.offered or ""
    name = next((one.name for one in border.sides if one.code == offered), offered)
    return html.Button(
        [_("确认归属"), html.Span(name, className="dp-go__to"), html.Kbd(keys.label("settle_border"))],
        className="btn dp-settle",
        type="button",
        **attributes(data_action="settle_border", data_grid=offered),
    )


def _troubled() -> html.Button:
    return html.Button(
        _("常出争议的边界"), className="dp-link", type="button", **attributes(data_open="stretches")
    )


def _settled(border: Border, data: "DispatchData") -> html.Section:
    grid = data.advice.event.grid
    chosen = next((side for side in border.sides if side.code == grid), None)
    name = " ".join(part for part in (chosen.street, chosen.name) if part) if chosen else grid or "—"
    words = _("交界已确认：{name}", name=name) if border.settled else _("交界处：暂归 {name}", name=name)
    return html.Section(
        [html.P([html.Span(words), _troubled()], className="dp-row dp-settled")], className="dp-s"
    )
