"""What a screen says of itself every few seconds: checked field by field, so that a broken page cannot fill the table."""

import math
from collections.abc import Mapping
from typing import Any

Fault = tuple[str, str, dict[str, Any]]

# number fields with their largest value: data age s, heap MB, frame gap p95 ms, errors, DOM nodes, uptime s
NUMBERS: Mapping[str, float] = {
    "age": 1e9,
    "heap_mb": 1e6,
    "frame_ms": 1e9,
    "errors": 1e9,
    "nodes": 1e9,
    "uptime_s": 1e10,
}
TEXTS: Mapping[str, int] = {"position": 64, "reason": 20}
FLAGS = ("hash_ok",)
FIELDS = (*NUMBERS, *TEXTS, *FLAGS)


def report_of(body: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Return (report, faults) of a heartbeat's body; the report is None when it says nothing beyond being there."""
    report = {name: body[name] for name in FIELDS if body.get(name) is not None}
    faults: list[Fault] = []
    for name, value in report.items():
        if name in NUMBERS and not _number(value, NUMBERS[name]):
            faults.append((name, "应是不小于零的数", {}))
        elif name in TEXTS and not (
            isinstance(value, str) and len(value) <= TEXTS[name] and value.isprintable()
        ):
            faults.append((name, "最长 {most} 字，不含控制字符", {"most": TEXTS[name]}))
        elif name in FLAGS and not isinstance(value, bool):
            faults.append((name, "只能是 true 或 false", {}))
    return (report or None), faults


def lag_of(said: str | None, known: str) -> float | None:
    """Return by how many seconds a screen's position in the feed is behind ours; None when they cannot be compared."""
    if said == known:
        return 0.0
    theirs, ours = _moment(said), _moment(known)
    return None if theirs is None or ours is None else max(0.0, (ours - theirs) / 1000)


def _moment(position: str | None) -> int | None:
    """Return the milliseconds in a stream position like `1700000000000-0`."""
    before, dash, after = (position or "").partition("-")
    return int(before) if dash and before.isdecimal() and after.isdecimal() else None


def _number(value: Any, most: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) and 0 <= value <= most
