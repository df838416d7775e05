"""The door: account and password in a plain form that works without scripts. No field for what does not exist yet."""

from collections.abc import Sequence

from layouts.parts import plain

WIDTH, HEIGHT = 880, 760  # the box the shapes are drawn in


def page(
    shapes: Sequence[tuple[str, str]],
    counts: Sequence[tuple[str, int]],
    district_name: str,
    error: str = "",
    username: str = "",
    next: str = "",
    lang: str | None = None,
    *,
    title: str = "",
    motto: str = "",
    demo: bool = False,
    left_by: Sequence[str] = (),
) -> str:
    """Return the login page as HTML.

    `shapes` are (kind, SVG path data) from `maps.svg_paths(areas, levels, WIDTH, HEIGHT)`; `counts` (name of a level,
    how many) come from the data; `error` is a finished sentence; `username` is kept as typed;
    `left_by` are the titles of those who have just handed the seat over.
    """
    return plain.render(
        "login.html",
        lang,
        shapes=shapes,
        counts=counts,
        district=district_name,
        error=error,
        username=username,
        next=next,
        title=title,
        motto=motto,
        demo=demo,
        left_by=list(left_by),
        width=WIDTH,
        height=HEIGHT,
    )
