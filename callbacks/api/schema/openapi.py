"""The API described by itself (OpenAPI 3.1), from the rule book and the tables that check what comes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response

from callbacks.api.alerts.deliveries import STATES
from callbacks.api.answers import answer
from callbacks.api.problems import TITLES, TYPE
from callbacks.api.schema.bricks import TEXT, WHOLE, Schema, choice, ref
from callbacks.api.schema.components import COMPONENTS
from callbacks.api.schema.events import action_body
from callbacks.security import outside
from callbacks.security.guard import permission
from dashboard.rules.events.event import Level, Rating, Source, Status, Supervision, Zone
from dashboard.rules.events.rules import BY_ACTION
from datasources.districts.pack.places import KINDS
from datasources.files import sheets
from layouts.text.words import translate

VERSION = "1.0.0"
JSON = "application/json"
MACHINES = frozenset({"clock", "system"})
ANY = (400, 401, 403)
BODY = (*ANY, 413, 415, 422)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: what it answers, what it takes, how it may be refused."""

    words: str
    answers: str = ""
    status: int = 200
    takes: str = ""
    refuses: Sequence[int] = ANY
    query: tuple[str, ...] = ()
    public: bool = False
    kind: str = JSON
    headers: tuple[str, ...] = ()


QUERY: Mapping[str, Schema] = {
    "status": choice(Status),
    "zone": choice(Zone),
    "level": choice(Level),
    "supervision": choice(Supervision),
    "emergency": choice(("true", "false")),
    "overdue": choice(("true", "false")),
    "since": {"type": "string", "format": "date-time"},
    "until": {"type": "string", "format": "date-time"},
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    "basis": choice(("due", "reported")),
    "kind": choice(KINDS),
    "part": choice(("num", "den")),
    "rating": choice(Rating),
    "source": choice(Source),
    "count": choice(("0", "1")),
    "compare": choice(("0", "1")),
    "trend": choice(("0", "1")),
    "channel": choice(Source),
    "format": choice(sheets.KINDS),
    "state": choice(("pending", "decided")),
    "/deliveries?state": choice(STATES),
    "board": TEXT,
}
FILTERS = ("status", "zone", "unit", "area", "category", "emergency", "level", "supervision", "overdue", "source", "since", "until", "q", "bbox")  # fmt: skip
SEEN = (*ANY, 404, 409)  # 409: its record is damaged
NARROW = ("area", "unit", "category", "channel")
FILE = "|".join(kind.partition(";")[0] for kind in sheets.KINDS.values())

