"""From the words of an address to a point: the areas and places of the pack, the longest likeness first. Nothing outside is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from datasources.districts.places import places_of
from datasources.districts.reference import Reference

MOST = 8
SHORTEST = 2  # characters that must agree before a name is offered
_noise = re.compile(r"[\s,，。.、·\-—#（）()]+")
ENDS = ("街道办事处", "街道", "社区居委会", "社区", "村")  # words: none


@dataclass(frozen=True, slots=True)
class Found:
    """A place an address may mean; `where` are the areas around it, `kind` the level of an area or the kind of a place."""

    code: str
    name: str
    kind: str
    where: str
    lng: float
    lat: float


def search(session: Session, reference: Reference, text: str) -> list[Found]:
    """Return what an address text may mean, at most 8; the more of the text a name explains the earlier it comes."""
    asked = _plain(text)
    if len(asked) < SHORTEST:
        return []
    depth = {level: place for place, level in enumerate(reference.levels)}
    scored = [
        (likeness, depth.get(found.kind, len(depth)), found)
        for found in _known(session, reference)
        if (likeness := _likeness(asked, _plain(found.name))) >= SHORTEST
    ]
    scored.sort(key=lambda one: (-one[0], -one[1], len(one[2].name), one[2].code))
    return [found for _, _, found in scored[:MOST]]


def _known(session: Session, reference: Reference) -> Iterator[Found]:
    for area in reference.areas.values():
        if area.lng is not None and area.lat is not None and area.level != reference.levels[0]:
            yield Found(area.code, area.name, area.level, _where(area.parent, reference), area.lng, area.lat)
    for place in places_of(session, reference):
        yield Found(place.code, place.name, place.kind, _where(place.area, reference), place.lng, place.lat)


def _where(code: str | None, reference: Reference) -> str:
    area = reference.areas.get(code or "")
    names = [
        reference.areas[part].name
        for part in (area.path if area else "").split("/")
        if part in reference.areas
    ]
    return " ".join(names[1:])


def _likeness(asked: str, name: str) -> float:
    """Return how many characters two texts share in one piece, a whole name or a whole question weighing more."""
    stem = next(
        (name.removesuffix(end) for end in ENDS if name.endswith(end) and len(name) > len(end) + 1), name
    )
    if asked in (name, stem):
        return 100.0
    if name in asked or asked in name:
        return min(len(name), len(asked)) + 0.9
    if stem in asked:
        return len(stem) + 0.5
    return _shared(asked, name)


def _shared(one: str, other: str) -> float:
    longest = 0
    row = [0] * (len(other) + 1)
    for letter in one:
        before = 0
        for at, against in enumerate(other, 1):
            before, row[at] = row[at], before + 1 if letter == against else 0
            longest = max(longest, row[at])
    return float(longest) if longest >= 3 else 0.0


def _plain(text: str) -> str:
    return _noise.sub("", text).lower()
