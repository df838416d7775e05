"""What is hidden of persons, by the type of a field: free text, a telephone number, a name.

A number is told by its digits, whatever people put between them (`digit_stream`); what is a date, a quantity, an address
stays readable. What is hidden keeps its place in the original, everything else stays as it is.

words: none
"""

import re
import unicodedata
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

from dashboard.rules.text import digit_stream as ds
from dashboard.rules.text.digit_stream import STARS

FEWEST = 7  # digits: a text with fewer holds no number
_DIGIT_LIKE = re.compile(
    f"[\\d{''.join(ds.HAN_DIGITS)}\u2460-\u249b\u24ea-\u24ff\u2776-\u2793]"
)  # as in a text in its compatibility form

_GAP = "[^0-9|U]{0,3}"  # whatever stands between two digits of one number
_TIGHT = "[-' +x]{0,3}"  # only signs
_PLAIN = "[-']{0,3}"  # only what people type into a number


_MOBILE = r"1[3-9]\d{9}"
_BIRTHDAY = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY = rf"[1-9]\d{{5}}{_BIRTHDAY}\d{{3}}[\dx]"
_LOOSE_BIRTHDAY = (
    rf"(?:1{_GAP}9|2{_GAP}0){_GAP}\d{_GAP}\d{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}"
    rf"(?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01])"
)
_BEHIND = rf"(?=(?:{_MOBILE}|{_IDENTITY})*(?!\d))"  # numbers one after the other without anything between
_COUNTRY = rf"(?:(?:0{_GAP}0{_GAP})?8{_GAP}6{_GAP}(?:0{_GAP})?|(?:17951|17911|12593){_GAP}|0{_GAP})?"
_AREA = rf"(?:1{_GAP}0|2{_GAP}\d|[3-9]{_GAP}\d{_GAP}\d){_GAP}"
_TRUNK = rf"(?:(?:0{_GAP}0{_GAP})?8{_GAP}6{_GAP}(?:0{_GAP})?|0{_GAP}){_AREA}"


class Kind(NamedTuple):
    """One kind of number: how it is spelled, how many first and last digits stay readable."""

    name: str
    pattern: re.Pattern[str]
    first: int
    last: int


def _kind(name: str, pattern: str, first: int, last: int) -> Kind:
    return Kind(name, re.compile(pattern), first, last)


