"""The words people read: gettext with the Chinese sentence as msgid, English from the `en` catalogue.

Catalogues are `.po` files, compiled in memory at first use. The language of a request is set by the callbacks layer (`use`).
District packs bring their own texts and are not translated.
"""

import gettext
import io
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[1] / "locale"
DEFAULT = "zh_CN"
LANGUAGES = {"zh_CN": "中文", "en": "English"}
HTML_LANG = {"zh_CN": "zh-CN", "en": "en"}

_active: ContextVar[str] = ContextVar("language", default=DEFAULT)


def known(lang: str | None) -> str:
    """Return the language if we speak it, else the default; "zh", "zh-CN" and "en-GB" are understood."""
    asked = (lang or "").replace("-", "_")
    if asked in LANGUAGES:
        return asked
    return next((ours for ours in LANGUAGES if asked and ours.split("_")[0] == asked.split("_")[0]), DEFAULT)


def use(lang: str | None) -> str:
    """Speak this language for the rest of the request; return the one chosen."""
    chosen = known(lang)
    _active.set(chosen)
    return chosen


def active() -> str:
    """Return the language being spoken."""
    return _active.get()


def catalogue_file(lang: str) -> Path:
    """Return the path of a language's catalogue."""
    return LOCALE / lang / "LC_MESSAGES" / "messages.po"


def read_catalogue(lang: str) -> Catalog:
    """Read a language's catalogue from its `.po` file; an absent file is an empty catalogue."""
    path = catalogue_file(lang)
    if not path.exists():
        return Catalog(locale=lang)
    with path.open("rb") as file:
        return read_po(file, locale=lang)


@lru_cache(maxsize=8)
def _compiled(lang: str) -> gettext.NullTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(lang))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate(msgid: str, lang: str | None = None, /, **params: object) -> str:
    """Return the sentence in a language (default: the one being spoken) with its named parameters filled in.

    A sentence without a translation stays Chinese; an empty one stays empty.
    """
    text = _compiled(known(lang) if lang else active()).gettext(msgid) if msgid else ""
    return text.format(**params) if params else text


_ = translate


def N_(msgid: str) -> str:
    """Mark a sentence for extraction; it is translated where it is shown."""
    return msgid


@lru_cache(maxsize=8)
def js_catalogue(lang: str) -> dict[str, str]:
    """Return {Chinese: translation} of the sentences the scripts in `assets` ask for; empty for Chinese."""
    if known(lang) == DEFAULT:
        return {}
    spoken = (message for message in read_catalogue(known(lang)) if message.id and message.string)
    return {
        str(message.id): str(message.string)
        for message in spoken
        if any(place.endswith(".js") for place, _line in message.locations)
    }
