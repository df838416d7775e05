"""The shapes of figures as JSON Schema: KPIs, boards, what lies behind them, appeals, exports."""

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
from dashboard.rules.events.event import Appeal, Level, Status, Verdict

LEAST_WHY, LONGEST_WHY = 2, 200
MOST_NUMBERS, LONGEST_NUMBER = 20_000, 32

FIGURES: Mapping[str, Schema] = {
    "Kpi": record(
        {"name": TEXT, "num": WHOLE, "den": WHOLE, "text": TEXT, "previous": RATIO, "last_year": RATIO},
        "previous",
        "last_year",
    ),
    "Kpis": record(
        {
            "period": TEXT,
            "basis": TEXT,
            "frozen_at": null(MOMENT),
            "counted_now": array(TEXT),
            "kpis": {"type": "object", "additionalProperties": ref("Kpi")},
        }
    ),
    "BoardRow": record(
        {
            "rank": null(WHOLE),
            "code": TEXT,
            "name": TEXT,
            "points": {**TEXT, "pattern": r"^-?\d+\.\d$"},
            "composite": null(NUMBER),
            "rates": {"type": "object", "additionalProperties": RATIO},
            "closed": WHOLE,
            "dropped": array(TEXT),
            "change": null(WHOLE),
            "area": null(TEXT),
        },
        open_=True,
    ),
    "Board": record(
        {
            "board": TEXT,
            "period": TEXT,
            "from": TEXT,
            "to": TEXT,
            "as_of": MOMENT,
            "live": FLAG,
            "frozen_at": null(MOMENT),
            "corrections": array(ref("Correction")),
            "by": choice(("points", "composite")),
            "buckets": array(TEXT),
            "rows": array(ref("BoardRow")),
        }
    ),
    "Formula": record(
        {
            "parts": array(record({"code": TEXT, "name": TEXT, "weight": WHOLE, "formula": TEXT})),
            "points": array(record({"rule": TEXT, "name": TEXT, "points": TEXT})),
            "least_closed": WHOLE,
            "claim_cap": TEXT,
        }
    ),
    "Breakdown": record(
        {
            "dimension": TEXT,
            "frozen_at": null(MOMENT),
            "rows": array(
                record(
                    {
                        "code": TEXT,
                        "name": TEXT,
                        "kpis": {"type": "object", "additionalProperties": ref("Kpi")},
                    }
                )
            ),
        }
    ),
    "Bottleneck": record(
        {
            "rows": array(
                record(
                    {
                        "status": choice(Status),
                        "name": TEXT,
                        "n": WHOLE,
                        "over": WHOLE,
                        "p50_s": WHOLE,
                        "p90_s": WHOLE,
                        "oldest_s": WHOLE,
                        "oldest": null(TEXT),
                    }
                )
            )
        }
    ),
    "Handoffs": record(
        {
            "grounds": array(NAMED),
            "rows": array(
                record(
                    {
                        "code": TEXT,
                        "name": TEXT,
                        "declined": RATIO,
                        "returned": RATIO,
                        "by_ground": {"type": "object", "additionalProperties": WHOLE},
                    }
                )
            ),
        }
    ),
    "Levels": record(
        {
            "levels": array(choice(Level)),
            "rows": array(record({"expected": choice(Level), "finished": choice(Level), "count": WHOLE})),
            "within": record({"num": WHOLE, "den": WHOLE, "text": TEXT}),
            "areas": array(record({"code": TEXT, "name": TEXT, "counts": array(WHOLE), "closed": WHOLE})),
        }
    ),
    "Entry": record(
        {
            "id": WHOLE,
            "rule": TEXT,
            "name": TEXT,
            "event": TEXT,
            "title": TEXT,
            "points": TEXT,
            "at": MOMENT,
            "reverses": null(WHOLE),
        }
    ),
    "Entries": page(ref("Entry")),
    "Correction": record(
        {
            "code": TEXT,
            "name": TEXT,
            "frozen_points": TEXT,
            "points": TEXT,
            "rates": {
                "type": "object",
                "additionalProperties": record({"name": TEXT, "frozen": RATIO, "now": RATIO}),
            },
            "entries": array(ref("Entry")),
        }
    ),
    "Appeals": page(
        record(
            {
                "number": TEXT,
                "title": TEXT,
                "version": WHOLE,
                "unit": TEXT,
                "state": choice(list(Appeal)),
                "words": TEXT,
                "reason": TEXT,
                "at": null(MOMENT),
                "due_at": null(MOMENT),
                "finished_at": null(MOMENT),
                "closed_at": null(MOMENT),
                "reviewer": null(TEXT),
                "verdict": null(choice(list(Verdict))),
                "may_review": FLAG,
            }
        )
    ),
    "ExportAsked": record(
        {
            "filters": {"type": "object", "additionalProperties": TEXT},
            "why": {**TEXT, "minLength": LEAST_WHY, "maxLength": LONGEST_WHY},
        },
        "filters",
    ),
    "ExportNamed": record(
        {
            "numbers": {
                "type": "array",
                "items": {**TEXT, "minLength": 1, "maxLength": LONGEST_NUMBER},
                "minItems": 1,
                "maxItems": MOST_NUMBERS,
            },
            "why": {**TEXT, "minLength": LEAST_WHY, "maxLength": LONGEST_WHY},
        }
    ),
    "ExportApproved": record({"reason": null({**TEXT, "maxLength": 500})}, "reason"),
    "ExportRefused": record({"reason": {**TEXT, "minLength": 1, "maxLength": 500}}),
    "ExportRequest": record(
        {
            "id": WHOLE,
            "account": TEXT,
            "filters": {"type": "object"},
            "why": TEXT,
            "asked_at": MOMENT,
            "state": choice(("asked", "approved", "refused", "expired")),
            "answered_by": null(TEXT),
            "answer": null(TEXT),
            "expires_at": null(MOMENT),
            "downloads": WHOLE,
            "own": FLAG,
            "link": null(TEXT),
        }
    ),
    "ExportRequests": page(ref("ExportRequest")),
}
