"""One event, whole: what and where, whose turn until when, what may be done now, every step and the time between them.

Pure: drawn from values, the same on the desk and on its own page. The buttons are `allowed()`, no more and no fewer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from dash import dcc, html

from dashboard.rules.access import ROLE_WORDS, Role
from dashboard.rules.event import (
    GROUND_WORDS,
    LEVEL_WORDS,
    RATING_WORDS,
    SOURCE_WORDS,
    STATUS_WORDS,
    SUPERVISION_WORDS,
    Ground,
    Level,
    Rating,
    Source,
    Status,
    Supervision,
)
from dashboard.rules.lifecycle import ACTION_WORDS
from layouts import ids, keys, theme
from layouts.act import REQUEST_CHOICES
from layouts.inset import LETTERS
from layouts.marks import DUE_WORDS
from layouts.parts import attributes, initial, leaf
from layouts.words import N_, _

MAIN_ACTIONS = ("register", "dispatch", "accept", "finish", "check", "claim", "approve")
TAKES_REQUEST = ("approve", "refuse")
WARY_ACTIONS = ("reject", "merge", "recall", "reopen", "supervise")


@dataclass(frozen=True, slots=True)
class Beside:
    """An event beside this one: a possible duplicate, or what was here before."""

    number: str
    title: str
    status: str
    when: datetime
    metres: float | None = None
    unit: str = ""
    rating: str | None = None
    on_time: bool | None = None
    alike: bool = False


@dataclass(frozen=True, slots=True)
class EventData:
    """What an event is drawn from.

    `event` is the API's masked event, `steps` and `photos` the API's too; `where` are the names of the areas outermost
    first; `due` is (name of the deadline, epoch ms); `names` are the words of unit, category and grid codes; `merged_into`
    a number. `request` is (kind, reason, until, by) of what waits for the duty lead.
    `sides` are (name, metres to it) of the grids that the inset tints, 0 where the place lies inside. `looks` are (when, who, why) of those who saw the reporter in clear, for whoever may know.
    """

    event: Mapping[str, Any]
    tz: tzinfo
    steps: Sequence[Mapping[str, Any]] = ()
    photos: Sequence[Mapping[str, Any]] = ()
    allowed: Sequence[str] = ()
    where: Sequence[str] = ()
    due: tuple[str, int] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    duplicates: Sequence[Beside] = ()
    history: Sequence[Beside] = ()
    inset: str = ""
    sides: Sequence[tuple[str, float | None]] = ()
    accuracy_m: float | None = None
    may_reveal: bool = False
    merged_into: str = ""
    request: tuple[str, str, datetime | None, str] | None = None
    co_units: Sequence[tuple[str, bool, bool]] = ()
    looks: Sequence[tuple[datetime, str, str]] = ()


def empty(words: str = "") -> html.Div:
    """Return what stands there while no event is chosen, or why there is none."""
    hint = words or _("从队列里选一件事件：↑ ↓ 移动，Enter 打开")
    return html.Div([html.P(hint)], className="e-none", role="status")


def presence() -> html.Div:
    """Return the line that says who else is at the event; its script stands where the desk's accounts are."""
    return leaf(ids.EVENT_PRESENCE, "e-here", None, attributes(role="status"))


def page(body: Any, first: Mapping[str, Any], title: str, home: str) -> html.Div:
    """Return an event's own page around the event: the scripts act through the rule book in `first`."""
    return html.Div(
        [
            html.Header(
                [
                    html.A(title, href=home, className="e-home"),
                    html.Span(
                        _("连接中"), id=ids.EVENT_LIVE, className="live num", **attributes(data_age="")
                    ),
                ],
                className="e-top",
            ),
            html.Main(
                [
                    *([presence()] if first.get("at_desk") else []),
                    html.Div(body, id=ids.EVENT_BODY, tabIndex=-1),
                    leaf(ids.ACT_FORM, "act-slot"),
                ],
                className="e-main",
            ),
            leaf("event-news", "d-news", None, attributes(role="status")),
            dcc.Store(id=ids.EVENT_CHOSEN, data={"number": first["number"], "seq": 0}),
        ],
        id=ids.EVENT,
        className="e-page",
        **attributes(data_live="events", data_rules=""),
        **initial(first),
    )


