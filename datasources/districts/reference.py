"""The loaded district in memory: areas, units, categories, duties, limits — and the answers the rules ask for (`World`).

Read from the database, so every process sees the same; `References` notices a newly loaded pack within seconds.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.advice.horizon import Horizon, horizon
from dashboard.rules.alerts.alert import OTHER_KIND
from dashboard.rules.events.event import Event, Level
from dashboard.rules.events.policy import CLAIM_CAP_TENTHS, COMPOSITE, POINTS, Category, Policy
from dashboard.rules.figures.boards import COMMUNITIES, depth_of
from dashboard.rules.limits import (
    DEFAULT_FREEZE,
    DEFAULT_HANDLING,
    DEFAULT_MINUTES,
    Calendar,
    parse_limit,
)
from dashboard.rules.refusals import Refusal
from datasources.districts.reference_parts import (
    Area,
    Duty,
    Gone,
    Unit,
    area_of,
    category_of,
    read_gone,
    unit_of,
)
from datasources.districts.succession import heir, steps_of
from datasources.store.database import Database
from datasources.store.models import (
    AreaRow,
    CalendarRow,
    CategoryRow,
    ConditionRow,
    DistrictRow,
    DutyRow,
    UnitRow,
)

if TYPE_CHECKING:
    from datasources.districts.geo import GeoIndex

__all__ = ["Area", "Duty", "Reference", "References", "Unit", "local_day", "read_reference"]

KIND_LEVELS = {
    "community": Level.COMMUNITY,
    "street": Level.STREET,
    "station": Level.STREET,
    "department": Level.DISTRICT,
    "company": Level.DISTRICT,
    "centre": Level.DISTRICT,
}
LOOK_EVERY = 3.0  # seconds between looks for a newly loaded pack


@dataclass
class Reference:
    """One loaded district; immutable by custom, replaced as a whole when a pack is loaded.

    `areas`, `units`, `categories` are those there are today; `gone` holds what history still names (LIFECYCLE §5). A code
    that comes out of a stored row is asked for by `area`, `unit`, `category` and their names, never by subscript.
    """

    code: str
    name: str
    config: Mapping
    digest: str
    levels: tuple[str, ...]
    areas: Mapping[str, Area]
    units: Mapping[str, Unit]
    categories: Mapping[str, Category]
    conditions: Mapping[str, list[dict]]
    duties: Mapping[str, list[Duty]]
    policy: Policy
    tz: ZoneInfo
    gone: Gone = field(default_factory=Gone)
    _matched: dict[tuple[str | None, str], list[Duty]] = field(default_factory=dict)

    @cached_property
    def geo(self) -> "GeoIndex":
        """Return the index that finds the grid of a point."""
        from datasources.districts.geo import GeoIndex  # with it come shapely and numpy

        return GeoIndex(self.areas.values(), self.levels)

    @property
    def texts(self) -> Mapping[str, str]:
        """Return the pack's own words: title, notices."""
        return self.config.get("texts", {})

    @cached_property
    def grids(self) -> Sequence[Area]:
        """Return the areas of the innermost level."""
        return [area for area in self.areas.values() if area.level == self.levels[-1]]

    @cached_property
    def community_level(self) -> str:
        """Return the level whose grid workers share an account: the one above the grids, where there is one to spare."""
        return self.levels[depth_of(self.levels, COMMUNITIES)]

    def horizon(self, now: datetime) -> Horizon | None:
        """Return what to warn of where a limit given now reaches past the days whose holidays are known."""
        return horizon(self.policy, self.categories.values(), now)

    @cached_property
    def root(self) -> str:
        """Return the code of the outermost area: the whole district."""
        return next((area.code for area in self.areas.values() if area.parent is None), self.code)

    @cached_property
    def every_area(self) -> frozenset[str]:
        """Return the codes of all areas there are and that history names."""
        return frozenset(self.areas) | frozenset(self.gone.areas)

    @cached_property
    def every_unit(self) -> frozenset[str]:
        """Return the codes of all units there are and that history names."""
        return frozenset(self.units) | frozenset(self.gone.units)

    @cached_property
    def every_category(self) -> frozenset[str]:
        """Return the codes of all categories there are and that history names."""
        return frozenset(self.categories) | frozenset(self.gone.categories)

    def area(self, code: str | None) -> Area | None:
        """Return the area as it is, or as it last was, or None when there never was one of that code."""
        return self.areas.get(code or "") or self.gone.areas.get(code or "")

    def area_name(self, code: str | None, version: int | None = None) -> str:
        """Return the name of an area, as it was called in a boundary version if one is given; its code when it is unknown."""
        if code and version is not None and (code, version) in self.gone.names:
            return self.gone.names[code, version]
        area = self.area(code)
        return area.name if area else (code or "")

    def standing_area(self, code: str | None) -> str | None:
        """Return the area there is today in whose place a code stands; None for nothing known."""
        return heir(code, self.areas, self.gone.area_heirs) if code else None

    def steps_to(self, area: str | None) -> int:
        """Return how many steps below the district an area lies; 0 for none."""
        found = self.area(area)
        return max(0, len(steps_of(found.path)) - 1) if found else 0

    def on_one_road(self, one: str, other: str | None) -> bool:
        """Return whether an area lies in another or around it; anything does with none."""
        if other is None:
            return True
        paths = [area.path for area in map(self.area, (one, other)) if area is not None]
        return len(paths) == 2 and (paths[0].startswith(paths[1]) or paths[1].startswith(paths[0]))

    def on_duty(self, area: str | None = None) -> set[str]:
        """Return the units that the duty matrix names, for an area only those with a duty in it or around it."""
        return {
            duty.unit
            for lines in self.duties.values()
            for duty in lines
            if duty.area == self.root or self.on_one_road(duty.area, area)
        }

    def category(self, code: str | None) -> Category | None:
        """Return the category as it is, or as it last was, or None when there never was one of that code."""
        return (self.categories.get(code) or self.gone.categories.get(code)) if code else None

    def standing_category(self, code: str | None) -> str | None:
        """Return the category there is today in whose place a code stands, the code itself when nothing took it."""
        return (heir(code, self.categories, self.gone.category_heirs) or code) if code else None

    def steered(self, code: str | None, *words: str) -> str | None:
        """Return the category that what a report says belongs to: the pack steers some by words that stand in it."""
        ways = self.config.get("emergency", {}).get("steer", {}).get(code or "", {})
        return next(
            (to for to, signs in ways.items() if any(sign in said for said in words for sign in signs)), code
        )

    def emergency_kind(self, code: str | None) -> str:
        """Return which of `alert.KINDS` an emergency of a category is: as the pack says of it or of one above it."""
        kinds = self.config.get("emergency", {}).get("kinds", {})
        return next((kinds[one.code] for one in self.lineage(code) if one.code in kinds), OTHER_KIND)

    def lineage(self, code: str | None) -> list[Category]:
        """Return the category, what took its place and those above, nearest first; nothing for an unknown code."""
        found: list[Category] = []
        category = self.category(code)
        while category is not None and category not in found:
            found.append(category)
            category = self.category(self.gone.category_heirs.get(category.code) or category.parent)
        return found

    def category_name(self, code: str | None) -> str:
        """Return the name of a category, or nothing."""
        category = self.category(code)
        return category.name if category else ""

    def unit(self, code: str | None) -> Unit | None:
        """Return the unit as it is, or as it last was, or None when there never was one of that code."""
        return self.units.get(code or "") or self.gone.units.get(code or "")

    def unit_name(self, code: str | None) -> str:
        """Return the name of a unit, its code when it is unknown."""
        unit = self.unit(code)
        return unit.name if unit else (code or "")

    def standing_unit(self, code: str) -> str:
        """Return the unit there is today in whose place a code stands, the code itself when nothing took it."""
        return heir(code, self.units, self.gone.unit_heirs) or code

    def units_of(self, code: str) -> list[str]:
        """Return a unit's code and those of the units whose place it took."""
        return [code, *(old for old in self.gone.units if old != code and self.standing_unit(old) == code)]

    def is_unit(self, code: str) -> bool:
        """Return whether there is such a unit."""
        return code in self.units

    def level_of(self, unit: str | None) -> str:
        """Return the level at which a unit resolves cases: by its kind, else by how wide its own territory is."""
        known = self.units.get(unit or "")
        if known is None:
            return Level.DISTRICT
        area = self.areas.get(known.area or "")
        within = Level.COMMUNITY if area and area.level == self.community_level else Level.STREET
        wide = area is None or area.level == self.levels[0]
        return KIND_LEVELS.get(known.kind, Level.DISTRICT if wide else within)

    def matched(self, event: Event) -> list[Duty]:
        """Return the duties that match an event's category (or one above it) and territory, first responsible first.

        Of several lines of one unit its best one.
        """
        key = (event.category, event.area_path)
        found = self._matched.get(key)
        if found is None:
            found = self._match(event.category, event.area_path)
            if len(self._matched) > 100_000:
                self._matched.clear()
            self._matched[key] = found
        return found

    def eligible(self, event: Event) -> Sequence[str]:
        """Return the units that may claim it: duties match category and territory."""
        units = ((duty.unit, self.units.get(duty.unit)) for duty in self.matched(event))
        return [code for code, unit in units if unit is not None and unit.may_claim]

    def responsible(self, event: Event) -> Sequence[str]:
        """Return the units first in the duty matrix for it."""
        duties = self.matched(event)
        return [duty.unit for duty in duties if duty.priority == duties[0].priority]

    def co_units(self, event: Event) -> Sequence[str]:
        """Return the units that the pack names beside the lead; "@street" is the unit of the street it lies in."""
        named = self.config.get("emergency", {}).get("co_units", {})
        names = next((named[one.code] for one in self.lineage(event.category) if one.code in named), ())
        return [
            code for name in names for code in (self.units_at(name[1:], event) if name[:1] == "@" else [name])
        ]

    def units_at(self, level: str, event: Event) -> list[str]:
        """Return the units whose own territory is the area of that level the event lies in."""
        return [
            unit.code
            for unit in self.units.values()
            if unit.area and unit.kind == level and f"/{unit.area}/" in event.area_path
        ]

    def _match(self, code: str | None, path: str) -> list[Duty]:
        best: dict[str, Duty] = {}
        for duty in self.best_first(
            one for kind in self.lineage(code) for one in self.duties.get(kind.code, ())
        ):
            if duty.area == self.root or f"/{duty.area}/" in path:
                best.setdefault(duty.unit, duty)
        return sorted(best.values(), key=lambda duty: (duty.priority, duty.unit))

    def best_first(self, lines: Iterable[Duty]) -> list[Duty]:
        """Return lines of the duty matrix, those that count first: by priority, then the nearer area, then its code."""
        return sorted(lines, key=lambda duty: (duty.priority, -self.steps_to(duty.area), duty.area))