# (method, path) → what it is; actions follow from the rule book
OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("post", "/events"): Operation("Report an event", "Event", 201, "Report", (*BODY, 409, 503), headers=("Idempotency-Key",)),
    ("get", "/events"): Operation("List events, newest first", "Events", refuses=(*ANY, 422), query=(*FILTERS, "count", "limit", "cursor")),
    ("post", "/events/batch"): Operation("Report up to 1000 events", "BatchResults", 200, "Batch", (*BODY, 409, 503), headers=("Idempotency-Key",)),
    ("get", "/events/{number}"): Operation("One event with its steps, photos and allowed actions", "EventDetail", refuses=SEEN),
    ("get", "/events/{number}/candidates"): Operation("Units to send an event to, best first with reasons; limits as due times; the border in doubt", "Candidates", refuses=SEEN),
    ("post", "/events/{number}/reveal"): Operation("The reporter in clear, for a reason that is kept with the account and the moment", "Revealed", 200, "Reveal", (*BODY, 404, 409, 429)),
    ("get", "/reveals"): Operation("Who saw reporters in clear within the hour and how often, first those who reached the limit", "Reveals"),
    ("post", "/events/plan"): Operation("Where each of up to 200 events would be sent, or why it cannot", "Plan", 200, "PlanAsked", BODY),
    ("get", "/field"): Operation("What a grid worker has to check, has reported and earned; the server's time", "Field"),
    ("get", "/pool"): Operation("What one's unit may claim now and why, soonest first, with rivals, points at stake and due time", "Pool"),
    ("get", "/pool/{number}"): Operation("What became of an event that one's unit could have claimed: who has it and since when", "PoolFate", refuses=SEEN),
    ("get", "/borders/stretches"): Operation("Stretches of border that keep causing trouble in 90 days, worst first", "Stretches"),
    ("post", "/reports"): Operation("The anonymous door", "Receipt", 201, "DoorReport", (*BODY, 409, 429, 503), headers=("Idempotency-Key", "X-Upload-Seat"), public=True),
    ("post", "/reports/{number}/rate"): Operation("The reporter's own satisfaction after closing, once a round", "Progress", 200, "DoorRates", (*BODY, 409), public=True),
    ("post", "/reports/{number}/object"): Operation("The reporter's objection, within seven days of closing", "Progress", 200, "DoorObjects", (*BODY, 409), public=True),
    ("get", "/objections"): Operation("Objections that wait for the desk's answer", "Objections"),
    ("get", "/reports/{number}"): Operation("Follow an anonymous report by its secret", "Progress", refuses=(*ANY, 409), query=("secret",), public=True),
    ("post", "/photos"): Operation("Upload a picture (JPEG, PNG, WebP ≤ 8 MB)", "Uploaded", 201, "multipart", BODY),
    ("post", "/uploads"): Operation("Begin a picture that comes in pieces, or find the one begun before; strangers name a seat", "Upload", 201, "UploadBegins", (*BODY, 429), headers=("X-Upload-Seat",), public=True),
    ("get", "/uploads/{key}"): Operation("How far an upload is", "Upload", refuses=(*ANY, 404, 422), headers=("X-Upload-Seat",), public=True),
    ("patch", "/uploads/{key}"): Operation("The next piece, ≤ 512 KB, beginning at Upload-Offset; the last one answers the photo", "Upload", 200, "piece", (*BODY, 404, 409), headers=("X-Upload-Seat", "Upload-Offset"), public=True),
    ("get", "/photos/{key}"): Operation("A picture", "", refuses=SEEN, kind="image/*"),
    ("get", "/alerts"): Operation("Open alerts", "Alerts"),
    ("get", "/alerts/missed"): Operation("Alerts raised since a moment, newest first, whatever became of them", "Alerts", refuses=(*ANY, 422), query=("since",)),
    ("get", "/alerts/load"): Operation("How many alarms the last ten minutes raised, and whether that is a flood", "AlarmLoad"),
    ("get", "/gazetteer"): Operation("Areas and places of the pack that an address text may mean, best first", "Gazetteer", refuses=(*ANY, 422), query=("q",)),
    ("get", "/duplicates"): Operation("Open events that a draft may double: near, lately, the same kind first", "Duplicates", refuses=(*ANY, 422), query=("lng", "lat", "category")),
    ("post", "/events/join"): Operation("Report and merge into an open event at once; never an emergency", "Joined", 201, "Join", (*BODY, 404, 409, 503), headers=("Idempotency-Key",)),
    ("get", "/events/{number}/around"): Operation("What may be the same matter nearby, and what happened at this place before", "Around", refuses=SEEN),
    ("post", "/events/{number}/presence"): Operation("Say that somebody has the event open; the first holds it", "Present", 200, "Presence", (*BODY, 404, 409)),
    ("post", "/events/{number}/presence/take"): Operation("Take an event over from whoever holds it, for a reason that becomes a step", "Present", 200, "TakeOver", (*BODY, 404, 409)),
    ("post", "/alerts/{key}/acknowledge"): Operation("Answer an alert", "Alert", 200, "Acknowledge", (*BODY, 404, 409)),
    ("post", "/alerts/{key}/shelve"): Operation("Silence an alert openly, at most 30 minutes", "Alert", 200, "Shelve", (*BODY, 404, 409)),
    ("get", "/deliveries"): Operation("What is owed to outside systems, emergencies first; or the deliveries of one state", "Deliveries", refuses=(*ANY, 422), query=("state", "limit")),
    ("post", "/deliveries/{key}/again"): Operation("Try a delivery at once; one that was received goes out anew", "DeliveryAgain", 200, "Nothing", (*BODY, 404)),
    ("post", "/screens"): Operation("A screen says that it is there", "Screen", 200, "ScreenSays", BODY),
    ("get", "/kpis"): Operation("KPIs of a period; compare=1 adds the period before and last year, each as old as this one is now", "Kpis", refuses=(*ANY, 422), query=("period", "area", "unit", "category", "channel", "basis", "compare")),
    ("get", "/kpis/{code}/events"): Operation("What a KPI counted, newest first", "Counted", refuses=(*ANY, 404, 422), query=("period", "area", "unit", "category", "channel", "basis", "part", "rating", "limit", "cursor")),
    ("get", "/kpis/by/{dimension}"): Operation("KPIs by area, unit, category or channel", "Breakdown", refuses=(*ANY, 422), query=("period", "area", "unit", "category", "channel", "basis", "codes")),
    ("get", "/bottleneck"): Operation("Where open cases stand and for how long", "Bottleneck", refuses=(*ANY, 422), query=NARROW),
    ("get", "/handoffs"): Operation("Who declines and who is sent back, by unit", "Handoffs", refuses=(*ANY, 422), query=("period", *NARROW)),
    ("get", "/levels"): Operation("At which level closed events were finished against the level expected, and by area", "Levels", refuses=(*ANY, 422), query=("period", *NARROW)),
    ("get", "/levels/events"): Operation("What one cell of the levels counted, newest first", "Counted", refuses=(*SEEN, 422), query=("period", *NARROW, "expected", "finished", "limit", "cursor")),
    ("get", "/scores"): Operation("A board; trend=1 adds each line's points by day, week or month", "Board", refuses=(*ANY, 422), query=("board", "period", "area", "trend")),
    ("get", "/scores/formula"): Operation("How the boards are counted: parts and weights of the composite, points", "Formula"),
    ("get", "/scores/{board}/{code}/entries"): Operation("The ledger behind a line of a board", "Entries", refuses=(*ANY, 404, 422), query=("period", "area", "limit", "cursor")),
    ("get", "/appeals"): Operation("Appeals against being overdue: those that wait for a review, or those decided", "Appeals", refuses=(*ANY, 422), query=("state",)),
    ("get", "/exports/{what}.{kind}"): Operation("A board, list or numbers as CSV or Excel, for a reason that is kept; filters as of the door it exports", "", refuses=(*ANY, 404, 422), query=("why", "board", "code", "period", "area", "unit", "category", "channel", "basis", "dimension", "codes", "kpi", "part", "rating", "state"), kind=FILE),
    ("post", "/exports/events.{kind}"): Operation("Events named one by one, in the order given, as CSV or Excel, for a reason that is kept", "", 200, "ExportNamed", BODY, kind=FILE),
    ("get", "/exports/requests"): Operation("Requests to export personal data: one's own, or all for whoever answers them", "ExportRequests"),
    ("post", "/exports/requests"): Operation("Ask to export a list with personal data", "ExportRequest", 201, "ExportAsked", BODY),
    ("post", "/exports/requests/{key}/approve"): Operation("Approve somebody else's request; its link works for a day", "ExportRequest", 200, "ExportApproved", (*BODY, 404, 409)),
    ("post", "/exports/requests/{key}/refuse"): Operation("Refuse somebody else's request", "ExportRequest", 200, "ExportRefused", (*BODY, 404, 409)),
    ("get", "/exports/requests/{key}/file"): Operation("The file of one's approved request", "", refuses=(*ANY, 404, 409, 422), query=("token", "format"), kind=FILE),
    ("get", "/areas"): Operation("Areas as GeoJSON", "Areas", refuses=(*ANY, 422), query=("level", "parent"), kind="application/geo+json"),
    ("get", "/categories"): Operation("Categories", "Categories"),
    ("get", "/units"): Operation("Units", "Units"),
    ("get", "/places"): Operation("Places of the pack: stations, teams, offices …", "Places", refuses=(*ANY, 422), query=("kind", "area")),
    ("get", "/feed/snapshot"): Operation("The live set", "Snapshot", refuses=(*ANY, 503), query=("since",)),
    ("get", "/feed/hash"): Operation("The canonical hash of the live set", "FeedHash", refuses=(*ANY, 503)),
    ("get", "/feed/views"): Operation("The views of the wall, of an area if one is named", "Views", refuses=(*ANY, 422, 503), query=("area",)),
    ("get", "/openapi.json"): Operation("This description", "OpenApi", public=True, refuses=(400,)),
}  # fmt: skip


