"""Who sits here: the corner of every page with an account, and the page of one's own logins."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from layouts import ids
from layouts.pages import frame
from layouts.parts.pieces import attributes
from layouts.text.words import N_, _

# what a browser calls itself → what people call it; the first that is found counts
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("OPR/", "Opera"), ("MicroMessenger/", N_("微信")), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
SYSTEMS = (("Windows", "Windows"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Login:
    """One login as its holder sees it; moments are finished words."""

    key: str
    browser: str
    address: str
    since: str
    touched: str
    here: bool


def corner(*, logins: bool = True) -> html.Form:
    """Return the way out that every page has: log out, or hand the seat over; `logins` leads to one's own."""
    return html.Form(
        [
            *([html.A(_("我的登录"), href="/account", className="acct-a")] if logins else []),
            html.Button(
                _("交班"),
                id=ids.HAND_OVER,
                className="acct-b",
                type="submit",
                name="seat",
                value="1",
                title=_("退出，请接班人在这里登录"),
            ),
            html.Button(_("退出"), id=ids.LOGOUT, className="acct-b", type="submit"),
        ],
        action="/logout",
        method="post",
        className="acct",
        **attributes(aria_label=_("账号")),
    )


def browser(agent: str) -> str:
    """Return in words which browser on which system something is."""
    name = next((word for mark, word in BROWSERS if mark in agent), "")
    system = next((word for mark, word in SYSTEMS if mark in agent), "")
    return " · ".join(_(word) for word in (name, system) if word) or _("其他程序")


def page(
    around: frame.Frame,
    logins: Sequence[Login],
    idle_minutes: int | None,
    news: str = "",
    lang: str | None = None,
) -> str:
    """Return the page of one's own logins as HTML; `news` is a finished sentence about what was just done."""
    return frame.render("account.html", lang, around, logins=logins, idle_minutes=idle_minutes, news=news)
