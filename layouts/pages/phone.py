"""The pages people carry with them, as plain HTML around their own modules.

Nothing here knows Dash. What they load is said in `layouts/scripts.py`.
"""

import json
from collections.abc import Mapping
from typing import Any

from dashboard.rules.events.event import LEVEL_WORDS, RATING_WORDS, STATUS_WORDS
from layouts import scripts, theme
from layouts.parts import plain
from layouts.shell import embedded
from layouts.text import points, words
from layouts.text.words import N_, _

WORKER = "field/service-worker.js"
TITLES: Mapping[str, str] = {"field": N_("网格员现场"), "report": N_("我要上报")}


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
        noun=noun,
        account=first.get("account", ""),
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
    kept = [scripts.address(name) for name in (*scripts.files("field"), "icon.svg")]
    text = (scripts.ASSETS / WORKER).read_text(encoding="utf-8")
    return text.replace("__KEPT__", json.dumps(kept)).replace("__VERSION__", scripts.version()).encode()


def manifest(district: str) -> str:
    """Return the web app manifest of `/field`."""
    icon = {"src": scripts.address("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
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