@permission("public")
def openapi() -> Response:
    """Return the description of the API."""
    return answer(described(outside.own_address(), outside.cookie_name("grid_session")))


@lru_cache(maxsize=4)
def described(server: str, cookie: str = "grid_session") -> dict[str, Any]:
    """Return the OpenAPI document for a server's address."""
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), operation in OPERATIONS.items():
        paths.setdefault(path, {})[method] = _operation(method, path, operation)
    for action, rule in BY_ACTION.items():
        if action != "report" and not MACHINES.issuperset(rule.by):
            words = f"{rule.words} ({action})"
            one = Operation(words, "Event", 200, action, (*BODY, 404, 409, 503))
            path = f"/events/{{number}}/{action}"
            paths[path] = {"post": _operation("post", path, one, action_body(action))}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Grid command centre",
            "version": VERSION,
            "description": "Times are RFC 3339 with an offset; errors are RFC 9457 problems.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": f"{server}/api/v1"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": dict(COMPONENTS),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": cookie},
            },
        },
    }


def _operation(method: str, path: str, operation: Operation, body: Schema | None = None) -> dict[str, Any]:
    shape = {"schema": ref(operation.answers)} if operation.answers else {}
    content = dict.fromkeys(operation.kind.split("|"), shape)
    found: dict[str, Any] = {
        "operationId": f"{method}{path}".replace("/", "_").replace("{", "").replace("}", ""),
        "summary": operation.words,
        "parameters": _parameters(path, operation),
        "responses": {str(operation.status): {"description": operation.words, "content": content}}
        | {str(status): _refusal(status) for status in sorted({*operation.refuses, 500})},
    }
    if body is not None or operation.takes:
        found["requestBody"] = {"required": True, "content": _taken(operation, body)}
    if operation.public:
        found["security"] = []
    return found


