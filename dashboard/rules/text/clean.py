"""One idea of clean text for every door: what nobody can see never makes two texts of one, nor a text of nothing.

Unicode NFC; line separators become line breaks, tabs and look-alike blanks a blank; what is never drawn goes away, except
what joins two visible signs into one (emoji, scripts that need it). Controls and bidirectional overrides are not mended:
they could hide something, so `has_hidden` refuses them. Source: Unicode DerivedCoreProperties, Default_Ignorable.
"""

import re
import unicodedata

_BREAKS = "\r\v\f\x85\u2028\u2029"
_BLANKS = "\t\xa0\u1680\u2000-\u200a\u202f\u205f\u2800\u3164\u115f\u1160\uffa0"
# never drawn, whatever stands beside it
_NEVER = "\xad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
# drawn only through their neighbours: joiners, variation selectors, the letters of a flag's tag
_JOINERS, _VARIANTS, _TAGS = "\u200c\u200d", "\ufe00-\ufe0f\U000e0100-\U000e01ef", "\U000e0020-\U000e007f"
# controls that are no line break, bidirectional overrides and isolates, lone surrogates
_HIDDEN = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_FLAG = "\U0001f3f4"
_SCRIPTS = range(0x0600, 0x1D00)  # Arabic to Vedic: where letters are joined or kept apart by a joiner

_odd = re.compile(f"[{_BREAKS}{_BLANKS}{_NEVER}{_JOINERS}{_VARIANTS}{_TAGS}]")
_breaks, _blanks, _never = (
    re.compile(f"\r\n|[{_BREAKS}]"),
    re.compile(f"[{_BLANKS}]"),
    re.compile(f"[{_NEVER}]"),
)
_leaning = re.compile(f"[{_JOINERS}{_VARIANTS}{_TAGS}]")
_variant, _tag = re.compile(f"[{_VARIANTS}]"), re.compile(f"[{_TAGS}]")
_hidden = re.compile(f"[{_HIDDEN}]")


def text(said: str) -> str:
    """Return a text of several lines clean, without blanks around it."""
    if said.isascii() and said.isprintable():
        return said.strip()
    if _odd.search(said):
        said = _never.sub("", _blanks.sub(" ", _breaks.sub("\n", said)))
        if _leaning.search(said):
            said = _without_strays(said)
    if not unicodedata.is_normalized(
        "NFC", said
    ):  # after the rest: what stood between two marks is gone by now
        said = unicodedata.normalize("NFC", said)
    return said if has_hidden(said) else said.strip()


def line(said: str) -> str:
    """Return a text of one line clean: a line break becomes a blank."""
    found = text(said)
    return " ".join(found.split("\n")) if "\n" in found else found


def code(said: str) -> str:
    """Return a number or code of somebody's system clean: nothing that leans on a neighbour belongs to it."""
    found = line(said)
    return _leaning.sub("", found).strip() if _leaning.search(found) else found


def has_hidden(said: str) -> bool:
    """Return whether a text holds a control character, a bidirectional override or half a character."""
    return _hidden.search(said) is not None


def _without_strays(said: str) -> str:
    """Return a text without the joiners and selectors that have nothing to join."""
    kept: list[str] = []
    for at, sign in enumerate(said):
        before = kept[-1] if kept else ""
        if sign in _JOINERS:
            after = said[at + 1] if at + 1 < len(said) else ""
            keep = _joins(before) and _joins(after)
        elif _variant.match(sign):
            keep = before.strip() != "" and not _leaning.match(before)
        elif _tag.match(sign):
            keep = before == _FLAG or _tag.match(before) is not None
        else:
            keep = True
        if keep:
            kept.append(sign)
    return "".join(kept)


def _joins(sign: str) -> bool:
    if not sign:
        return False
    return (
        unicodedata.category(sign) in ("So", "Sk")
        or _variant.match(sign) is not None
        or ord(sign) in _SCRIPTS
        or sign in "\u2640\u2642"
    )
