"""One event, whole: what and where, whose turn until when, what may be done now, every step and the time between them.

Pure: drawn from values, the same on the desk and on its own page. The buttons are `allowed()`, no more and no fewer.
"""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from dashboard.rules.events.lifecycle import ACTION_WORDS
from layouts import ids
from layouts.pages import account
from layouts.pages.event import facts as event_facts
from layouts.pages.event import steps
from layouts.pages.event.data import Beside, EventData
from layouts.parts.act import REQUEST_CHOICES
from layouts.parts.pieces import attributes, initial, leaf
from layouts.text import keys
from layouts.text.words import _

__all__ = ["Beside", "EventData", "actions", "empty", "page", "presence", "view"]

MAIN_ACTIONS = ("register", "dispatch", "accept", "finish", "check", "claim", "approve")
TAKES_REQUEST = ("approve", "refuse")


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
                    account.corner(),
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
            event_facts.head(data),
            *event_facts.notices(data),
            event_facts.facts(data),
            *event_facts.see(data),
            actions(data),
            steps.timeline(data),
            *steps.beside(_("附近可能重复 {n} 件", n=len(data.duplicates)), "e-dups", data.duplicates, data),
            *steps.beside(_("同址 90 天记录 {n} 件", n=len(data.history)), "e-past", data.history, data),
            *steps.looks(data),
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
