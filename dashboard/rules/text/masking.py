"""What is hidden of persons, by the type of a field: free text, a telephone number, a name.

Text is looked at as a reader understands it: compatibility forms (NFKC), digits of any script, Chinese numerals and
invisible characters count as what they show. What is hidden keeps its place in the original, everything else stays as it is.

words: none
"""

import re
import unicodedata
from collections.abc import Mapping
from itertools import islice
from typing import Any

STARS = "****"
INVISIBLE = frozenset({"Cf", "Mn", "Me"})
HAN_DIGITS = {sign: str(n % 10) for n, sign in enumerate("〇一二三四五六七八九零壹贰叁肆伍陆柒捌玖")} | {
    "幺": "1",
    "两": "2",
    "○": "0",
}
_HAN = "".join(HAN_DIGITS)
HAN_MOBILE = re.compile(
    f"([一壹幺][三四五六七八九叁肆伍陆柒捌玖][{_HAN}])[{_HAN}]{{4}}([{_HAN}]{{4}})"
)  # written out; whether a numeral before or behind belongs to it nobody can tell
FEWEST = 7  # digits: a text with fewer holds no number
_DIGIT_LIKE = re.compile(
    f"[\\d{''.join(HAN_DIGITS)}\u2460-\u249b\u24ea-\u24ff\u2776-\u2793]"
)  # as in a text in its compatibility form

# between the digits of one number people put up to three of these; lists of house numbers use commas, so those only
# count between the usual groups
_GAP = r"[\s.\-–—‐‑‒―−_·•~()]{0,3}"
_BREAK = r"(?:(?!\*{4})[\W_]){0,6}"  # any signs, but what was masked before stays as it is


def _digits(count: int) -> str:
    return _GAP.join([r"\d"] * count)


_COUNTRY = rf"(?:(?:\+|00){_GAP}8{_GAP}6{_GAP}0?|86{_GAP}|(?:17951|17911|12593){_GAP}|0(?=1[3-9]))?"
_MOBILE = rf"1{_GAP}[3-9]{_GAP}{_digits(9)}|1[、,][3-9](?:[、,]\d){{9}}|1[3-9]\d{_BREAK}\d{{4}}{_BREAK}\d{{4}}|1[3-9]\d{{2}}{_BREAK}\d{{3}}{_BREAK}\d{{4}}"
_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"  # of a computer
_BIRTHDAY = (
    rf"(?:1{_GAP}9|2{_GAP}0){_GAP}\d{_GAP}\d{_GAP}"
    rf"(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01])"
)
_LOOSE_IDENTITY = rf"[1-9]{_GAP}{_digits(5)}{_GAP}{_BIRTHDAY}{_GAP}{_digits(3)}{_GAP}[\dxX]"
_IDENTITY = rf"[1-9]\d{{5}}{_BREAK}(?:19|20)\d\d{_BREAK}(?:0[1-9]|1[0-2]){_BREAK}(?:0[1-9]|[12]\d|3[01]){_BREAK}\d{{3}}{_GAP}[\dxX]"
_SHORT_BIRTHDAY = r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
# numbers written one after the other without anything between: what was masked before, what may come behind
_FRONT, _BACK = (
    r"(?:(?<!\d)|(?<=\*{4}\d{4}))",
    r"(?=1[3-9]\d{9}(?!\d)|[1-9]\d{5}(?:19|20)\d{9}[\dxX](?!\d)|\D|$)",
)
_SAID = r"(?:电话|電話|传真|傳真|手机|手機|座机|固话|号码|联系方式|致电|拨打|来电|tel|phone|mobile|call)"

