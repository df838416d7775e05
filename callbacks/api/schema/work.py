"""The shapes of what people at work ask beside an event: whom to send it to, the pool, who else looks, the phone."""

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
from dashboard.rules.advice.recommend import FITS
from dashboard.rules.events.event import (
    Level,
    Rating,
    Status,
)
from dashboard.rules.limits import UNITS

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
PERSON = record({"account": TEXT, "title": TEXT, "seat": TEXT, "since": MOMENT})
GRID = record({"code": TEXT, "name": TEXT, "street": null(TEXT)})

WORK: Mapping[str, Schema] = {
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
    "Objections": page(
        record({"number": TEXT, "title": TEXT, "text": TEXT, "unit": TEXT, "closed_at": null(MOMENT)})
    ),
}
