"""Whom to send an event to and when it would be due: the units in order, the limits on the work calendar, the button."""

from typing import TYPE_CHECKING, Any

from dash import html

from dashboard.rules.advice.advice import Due
from dashboard.rules.advice.recommend import MUCH_LOAD, Candidate
from dashboard.rules.events.event import Status
from dashboard.rules.limits import due_soon_at
from layouts.parts.pieces import attributes, leaf
from layouts.text import keys
from layouts.text.when import counted, day_time, limit_words
from layouts.text.words import N_, _

if TYPE_CHECKING:
    from layouts.pages.dispatch.data import DispatchData

FIT_WORDS = {"recommended": N_("推荐"), "possible": N_("可选"), "unfit": N_("不建议")}
FULL_LOAD = 2 * MUCH_LOAD  # the bar is full from here on
OPEN_LIMITS = 3  # so many limits are shown without unfolding


def sections(data: "DispatchData") -> list[html.Section]:
    """Return the choice of the unit, whom an emergency calls in any case, and the preview of the limit."""
    return [_units(data), *_called(data), _limits(data)]


def foot(data: "DispatchData") -> html.Footer:
    """Return the opinion and the button that dispatches; without the right to, the button says why it is shut."""
    best = chosen(data)
    may = "dispatch" in data.allowed and best is not None
    need = data.advice.event.status == Status.CLAIMABLE
    opinion = leaf("dispatch-opinion", "dp-opinion", {"need": need}) if may else None
    label: list[Any] = [_("派单给"), html.Span(_name(best, data), className="dp-go__to")] if may else []
    facts = {"data_unit": best.unit} if best else {}
    button = html.Button(
        [*(label or [_("派单")]), html.Kbd(keys.label("dispatch"))],
        className="btn btn--primary dp-go",
        type="button",
        disabled=not may,
        **attributes(data_action="dispatch", **facts),
    )
    why = data.why_not or ("" if may else _("没有可派的单位"))
    return html.Footer(
        [
            *([html.P(why, className="dp-why-not")] if not may else []),
            *([opinion] if opinion is not None else []),
            button,
        ],
        className="dp-f",
    )


def chosen(data: "DispatchData") -> Candidate | None:
    """Return the unit to begin with: the recommended one, else the first possible, else the first."""
    units = data.advice.units
    return next((one for one in units if one.fit != "unfit"), units[0] if units else None)


def _name(one: Candidate | None, data: "DispatchData") -> str:
    return data.names.get(one.unit, one.unit) if one else ""


def _units(data: "DispatchData") -> html.Section:
    note = html.Small([html.Kbd("["), html.Kbd("]"), _("选择")])
    best = chosen(data)
    cards = [_card(one, data, one is best) for one in data.advice.units]
    body: Any = html.Div(
        cards,
        className="dp-opts",
        role="radiogroup",
        **attributes(aria_label=_("承办单位"), data_group="unit"),
    )
    if not cards:
        body = html.P(_("没有单位管这里的这类事件；请先更正类别或位置。"), className="dp-note")
    return html.Section([html.H3([_("选择承办单位"), note]), body], className="dp-s")


def _card(one: Candidate, data: "DispatchData", on: bool) -> html.Div:
    good = [text for kind, text in _reasons(one, True) if kind != "load"]
    bad = [text for kind, text in _reasons(one, False) if kind != "load"]
    name = _name(one, data)
    much = one.facts.load >= MUCH_LOAD
    called = one.unit in data.called
    head = html.Button(
        [
            html.B(name),
            html.Span(_(FIT_WORDS[one.fit]), className=f"dp-fit dp-fit--{one.fit}"),
            html.Em([_("匹配"), " ", html.B(str(one.score), className="num")]),
        ],
        className="dp-cand__t",
        type="button",
        role="radio",
        tabIndex=0 if on else -1,
        **attributes(
            aria_checked="true" if on else "false", data_pick="unit", data_code=one.unit, data_name=name
        ),
    )
    load = html.Li(
        [
            html.Span(_("在办 {count} 件", count=one.facts.load)),
            *([html.Strong(_("偏多"))] if much else []),
            html.Progress(
                value=str(min(one.facts.load, FULL_LOAD)),
                max=str(FULL_LOAD),
                className="dp-load" + (" dp-load--much" if much else ""),
                **attributes(aria_hidden="true"),
            ),
        ],
        className="dp-why__load",
    )
    short = [html.Li("；".join(bad), className="dp-why__short")] if bad else []
    co = html.Button(
        _("协办"),
        className="dp-co",
        type="button",
        role="checkbox",
        disabled=called,
        **attributes(
            aria_checked="true" if called and not on else "false",
            aria_label=_("{unit} 必须协办", unit=name) if called else _("让 {unit} 协办", unit=name),
            data_co=one.unit,
        ),
    )
    why = html.Ul([*(html.Li(text) for text in good), load, *short], className="dp-why num")
    return html.Div([head, why, co], className="dp-cand" + (" dp-cand--on" if on else ""))


def _called(data: "DispatchData") -> list[html.Section]:
    """Return whom an emergency calls whomever it is dispatched to; the script hides whoever is chosen to lead."""
    if not data.called:
        return []
    best = chosen(data)
    units = [
        html.Li(
            [html.B(data.names.get(code, code)), " ", _("已签收") if signed else _("各自签收")],
            hidden=best is not None and best.unit == code,
            **attributes(data_called=code),
        )
        for code, signed in data.called.items()
    ]
    words = _("紧急事件派给谁都会同时通知这些单位，不能取消。")
    return [
        html.Section(
            [
                html.H3(_("一并协办")),
                html.Ul(units, className="dp-called"),
                html.P(words, className="dp-note"),
            ],
            className="dp-s",
        )
    ]


def _reasons(one: Candidate, speaks_for: bool) -> list[tuple[str, str]]:
    return [(kind, _(text, **params)) for kind, text, params, good in one.reasons if good is speaks_for]


def _limits(data: "DispatchData") -> html.Section:
    advice, due = data.advice, data.advice.due
    others = [one for one in advice.limits if one is not due and one.text]
    rows: list[Any] = [_limit(due, data, True)]
    folded = len(others) >= OPEN_LIMITS
    shown = [_limit(one, data, False) for one in others]
    if folded:
        unfold = html.Summary(_("其他立案条件 {n} 项", n=len(others)))
        rows.append(html.Details([unfold, html.Div(shown, className="dp-opts")], className="dp-more"))
    else:
        rows += shown
    soon = due_soon_at(data.now, due.due_at, due.limit, data.calendar)
    notes = [
        html.Span(counted(data.now, due.due_at, due.limit, data.calendar)),
        html.Span(_("{when} 起转临期并提醒", when=day_time(soon, data.now, data.tz))),
    ]
    return html.Section(
        [
            html.H3([_("处置时限"), html.Small(_("从派单起算，不从签收起算"))]),
            html.Div(rows, className="dp-opts"),
            html.P(notes, className="dp-note num"),
        ],
        className="dp-s dp-limits",
    )


def _limit(one: Due, data: "DispatchData", on: bool) -> html.Div:
    name = one.text or _("按类别")
    return html.Div(
        [
            html.Span([html.B(name) if on else name, " ", html.Small(limit_words(one.limit))]),
            html.Span(day_time(one.due_at, data.now, data.tz), className="dp-due num"),
        ],
        className="dp-limit" + (" dp-limit--on" if on else ""),
    )