# what is a number of a person, longest first: (its kind, a pattern whose group `n` is the number itself)
NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.I))
    for kind, pattern in (
        ("identity", rf"{_FRONT}(?P<n>{_IDENTITY}){_BACK}"),
        ("loose", rf"(?<!\d)(?P<n>{_LOOSE_IDENTITY})(?!\d)"),
        ("identity", r"(?<!\d)(?P<n>\d{17}[\dx])(?!\d)"),
        ("identity", rf"(?<!\d)(?P<n>[1-9]\d{{5}}{_SHORT_BIRTHDAY}\d{{3}})(?!\d)"),
        ("mobile", rf"{_FRONT}(?!{_ADDRESS}){_COUNTRY}(?P<n>{_MOBILE}){_BACK}"),
        (
            "landline",
            rf"(?<!\d)(?:(?:\+|00){_GAP}86{_GAP}\(?0?\)?|0)(?:10|2\d|[3-9]\d\d){_BREAK}(?P<n>[2-9]{_GAP}{_digits(7)}|[2-9]{_GAP}{_digits(6)})(?!\d)",
        ),
        ("foreign", r"\+ ?(?P<n>\d(?:[-. ]?\d){6,14})(?!\d)"),
        ("foreign", r"(?<!\d)(?P<n>\(?[2-9]\d{2}\)?[-. ]\s?\d{3}[-. ]\d{4})(?!\d)"),
        ("local", rf"{_SAID}[^\d\n]{{0,8}}(?P<n>[2-9]\d{{2,3}}{_GAP}\d{{4}})(?!\d)"),
    )
)
SHOWN = {
    "identity": (4, 4),
    "loose": (4, 4),
    "mobile": (3, 4),
    "landline": (0, 3),
    "foreign": (3, 2),
    "local": (0, 3),
}


def mask_text(text: str) -> str:
    """Return free text with telephone and identity numbers masked, in whatever way they are written."""
    if not text or _few_digits(text):
        return text
    # once as written, once with Chinese numerals as digits: “周一139…” ends no number and begins none
    return HAN_MOBILE.sub(rf"\1{STARS}\2", _masked(_masked(text, han=False), han=True))


def mask_phone(phone: str | None) -> str | None:
    """Return a telephone number with its first 3 and last 4 digits, a short one with its last 2."""
    if not phone:
        return phone
    digits = "".join(sign for sign in _plain(phone, han=True)[0] if sign.isdecimal())
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


def _masked(text: str, *, han: bool) -> str:
    plain, origin = _plain(text, han=han)
    hidden: list[tuple[int, int]] = []
    for kind, pattern in NUMBERS:
        match = pattern.search(plain)
        while match is not None:
            start, end = match.span("n")
            if kind == "loose" and not _true_identity(plain[start:end]):
                match = pattern.search(plain, start + 1)
                continue
            first, last = _hidden(plain, start, end, *SHOWN[kind])
            hidden.append((origin[first], origin[last]))
            plain = plain[:first] + STARS + plain[last:]
            origin = origin[:first] + [origin[first]] * len(STARS) + origin[last:]
            match = pattern.search(plain, first + len(STARS))
    for first, last in sorted(hidden, reverse=True):
        text = text[:first] + STARS + text[last:]
    return text


def _true_identity(number: str) -> bool:
    """Return whether 18 signs, whatever stands between them, end in their check digit (GB 11643)."""
    signs = [sign for sign in number.upper() if sign in "0123456789X"]
    total = sum(int(sign) * 2 ** (17 - place) for place, sign in enumerate(signs[:17]))
    return "10X98765432"[total % 11] == signs[17]


def _plain(text: str, *, han: bool) -> tuple[str, list[int]]:
    """Return a text as it reads, and for each of its characters (and its end) the place it came from."""
    signs: list[str] = []
    origin: list[int] = []
    for place, sign in enumerate(text):
        for one in _reads(sign, han=han):
            signs.append(one)
            origin.append(place)
    origin.append(len(text))
    return "".join(signs), origin


def _reads(sign: str, *, han: bool) -> str:
    if sign.isascii():
        return sign
    if sign in HAN_DIGITS:
        return HAN_DIGITS[sign] if han else sign
    if unicodedata.category(sign) in INVISIBLE:
        return ""
    worth = unicodedata.digit(sign, None)
    return str(worth) if worth is not None else unicodedata.normalize("NFKC", sign)


def _hidden(plain: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Return the span to hide: without the first and last few digits that stay readable."""
    places = [place for place in range(start, end) if plain[place].isdecimal() or plain[place] in "xX"]
    return places[first], places[-last - 1] + 1
