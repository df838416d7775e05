"""Points for a check that went to a community's shared name are taken back and given to the person"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

COLUMNS = "subject_kind, subject, rule, tenths, event_id, step_id, at, reverses, for_at"
HELD = (
    "one.rule IN ('check_on_time', 'check_late') AND one.subject_kind = 'worker' AND one.reverses IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM ledger AS back WHERE back.reverses = one.id)"
)
# who was paid is not who checked
BY_OTHERS = f"{HELD} AND step.action = 'check' AND step.actor_role = 'worker' AND one.subject <> step.actor"
# the clock charged a name that nobody bears
BY_NOBODY = f"{HELD} AND step.action = 'remind' AND one.subject NOT IN (SELECT name FROM account)"
JOINED = "FROM ledger AS one JOIN step ON step.id = one.step_id"


def upgrade() -> None:
    bind = op.get_bind()
    others = list(bind.scalars(sa.text(f"SELECT one.id {JOINED} WHERE {BY_OTHERS}")))
    nobodys = bind.execute(
        sa.text(
            f"SELECT one.id, event.area_path, event.reported_by {JOINED} JOIN event ON event.id = one.event_id "
            f"WHERE {BY_NOBODY}"
        )
    ).all()
    workers = bind.execute(
        sa.text("SELECT name, area FROM account WHERE role = 'worker' AND area IS NOT NULL AND NOT disabled")
    ).all()
    for key in others:
        _give(key, "(SELECT actor FROM step WHERE step.id = one.step_id)", {})
    for key, path, reporter in nobodys:
        person = _tasked(reporter, workers, path)
        if person is not None:
            _give(key, ":person", {"person": person})
    for key in [*others, *(row[0] for row in nobodys)]:
        _write("one.subject", "-one.tenths", "one.id", key, {})


def _tasked(reporter: str | None, workers, path: str) -> str | None:
    """Return the person of the narrowest area around a place; of several the one who reported, else nobody."""
    steps = [code for code in path.split("/") if code]
    here = [(steps.index(area), name) for name, area in workers if area in steps]
    near = [name for depth, name in here if depth == max(here)[0]]
    return near[0] if len(near) == 1 else reporter if reporter in near else None


def _give(key: int, subject: str, values: dict) -> None:
    _write(subject, "one.tenths", "NULL", key, values)


def _write(subject: str, tenths: str, reverses: str, key: int, values: dict) -> None:
    op.get_bind().execute(
        sa.text(
            f"INSERT INTO ledger ({COLUMNS}) SELECT one.subject_kind, CAST({subject} AS VARCHAR), one.rule, {tenths}, "
            f"one.event_id, one.step_id, one.at, CAST({reverses} AS BIGINT), one.for_at FROM ledger AS one WHERE one.id = :key"
        ),
        {"key": key, **values},
    )


def downgrade() -> None:
    """Leave the ledger as it is: it is only ever added to."""
