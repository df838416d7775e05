"""The lower half of an event: every step and the time between, what may be the same, what was here before, who looked."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard.rules.access import ROLE_WORDS, Role
from dashboard.rules.events.event import GROUND_WORDS, RATING_WORDS, VERDICT_WORDS, Ground, Rating, Verdict
from layouts.pages.event.data import Beside, EventData, clock_of, moment_of, span, when
from layouts.pages.event.facts import status_mark
from layouts.parts.act import REQUEST_CHOICES
from layouts.parts.pieces import attributes
from layouts.text.words import N_, _


def timeline(data: EventData) -> html.Section:
    """Return every step with who did it, what was said and how long after the step before."""
    moments = [moment_of(step["at"]) for step in data.steps]
    rows = []
    for place, step in enumerate(data.steps):
        # what was written down before steps kept to the order of their time may still lie before the one it follows
        gap = span(max(0.0, (moments[place] - moments[place - 1]).total_seconds())) if place else ""
        last = " e-step--now" if place == len(data.steps) - 1 else ""
        rows.append(
            html.Li(
                [
                    html.Time(
                        clock_of(moments[place], data), className="num", title=when(moments[place], data)
                    ),
                    html.I(),
                    html.P(
                        [
                            html.B(step["name"]),
                            html.Span(_actor(step, data)),
                            html.Span(_said(step, data), className="e-said"),
                            *([html.Span(_("迟到补记"), className="e-late")] if step["late"] else []),
                        ]
                    ),
                    html.Small(f"+{gap}" if gap else "", className="num"),
                ],
                className=f"e-step{last}",
            )
        )
    took = span((max(moments) - min(moments)).total_seconds()) if len(moments) > 1 else ""
    total = [html.Small(_("历时 {time}", time=took))] if took else []
    return html.Section([html.H3([_("办理过程"), *total]), html.Ol(rows)], className="e-steps")


def _actor(step: Mapping[str, Any], data: EventData) -> str:
    if step["by_unit"]:
        return data.names.get(step["by_unit"], step["by_unit"])
    words = {"system": N_("系统"), "clock": N_("到时自动"), "resident": N_("居民")}
    if step["role"] in words:
        return _(words[step["role"]])
    role = _(ROLE_WORDS[Role(step["role"])]) if step["role"] else ""
    return f"{role} {step['by']}".strip()


def _said(step: Mapping[str, Any], data: EventData) -> str:
    """Return what a step says beyond its verb: to whom, how rated, why, in the words of whoever wrote it."""
    facts = step["facts"]
    rating = [_(RATING_WORDS[Rating(step["rating"])])] if step["rating"] else []
    ground = [_(GROUND_WORDS[Ground(facts["ground"])])] if facts.get("ground") else []
    sent = [_("给 {unit}", unit=data.names.get(facts["unit"], facts["unit"]))] if facts.get("unit") else []
    beside = [data.names.get(code, code) for code in facts.get("co_units") or ()]
    co_units = [_("协办 {units}", units="、".join(beside))] if beside else []
    named = [
        data.names.get(str(facts[name]), str(facts[name])) for name in ("category", "grid") if facts.get(name)
    ]
    merged = [str(facts["original"])] if facts.get("original") else []
    asked = [_(REQUEST_CHOICES[facts["request"]])] if facts.get("request") in REQUEST_CHOICES else []
    verdict = [_(VERDICT_WORDS[Verdict(facts["verdict"])])] if facts.get("verdict") else []
    written = [str(facts[name]) for name in ("reason", "text") if facts.get(name)]
    on_behalf = [_("代办")] if step["on_behalf"] else []
    return " · ".join(
        [*rating, *ground, *verdict, *sent, *co_units, *named, *merged, *asked, *written, *on_behalf]
    )


def beside(title: str, classes: str, found: Sequence[Beside], data: EventData) -> list[html.Section]:
    """Return the events beside this one, nothing when there are none."""
    if not found:
        return []
    return [
        html.Section(
            [html.H3(title), html.Ol([_neighbour(one, classes, data) for one in found])],
            className=f"e-beside {classes}",
        )
    ]


def _neighbour(one: Beside, classes: str, data: EventData) -> html.Li:
    where = _("相距 {n} 米", n=round(one.metres)) if one.metres is not None else _("同一地址")
    age = span(abs((moment_of(data.event["reported_at"]) - one.when).total_seconds()))
    apart = _("相隔 {time}", time=age)
    parts: list[Any] = [
        html.A(one.number, href=f"/event/{one.number}", className="num"),
        html.Span(one.title, className="e-beside__t"),
    ]
    if classes == "e-dups":
        parts += [
            status_mark(one.status),
            html.Span(" · ".join((where, apart)), className="num"),
        ]
        if "merge" in data.allowed:
            merge = attributes(data_action="merge", data_original=one.number)
            parts.append(html.Button(_("就是这件，并入"), className="e-link", type="button", **merge))
    else:
        late = (
            {True: _("按期办结"), False: _("超期办结")}.get(one.on_time, "")
            if one.on_time is not None
            else ""
        )
        rated = _(RATING_WORDS[Rating(one.rating)]) if one.rating else _("未评价")
        parts += [html.Span(one.unit), html.Span(late), html.Span(rated), html.Span(where, className="num")]
        parts.insert(0, html.Time(one.when.astimezone(data.tz).strftime("%m-%d"), className="num"))
    return html.Li(parts)


def looks(data: EventData) -> list[html.Section]:
    """Return who saw the reporter in clear and why; empty where nobody did, or the viewer may not know."""
    if not data.looks:
        return []
    rows = [
        html.Li(
            [
                html.Time(when(at, data), className="num"),
                html.Span(who),
                html.Span(why, className="e-beside__t"),
            ]
        )
        for at, who, why in data.looks
    ]
    title = html.H3(_("查看过联系方式 {n} 次", n=len(rows)))
    return [html.Section([title, html.Ol(rows)], className="e-beside e-looks")]
