"""Pages that do not need Dash: templates with autoescape, and what they load."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from layouts import scripts
from layouts.text import words

HERE = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=1)
def _templates() -> Environment:
    loader = FileSystemLoader(HERE / "templates")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    templates.globals.update(
        asset=scripts.address, styles=_markup(scripts.style_links), modules=_markup(scripts.module_links)
    )
    return templates


def _markup(links: Callable[[str], str]) -> Callable[[str], Markup]:
    return lambda noun: Markup(links(noun))  # made of our own addresses


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
