"""The shapes of the API as JSON Schema, made from the same tables that check and write them."""

from collections.abc import Mapping

from callbacks.api.schema.bricks import (
    FLAG,
    MOMENT,
    NAMED,
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
    Appeal,
    Ground,
    Level,
    Rating,
    Source,
    Status,
    Supervision,
    Verdict,
    Zone,
)
from dashboard.rules.events.rules import BY_ACTION
from dashboard.rules.lifecycle.rule import Fact
from datasources.events.intake import DOOR_FIELDS, DOOR_SOURCES, FIELDS, REPORTER, Field


def field_schema(field: Field) -> Schema:
    """Return what a field of a report may hold; null means absent."""
    if field.kind in ("line", "code", "text"):
        return null({**TEXT, "maxLength": int(field.most), **({"minLength": 1} if field.least else {})})
    if field.kind == "number":
        return null({**NUMBER, "minimum": field.least, "maximum": field.most})
    if field.kind == "choice":
        return null(choice(field.choices))
    if field.kind == "ids":
        item = {**TEXT, "minLength": 1, "maxLength": 64}
        return null({**array(item), "maxItems": int(field.most), "uniqueItems": True})
    return null({"flag": FLAG, "moment": MOMENT, "object": _taken(REPORTER)}[field.kind])


def fact_schema(fact: Fact) -> Schema:
    """Return what a fact of an action may hold; null means absent."""
    text = {**TEXT, "maxLength": 2000}
    code = {**TEXT, "maxLength": 100}
    kinds: Mapping[str, Schema] = {
        "text": text,
        "rating": choice(Rating),
        "ground": choice(Ground),
        "level": choice(Level),
        "request": choice(("hold", "extend")),
        "verdict": choice(list(Verdict)),
        "units": array(code),
        "photos": array(code),
        "number": NUMBER,
        "integer": WHOLE,
        "flag": FLAG,
        "moment": MOMENT,
    }
    schema = kinds.get(fact.kind, code)
    return schema if fact.required else null(schema)


def action_body(action: str) -> Schema:
    """Return the body of an action: the version seen, and its facts."""
    rule = BY_ACTION[action]
    facts = {fact.name: fact_schema(fact) for fact in rule.facts}
    return record({"version": WHOLE, **facts}, *(fact.name for fact in rule.facts if not fact.required))


def _taken(fields: Mapping[str, Field], *required: str) -> Schema:
    return {
        "type": "object",
        "properties": {name: field_schema(field) for name, field in fields.items()},
        "additionalProperties": False,
        **({"required": list(required)} if required else {}),
    }


def _report() -> Schema:
    schema = _taken(FIELDS, "title")
    schema["properties"]["lat"] = null({**NUMBER, "minimum": -90, "maximum": 90})
    schema["properties"]["title"] = {**TEXT, "minLength": 1, "maxLength": 100}
    return schema


def _door() -> Schema:
    schema = _report()
    schema["properties"] = {name: schema["properties"][name] for name in DOOR_FIELDS}
    schema["properties"]["source"] = null(choice(DOOR_SOURCES))
    return schema


GRID = record({"code": TEXT, "name": TEXT, "street": null(TEXT)})
BORDER = {
    "type": "object",
    "required": ["candidates"],
    "properties": {"candidates": array(TEXT), "settled": FLAG, "distance_m": null(NUMBER), "streets": WHOLE},
}
REPORTER_SHOWN = record({"name": null(TEXT), "phone": null(TEXT)})
MOMENTS = (
    "claim_due_at", "accept_due_at", "warn_due_at", "handle_due_at", "check_due_at", "hold_until", "overdue_at", "reply_due_at", "finished_at",
    "closed_at",
)  # fmt: skip


