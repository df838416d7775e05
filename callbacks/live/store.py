"""The live set as one process knows it: id → feed row, applied under a version guard, in any order, any number of times.

The same rules as in `layouts/assets/live-store.js`; both give the hash of the server's own `/api/v1/feed/hash`.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from callbacks.live import pack
from callbacks.live.columns import KINDS, Columns

Row = dict[str, Any]
Sees = Callable[[Row], bool]
Pair = tuple[Row | None, Row | None]

# the columns of a snapshot in JSON; a cell is null where the row does not carry the key
COLUMNS = tuple(KINDS)
TOMBSTONES = 20_000


@dataclass(frozen=True, slots=True)
class Change:
    """What a message changed: (before, after) per row; `before` is None for a newcomer, `after` for a leaver."""

    pairs: list[Pair] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)  # of the leavers, when they left

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def seen(self, sees: Sees | None) -> tuple[list[Row], list[tuple[int, int]]]:
        """Return (rows, leavers as (id, version)) of one scope: what it may no longer see leaves it too."""
        rows, left = [], []
        for before, after in self.pairs:
            if after is not None and (sees is None or sees(after)):
                rows.append(after)
            elif before is not None and (sees is None or sees(before)):
                version = after["version"] if after is not None else self.versions[before["id"]]
                left.append((before["id"], version))
        return rows, left


class LiveStore:
    """Open events by id. Not locked: whoever owns it takes care of that."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.columns = Columns()
        self.revision = 0
        self._ids = self._versions = 0
        self._left: dict[int, int] = {}
        self._hash: tuple[int, str] = (-1, "")

    @property
    def fingerprint(self) -> tuple[int, int, int]:
        """Return (count, sum of ids, sum of versions), as `feed_queries.open_fingerprint`."""
        return len(self.rows), self._ids, self._versions

    def apply(self, rows: Iterable[Row] = (), gone: Iterable[tuple[int, int]] = ()) -> Change:
        """Apply rows and leavers (id, version at leaving); whatever is not newer than what is known changes nothing."""
        change = Change()
        for row in rows:
            identity = row["id"]
            before = self.rows.get(identity)
            if row["version"] > (before["version"] if before else self._left.get(identity, 0)):
                self._left.pop(identity, None)
                self._put(identity, before, row)
                change.pairs.append((before, row))
        for identity, version in gone:
            before = self.rows.get(identity)
            if version < (before["version"] if before else self._left.get(identity, 0)):
                continue
            self._bury(identity, version)
            if before is not None:
                self._put(identity, before, None)
                change.pairs.append((before, None))
                change.versions[identity] = version
        self.revision += bool(change)
        return change

    def hash(self, sees: Sees | None = None) -> str:
        """Return the SHA-256 in hex over "id:version\\n", ids ascending as numbers."""
        if sees is None and self._hash[0] == self.revision:
            return self._hash[1]
        digest = hash_of({i: row["version"] for i, row in self.rows.items() if sees is None or sees(row)})
        if sees is None:
            self._hash = (self.revision, digest)
        return digest

    def snapshot(
        self, position: str, sees: Sees | None = None, without: Collection[str] = frozenset()
    ) -> bytes:
        """Return the JSON `{"position", "columns", "rows": [[…], …]}` of what is seen, `without` some columns, in UTF-8."""
        columns = [column for column in COLUMNS if column not in without]
        rows = [
            [row.get(column) for column in columns] for row in self.rows.values() if sees is None or sees(row)
        ]
        content = {"position": position, "columns": columns, "rows": rows}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    def packed(
        self, position: str, sees: Sees | None = None, without: Collection[str] = frozenset()
    ) -> bytes:
        """Return the same in the wall's own form (`livepack.TYPE`), gzipped."""
        only = None if sees is None else [i for i, row in self.rows.items() if sees(row)]
        return pack.pack(self.columns, position, only, without)

    def _put(self, identity: int, before: Row | None, after: Row | None) -> None:
        if before is not None:
            self._ids -= identity
            self._versions -= before["version"]
        if after is None:
            del self.rows[identity]
            self.columns.drop(identity)
        else:
            self.rows[identity] = after
            self.columns.put(after)
            self._ids += identity
            self._versions += after["version"]

    def _bury(self, identity: int, version: int) -> None:
        self._left.pop(identity, None)
        self._left[identity] = version
        while len(self._left) > TOMBSTONES:
            del self._left[next(iter(self._left))]


def hash_of(versions: dict[int, int]) -> str:
    """Return the canonical hash of id → version."""
    lines = "".join(f"{identity}:{versions[identity]}\n" for identity in sorted(versions))
    return hashlib.sha256(lines.encode()).hexdigest()
