"""The names outside tests and callbacks hold on to (CONTRACT §4). Constants for single things, one place for all."""

SCREEN = "screen"
SCREEN_MAP = "screen-map"
SCREEN_AREAS = "screen-areas"
SCREEN_KPIS = "screen-kpis"
SCREEN_COUNTDOWNS = "screen-countdowns"
SCREEN_BOARD = "screen-board"
SCREEN_SATISFACTION = "screen-satisfaction"
SCREEN_SUPERVISED = "screen-supervised"
SCREEN_ALERT = "screen-alert"
SCREEN_LIVE = "screen-live"
SCREEN_CLOCK = "screen-clock"
SCREEN_DATE = "screen-date"
SCREEN_SOUND = "screen-sound"
SCREEN_LOST = "screen-lost"
SCREEN_LEGEND = "screen-legend"
SCREEN_LATEST = "screen-latest"
SCREEN_CALLOUT = "screen-callout"
DESK = "desk"
DESK_QUEUE = "desk-queue"
DESK_GRID = "desk-grid"
DESK_EVENT = "desk-event"
DESK_DISPATCH = "desk-dispatch"
DESK_ALERTS = "desk-alerts"
DESK_INTAKE = "desk-intake"
DESK_LIVE = "desk-live"
CLAIM = "claim"
CLAIM_POOL = "claim-pool"
CLAIM_MINE = "claim-mine"
CLAIM_LIVE = "claim-live"
SCORES = "scores"
SCORES_BOARD = "scores-board"
SCORES_PERIOD = "scores-period"
EVENT = "event"
EVENT_LIVE = "event-live"
EVENT_CHOSEN = "event-chosen"
EVENT_BODY = "event-body"
EVENT_PRESENCE = "event-presence"
DISPATCH_BODY = "dispatch-body"
DISPATCH_ASKED = "dispatch-asked"
DISPATCH_BATCH = "dispatch-batch"
DESK_STRETCHES = "desk-stretches"
ACT_FORM = "act-form"
LOGOUT = "logout"
HAND_OVER = "hand-over"
WORDS = "words"
ADDRESS = "address"
PAGE = "page"

CONTRACT_SCREEN = (
    SCREEN_MAP,
    SCREEN_KPIS,
    SCREEN_COUNTDOWNS,
    SCREEN_BOARD,
    SCREEN_SATISFACTION,
    SCREEN_ALERT,
    SCREEN_LIVE,
)
CONTRACT_DESK = (DESK_QUEUE, DESK_EVENT, DESK_DISPATCH, DESK_ALERTS)