def view(data: EventData) -> html.Article:
    """Return the whole event as a component."""
    event = data.event
    return html.Article(
        [
            _head(data),
            *_notices(data),
            _facts(data),
            *_see(data),
            actions(data),
            _timeline(data),
            *_beside(_("附近可能重复 {n} 件", n=len(data.duplicates)), "e-dups", data.duplicates, data),
            *_beside(_("同址 90 天记录 {n} 件", n=len(data.history)), "e-past", data.history, data),
            *_looks(data),
        ],
        className="e",
        **attributes(
            data_event=event["number"],
            data_status=event["status"],
            data_version=str(event["version"]),
            **({"data_emergency": "true"} if event["emergency"] else {}),
        ),
    )


def actions(data: EventData) -> html.Div:
    """Return the buttons: what may be done to the event now, by whoever looks at it."""
    ordered = sorted(data.allowed, key=lambda action: action not in MAIN_ACTIONS)
    return html.Div(
        [_button(action, data) for action in ordered],
        className="e-acts",
        role="group",
        **attributes(aria_label=_("可以办理")),
    )


def _button(action: str, data: EventData) -> html.Button:
    word, key = _(ACTION_WORDS[action]), keys.label(action)
    facts = {}
    if action in TAKES_REQUEST and data.event.get("request"):
        facts = {"data_request": data.event["request"]}
        word = f"{word} {_(REQUEST_CHOICES[data.event['request']])}"
    kind = " btn--primary" if action in MAIN_ACTIONS else ""
    return html.Button(
        [word, *([html.Kbd(key)] if key else [])],
        className=f"btn e-act{kind}",
        type="button",
        **attributes(data_action=action, **facts),
    )


# ---- head and facts -----------------------------------------------------------------------------------------


def status_mark(status: str) -> html.Span:
    """Return a status as glyph and word."""
    found = Status(status)
    return html.Span(_(STATUS_WORDS[found]), className=f"st {theme.STATUS_CLASSES[found]}".strip())


def level_mark(level: str) -> html.Span:
    """Return the level needed to resolve an event as a lettered square."""
    found = Level(level)
    return html.Span(_(LEVEL_WORDS[found]), className=f"lv {theme.LEVEL_CLASSES[found]}")


def _head(data: EventData) -> html.Header:
    event = data.event
    flags = [
        (bool(event["emergency"]), _("紧急"), "over"),
        (_border_open(event), _("交界待确认"), "border"),
        (event["supervision"] != "none", _(SUPERVISION_WORDS[Supervision(event["supervision"])]), "soon"),
        (event["rework_count"] > 0, _("返工 {n} 次", n=event["rework_count"]), "soon"),
        (event["decline_count"] > 0, _("退单 {n} 次", n=event["decline_count"]), "soon"),
        (event["demand"] > 1, _("{n} 人反映", n=event["demand"]), ""),
    ]
    due = []
    if data.due:
        name, at = data.due
        # filled by event.js once a second from the server's time
        clock = html.B("", className="num", **attributes(data_due=str(at)))
        due = [html.P([html.Span(_(DUE_WORDS[name])), clock], className="e-due")]
    return html.Header(
        [
            level_mark(event["level"]),
            html.H2(event["title"]),
            status_mark(event["status"]),
            *(
                html.Span(word, className=f"e-flag e-flag--{kind}".strip("-"))
                for on, word, kind in flags
                if on
            ),
            *due,
        ],
        className="e-h",
    )