EVENTS: Mapping[str, Schema] = {
    "Report": _report(),
    "DoorReport": _door(),
    "Event": record(
        {
            "id": WHOLE,
            "number": TEXT,
            "external_id": null(TEXT),
            "source_system": null(TEXT),
            "source": choice(Source),
            "title": TEXT,
            "description": TEXT,
            "category": null(NAMED),
            "status": choice(Status),
            "zone": null(choice(Zone)),
            "emergency": FLAG,
            "level": choice(Level),
            "lng": null(NUMBER),
            "lat": null(NUMBER),
            "address": TEXT,
            "grid": null(NAMED),
            "border": null(BORDER),
            "unit": null(NAMED),
            "how": null(choice(("claim", "dispatch"))),
            "round": WHOLE,
            "reported_at": MOMENT,
            **{name: null(MOMENT) for name in MOMENTS},
            "on_time": null(FLAG),
            "rating": null(choice(Rating)),
            "supervision": choice(Supervision),
            "supervised_reason": null(TEXT),
            "rework_count": WHOLE,
            "decline_count": WHOLE,
            "extension_count": WHOLE,
            "request": null(choice(("hold", "extend", "object"))),
            "appeal": null(choice(list(Appeal))),
            "demand": WHOLE,
            "version": WHOLE,
            "reporter": REPORTER_SHOWN,
        },
        open_=True,
    ),
    "Step": record(
        {
            "action": TEXT,
            "name": TEXT,
            "from": null(choice(Status)),
            "to": choice(Status),
            "by": TEXT,
            "role": TEXT,
            "by_unit": null(TEXT),
            "at": MOMENT,
            "round": WHOLE,
            "version": WHOLE,
            "unit": null(TEXT),
            "rating": null(choice(Rating)),
            "facts": {"type": "object"},
            "late": FLAG,
            "on_behalf": FLAG,
        }
    ),
    "Photo": record(
        {
            "id": TEXT,
            "url": TEXT,
            "role": null(TEXT),
            "width": WHOLE,
            "height": WHOLE,
            "created_at": MOMENT,
            "findings": array(record({"kind": TEXT, "level": choice(("ok", "note", "warn")), "text": TEXT})),
        },
        "findings",
    ),
    "Duplicate": record({"number": TEXT, "status": choice(Status), "distance_m": NUMBER, "hours": NUMBER}),
    "EventDetail": record(
        {
            "event": ref("Event"),
            "steps": array(ref("Step")),
            "photos": array(ref("Photo")),
            "allowed": array(choice(BY_ACTION)),
            "possible_duplicates": array(ref("Duplicate")),
        }
    ),
    "Upload": record({"id": TEXT, "offset": WHOLE, "photo": null(ref("Uploaded"))}),
    "UploadBegins": record(
        {"size": {**WHOLE, "minimum": 1}, "sha256": {**TEXT, "pattern": "^[0-9a-f]{64}$"}}
    ),
    "Events": page(ref("Event"), count=WHOLE),
    "Counted": record(
        {
            "items": array(
                {
                    "allOf": [
                        ref("Event"),
                        record(
                            {"counted": record({"at": MOMENT, "rating": null(choice(Rating))})}, open_=True
                        ),
                    ]
                }
            ),
            "next": null(TEXT),
            "count": WHOLE,
            "hidden": WHOLE,
        }
    ),
    "Batch": record({"events": {**array({"type": "object"}), "minItems": 1, "maxItems": 1000}}),
    "BatchResults": record(
        {
            "results": array(
                {"anyOf": [record({"status": {"const": 201}, "event": ref("Event")}), ref("Problem")]}
            )
        }
    ),
    "Uploaded": record({"id": TEXT, "url": TEXT, "width": WHOLE, "height": WHOLE}),
    "Reveal": record(
        {"reason": {**TEXT, "minLength": 1, "maxLength": 500}, "version": null(WHOLE)}, "version"
    ),
    "Revealed": record({"number": TEXT, "reporter": REPORTER_SHOWN, "description": TEXT}),
    "Reveals": record(
        {
            "items": array(
                record({"account": TEXT, "title": TEXT, "count": WHOLE, "reached_at": null(MOMENT)})
            ),
            "limit": WHOLE,
        }
    ),
    "Receipt": record({"number": TEXT, "secret": TEXT}),
    "Progress": record(
        {
            "number": TEXT,
            "title": TEXT,
            "status": choice(Status),
            "status_name": TEXT,
            "reported_at": MOMENT,
            "finished_at": null(MOMENT),
            "closed_at": null(MOMENT),
            "reason": null(TEXT),
            "stages": array(record({"name": TEXT, "at": null(MOMENT)})),
            "may": record({"rate": FLAG, "object": FLAG, "until": null(MOMENT)}),
            "rating": null(choice(Rating)),
            "objection": null(
                record({"text": TEXT, "at": MOMENT, "answer": null(TEXT), "answered_at": null(MOMENT)})
            ),
        }
    ),
    "DoorRates": record(
        {"secret": TEXT, "rating": choice(Rating), "text": null({**TEXT, "maxLength": 2000})}, "text"
    ),
    "DoorObjects": record({"secret": TEXT, "text": {**TEXT, "minLength": 1, "maxLength": 2000}}),
    "Nothing": {"type": "object"},
    "OpenApi": {"type": "object"},
    "Problem": record(
        {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
            "errors": array(record({"field": TEXT, "message": TEXT})),
            "winner": null(record({"unit": TEXT, "name": TEXT, "at": null(MOMENT)})),
            "event": null(ref("Event")),
        },
        "detail",
        "errors",
        "winner",
        "event",
        open_=True,
    ),
}
