"""The pages people carry with them, as plain HTML around plain scripts; which files each needs is a table.

Nothing here knows Dash. Their own files lie in `phone/`, what they share with other pages in `assets/`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.rules.events.event import LEVEL_WORDS, RATING_WORDS, STATUS_WORDS
from layouts import theme
from layouts.parts import plain
from layouts.shell import embedded
from layouts.text import points, words
from layouts.text.words import N_, _

HERE = Path(__file__).resolve().parents[1] / "phone"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
SHARED = ("drafts.js", "format.js", "sha256.js", "photo-exif.js", "photo.js")
SCRIPTS: Mapping[str, Sequence[str]] = {
    "field": ("phone.js", "pin.js", "pictures.js", "steps.js", "outbox.js", "field.js", "check.js"),
    "report": ("phone.js", "pin.js", "pictures.js", "steps.js", "follow.js", "report.js"),
}
TITLES: Mapping[str, str] = {"field": N_("网格员现场"), "report": N_("我要上报")}


@dataclass(frozen=True, slots=True)
class File:
    """A file of these pages: its bytes and content type."""

    data: bytes
    kind: str


@lru_cache(maxsize=64)
def file_of(name: str) -> File | None:
    """Return a file by its plain name, or None."""
    path = HERE / name
    if path.parent != HERE or path.suffix not in KINDS or not path.is_file():
        return None
    return File(path.read_bytes(), KINDS[path.suffix])


@lru_cache(maxsize=64)
def address(name: str) -> str:
    """Return the address of a file, with a fingerprint so that a new version is fetched."""
    found = file_of(name)
    if found is None:
        raise FileNotFoundError(name)
    return f"/phone/{name}?v={hashlib.sha256(found.data).hexdigest()[:10]}"


def scripts(noun: str) -> list[str]:
    """Return the addresses of a page's scripts, in the order they are needed."""
    return [*(plain.asset(name) for name in SHARED), *(address(name) for name in SCRIPTS[noun])]


def styles() -> list[str]:
    """Return the addresses of the styles."""
    return [plain.asset("tokens.css"), plain.asset("base.css"), address("phone.css")]


def page(
    noun: str, first: Mapping[str, Any], title: str, lang: str | None = None, *, demo: bool = False
) -> str:
    """Return a page as HTML; `first` is what its scripts begin with."""
    spoken = words.known(lang) if lang else words.active()
    return plain.render(
        f"{noun}.html",
        spoken,
        title=title,
        name=words.translate(TITLES[noun], spoken),
        first=embedded(first),
        words=embedded(words.js_catalogue(spoken)),
        scripts=scripts(noun),
        styles=styles(),
        demo=demo,
    )


def marks() -> dict[str, Any]:
    """Return the words and marks that the scripts need, in the language being spoken."""
    return {
        "status_words": {status.value: _(word) for status, word in STATUS_WORDS.items()},
        "status_classes": {status.value: name for status, name in theme.STATUS_CLASSES.items()},
        "level_words": {
            level.value: {"word": _(LEVEL_WORDS[level]), "class": theme.LEVEL_CLASSES[level]}
            for level in theme.LEVEL_CLASSES
        },
        "ratings": [
            {"code": rating.value, "word": _(RATING_WORDS[rating]), "token": theme.RATING_TOKENS[rating]}
            for rating in theme.RATING_TOKENS
        ],
        "points": points.words(),
    }


def service_worker() -> bytes:
    """Return the service worker of `/field`, with the addresses of everything it keeps."""
    kept = [*styles(), *scripts("field"), plain.asset("icon.svg")]
    version = hashlib.sha256("".join(kept).encode()).hexdigest()[:10]
    found = file_of("service-worker.js")
    text = found.data.decode() if found else ""
    return text.replace("__KEPT__", json.dumps(kept)).replace("__VERSION__", version).encode()


def manifest(district: str) -> str:
    """Return the web app manifest of `/field`."""
    icon = {"src": plain.asset("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return json.dumps(
        {
            "name": f"{district} {_(TITLES['field'])}",
            "short_name": _(TITLES["field"]),
            "start_url": "/field",
            "scope": "/field",
            "display": "standalone",
            "background_color": "#eef3f7",
            "theme_color": "#0b3a52",
            "icons": [icon],
        },
        ensure_ascii=False,
    )
