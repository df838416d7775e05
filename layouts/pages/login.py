"""The door: account and password in a plain form that works without scripts. No field for what does not exist yet."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from layouts.parts import plain

WIDTH, HEIGHT = 880, 760  # the box the shapes are drawn in


@dataclass(frozen=True, slots=True)
class LoginData:
    """What the door shows: the district, what was typed, and what came of it.

    `shapes` are (kind, SVG path data) from `maps.svg_paths(areas, levels, WIDTH, HEIGHT)`; `counts` (name of a level,
    how many) come from the data; `error` is a finished sentence; `username` is kept as typed;
    `left_by` are the titles of those who have just handed the seat over.
    """

    shapes: Sequence[tuple[str, str]]
    counts: Sequence[tuple[str, int]]
    district: str
    error: str = ""
    username: str = ""
    next: str = ""
    title: str = ""
    motto: str = ""
    demo: bool = False
    left_by: Sequence[str] = ()


def page(data: LoginData, lang: str | None = None) -> str:
    """Return the login page as HTML."""
    values = {one.name: getattr(data, one.name) for one in fields(data)}
    return plain.render("login.html", lang, **values, width=WIDTH, height=HEIGHT)
