"""The frame of the plain pages that belong to an account: one's own logins, the audit. HTML, forms, one small script."""

from typing import Any

from layouts.parts import plain
from layouts.shell import embedded
from layouts.text import words


def render(template: str, lang: str | None, **values: Any) -> str:
    """Return a template inside the frame as HTML, with the sentences its script says."""
    spoken = words.known(lang) if lang else words.active()
    return plain.render(template, spoken, words=embedded(words.js_catalogue(spoken)), **values)