def _border_open(event: Mapping[str, Any]) -> bool:
    return bool(event["border"]) and not event["border"].get("settled")


def _notices(data: EventData) -> list[html.P]:
    notices = []
    if data.merged_into:
        link = html.A(data.merged_into, href=f"/event/{data.merged_into}", className="num")
        notices.append(html.P([_("已并入"), " ", link], className="e-note"))
    if data.request:
        kind, reason, until, by = data.request
        words = _("{by} 申请{what}：{reason}", by=by, what=_(REQUEST_CHOICES[kind]), reason=reason)
        ends = "，" + _("到 {when}", when=_when(until, data)) if until else ""
        notices.append(html.P(words + ends, className="e-note e-note--ask"))
    if data.event.get("supervised_reason"):
        notices.append(
            html.P(
                _("督办原因：{reason}", reason=_(data.event["supervised_reason"])),
                className="e-note e-note--soon",
            )
        )
    return notices


def _facts(data: EventData) -> html.Dl:
    event = data.event
    unit = event["unit"]["name"] if event["unit"] else "—"
    how = {"claim": _("抢单"), "dispatch": _("派单")}.get(event["how"] or "", "")
    place = _place(data.where[1:], event["address"]) or _("位置待核实")
    facts: list[tuple[str, Any, str]] = [
        (_("编号"), html.Span(event["number"], className="num"), ""),
        (_("上报"), html.Span(_when(_moment(event["reported_at"]), data), className="num"), ""),
        (_("来源"), _(SOURCE_WORDS[Source(event["source"])]), ""),
        (_("类别"), event["category"]["name"] if event["category"] else _("未定"), ""),
        (_("承办"), " · ".join(part for part in (unit, how) if part), ""),
        (_("联系人"), _reporter(data), ""),
        (_("地点"), place, "wide"),
        (_("情况"), event["description"] or "—", "wide"),
    ]
    if data.co_units:
        said = [f"{name}（{_co_state(signed, done)}）" for name, signed, done in data.co_units]
        facts.insert(6, (_("协办"), "、".join(said), "wide"))
    return html.Dl(
        [html.Div([html.Dt(name), html.Dd(value)], className=kind) for name, value, kind in facts],
        className="e-facts",
    )


def _place(where: Sequence[str], address: str) -> str:
    """Return areas and address, without the areas whose names another part says again."""
    parts = [*where, address]
    return " ".join(
        part for at, part in enumerate(parts) if part and not any(part in other for other in parts[at + 1 :])
    )


def _co_state(signed: bool, done: bool) -> str:
    return _("已办结") if done else _("已签收") if signed else _("待签收")


def _reporter(data: EventData) -> html.Span:
    reporter = data.event["reporter"]
    said = " ".join(part for part in (reporter["name"], reporter["phone"]) if part)
    if not said:
        return html.Span(_("未留"))
    reveal = html.Button(
        _("查看"), className="e-link", type="button", **attributes(data_action="reveal", data_reveal="")
    )
    return html.Span([html.Span(said, className="num e-reporter"), *([reveal] if data.may_reveal else [])])


def _see(data: EventData) -> list[html.Div]:
    pictures = [
        html.Figure(
            [
                html.A(
                    html.Img(src=photo["url"], alt=_("现场照片 {n}", n=place), className="e-photo"),
                    href=photo["url"],
                    target="_blank",
                ),
                html.Figcaption(
                    [
                        html.Span(_(ACTION_WORDS.get(photo["role"] or "", photo["role"] or ""))),
                        html.Time(_when(_moment(photo["created_at"]), data), className="num"),
                    ]
                ),
            ]
        )
        for place, photo in enumerate(data.photos, 1)
    ]
    inset = [_map(data)] if data.inset else []
    if not inset and not pictures:
        return []
    album = [html.Div(pictures, className="e-photos")] if pictures else []
    return [html.Div([*inset, *album], className="e-see" + ("" if pictures else " e-see--map"))]


