"""The frame of the plain pages that belong to an account: one's own logins, the audit. HTML, forms, one small script."""

from dataclasses import dataclass
from typing import Any

from layouts.parts import plain
from layouts.shell import embedded
from layouts.text import words


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around such a page: the product's title, the way home, who is in and by which account."""

    title: str
    home: str
    who: str
    account: str


def render(template: str, lang: str | None, around: Frame, **values: Any) -> str:
    """Return a template inside the frame as HTML, with the sentences its script says."""
    spoken = words.known(lang) if lang else words.active()
    frame = {"title": around.title, "home": around.home, "who": around.who, "account": around.account}
    return plain.render(template, spoken, words=embedded(words.js_catalogue(spoken)), **frame, **values)
