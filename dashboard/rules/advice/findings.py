"""What is noticed about a photo beside its event: told to the desk, never trusted and never a reason to refuse.

Pure: place and time of the picture against those of the event, and earlier pictures that look like it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Level = Literal["ok", "note", "warn"]

FAR_M = 200.0
OLD = timedelta(hours=1)  # taken longer before the step than this
AHEAD = timedelta(minutes=5)  # taken later than the step by more than a wrong clock
ALIKE_BITS = 4  # of 64 that may differ


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed: kind place|time|alike, how much it matters, a sentence (msgid) with its parameters."""

    kind: str
    level: Level
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier picture that looks the same: the event it belongs to, when it came, how many bits differ, the very same file."""

    number: str
    at: datetime
    bits: int
    same_event: bool = False
    same_file: bool = False


def findings(
    metres: float | None,
    accuracy_m: float | None,
    taken_at: datetime | None,
    step_at: datetime,
    alike: Iterable[Alike],
) -> list[Finding]:
    """Return what is noticed; `metres` from the picture's own place to the event's, None where either says nothing."""
    return [_place(metres, accuracy_m), _time(taken_at, step_at), *_looks(alike)]


def _place(metres: float | None, accuracy_m: float | None) -> Finding:
    if metres is None:
        return Finding("place", "note", "照片没有位置信息")
    far = metres > FAR_M + (accuracy_m or 0)
    words = "拍摄位置距事件 {n} 米，请核实" if far else "拍摄位置距事件 {n} 米"
    return Finding("place", "warn" if far else "ok", words, {"n": round(metres)})


def _time(taken_at: datetime | None, step_at: datetime) -> Finding:
    if taken_at is None:
        return Finding("time", "note", "照片没有拍摄时间")
    early = step_at - taken_at
    if early > OLD:
        return Finding("time", "warn", "拍摄时间早了 {time}，请核实", {"time": _length(early)})
    if -early > AHEAD:
        return Finding("time", "warn", "拍摄时间晚了 {time}，请核实", {"time": _length(-early)})
    return Finding("time", "ok", "拍摄时间相符")


def _length(delta: timedelta) -> str:
    hours, minutes = divmod(int(delta.total_seconds()) // 60, 60)
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours}:{minutes:02d}"


def _looks(alike: Iterable[Alike]) -> list[Finding]:
    found = []
    for one in sorted(alike, key=lambda other: (other.bits, other.at)):
        words = "和 {number} 的一张照片是同一个文件" if one.same_file else "和 {number} 的一张照片几乎一样"
        if one.same_event:
            words = "和本事件的另一张照片是同一个文件" if one.same_file else "和本事件的另一张照片几乎一样"
        found.append(Finding("alike", "warn", words, {"number": one.number}))
    return found[:3]
