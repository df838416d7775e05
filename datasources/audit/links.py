"""Sealing: steps, ledger entries and audit rows are chained by signed links, so that whoever changes one is found out.

A sealer closes rows in the order of their ids a moment after they were committed. Writers therefore wait for nobody: a
chain in their own transactions would let PostgreSQL commit one writer at a time. What is not yet sealed may still be
changed unseen; that is about a second. Ids that were drawn and not yet committed are gaps that later links fill.

A link holds 8 bytes of HMAC a row and one signature over all of it and the link before. The key derives from the secret
that is kept, never from anything in the database.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from datasources.store import sealing
from datasources.store.database import Database, take_turn
from datasources.store.models.chain import ChainLinkRow
from datasources.store.models.tables import AuditRow, Base, LedgerRow, StepRow

TABLES: Mapping[str, type[Base]] = {"step": StepRow, "ledger": LedgerRow, "audit": AuditRow}
# what of a row is signed; a column that comes later gets a form of its own, and old links keep theirs
FORM = 1
FORMS: Mapping[int, Mapping[str, tuple[str, ...]]] = {
    1: {
        "step": (
            "id", "event_id", "version", "action", "from_status", "to_status", "round", "at", "actor", "actor_role",
            "actor_unit", "unit", "rating", "facts", "late", "on_behalf",
        ),
        "ledger": (
            "id", "subject_kind", "subject", "rule", "tenths", "event_id", "step_id", "at", "reverses", "for_at",
        ),
        "audit": ("id", "at", "account", "what", "detail"),
    }
}  # fmt: skip
TAG = 8
MOST = 2000  # rows a link
ROUNDS = 20  # links a call: what waits beyond that is sealed at the next
WATCHED = timedelta(hours=24)  # how long a gap may still be filled
TURN = 20261
EMPTY: Mapping[str, Any] = {"tops": dict.fromkeys(TABLES, 0), "gaps": {name: [] for name in TABLES}}

Ranges = list[list[int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that a link will cover: their ranges and tags, how far each table has come and what is still open."""

    covers: dict[str, Ranges]
    pending: dict[str, Any]
    tags: bytes

    @property
    def count(self) -> int:
        """Return how many rows it has."""
        return len(self.tags) // TAG


def seal(database: Database, now: datetime, rounds: int = ROUNDS) -> int:
    """Seal what has been written since the last link and return how many rows that were."""
    done = 0
    for _ in range(rounds):
        with database.read() as session:
            last = newest(session)
            batch = _gathered(session, last, now) if last else None
        if last is None:
            raise RuntimeError("the chain of steps, ledger and audit is gone")
        if batch is None:
            break
        with database.write() as session:
            take_turn(session, TURN)
            after = newest(session)
            if after is None or after.no != last.no:
                break  # another sealer was faster
            session.add(link(last.no + 1, now, batch, last.signature))
        done += batch.count
    return done


def first_link(now: datetime) -> ChainLinkRow:
    """Return the link every chain begins with; it covers nothing."""
    return link(1, now, Batch({}, dict(EMPTY), b""), "")


def newest(session: Session) -> ChainLinkRow | None:
    """Return the newest link."""
    return session.scalar(select(ChainLinkRow).order_by(ChainLinkRow.no.desc()).limit(1))


def link(no: int, now: datetime, batch: Batch, previous: str) -> ChainLinkRow:
    """Return a signed link."""
    row = ChainLinkRow(
        no=no,
        at=now,
        form=FORM,
        covers=_text(batch.covers),
        pending=_text(batch.pending),
        tags=batch.tags,
        previous=previous,
    )
    row.signature = signature(row, sealing.chain_keys()[0])
    return row


def signature(row: ChainLinkRow, key: bytes) -> str:
    """Return what signs a link under a key."""
    said = [row.no, _moment(row.at), row.form, row.covers, row.pending, bytes(row.tags).hex(), row.previous]
    return hmac.new(key, _text(said).encode(), hashlib.sha256).hexdigest()


def rows_in(session: Session, table: str, form: int, ranges: Ranges) -> Iterator[tuple[int, str]]:
    """Yield (id, the signed words) of the rows a link says it covers, as they now are."""
    held, names = TABLES[table].__table__, FORMS[form][table]
    for first, last in ranges:
        query = select(*(held.c[name] for name in names)).where(held.c.id.between(first, last))
        for row in session.execute(query.order_by(held.c.id)):
            yield row[0], words(table, row)


def words(table: str, row: Sequence[Any]) -> str:
    """Return a row in the one way it is signed, alike in both databases."""
    return _text([table, *(_moment(value) if isinstance(value, datetime) else value for value in row)])


def tag(said: str, key: bytes) -> bytes:
    """Return the tag of a row's words."""
    return hmac.new(key, said.encode(), hashlib.sha256).digest()[:TAG]


def _gathered(session: Session, last: ChainLinkRow, now: datetime) -> Batch | None:
    before, key = json.loads(last.pending), sealing.chain_keys()[0]
    covers: dict[str, Ranges] = {}
    tops: dict[str, int] = {}
    gaps: dict[str, list[list[int]]] = {}
    tags = b""
    for table in TABLES:
        ids: list[int] = []
        for identity, said in _unsealed(session, table, before, MOST - len(tags) // TAG):
            ids.append(identity)
            tags += tag(said, key)
        covers[table] = _ranges(ids)
        tops[table] = max(before["tops"][table], *ids, 0)
        gaps[table] = _open(before["gaps"][table], before["tops"][table], ids, now)
    if not tags:
        return None
    return Batch(covers, {"tops": tops, "gaps": gaps}, tags)


def _unsealed(
    session: Session, table: str, before: Mapping[str, Any], most: int
) -> Iterator[tuple[int, str]]:
    for first, last, _ in before["gaps"][table]:
        for found in rows_in(session, table, FORM, [[first, last]]):
            if most <= 0:
                return
            most -= 1
            yield found
    held, names = TABLES[table].__table__, FORMS[FORM][table]
    query = select(*(held.c[name] for name in names)).where(held.c.id > before["tops"][table])
    for row in session.execute(query.order_by(held.c.id).limit(max(most, 0))):
        yield row[0], words(table, row)


def _ranges(ids: Sequence[int]) -> Ranges:
    found: Ranges = []
    for identity in ids:
        if found and identity == found[-1][1] + 1:
            found[-1][1] = identity
        else:
            found.append([identity, identity])
    return found


def _open(before: Ranges, top: int, ids: Sequence[int], now: datetime) -> Ranges:
    """Return the gaps [first, last, since] below the highest sealed id that may still be filled."""
    seconds, kept = int(now.timestamp()), int(WATCHED.total_seconds())
    fresh = [one for one in ids if one > top]
    starts = [top, *fresh[:-1]]
    new = [[a + 1, b - 1, seconds] for a, b in zip(starts, fresh, strict=True) if b > a + 1] if fresh else []
    filled = set(ids)
    old: Ranges = []
    for first, last, since in before:
        if seconds - since > kept:
            continue
        edges = [first - 1, *sorted(one for one in filled if first <= one <= last), last + 1]
        old += [[a + 1, b - 1, since] for a, b in pairwise(edges) if b > a + 1]
    return old + new


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