# what is a number of a person, the surest first; group `n` is the number itself
NUMBERS = (
    _kind("whole", rf"(?<!\d)(?P<n>{_IDENTITY}){_BEHIND}", 4, 4),
    _kind("whole", r"(?<!\d)(?P<n>\d{17}[\dx])(?!\d)", 4, 4),
    _kind("whole", r"(?<!\d)(?P<n>[1-9]\d{5}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?!\d)", 4, 4),
    _kind("whole", rf"(?<!\d)(?P<n>{_MOBILE}){_BEHIND}", 3, 4),
    _kind(
        "identity",
        rf"(?<!\d)(?P<n>[1-9](?:{_GAP}\d){{5}}{_GAP}{_LOOSE_BIRTHDAY}(?:{_GAP}\d){{3}}{_GAP}[\dx])(?!\d)",
        4,
        4,
    ),
)
PHONES = (
    _kind("whole", rf"(?<!\d)(?:0|86|0086|17951|17911|12593)(?P<n>{_MOBILE}){_BEHIND}", 3, 4),
    _kind("mobile", rf"(?<!\d){_COUNTRY}(?P<n>1{_TIGHT}[3-9](?:{_TIGHT}\d){{9}})(?!\d)", 3, 4),
    _kind("mobile", rf"(?<!\d){_COUNTRY}(?P<n>1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d)", 3, 4),
    _kind("landline", rf"(?<!\d)(?P<n>{_TRUNK}[2-9]\d{{2,3}}{_TIGHT}\d{{4}})(?!\d)", 0, 3),
    _kind("landline", rf"(?<!\d)(?P<n>{_TRUNK}[2-9](?:{_GAP}\d){{7}})(?!\d)", 0, 3),
    _kind("landline", rf"(?<!\d)(?P<n>{_TRUNK}[2-9](?:{_GAP}\d){{6}})(?!\d)", 0, 3),
    _kind("plus", rf"\+(?P<n>[1-9](?:{_TIGHT}\d){{7,14}})(?!\d)", 3, 2),
    _kind("plus", rf"\+(?P<n>[1-9](?:{_TIGHT}\d){{7,14}}?)(?!\d)", 3, 2),
    _kind("abroad", rf"(?<!\d)0{_GAP}0{_GAP}(?P<n>[1-9](?:{_TIGHT}\d){{9,14}})(?!\d)", 3, 2),
    _kind("abroad", rf"(?<!\d)0{_GAP}0{_GAP}(?P<n>[1-9](?:{_GAP}\d){{9,14}}?)(?!\d)", 3, 2),
    _kind("abroad", rf"(?<!\d)(?P<n>85[23]{_GAP}[2-9](?:{_GAP}\d){{7}})(?!\d)", 3, 2),
    _kind("abroad", rf"(?<!\d)(?P<n>886{_GAP}(?:0{_GAP})?9(?:{_GAP}\d){{8}})(?!\d)", 3, 2),
    _kind("abroad", rf"(?<!\d)(?P<n>09\d\d(?:{_GAP}\d){{6}})(?!\d)", 3, 2),
    _kind("abroad", r"(?<!\d)(?P<n>(?!400|800)[2-9]\d\d-\d{3}-\d{4})(?!\d)", 3, 2),
    _kind("said", rf"t(?P<n>[2-9](?:{_PLAIN}\d){{6,7}})(?!\d)", 0, 3),
    # offices write two lines as one: what stands right behind a number found above is the next one
    _kind("whole", rf"(?<=\|{{7}})[-, h](?P<n>[2-9](?:{_PLAIN}\d){{6,7}})(?![\duU])", 0, 3),
)
# groups in which people write such numbers: where the groups are these, words may stand between
USUAL = {
    "mobile": frozenset({(3, 4, 4), (4, 3, 4), (3, 8), (7, 4), (3, 3, 5), (5, 6)}),
    "identity": frozenset({(6, 8, 4), (6, 4, 4, 4), (6, 4, 2, 2, 4), (4, 4, 4, 4, 2), (14, 4), (6, 12)}),
}

_ENOUGH = re.compile(rf"\d(?:{_GAP}\d){{{FEWEST - 1}}}")
_GROUP = re.compile(r"\d+")
_DIGITS = frozenset("0123456789")
_LOOSE = frozenset({ds.LISTED, ds.LATIN, ds.WORDS, ds.SAID, ds.UNIT})
_ZERO_FIRST = re.compile(r"(?<!\d)0\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")


def mask_text(text: str) -> str:
    """Return free text with telephone and identity numbers masked, in whatever way they are written."""
    if not text or _few_digits(text):
        return text
    # once as written, once with Chinese numerals as digits: “周一139…” ends no number and begins none
    text = _masked(text, spoken=False)
    return _masked(text, spoken=True)


def mask_phone(phone: str | None) -> str | None:
    """Return a telephone number with its first 3 and last 4 digits, a short one with its last 2."""
    if not phone:
        return phone
    digits = ds.digits_of(phone)
    if len(digits) >= 10:
        return f"{digits[:3]}{STARS}{digits[-4:]}"
    return f"{STARS}{digits[-2:]}" if len(digits) >= FEWEST else STARS


def mask_name(name: str | None) -> str | None:
    """Return a person's name with only its first character."""
    return f"{name[0]}**" if name else name


def mask_facts(facts: Mapping[str, Any], codes: frozenset[str]) -> dict[str, Any]:
    """Return facts with every text in them masked, however deep; only the named `codes` are none that a person writes."""
    return {name: value if name in codes else mask_values(value) for name, value in facts.items()}