def read_reference(session: Session, minutes: Mapping[str, int]) -> Reference | None:
    """Return the loaded district with the deadlines set by name on top, or None when no pack is loaded."""
    district = session.scalar(select(DistrictRow))
    if district is None:
        return None
    config = district.config
    tz = ZoneInfo(config["time_zone"])
    days = {row.day: row.kind for row in session.scalars(select(CalendarRow))}
    conditions: dict[str, list[dict]] = {}
    for row in session.scalars(select(ConditionRow).order_by(ConditionRow.category, ConditionRow.no)):
        conditions.setdefault(row.category, []).append(
            {"no": row.no, "text": row.text, "limit": row.limit, "close_condition": row.close_condition}
        )
    duties: dict[str, list[Duty]] = {}
    for duty in session.scalars(select(DutyRow).order_by(DutyRow.id)):
        duties.setdefault(duty.category, []).append(Duty(duty.unit, duty.category, duty.area, duty.priority))
    current = select(AreaRow).where(AreaRow.valid_to.is_(None)).order_by(AreaRow.id)
    areas = {row.code: area_of(row) for row in session.scalars(current)}
    units = session.scalars(select(UnitRow).order_by(UnitRow.code)).all()
    categories = session.scalars(select(CategoryRow).order_by(CategoryRow.code)).all()
    return Reference(
        code=district.code,
        name=district.name,
        config=config,
        digest=district.digest,
        levels=tuple(config["levels"]),
        areas=areas,
        units={row.code: unit_of(row) for row in units if row.valid_to is None},
        categories={
            row.code: category_of(row, conditions.get(row.code, []))
            for row in categories
            if row.valid_to is None
        },
        conditions=conditions,
        duties=duties,
        policy=_policy(config, Calendar(days, tz), minutes),
        tz=tz,
        gone=read_gone(session, areas, units, categories, conditions),
    )


