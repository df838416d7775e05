"""The tables as rows (SQLAlchemy 2): columns, relations and indexes only. One file a noun; all are named here.

Behaviour lives in `dashboard`, reading in the packages of their nouns.
"""

from datasources.store.models.accounts import (
    AccountRow,
    DeviceRow,
    HalfSessionRow,
    KioskRow,
    SessionRow,
    SignInLimitRow,
    TokenRow,
)
from datasources.store.models.alert import AlertLogRow, AlertRow, DeliveryRow, ScreenRow
from datasources.store.models.audit import AuditRow, ExportRequestRow
from datasources.store.models.base import Base
from datasources.store.models.chain import ChainLinkRow
from datasources.store.models.district import (
    AreaRow,
    CalendarRow,
    CategoryRow,
    ConditionRow,
    DistrictRow,
    DutyRow,
    PlaceRow,
    UnitRow,
)
from datasources.store.models.event import EventRow
from datasources.store.models.photo import PhotoRow, UploadRow
from datasources.store.models.rollups import (
    ROLLUP_CODES,
    ROLLUP_KEYS,
    FrozenTimesRow,
    RolledRow,
    RollupFlowRow,
    RollupMarkRow,
    RollupPointsRow,
    RollupRow,
    RollupTimesRow,
)
from datasources.store.models.state import BeatRow, ClockRow, ImportRow, SetAsideRow
from datasources.store.models.steps import (
    AssignmentRow,
    BorderDecisionRow,
    IdempotencyRow,
    LedgerRow,
    OutboxRow,
    PresenceRow,
    StepRow,
)

__all__ = [
    "ROLLUP_CODES",
    "ROLLUP_KEYS",
    "AccountRow",
    "AlertLogRow",
    "AlertRow",
    "AreaRow",
    "AssignmentRow",
    "AuditRow",
    "Base",
    "BeatRow",
    "BorderDecisionRow",
    "CalendarRow",
    "CategoryRow",
    "ChainLinkRow",
    "ClockRow",
    "ConditionRow",
    "DeliveryRow",
    "DeviceRow",
    "DistrictRow",
    "DutyRow",
    "EventRow",
    "ExportRequestRow",
    "FrozenTimesRow",
    "HalfSessionRow",
    "IdempotencyRow",
    "ImportRow",
    "KioskRow",
    "LedgerRow",
    "OutboxRow",
    "PhotoRow",
    "PlaceRow",
    "PresenceRow",
    "RolledRow",
    "RollupFlowRow",
    "RollupMarkRow",
    "RollupPointsRow",
    "RollupRow",
    "RollupTimesRow",
    "ScreenRow",
    "SessionRow",
    "SetAsideRow",
    "SignInLimitRow",
    "StepRow",
    "TokenRow",
    "UnitRow",
    "UploadRow",
]
