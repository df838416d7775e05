"""What a district is made of, as it lies in the database: areas, units and duties of today, and what history still names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.events.policy import Category
from dashboard.rules.limits import parse_limit, parse_limit_or_none
from datasources.districts.succession import steps_of
from datasources.store.models import AreaRow, CategoryRow, UnitRow


@dataclass(frozen=True)
class Area:
    """An area in its present boundary version; geometry is GeoJSON in WGS-84."""

    code: str
    version: int
    name: str
    level: str
    parent: str | None
    kind: str
    path: str
    lng: float | None
    lat: float | None
    geometry: dict | None
    note: str
    workers: int | None = None
    successor: str | None = None

    @cached_property
    def rings(self) -> list[list[float]]:
        """Return its outline for a phone."""
        from datasources.districts import rough  # geometry is no business of most commands

        return rough.rings(self.geometry) if self.geometry else []

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Return where it lies, of an area that has a shape."""
        from datasources.districts import rough

        assert self.geometry is not None
        return rough.box(self.geometry)


@dataclass(frozen=True)
class Unit:
    """A unit as the duty matrix knows it."""

    code: str
    name: str
    kind: str
    parent: str | None
    area: str | None
    may_claim: bool
    successor: str | None = None


@dataclass(frozen=True)
class Duty:
    """One line of the duty matrix; priority 1 is responsible first."""

    unit: str
    category: str
    area: str
    priority: int


@dataclass(frozen=True)
class Gone:
    """What history names and is there no more, as it last was, with what took its place; grids by every area they lay in.

    `names` are those of boundary versions past.
    """

    areas: Mapping[str, Area] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    category_heirs: Mapping[str, str | None] = field(default_factory=dict)
    grids: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    names: Mapping[tuple[str, int], str] = field(default_factory=dict)

    @cached_property
    def area_heirs(self) -> Mapping[str, str | None]:
        """Return area → what took its place."""
        return {code: area.successor for code, area in self.areas.items()}

    @cached_property
    def unit_heirs(self) -> Mapping[str, str | None]:
        """Return unit → what took its place."""
        return {code: unit.successor for code, unit in self.units.items()}


def read_gone(
    session: Session,
    areas: Mapping[str, Area],
    units: Sequence[UnitRow],
    categories: Sequence[CategoryRow],
    conditions: Mapping[str, list[dict]],
) -> Gone:
    """Return what history names and is there no more."""
    past = select(AreaRow).where(AreaRow.valid_to.is_not(None)).order_by(AreaRow.code, AreaRow.version)
    versions = [area_of(row) for row in session.scalars(past)]
    lost = {area.code: area for area in versions if area.code not in areas}
    grids: dict[str, list[tuple[str, int]]] = {}
    for area in versions:
        for code in steps_of(area.path):
            if code in lost:
                grids.setdefault(code, []).append((area.code, area.version))
    withdrawn = [row for row in categories if row.valid_to is not None]
    return Gone(
        areas=lost,
        units={row.code: unit_of(row) for row in units if row.valid_to is not None},
        categories={row.code: category_of(row, conditions.get(row.code, [])) for row in withdrawn},
        category_heirs={row.code: row.successor for row in withdrawn},
        grids=grids,
        names={(area.code, area.version): area.name for area in versions},
    )


def area_of(row: AreaRow) -> Area:
    """Return a boundary version."""
    return Area(
        row.code,
        row.version,
        row.name,
        row.level,
        row.parent,
        row.kind,
        row.path,
        row.lng,
        row.lat,
        row.geometry,
        row.note,
        row.workers,
        row.successor,
    )


def unit_of(row: UnitRow) -> Unit:
    """Return a unit."""
    return Unit(row.code, row.name, row.kind, row.parent, row.area, row.may_claim, row.successor)


def category_of(row: CategoryRow, conditions: list[dict]) -> Category:
    """Return a category with the limits of its filing conditions."""
    limits = {item["no"]: parse_limit(item["limit"]) for item in conditions if item["limit"]}
    return Category(
        code=row.code,
        name=row.name,
        parent=row.parent,
        limit=parse_limit_or_none(row.limit),
        claim_minutes=row.claim_minutes,
        emergency=row.emergency,
        level=row.level,
        photo_required=row.photo_required,
        condition_limits=limits,
        conditions=frozenset(item["no"] for item in conditions),
    )