def _map(data: EventData) -> html.Figure:
    several = len(data.sides) > 1
    said = [
        html.Span(
            [
                html.B(LETTERS[place] if several else "", className=f"e-side e-side--{place}"),
                name,
                *([html.Small(_apart(metres))] if several and metres is not None else []),
            ]
        )
        for place, (name, metres) in enumerate(data.sides)
    ]
    if several:
        said.append(html.Span([html.I(className="e-band"), _("交界带 30 米")]))
    if data.accuracy_m:
        said.append(html.Span([html.I(className="e-about"), _("精度 {n} 米", n=round(data.accuracy_m))]))
    if data.duplicates:
        said.append(html.Span([html.I(className="e-near"), _("附近可能重复")]))
    alt = _("位置示意图")
    return html.Figure(
        [html.Img(src=data.inset, alt=alt, className="e-inset"), html.Figcaption(said)], className="e-map"
    )


def _apart(metres: float) -> str:
    return _("落点在内") if metres == 0 else _("相距 {n} 米", n=round(metres))


# ---- steps --------------------------------------------------------------------------------------------------


def _timeline(data: EventData) -> html.Section:
    moments = [_moment(step["at"]) for step in data.steps]
    rows = []
    for place, step in enumerate(data.steps):
        gap = _span((moments[place] - moments[place - 1]).total_seconds()) if place else ""
        last = " e-step--now" if place == len(data.steps) - 1 else ""
        rows.append(
            html.Li(
                [
                    html.Time(
                        _clock(moments[place], data), className="num", title=_when(moments[place], data)
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
    took = _span((moments[-1] - moments[0]).total_seconds()) if len(moments) > 1 else ""
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
    written = [str(facts[name]) for name in ("reason", "text") if facts.get(name)]
    on_behalf = [_("代办")] if step["on_behalf"] else []
    return " · ".join([*rating, *ground, *sent, *co_units, *named, *merged, *asked, *written, *on_behalf])


# ---- beside -------------------------------------------------------------------------------------------------


def _beside(title: str, classes: str, found: Sequence[Beside], data: EventData) -> list[html.Section]:
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
    age = _span(abs((_moment(data.event["reported_at"]) - one.when).total_seconds()))
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


def _looks(data: EventData) -> list[html.Section]:
    """Return who saw the reporter in clear and why; empty where nobody did, or the viewer may not know."""
    if not data.looks:
        return []
    rows = [
        html.Li(
            [
                html.Time(_when(at, data), className="num"),
                html.Span(who),
                html.Span(why, className="e-beside__t"),
            ]
        )
        for at, who, why in data.looks
    ]
    title = html.H3(_("查看过联系方式 {n} 次", n=len(rows)))
    return [html.Section([title, html.Ol(rows)], className="e-beside e-looks")]


# ---- time ---------------------------------------------------------------------------------------------------


def _moment(text: str | datetime) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(text)


def _when(moment: datetime | None, data: EventData) -> str:
    return moment.astimezone(data.tz).strftime("%m-%d %H:%M:%S") if moment else "—"


def _clock(moment: datetime, data: EventData) -> str:
    first = _moment(data.event["reported_at"]).astimezone(data.tz).date()
    local = moment.astimezone(data.tz)
    return local.strftime("%H:%M:%S" if local.date() == first else "%m-%d %H:%M")


def _span(seconds: float) -> str:
    """Return a length of time in the two largest units that say something."""
    whole = round(seconds)
    if whole < 60:
        return _("{n} 秒", n=whole)
    if whole < 3600:
        return _("{m} 分 {s} 秒", m=whole // 60, s=whole % 60)
    if whole < 86400:
        return _("{h} 小时 {m} 分", h=whole // 3600, m=whole % 3600 // 60)
    return _("{d} 天 {h} 小时", d=whole // 86400, h=whole % 86400 // 3600)