class References:
    """The present reference of a database, read again when its pack has changed."""

    def __init__(self, database: Database, minutes: Mapping[str, int] | None = None) -> None:
        self._database = database
        self._minutes = dict(minutes or {})
        self._reference: Reference | None = None
        self._looked = 0.0

    def get(self) -> Reference:
        """Return the loaded district; a refusal in words when there is none."""
        if self._reference is None or time.monotonic() - self._looked > LOOK_EVERY:
            self._look()
        if self._reference is None:
            raise Refusal("还没有载入区域数据包，请先运行 load-district")
        return self._reference

    def peek(self, session: Session) -> str | None:
        """Return the digest of the loaded pack, or None when there is none."""
        return session.scalar(select(DistrictRow.digest))

    def forget(self) -> None:
        """Look again at the next question."""
        self._looked = 0.0
        self._reference = None

    def _look(self) -> None:
        with self._database.read() as session:
            digest = self.peek(session)
            if self._reference is None or digest != self._reference.digest:
                self._reference = read_reference(session, self._minutes)
        self._looked = time.monotonic()


def _policy(config: Mapping, calendar: Calendar, minutes: Mapping[str, int]) -> Policy:
    limits = config.get("limits", {})
    named = {name: int(value) for name, value in limits.items() if name in DEFAULT_MINUTES}
    points = {name: round(value * 10) for name, value in config.get("points", {}).items()}
    return Policy(
        calendar=calendar,
        minutes={**DEFAULT_MINUTES, **named, **minutes},
        claim_override=minutes.get("claim"),
        handling=parse_limit(limits["handling"]) if limits.get("handling") else DEFAULT_HANDLING,
        freeze=parse_limit(limits["freeze"]) if limits.get("freeze") else DEFAULT_FREEZE,
        points={**POINTS, **{name: tenths for name, tenths in points.items() if name in POINTS}},
        claim_cap=points.get("claim_cap", CLAIM_CAP_TENTHS),
        composite=config.get("composite") or dict(COMPOSITE),
    )


def local_day(moment: datetime, tz: ZoneInfo) -> datetime:
    """Return the first instant of the local day a moment lies in."""
    return moment.astimezone(tz).replace(hour=0, minute=0, second=0, microsecond=0)
