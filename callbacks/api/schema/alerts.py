"""The shapes of alerts, screens and messages owed, as JSON Schema."""

from collections.abc import Mapping

from callbacks.api.schema.bricks import (
    FLAG,
    MOMENT,
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
from callbacks.live import heartbeat
from dashboard.rules.alerts.alert import CHANNEL_WORDS, LADDER_WORDS, AlertState
from dashboard.rules.alerts.alert import KINDS as SOUND_KINDS

ALERTS: Mapping[str, Schema] = {
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
            "kind": choice(SOUND_KINDS),
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
            "ladder": array(
                record({"at": MOMENT, "what": choice((*LADDER_WORDS,)), "done": FLAG, "held": FLAG})
            ),
            "count": WHOLE,
            "folded": array(TEXT),
            "shelved": null(record({"until": MOMENT, "by": TEXT, "title": null(TEXT), "reason": TEXT})),
            "stood_down_at": null(MOMENT),
            "voice": TEXT,
        },
        open_=True,
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
    "Shelve": record(
        {"reason": {**TEXT, "minLength": 1, "maxLength": 500}, "until": MOMENT, "count": null(WHOLE)}, "count"
    ),
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
}
