"""The places of the loaded pack: where stations, teams and offices stand, and what else its map shows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from datasources.districts.pack.places import Place
from datasources.districts.reference import Reference
from datasources.store.models.tables import PlaceRow


def places_of(
    session: Session, reference: Reference, kind: str | None = None, area: str | None = None
) -> list[Place]:
    """Return the places by code, of one kind and inside one area (of any level) where that is asked."""
    query = select(PlaceRow).order_by(PlaceRow.code)
    if kind is not None:
        query = query.where(PlaceRow.kind == kind)
    rows = session.scalars(query)
    return [
        Place(row.code, row.name, row.kind, row.lng, row.lat, row.area, row.unit, row.note)
        for row in rows
        if area is None or _inside(reference, row.area, area)
    ]


def _inside(reference: Reference, code: str | None, area: str) -> bool:
    held = reference.areas.get(code or "")
    return held is not None and f"/{area}/" in held.path
