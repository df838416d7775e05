"""The upper half of an event: what it is, whose turn until when, where it lies, what it looks like."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard.rules.events.event import (
    APPEAL_WORDS,
    LEVEL_WORDS,
    RATING_WORDS,
    SOURCE_WORDS,
    STATUS_WORDS,
    SUPERVISION_WORDS,
    TERMINAL,
    Appeal,
    Level,
    Rating,
    Source,
    Status,
    Supervision,
)
from dashboard.rules.events.lifecycle import ACTION_WORDS
from layouts import theme
from layouts.pages.event.data import EventData, moment_of, when
from layouts.parts.act import REQUEST_CHOICES
from layouts.parts.inset import LETTERS
from layouts.parts.pieces import attributes
from layouts.text.marks import DUE_WORDS
from layouts.text.words import N_, _

BEFORE = ("report",)  # photos of these steps show the place before anybody worked on it


def status_mark(status: str) -> html.Span:
    """Return a status as glyph and word."""
    found = Status(status)
    return html.Span(_(STATUS_WORDS[found]), className=f"st {theme.STATUS_CLASSES[found]}".strip())


def level_mark(level: str) -> html.Span:
    """Return the level needed to resolve an event as a lettered square."""
    found = Level(level)
    return html.Span(_(LEVEL_WORDS[found]), className=f"lv {theme.LEVEL_CLASSES[found]}")


def head(data: EventData) -> html.Header:
    """Return the title with its marks and what is left of its deadline."""
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
        clock = html.B(
            "",
            className="num",
            **attributes(data_due=str(at), **({"data_soon": str(data.soon)} if data.soon else {})),
        )
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


def notices(data: EventData) -> list[html.P]:
    """Return what stands out: merged, a request, supervision."""
    notices = []
    if data.merged_into:
        link = html.A(data.merged_into, href=f"/event/{data.merged_into}", className="num")
        notices.append(html.P([_("已并入"), " ", link], className="e-note"))
    if data.request:
        kind, reason, until, by = data.request
        if kind == "object":
            return [
                *notices,
                html.P(_("上报人提出异议：{reason}", reason=reason), className="e-note e-note--ask"),
            ]
        words = _("{by} 申请{what}：{reason}", by=by, what=_(REQUEST_CHOICES[kind]), reason=reason)
        ends = "，" + _("到 {when}", when=when(until, data)) if until else ""
        notices.append(html.P(words + ends, className="e-note e-note--ask"))
    checked = [step for step in data.steps if step["action"] == "check"]
    if data.event["round"] > 1 and checked:
        said, rated = checked[-1]["facts"], checked[-1]["rating"]
        rating = _(RATING_WORDS[Rating(rated)]) if rated else ""
        words = _(
            "第 {n} 次核查：{said}", n=len(checked), said="，".join(filter(None, (rating, said.get("text"))))
        )
        notices.append(html.P(words, className="e-note e-note--soon"))
    if data.event.get("appeal"):
        words = _("对超期的申诉：{state}", state=_(APPEAL_WORDS[Appeal(data.event["appeal"])]))
        notices.append(html.P(words, className="e-note e-note--ask"))
    if data.event.get("supervised_reason"):
        notices.append(
            html.P(
                _("督办原因：{reason}", reason=_(data.event["supervised_reason"])),
                className="e-note e-note--soon",
            )
        )
        if Status(data.event["status"]) not in TERMINAL:
            notices.append(html.P(_reply_words(data), className="e-note"))
    return notices


def _reply_words(data: EventData) -> str:
    due = data.event.get("reply_due_at")
    return _("督办回复限 {when} 前", when=when(moment_of(due), data)) if due else _("督办已回复，见办理过程")


def facts(data: EventData) -> html.Dl:
    """Return the facts, persons masked."""
    event = data.event
    unit = event["unit"]["name"] if event["unit"] else "—"
    how = {"claim": _("抢单"), "dispatch": _("派单")}.get(event["how"] or "", "")
    place = _place(data.where[1:], event["address"]) or _("位置待核实")
    facts: list[tuple[str, Any, str]] = [
        (_("编号"), html.Span(event["number"], className="num"), ""),
        (_("上报"), html.Span(when(moment_of(event["reported_at"]), data), className="num"), ""),
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


def see(data: EventData) -> list[html.Div]:
    """Return the sketch of the place and the photos, what was before beside what came after."""
    inset, album = [_map(data)] if data.inset else [], _album(data)
    if not inset and not album:
        return []
    return [html.Div([*inset, *album], className="e-see" + ("" if album else " e-see--map"))]


def _album(data: EventData) -> list[html.Div]:
    pictures = [(photo["role"] or "", _picture(photo, n, data)) for n, photo in enumerate(data.photos, 1)]
    before = [picture for role, picture in pictures if role in BEFORE]
    after = [picture for role, picture in pictures if role not in BEFORE]
    if not (before and after):
        return [html.Div([*before, *after], className="e-photos")] if pictures else []
    halves = [
        html.Div([html.H3(_(words)), *side], className="e-half")
        for words, side in ((N_("处置前"), before), (N_("处置后"), after))
    ]
    return [html.Div(halves, className="e-photos e-photos--pair")]


def _picture(photo: Mapping[str, Any], place: int, data: EventData) -> html.Figure:
    role = photo["role"] or ""
    image = html.Img(src=photo["url"], alt=_("现场照片 {n}", n=place), className="e-photo")
    said = [
        html.Span(_(ACTION_WORDS.get(role, role))),
        html.Time(when(moment_of(photo["created_at"]), data), className="num"),
    ]
    return html.Figure(
        [
            html.Div([html.A(image, href=photo["url"], target="_blank"), html.Figcaption(said)]),
            *_findings(photo),
        ],
        **attributes(data_role=role),
    )


def _findings(photo: Mapping[str, Any]) -> list[html.Ul]:
    """Return what was noticed about a photo, the worst first; only those at the desk are told."""
    order = ("warn", "note", "ok")
    found = sorted(photo.get("findings") or (), key=lambda one: order.index(one["level"]))
    lines = [html.Li(one["text"], className=f"e-find e-find--{one['level']}") for one in found]
    return [html.Ul(lines, className="e-finds")] if lines else []


def _map(data: EventData) -> html.Figure:
    several = len(data.sides) > 1
    said = [
        html.Span(
            [
                html.B(LETTERS[place] if several else "", className=f"e-side e-side--{place}"),
                name,
                *([html.Small(apart(metres))] if several and metres is not None else []),
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


def apart(metres: float) -> str:
    return _("落点在内") if metres == 0 else _("相距 {n} 米", n=round(metres))
