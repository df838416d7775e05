"""What a number may be narrowed to: an area, a unit, a category with what lies below it, a channel; once for every query."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Select, bindparam

from dashboard.rules.events.event import Source
from dashboard.rules.refusals import Invalid
from datasources.districts.reference import Reference
from datasources.events.filters import with_children
from datasources.store.dialect import contains
from datasources.store.models.tables import EventRow

E: Any = EventRow.__table__.c
TESTS: Mapping[str, Any] = {
    "area": contains(E.area_path, bindparam("area")),
    "unit": E.unit.in_(bindparam("unit", expanding=True)),
    "category": E.category.in_(bindparam("category", expanding=True)),
    "channel": E.source == bindparam("channel"),
}


@dataclass(frozen=True, slots=True)
class Narrow:
    """Codes to narrow a number to; None where it is not narrowed."""

    area: str | None = None
    unit: str | None = None
    category: str | None = None
    channel: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """Return what it is narrowed by."""
        return frozenset(one.name for one in fields(self) if getattr(self, one.name) is not None)

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys of a rollup that it takes to narrow so."""
        return frozenset("path" if name == "area" else name for name in self.names)

    def values(self, reference: Reference | None = None) -> dict[str, Any]:
        """Return what the tests' parameters stand for; the reference knows what lies below a category, and whose places
        a unit took."""
        units = (reference.units_of(self.unit) if reference else [self.unit]) if self.unit else []
        below = sorted(with_children({self.category}, reference)) if self.category and reference else []
        return {
            "area": f"/{self.area}/" if self.area else None,
            "unit": units,
            "category": below,
            "channel": self.channel,
        }


NOTHING = Narrow()


def standing(narrow: Narrow, reference: Reference) -> Narrow:
    """Return it for the areas of today: numbers of one that is gone are those of what took its place."""
    return replace(narrow, area=reference.standing_area(narrow.area) or narrow.area)


def narrowed(query: Select[Any], names: frozenset[str]) -> Select[Any]:
    """Return the query for what it is narrowed to."""
    return query.where(*(TESTS[name] for name in sorted(names)))


def check(reference: Reference, narrow: Narrow) -> None:
    """Refuse a code that is not known (Invalid naming its field)."""
    known: Mapping[str, Any] = {
        "area": reference.every_area,
        "unit": reference.every_unit,
        "category": reference.every_category,
        "channel": {source.value for source in Source},
    }
    faults = [
        (name, "没有代码“{code}”", {"code": getattr(narrow, name)})
        for name in sorted(narrow.names)
        if getattr(narrow, name) not in known[name]
    ]
    if faults:
        raise Invalid(faults)
