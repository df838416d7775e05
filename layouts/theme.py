"""What colours mean: the tokens of `assets/core/tokens.css` in both themes, and which token each status, level, time and rating wears.

Law: a colour is never alone (a shape or a word stands beside it), and the four scales are never mixed.
A test keeps the two files equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.rules.events.event import Level, Rating, Status

DARK: Mapping[str, str] = {
    "bg": "#06192a",
    "bg-deep": "#041120",
    "panel": "#0a2337",
    "raised": "#11334c",
    "line": "#1c4259",
    "line-strong": "#32708f",
    "text": "#ecf5fb",
    "text-2": "#b6cddc",
    "text-3": "#8fafc3",
    "accent": "#3fd4e6",
    "accent-ink": "#042230",
    "accent-soft": "#0d3c52",
    "level-grid": "#45cf8b",
    "level-comm": "#f1dc55",
    "level-street": "#619fff",
    "level-dist": "#ff6a78",
    "time-ok": "#9cd0da",
    "time-soon": "#ffb454",
    "time-over": "#ff9480",
    "alarm": "#c11f2e",
    "alarm-bright": "#ff5b50",
    "st-wait": "#dde9f1",
    "st-dispatch": "#c9a6ff",
    "st-handle": "#6f9db6",
    "st-hold": "#8695a3",
    "st-check": "#f3fbff",
    "rate-5": "#2fbfae",
    "rate-4": "#86d5cb",
    "rate-3": "#8b9dac",
    "rate-2": "#eeb49c",
    "rate-1": "#e77d69",
    "warn-blue": "#3d8bff",
    "warn-yellow": "#ffd21f",
    "warn-orange": "#ff8a1f",
    "warn-red": "#f0323c",
    "gold": "#e3c07a",
    "font": '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif',
    "radius": "4px",
    "gap": "4px",
}

_LIGHT_CHANGES: Mapping[str, str] = {
    "bg": "#eef3f7",
    "bg-deep": "#dfe8ef",
    "panel": "#ffffff",
    "raised": "#f3f7fa",
    "line": "#d3dee7",
    "line-strong": "#8fa6b7",
    "text": "#0d2436",
    "text-2": "#3c5568",
    "text-3": "#566f81",
    "accent": "#04667c",
    "accent-ink": "#ffffff",
    "accent-soft": "#dbf0f4",
    "time-ok": "#1d6672",
    "time-soon": "#8a4b00",
    "time-over": "#b3261e",
    "alarm": "#b71c2b",
    "alarm-bright": "#d6303d",
    "st-wait": "#5c7384",
    "st-dispatch": "#6b3fb0",
    "st-handle": "#40708c",
    "st-hold": "#667684",
    "st-check": "#0d2436",
    "rate-5": "#0b7467",
    "rate-4": "#5fb8ac",
    "rate-3": "#8294a2",
    "rate-2": "#e3a387",
    "rate-1": "#cf5f4b",
    "gold": "#8a6212",
}
LIGHT: Mapping[str, str] = {**DARK, **_LIGHT_CHANGES}
THEMES: Mapping[str, Mapping[str, str]] = {"dark": DARK, "light": LIGHT}


@dataclass(frozen=True, slots=True)
class Mark:
    """How a status is drawn: a colour token and a shape that tells it apart without colour."""

    token: str
    glyph: str


STATUS_MARKS: Mapping[Status, Mark] = {
    Status.REPORTED: Mark("st-wait", "ring"),
    Status.CLAIMABLE: Mark("accent", "clock"),
    Status.PENDING_DISPATCH: Mark("st-dispatch", "diamond"),
    Status.DISPATCHED: Mark("st-dispatch", "hollow"),
    Status.HANDLING: Mark("st-handle", "dot"),
    Status.CHECKING: Mark("st-check", "tick"),
    Status.ON_HOLD: Mark("st-hold", "pause"),
    Status.CLOSED: Mark("st-handle", "ring"),
    Status.REJECTED: Mark("st-hold", "ring"),
    Status.MERGED: Mark("st-hold", "ring"),
}

STATUS_CLASSES: Mapping[Status, str] = {
    Status.REPORTED: "st--new",
    Status.CLAIMABLE: "st--claim",
    Status.PENDING_DISPATCH: "st--disp",
    Status.DISPATCHED: "st--sign",
    Status.HANDLING: "",
    Status.ON_HOLD: "st--hold",
    Status.CHECKING: "st--chk",
    Status.CLOSED: "st--done",
    Status.REJECTED: "st--done",
    Status.MERGED: "st--done",
}

LEVEL_CLASSES: Mapping[Level, str] = {
    Level.GRID: "lv--grid",
    Level.COMMUNITY: "lv--comm",
    Level.STREET: "lv--street",
    Level.DISTRICT: "lv--dist",
}

TIME_TOKENS: Mapping[str, str] = {"ok": "time-ok", "soon": "time-soon", "over": "time-over"}

RATING_TOKENS: Mapping[Rating, str] = {
    Rating.VERY_SATISFIED: "rate-5",
    Rating.SATISFIED: "rate-4",
    Rating.FAIR: "rate-3",
    Rating.DISSATISFIED: "rate-2",
    Rating.VERY_DISSATISFIED: "rate-1",
}
