"""One telephone number, however it is written: full width, blanks and dashes, country code in front.

Sources: GB/T 15279 and YD/T 1286 for Chinese numbers (mobile 1[3-9] + 9 digits; area code 0 + 2–3, subscriber 7–8 digits).
"""

import re
import unicodedata

CHINA = "86"
_mobile = re.compile(r"1[3-9]\d{9}")
_landline = re.compile(r"0?([1-9]\d{1,2})(\d{7,8})")
_extension = re.compile(r"转|轉|分机|ext|#", re.IGNORECASE)
_international = re.compile(r"(?:\+|00)\s*86(?=\D*\d)")


def digits(written: str | None) -> str:
    """Return the digits by which a number is found: those one dials inside the country."""
    plain = unicodedata.normalize("NFKC", written or "").strip()
    abroad = _international.match(plain.lstrip("(（ "))
    found = "".join(sign for sign in _extension.split(plain)[0] if sign.isdecimal() and sign.isascii())
    if abroad:
        found = found.removeprefix("00").removeprefix(CHINA)
        return found if _mobile.match(found) or found.startswith("0") else _dialled(found)
    inner = found.removeprefix(CHINA)
    if inner != found and (_mobile.fullmatch(inner) or (len(found) >= 12 and _landline.fullmatch(inner))):
        return inner if _mobile.fullmatch(inner) else _dialled(inner)
    return found.removeprefix("00") if plain.startswith("00") else found


def kept(written: str) -> str:
    """Return a number as it is stored: a mobile number as its eleven digits, another as written, in plain signs."""
    found, plain = digits(written), unicodedata.normalize("NFKC", written).strip()
    foreign = plain.startswith(("+", "00")) and not _international.match(plain)
    return found if _mobile.fullmatch(found) and not foreign else plain


def _dialled(number: str) -> str:
    """Return a landline with the 0 that leaves the town, which the country code had replaced."""
    return f"0{number}" if _landline.fullmatch(number) and not number.startswith("0") else number
