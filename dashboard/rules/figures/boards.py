"""Which boards of areas a district has: one for each level below its outermost, named as people call that level."""

from collections.abc import Mapping, Sequence

STREETS, COMMUNITIES, GRIDS = "streets", "communities", "grids"
NAMED: Mapping[str, str] = {
    "street": STREETS,
    "街道": STREETS,  # words: none
    "镇街": STREETS,  # words: none
    "乡镇": STREETS,  # words: none
    "community": COMMUNITIES,
    "社区": COMMUNITIES,  # words: none
    "村社": COMMUNITIES,  # words: none
    "grid": GRIDS,
    "网格": GRIDS,  # words: none
}


def area_boards(levels: Sequence[str]) -> dict[str, int]:
    """Return board → how many steps below the district its areas lie, outermost first; `levels` as the pack names them.

    A level the field has no name for is called by its own; where none is known they are told by their place.
    """
    inner = list(range(1, len(levels))) or [0]
    known = {depth: NAMED[levels[depth]] for depth in inner if levels[depth] in NAMED}
    if not known:
        words = [STREETS, COMMUNITIES] if len(inner) > 2 else [STREETS]
        known = dict(zip(inner[:-1], words, strict=False))
    if GRIDS not in known.values():
        known.setdefault(inner[-1], GRIDS)
    return {known.get(depth, levels[depth]): depth for depth in inner}


def depth_of(levels: Sequence[str], board: str) -> int:
    """Return how many steps below the district the areas of a board lie; where it has none, those nearest to it."""
    boards = area_boards(levels)
    if board in boards:
        return boards[board]
    innermost = len(levels) - 1
    fallback = {STREETS: min(1, innermost), COMMUNITIES: max(innermost - 1, min(1, innermost))}
    return fallback.get(board, innermost)