def mask_values(value: Any) -> Any:
    """Return JSON values with every text in them masked."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {name: mask_values(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_values(one) for one in value]
    return value


def _few_digits(text: str) -> bool:
    """Return whether a text can hold no number: most texts, told at once."""
    found = _DIGIT_LIKE.finditer(unicodedata.normalize("NFKC", text))
    return next(islice(found, FEWEST - 1, None), None) is None


def _masked(text: str, *, spoken: bool) -> str:
    reading = ds.read(text)
    if spoken and not reading.spoken:
        return text
    stream = ds.stream(reading, spoken=spoken)
    if not _ENOUGH.search(stream.signs):
        return text
    signs, hidden = _found(stream.signs, NUMBERS)
    for place in stream.dates:  # in an identity card the birthday is a date; in a telephone number nothing is
        signs = signs[:place] + ds.WALL + signs[place + 1 :]
    hidden += _found(signs, PHONES)[1]
    for first, last in sorted(hidden, reverse=True):
        text = text[: stream.starts[first]] + STARS + text[stream.ends[last] :]
    return text


def _found(signs: str, kinds: tuple[Kind, ...]) -> tuple[str, list[tuple[int, int]]]:
    """Return the signs of a stream with its numbers walled off, and the places of first and last digit to hide of each."""
    hidden: list[tuple[int, int]] = []
    for kind in kinds:
        found = kind.pattern.search(signs)
        while found is not None:
            start, end = found.span("n")
            if not _meant(kind.name, signs, start, end):
                found = kind.pattern.search(signs, start + 1)
                continue
            places = [place for place in range(start, end) if signs[place].isdecimal()]
            if signs[end - 1] == ds.X:
                places.append(end - 1)
            hidden.append((places[kind.first], places[-kind.last - 1]))
            signs = signs[:start] + ds.WALL * (end - start) + signs[end:]
            found = kind.pattern.search(signs, end)
    return signs, hidden


def _meant(kind: str, signs: str, start: int, end: int) -> bool:
    """Return whether digits that could be a number of a kind are meant as one: by their groups and what stands between."""
    if kind == "whole":
        return True
    body = signs[start:end].replace(ds.HINGE, "")
    sizes = tuple(map(len, _GROUP.findall(body)))
    gaps = frozenset(body) - _DIGITS
    if ds.STARRED in gaps:
        return kind == "mobile" and sizes == (3, 4, 4)  # nothing masked looks so
    if kind == "identity":
        return _identity(body, sizes, gaps)
    spelled = all(size == 1 for size in sizes)
    if kind == "mobile" and (not gaps or sizes in USUAL[kind]):
        return not (gaps & _LOOSE and _counted(signs, body, end))
    if (ds.UNIT in gaps and not spelled) or (
        _counted(signs, body, end) and not spelled and (gaps & _LOOSE or len(sizes) > 3)
    ):
        return False
    if gaps & _LOOSE and not spelled and _goes_on(signs, start, end):
        return False
    if kind == "landline":
        return spelled or (len(sizes) <= 4 and (sizes[0] > 1 or sizes[1] in (2, 3)))
    return spelled or len(sizes) <= 5 or (kind == "mobile" and not gaps & frozenset({ds.WORDS, ds.SAID}))


def _identity(body: str, sizes: tuple[int, ...], gaps: frozenset[str]) -> bool:
    """Return whether 18 signs with a birthday are an identity card: in usual groups, or by check digit (GB 11643)."""
    if sizes in USUAL["identity"] or (len(sizes) <= 3 and not gaps & _LOOSE):
        return True
    number = re.sub(r"\D", "", body[:-1]) + body[-1]
    total = sum(int(sign) * 2 ** (17 - place) for place, sign in enumerate(number[:17]))
    return "10x98765432"[total % 11] == number[17]


def _counted(signs: str, body: str, end: int) -> bool:
    """Return whether the last group is a quantity: a unit follows, and no group begins with a zero (in thousands it may)."""
    if signs[end : end + 1] not in (ds.UNIT, ds.WALLED_UNIT):
        return False
    return not _ZERO_FIRST.search(body) or _THOUSANDS.fullmatch(body) is not None


def _goes_on(signs: str, start: int, end: int) -> bool:
    """Return whether a list goes on before or behind: then its parts are things of their own."""
    return (signs[end : end + 1] == ds.LISTED and signs[end + 1 : end + 2].isdecimal()) or (
        start > 1 and signs[start - 1] == ds.LISTED and signs[start - 2].isdecimal()
    )
