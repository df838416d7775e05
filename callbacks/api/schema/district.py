"""The shapes of what a district is made of, and of the live feed, as JSON Schema."""

from collections.abc import Mapping

from callbacks.api.schema.bricks import (
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    array,
    choice,
    null,
    page,
    record,
    ref,
)
from dashboard.rules.events.event import (
    Level,
)
from datasources.districts.pack.places import KINDS as PLACE_KINDS

DISTRICT: Mapping[str, Schema] = {
    "Gazetteer": page(
        record({"code": TEXT, "name": TEXT, "kind": TEXT, "where": TEXT, "lng": NUMBER, "lat": NUMBER})
    ),
    "Areas": record(
        {"type": {"const": "FeatureCollection"}, "features": array({"type": "object"})},
    ),
    "Category": record(
        {
            "code": TEXT,
            "name": TEXT,
            "parent": null(TEXT),
            "limit": null(record({"amount": NUMBER, "unit": TEXT})),
            "claim_minutes": null(WHOLE),
            "emergency": FLAG,
            "level": null(choice(Level)),
            "photo_required": FLAG,
            "conditions": array({"type": "object"}),
        }
    ),
    "Categories": page(ref("Category")),
    "Unit": record(
        {
            "code": TEXT,
            "name": TEXT,
            "kind": TEXT,
            "parent": null(TEXT),
            "area": null(TEXT),
            "may_claim": FLAG,
        }
    ),
    "Units": page(ref("Unit")),
    "Place": record(
        {
            "code": TEXT,
            "name": TEXT,
            "kind": choice(PLACE_KINDS),
            "lng": NUMBER,
            "lat": NUMBER,
            "area": null(TEXT),
            "unit": null(TEXT),
            "note": TEXT,
        }
    ),
    "Places": page(ref("Place")),
    "Snapshot": record({"position": TEXT, "columns": array(TEXT), "rows": array({"type": "array"})}),
    "FeedHash": record({"position": TEXT, "hash": {**TEXT, "pattern": "^[0-9a-f]{64}$"}}),
    "Views": record({"position": TEXT, "views": {"type": "object"}}),
}
