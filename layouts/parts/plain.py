"""Pages that need neither Dash nor scripts: templates with autoescape, and asset addresses that change with the file."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from layouts.text import words

HERE = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """Return the address of a file in `assets`, with a fingerprint so that a new version is fetched."""
    digest = hashlib.sha256((HERE / "assets" / name).read_bytes()).hexdigest()[:10]
    return f"/assets/{name}?v={digest}"


@lru_cache(maxsize=1)
def _templates() -> Environment:
    loader = FileSystemLoader(HERE / "templates")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    templates.globals.update(asset=asset)
    return templates


def render(template: str, lang: str | None, **values: Any) -> str:
    """Return a template as HTML in a language; every value is escaped."""
    spoken = words.known(lang) if lang else words.active()

    def say(msgid: str, **params: object) -> str:
        return words.translate(msgid, spoken, **params)

    other = next(code for code in words.LANGUAGES if code != spoken)
    return (
        _templates()
        .get_template(template)
        .render(
            t=say,
            html_lang=words.HTML_LANG[spoken],
            other=other,
            other_name=words.LANGUAGES[other],
            **values,
        )
    )
