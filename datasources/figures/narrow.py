"""What a number may be narrowed to: an area, a unit, a category with what lies below it, a channel; once for every query.

The filters are those of the lists (`events.filters`), over the columns of the events or of whatever was kept of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Select, bindparam

from dashboard.rules.refusals import Invalid
from datasources.districts.reference import Reference
from datasources.events.filters import FILTERS, Columns
from datasources.store.models import EventRow

E: Any = EventRow.__table__.c
# what a number is narrowed by → the filter of lists that it is, the key of rollups that tells it apart
FILTER_OF = {"area": "area", "unit": "unit", "category": "category", "channel": "source"}
KEY_OF = {"area": "path", "unit": "unit", "category": "category", "channel": "channel"}
# what stands in queries that are made once for every code
PARAMETERS: Mapping[str, Any] = {
    "area": ((bindparam("area"),), ()),
    **{name: bindparam(name, expanding=True) for name in ("unit", "category", "channel")},
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
        return frozenset(KEY_OF[name] for name in self.names)

    def values(self, reference: Reference | None) -> dict[str, Any]:
        """Return what the queries' parameters stand for; the reference knows what lies below a category, and whose places
        a unit took. None does where nothing narrows it."""
        if reference is None:
            return {}
        found = {
            name: FILTERS[FILTER_OF[name]].means((getattr(self, name),), reference, None)
            for name in self.names
        }
        if "area" in found:
            found["area"] = found["area"][0][0]  # today's alone: a number of one that is gone is its heir's
        return found


NOTHING = Narrow()


def standing(narrow: Narrow, reference: Reference) -> Narrow:
    """Return it for the areas of today: numbers of one that is gone are those of what took its place."""
    return replace(narrow, area=reference.standing_area(narrow.area) or narrow.area)


def narrowed(query: Select[Any], names: frozenset[str], columns: Columns = E) -> Select[Any]:
    """Return the query for what it is narrowed to."""
    return query.where(*(FILTERS[FILTER_OF[name]].where(columns, PARAMETERS[name]) for name in sorted(names)))


def check(reference: Reference, narrow: Narrow) -> None:
    """Refuse a code that is not known (Invalid naming its field)."""
    faults = [
        (name, "没有代码“{code}”", {"code": getattr(narrow, name)})
        for name in sorted(narrow.names)
        if getattr(narrow, name) not in FILTERS[FILTER_OF[name]].known(reference)
    ]
    if faults:
        raise Invalid(faults)
