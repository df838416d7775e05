"""The shapes of the API as JSON Schema, made from the same tables that check and write them."""

from collections.abc import Mapping

from callbacks.api.schema.bricks import (
    FLAG,
    MOMENT,
    NAMED,
    NUMBER,
    RATIO,
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
from callbacks.api.schema.shapes_of_figures import FIGURES
from callbacks.live import heartbeat
from dashboard.rules.advice.recommend import FITS
from dashboard.rules.alerts.alert import CHANNEL_WORDS, LADDER_WORDS, OTHER_KIND, AlertState
from dashboard.rules.alerts.alert import KINDS as SOUND_KINDS
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
from dashboard.rules.events.lifecycle import BY_ACTION, Fact
from dashboard.rules.limits import UNITS
from datasources.districts.pack.places import KINDS as PLACE_KINDS
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
PERSON = record({"account": TEXT, "title": TEXT, "seat": TEXT, "since": MOMENT})
MOMENTS = (
    "claim_due_at", "accept_due_at", "warn_due_at", "handle_due_at", "check_due_at", "hold_until", "overdue_at", "reply_due_at", "finished_at",
    "closed_at",
)  # fmt: skip

FIELD_MINE: Mapping[str, Schema] = {
    "number": TEXT,
    "version": WHOLE,
    "title": TEXT,
    "status": choice(Status),
    "level": choice(Level),
    "emergency": FLAG,
    "lng": null(NUMBER),
    "lat": null(NUMBER),
    "address": TEXT,
    "grid": TEXT,
    "unit": TEXT,
    "reported_at": MOMENT,
    "rating": null(choice(Rating)),
}

COMPONENTS: Mapping[str, Schema] = {
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
    "Candidates": record(
        {
            "number": TEXT,
            "version": WHOLE,
            "dispatchable": FLAG,
            "why_not": null(TEXT),
            "units": array(ref("Candidate")),
            "limits": array(
                record(
                    {
                        "condition": null(WHOLE),
                        "text": TEXT,
                        "limit": record({"amount": NUMBER, "unit": choice(UNITS)}),
                        "due_at": MOMENT,
                    }
                )
            ),
            "border": null(
                record(
                    {
                        "candidates": array(
                            record(
                                {
                                    "code": TEXT,
                                    "name": TEXT,
                                    "street": null(TEXT),
                                    "distance_m": null(NUMBER),
                                    "inside": FLAG,
                                }
                            )
                        ),
                        "accuracy_m": null(NUMBER),
                        "settled": FLAG,
                        "offered": null(TEXT),
                        "remembered": null(
                            record(
                                {
                                    "grid": TEXT,
                                    "name": TEXT,
                                    "by": TEXT,
                                    "at": MOMENT,
                                    "distance_m": null(NUMBER),
                                }
                            )
                        ),
                    }
                )
            ),
        }
    ),
    "Candidate": record(
        {
            "code": TEXT,
            "name": TEXT,
            "fit": choice(FITS),
            "score": {**WHOLE, "minimum": 0, "maximum": 100},
            "reasons": array(record({"kind": TEXT, "text": TEXT, "good": FLAG})),
            "load": WHOLE,
            "on_time": RATIO,
        }
    ),
    "PlanAsked": record({"numbers": {**array(TEXT), "minItems": 1, "maxItems": 200}}),
    "Plan": record({"items": array(ref("Planned"))}),
    "Planned": record(
        {
            "number": TEXT,
            "version": null(WHOLE),
            "title": null(TEXT),
            "status": null(choice(Status)),
            "emergency": FLAG,
            "unit": null(NAMED),
            "fit": null(choice(FITS)),
            "score": null(WHOLE),
            "due_at": null(MOMENT),
            "why_not": null(TEXT),
        }
    ),
    "FieldMine": record(FIELD_MINE),
    "FieldTask": record(
        {
            **FIELD_MINE,
            "check_due_at": null(MOMENT),
            "finished_at": null(MOMENT),
            "round": WHOLE,
            "said": TEXT,
            "photos": array(ref("Photo")),
        }
    ),
    "Field": record(
        {
            "now": WHOLE,
            "speed": NUMBER,
            "tasks": array(ref("FieldTask")),
            "mine": array(ref("FieldMine")),
            "open": WHOLE,
            "reported_today": WHOLE,
            "checked_today": WHOLE,
            "points": record({"today": TEXT, "month": TEXT}),
            "entries": array(
                record({"rule": TEXT, "event": TEXT, "points": TEXT, "at": MOMENT, "reversed": FLAG})
            ),
        }
    ),
    "Upload": record({"id": TEXT, "offset": WHOLE, "photo": null(ref("Uploaded"))}),
    "UploadBegins": record(
        {"size": {**WHOLE, "minimum": 1}, "sha256": {**TEXT, "pattern": "^[0-9a-f]{64}$"}}
    ),
    "Pool": record(
        {
            "items": array(ref("PoolItem")),
            "stake": {"type": "object", "additionalProperties": TEXT},
            "bonus_left": TEXT,
            "bonus_cap": TEXT,
        }
    ),
    "PoolItem": record(
        {
            "number": TEXT,
            "claim_due_at": MOMENT,
            "why": record({"category": TEXT, "area": TEXT, "priority": WHOLE}),
            "rivals": array(TEXT),
            "limit": record({"amount": NUMBER, "unit": choice(UNITS)}),
            "due_at": MOMENT,
            "photos": WHOLE,
            "description": TEXT,
        }
    ),
    "PoolFate": record(
        {
            "number": TEXT,
            "status": choice(Status),
            "claimed": FLAG,
            "unit": null(record({"code": TEXT, "name": TEXT})),
            "at": null(MOMENT),
        }
    ),
    "Stretches": record(
        {
            "days": WHOLE,
            "since": MOMENT,
            "items": array(
                record(
                    {
                        "grids": array(GRID),
                        "doubtful": WHOLE,
                        "waiting": WHOLE,
                        "declines": WHOLE,
                        "rulings": array(record({**GRID["properties"], "count": WHOLE})),
                        "last": null(record({**GRID["properties"], "by": TEXT, "at": MOMENT})),
                    }
                )
            ),
        }
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
    "Alert": record(
        {
            "id": WHOLE,
            "event": TEXT,
            "event_id": WHOLE,
            "episode": WHOLE,
            "state": choice(AlertState),
            "version": WHOLE,
            "raised_at": MOMENT,
            "reported_at": MOMENT,
            "title": TEXT,
            "category": null(TEXT),
            "kind": choice((*(kind for kind, _ in SOUND_KINDS), OTHER_KIND)),
            "address": null(TEXT),
            "lng": null(NUMBER),
            "lat": null(NUMBER),
            "grid": null(TEXT),
            "acknowledged": null(
                record(
                    {
                        "by": TEXT,
                        "title": null(TEXT),
                        "at": MOMENT,
                        "screen": null(TEXT),
                        "behalf": record({"who": TEXT, "channel": choice((*CHANNEL_WORDS,)), "words": TEXT}),
                    },
                    "behalf",
                )
            ),
            "units": array(record({"unit": TEXT, "name": TEXT, "accepted": FLAG, "due_at": null(MOMENT)})),
            "next": null(record({"at": MOMENT, "what": null(choice((*LADDER_WORDS,)))})),
            "ladder": array(record({"at": MOMENT, "what": choice((*LADDER_WORDS,)), "done": FLAG})),
            "count": WHOLE,
            "folded": array(TEXT),
            "shelved": null(record({"until": MOMENT, "by": TEXT, "title": null(TEXT), "reason": TEXT})),
            "stood_down_at": null(MOMENT),
            "voice": TEXT,
        },
        open_=True,
    ),
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
    "Alerts": page(ref("Alert")),
    "Acknowledge": record(
        {
            "episode": WHOLE,
            "screen": null({**TEXT, "maxLength": 100}),
            "on_behalf": null(
                record(
                    {
                        "who": {**TEXT, "minLength": 1, "maxLength": 60},
                        "channel": choice((*CHANNEL_WORDS,)),
                        "words": {**TEXT, "minLength": 1, "maxLength": 500},
                    }
                )
            ),
        },
        "screen",
        "on_behalf",
    ),
    "AlarmLoad": record({"ten_minutes": WHOLE, "flood": FLAG, "limit": WHOLE}),
    "Gazetteer": page(
        record({"code": TEXT, "name": TEXT, "kind": TEXT, "where": TEXT, "lng": NUMBER, "lat": NUMBER})
    ),
    "Duplicates": page(
        record(
            {
                "number": TEXT,
                "title": TEXT,
                "status": choice(Status),
                "distance_m": null(NUMBER),
                "hours": NUMBER,
                "alike": FLAG,
            }
        )
    ),
    "Join": record({"original": {**TEXT, "minLength": 1, "maxLength": 40}, "report": ref("Report")}),
    "Joined": record({"number": TEXT, "original": ref("Event")}),
    "Around": record({"number": TEXT, "duplicates": array(ref("Beside")), "history": array(ref("Beside"))}),
    "Beside": record(
        {
            "number": TEXT,
            "title": TEXT,
            "status": choice(Status),
            "category": TEXT,
            "alike": FLAG,
            "distance_m": null(NUMBER),
            "age_s": WHOLE,
            "reported_at": MOMENT,
            "unit": null(record({"code": TEXT, "name": TEXT})),
            "rating": null(choice(Rating)),
            "on_time": null(FLAG),
        }
    ),
    "Presence": record({"seat": {**TEXT, "minLength": 1, "maxLength": 60}, "leave": null(FLAG)}, "leave"),
    "TakeOver": record(
        {
            "seat": {**TEXT, "minLength": 1, "maxLength": 60},
            "reason": {**TEXT, "minLength": 1, "maxLength": 500},
            "version": null(WHOLE),
        },
        "seat",
        "version",
    ),
    "Present": record({"mine": FLAG, "holder": null(PERSON), "others": array(PERSON), "lasts_s": WHOLE}),
    "Shelve": record({"reason": {**TEXT, "minLength": 1, "maxLength": 500}, "until": MOMENT}),
    "ScreenSays": record(
        {
            "name": {**TEXT, "minLength": 1, "maxLength": 100},
            "audible": FLAG,
            **{
                name: null({**NUMBER, "minimum": 0, "maximum": most})
                for name, most in heartbeat.NUMBERS.items()
            },
            **{name: null({**TEXT, "maxLength": most}) for name, most in heartbeat.TEXTS.items()},
            **{name: null(FLAG) for name in heartbeat.FLAGS},
        },
        *heartbeat.FIELDS,
    ),
    "Screen": record({"name": TEXT, "audible": FLAG, "lease_seconds": WHOLE}),
    **FIGURES,
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
    "Objections": page(
        record({"number": TEXT, "title": TEXT, "text": TEXT, "unit": TEXT, "closed_at": null(MOMENT)})
    ),
    "Deliveries": record(
        {
            "items": array(
                record(
                    {
                        "id": WHOLE,
                        "target": TEXT,
                        "reason": TEXT,
                        "event": null(TEXT),
                        "emergency": FLAG,
                        "state": choice(("waiting", "failed", "sent")),
                        "why": null(TEXT),
                        "created_at": MOMENT,
                        "tries": WHOLE,
                        "last_try_at": null(MOMENT),
                        "next_try_at": null(MOMENT),
                        "done_at": null(MOMENT),
                        "receipt": null(TEXT),
                    }
                )
            ),
            "next": null(TEXT),
            "owed": WHOLE,
            "failed": WHOLE,
        }
    ),
    "DeliveryAgain": record({"id": WHOLE, "state": choice(("waiting",))}),
    "Nothing": {"type": "object"},
    "Snapshot": record({"position": TEXT, "columns": array(TEXT), "rows": array({"type": "array"})}),
    "FeedHash": record({"position": TEXT, "hash": {**TEXT, "pattern": "^[0-9a-f]{64}$"}}),
    "Views": record({"position": TEXT, "views": {"type": "object"}}),
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
