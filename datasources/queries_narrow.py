"""What a number may be narrowed to: an area, a unit, a category with what lies below it, a channel; once for every query."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Select, bindparam

from dashboard.rules.event import Source
from dashboard.rules.refusals import Invalid
from datasources.models import EventRow
from datasources.queries_dialect import contains
from datasources.queries_filters import with_children
from datasources.reference import Reference

E: Any = EventRow.__table__.c
TESTS: Mapping[str, Any] = {
    "area": contains(E.area_path, bindparam("area")),
    "unit": E.unit == bindparam("unit"),
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
        """Return what the tests' parameters stand for; a category needs the reference for what lies below it."""
        below = sorted(with_children({self.category}, reference)) if self.category and reference else []
        return {
            "area": f"/{self.area}/" if self.area else None,
            "unit": self.unit,
            "category": below,
            "channel": self.channel,
        }


NOTHING = Narrow()


def narrowed(query: Select[Any], names: frozenset[str]) -> Select[Any]:
    """Return the query for what it is narrowed to."""
    return query.where(*(TESTS[name] for name in sorted(names)))


def check(reference: Reference, narrow: Narrow) -> None:
    """Refuse a code that is not known (Invalid naming its field)."""
    known: Mapping[str, Any] = {
        "area": reference.areas,
        "unit": reference.units,
        "category": reference.categories,
        "channel": {source.value for source in Source},
    }
    faults = [
        (name, "没有代码“{code}”", {"code": getattr(narrow, name)})
        for name in sorted(narrow.names)
        if getattr(narrow, name) not in known[name]
    ]
    if faults:
        raise Invalid(faults)