def _taken(operation: Operation, body: Schema | None) -> dict[str, Any]:
    if operation.takes == "multipart":
        file = {"type": "object", "required": ["file"], "properties": {"file": {**TEXT, "format": "binary"}}}
        return {"multipart/form-data": {"schema": file}}
    if operation.takes == "piece":
        return {"application/offset+octet-stream": {"schema": {**TEXT, "format": "binary"}}}
    return {JSON: {"schema": body or ref(operation.takes)}}


def _parameters(path: str, operation: Operation) -> list[dict[str, Any]]:
    named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    whole = path.startswith(("/alerts/", "/exports/requests/", "/deliveries/"))
    return [
        *(
            {"name": name, "in": "path", "required": True, "schema": WHOLE if whole else TEXT}
            for name in named
        ),
        *(
            {"name": name, "in": "query", "schema": QUERY.get(f"{path}?{name}") or QUERY.get(name, TEXT)}
            for name in operation.query
        ),
        *(
            {"name": name, "in": "header", "schema": {**TEXT, "minLength": 1, "maxLength": 255}}
            for name in operation.headers
        ),
    ]


def _refusal(status: int) -> dict[str, Any]:
    words = translate(TITLES.get(status, TITLES[500]), "en")
    return {"description": words, "content": {TYPE: {"schema": ref("Problem")}}}


ROUTES = (("GET", "/openapi.json", openapi),)
