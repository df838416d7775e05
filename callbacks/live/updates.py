"""What this process told its screens lately, in order, so that a screen that was away gets exactly what it missed."""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from typing import Any

from callbacks.live.scopes import Scope, Visibility
from callbacks.live.store import Change
from dashboard.rules.alerts.alert import AlertState
from datasources.feed.stream import moment

KEPT = 2400  # ten minutes at four updates a second
TOPICS = {"rows": "events", "view": "views", "alert": "alerts"}


@dataclass(frozen=True, slots=True)
class Update:
    """One push: `kind` rows, view or alert. Rows and alerts keep what was before, so that each scope's leavers are known."""

    id: str
    seq: int
    kind: str
    change: Change | None = None
    content: dict[str, Any] | None = None
    row: dict[str, Any] | None = None
    # the alert and its row as they were told last
    before: tuple[dict[str, Any], dict[str, Any]] | None = None

    def body(self, scope: Scope, sight: Visibility) -> dict[str, Any] | None:
        """Return the message of one scope without its id, or None when nothing of it may be seen there."""
        if self.change is not None:
            rows, left = self.change.seen(sight.of(scope))
            if not rows and not left:
                return None
            return {
                "rows": [scope.row(row) for row in rows] if scope.drawn else rows,
                "gone": [identity for identity, _ in left],
                "gone_versions": [version for _, version in left],
            }
        content = self.content or {}
        if self.kind == "view":
            return content if scope.kind == "all" else None
        if sight.alerted(scope, content, self.row):
            return {"alert": content}
        if self.before is None or not sight.alerted(scope, *self.before):
            return None
        # nothing new is told to who may no longer see it, but it must not go on sounding there
        return {"alert": self.before[0] | {"state": AlertState.STOOD_DOWN, "version": content["version"]}}


class Updates:
    """The last updates of this process and where each stream position lies among them.

    Ids are those of the stream; what came from the database while Redis was down has ids of its own, "db-…".
    """

    def __init__(self, nonce: str, kept: int = KEPT) -> None:
        self._nonce = nonce
        self._kept: deque[Update] = deque(maxlen=kept)
        self._marks: deque[tuple[tuple[int, int], int]] = deque(maxlen=kept)
        self._seq = 0
        self._begun: tuple[int, int] = (0, 0)

    def begin(self, position: str) -> None:
        """Say from which position of a (new) stream on this process knows everything."""
        if self._marks and moment(position) < self._marks[-1][0]:
            self._marks.clear()  # a clock that went back: no order with what was before
        if not self._marks:
            self._begun = moment(position)

    def next(self, kind: str, stream_id: str | None, **content: Any) -> Update:
        """Return the update that follows, kept for those who come back."""
        self._seq += 1
        if len(self._marks) == self._marks.maxlen:
            self._begun = self._marks[0][0]
        if stream_id is not None:
            self._marks.append((moment(stream_id), self._seq))
        update = Update(stream_id or f"db-{self._nonce}-{self._seq}", self._seq, kind, **content)
        self._kept.append(update)
        return update

    def since(self, position: str) -> list[Update] | None:
        """Return what followed a position, or None when that is not known here."""
        seq = self._seq_at(position)
        if seq is None or (self._kept and seq < self._kept[0].seq - 1):
            return None
        return [update for update in self._kept if update.seq > seq]

    def _seq_at(self, position: str) -> int | None:
        if position.startswith("db-"):
            _, nonce, number = (*position.split("-"), "", "")[:3]
            known = nonce == self._nonce and number.isdecimal() and int(number) <= self._seq
            return int(number) if known else None
        try:
            wanted = moment(position)
        except ValueError:
            return None
        if wanted < self._begun:
            return None
        at = bisect_right(self._marks, (wanted, self._seq))
        return self._marks[at - 1][1] if at else self._first_seq()

    def _first_seq(self) -> int:
        return self._kept[0].seq - 1 if self._kept else self._seq
