"""The second step at the door: the one-time code, and at the first time the authenticator to be set up. Works without scripts."""

import segno
from markupsafe import Markup

from layouts.parts import plain

GROUP = 4


def page(
    account: str,
    secret: str,
    address: str,
    title: str,
    error: str = "",
    next: str = "",
    lang: str | None = None,
) -> str:
    """Return the page as HTML; `secret` and `address` (of the QR code) are empty where an authenticator is set up already."""
    groups = " ".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP))
    return plain.render(
        "login-code.html",
        lang,
        account=account,
        secret=groups,
        picture=_picture(address),
        title=title,
        error=error,
        next=next,
    )


def _picture(address: str) -> Markup:
    """Return a QR code as SVG, drawn by ourselves from an address that holds nothing but what we put into it."""
    if not address:
        return Markup("")
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=3, dark="#06192a", light="#ffffff")
    return Markup(drawn)
