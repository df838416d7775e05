"""Whether the chain over steps, ledger and audit is whole, and where it breaks first."""

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Refusal
from datasources.audit import links as chain
from datasources.store import sealing
from datasources.store.models.chain import ChainLinkRow

PAGE = 200
HEAD = ("no", "signature")


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: how many links and rows hold, how many rows wait to be sealed, and the first break in words."""

    links: int
    rows: int
    waiting: int
    fault: str = ""
    params: Mapping[str, Any] | None = None


class Broken(Exception):
    """The chain does not hold; the words are a msgid with named parameters."""

    def __init__(self, words: str, **params: Any) -> None:
        super().__init__(words)
        self.words, self.params = words, params


def verify(session: Session, head: Mapping[str, Any] | None = None) -> Found:
    """Return what holds of the chain, or the first break; `head` is a head taken earlier and kept elsewhere."""
    links = rows = 0
    covered: dict[str, chain.Ranges] = {name: [] for name in chain.TABLES}
    last: ChainLinkRow | None = None
    try:
        for row in _links(session):
            rows += _held(session, row, last)
            for table, ranges in json.loads(row.covers).items():
                covered[table] += ranges
            links, last = links + 1, row
            session.expunge(row)
            if head is not None and row.no == head["no"] and row.signature != head["signature"]:
                raise Broken("第 {no} 环与存档的链头不同：链被换过", no=row.no)
        if last is None:
            raise Broken("链是空的：封存记录被清除")
        if head is not None and head["no"] > last.no:
            raise Broken(
                "链只到第 {no} 环，存档的链头是第 {kept} 环：末尾被截去", no=last.no, kept=head["no"]
            )
        waiting = sum(_beside(session, table, covered[table], last) for table in chain.TABLES)
    except Broken as broken:
        return Found(links, rows, 0, broken.words, broken.params)
    return Found(links, rows, waiting)


def head_of(session: Session) -> dict[str, Any]:
    """Return the head of the chain: what is kept elsewhere, so that a chain cut or made anew is found out too."""
    last = chain.newest(session)
    if last is None:
        raise Refusal("链是空的：封存记录被清除")
    return {"no": last.no, "at": last.at.isoformat(), "signature": last.signature}


def head_from(text: str) -> dict[str, Any]:
    """Return a head as it was written down; a Refusal for a text that is none."""
    try:
        found = json.loads(text)
        sound = isinstance(found["no"], int) and isinstance(found["signature"], str)
    except (ValueError, TypeError, KeyError):
        sound = False
    if not sound:
        raise Refusal("链头文件看不懂：应是 audit head 写出的内容")
    return {name: found[name] for name in HEAD}


def _links(session: Session) -> Iterator[ChainLinkRow]:
    at = 0
    while True:
        query = select(ChainLinkRow).where(ChainLinkRow.no > at).order_by(ChainLinkRow.no).limit(PAGE)
        page = session.scalars(query).all()
        if not page:
            return
        yield from page
        at = page[-1].no


def _held(session: Session, row: ChainLinkRow, last: ChainLinkRow | None) -> int:
    """Return how many rows a link holds; Broken where it, or one of them, is not as it was signed."""
    expected = last.no + 1 if last else 1
    if row.no != expected:
        raise Broken("第 {no} 环不在了", no=expected)
    key = next(
        (
            key
            for key in sealing.chain_keys()
            if hmac.compare_digest(chain.signature(row, key), row.signature)
        ),
        None,
    )
    if key is None or row.previous != (last.signature if last else ""):
        raise Broken("第 {no} 环的签名不符：被改动，或不是用这里的密钥封存", no=row.no)
    tags, place = bytes(row.tags), 0
    covers = json.loads(row.covers)
    for table in chain.TABLES:
        wanted = iter(_ids(covers.get(table, [])))
        for identity, said in chain.rows_in(session, table, row.form, covers.get(table, [])):
            missing = next(wanted)
            if identity != missing:
                raise Broken("{table} 第 {row} 行不在了（第 {no} 环）", table=table, row=missing, no=row.no)
            if chain.tag(said, key) != tags[place : place + chain.TAG]:
                raise Broken("{table} 第 {row} 行被改动（第 {no} 环）", table=table, row=identity, no=row.no)
            place += chain.TAG
        gone = next(wanted, None)
        if gone is not None:
            raise Broken("{table} 第 {row} 行不在了（第 {no} 环）", table=table, row=gone, no=row.no)
    return place // chain.TAG


def _beside(session: Session, table: str, covered: chain.Ranges, last: ChainLinkRow) -> int:
    """Return how many rows of a table wait for the next link; Broken for one that slipped in where the chain is closed."""
    pending, column = json.loads(last.pending), chain.TABLES[table].__table__.c.id
    top = pending["tops"][table]
    merged = _merged([*covered, *([first, end] for first, end, _ in pending["gaps"][table])])
    edges = zip(
        [-(2**62), *(end for _, end in merged)], [*(first for first, _ in merged), top + 1], strict=True
    )
    for end, first in edges:
        if first > end + 1:
            query = select(func.min(column)).where(column > end, column < first)
            strange = session.scalar(query)
            if strange is not None:
                raise Broken("{table} 第 {row} 行不在链上：是事后插入的", table=table, row=strange)
    waiting = session.scalar(select(func.count()).where(column > top)) or 0
    for first, end, _ in pending["gaps"][table]:
        waiting += session.scalar(select(func.count()).where(column.between(first, end))) or 0
    return int(waiting)


def _merged(ranges: Sequence[Sequence[int]]) -> chain.Ranges:
    found: chain.Ranges = []
    for first, end in sorted((one[0], one[1]) for one in ranges):
        if found and first <= found[-1][1] + 1:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([first, end])
    return found


def _ids(ranges: chain.Ranges) -> Iterator[int]:
    for first, end in ranges:
        yield from range(first, end + 1)
