"""A text as the digits a reader finds in it, and what stands between them: one sign for each digit and for each gap.

Read as a person understands it: markup, entities and escapes as what they show, compatibility forms (NFKC), digits of any
script; invisible characters are not there. Each sign of the stream knows the place in the text it came from.

words: none
"""

import html
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

STARS = "****"
INVISIBLE = frozenset({"Cf", "Mn", "Me"})
HAN_DIGITS = {sign: str(n % 10) for n, sign in enumerate("〇一二三四五六七八九零壹贰叁肆伍陆柒捌玖")} | {
    "壱": "1", "弌": "1", "貳": "2", "弐": "2", "參": "3", "叄": "3", "陸": "6", "兩": "2", "两": "2", "○": "0",
    "幺": "1", "洞": "0", "拐": "7", "勾": "9",
}  # fmt: skip
_HAN_ZERO = 0xE000  # numerals that may also be words stand in a private area until it is asked which they are
_HAN = "\ue000-\ue009"

# what stands between two digits
HINGE = "'"  # nothing, but a number may begin or end here: a numeral that may be a word, or another script
TYPED = "-"  # what people type into a number: space, hyphen, dot, brackets
SIGNS = " "  # other signs, markup
PLUS = "+"
LISTED = ","
LATIN = "w"
WORDS = "h"
SAID = "t"  # words that say a telephone number follows
X = "x"  # the check sign of an identity card, or a letter
UNIT = "u"  # what is before it is a quantity, an address, a time
STARRED = "*"  # masked before, or typed to look so
WALL = "|"  # nothing goes on across it
WALLED_UNIT = "U"
WORDS_LONGEST, SIGNS_LONGEST = 8, 12

# what does not show itself: markup, entities, escapes; characters that are no plain letter, digit or sign
_ODD = re.compile(
    r"&(?:amp;){0,3}(?:#\d{1,6}|#x[\da-f]{1,5}|[a-z]{2,8}\d{0,2});|<[!/a-z][^<>]*>|%[2-7][\da-f]"
    r"|\\(?:u00|x)[2-7][\da-f]|\\[nrt]"
    rf"|[^\x00-\x7f\u4e00-\u9fff]|[{''.join(HAN_DIGITS)}]",
    re.I,
)
_RUN = re.compile(f"[0-9]+|[{_HAN}]")
_NUMERAL = re.compile(f"[{_HAN}]")
_ARABIC_RUN = re.compile("[0-9]+")
_LONE_X = re.compile(r"([\W_]{0,12})[xX](?=[\W_]|$)|()[xX]")
_REPEATED = re.compile(r"\s+|(.)\1+", re.S)
_LISTS = re.compile(r"[、,;]")
_TYPED = re.compile(r"[\s.\-–—‑‒―−_·•~()。]*")
_SAID = re.compile(
    r"(?:电话|電話|传真|傳真|手机|手機|座机|固话|号码|联系方式|致电|拨打|来电|tel|phone|mobile|call)[^\n]{0,8}$",
    re.I,
)
_UNIT = re.compile(
    r"\s*(?:[年月日号時时分秒点天周岁元块角万萬亿千百十米里吨斤克升度人名户家位个個次件条起宗辆台部张份处處栋棟幢座楼樓层層室"
    r"单單组組排弄巷路街院期批级級项項页頁章℃㎡]|网格|公里|平方|小时|毫米|厘米"
    r"|(?:km|kg|cm|mm|m|h|min|s|v|w|kw|kwh)[2-3²³]?(?![A-Za-z]))",
    re.I,
)
_SPACED_LIKE_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"
# digits that mean something else whatever stands beside them: a time, coordinates, an address of a computer, a share,
# money, the plate of a car
_OTHERWISE = re.compile(
    rf"(?<![\d:.]){_SPACED_LIKE_TIME}(?![\d:]|\.\d)"
    r"|(?<![\d.])(?:(?:7[3-9]|[89]\d|1[0-2]\d|13[0-5])\.\d{2,8}\s{0,2}[,、;\s]\s{0,2}(?:[3-9]|[1-4]\d|5[0-4])\.\d{2,8}"
    r"|(?:[3-9]|[1-4]\d|5[0-4])\.\d{2,8}\s{0,2}[,、;\s]\s{0,2}(?:7[3-9]|[89]\d|1[0-2]\d|13[0-5])\.\d{2,8})(?![\d.])"
    r"|(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.])"
    r"|(?<![\d.])\d{1,4}(?:\.\d{1,3})?%"
    r"|[¥￥$€]\s?\d{1,3}(?:,\d{3}){1,3}(?:\.\d\d?)?(?!\d)"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?(?=[A-Z]{0,6}\d)[A-Z\d]{5,6}(?![A-Z\d])"
)
_DATE = re.compile(
    r"(?<![\d/.-])(?:19|20)\d\d([-/.年])\s?(?:1[0-2]|0?[1-9])[-/.月]\s?(?:[12]\d|3[01]|0?[1-9])(?![\d]|[-/.]\d)"
)


class Stream(NamedTuple):
    """The signs of a text's digits and gaps, and for each the span of the text it stands for."""

    signs: str
    starts: list[int]
    ends: list[int]
    dates: frozenset[int]  # the places of digits that are a date


class Reading(NamedTuple):
    """A text as it reads, and for each character the span of the text it came from."""

    plain: str
    starts: list[int]
    ends: list[int]

    @property
    def spoken(self) -> bool:
        """Return whether numerals stand in it that may also be words."""
        return _NUMERAL.search(self.plain) is not None


def read(text: str) -> Reading:
    """Return a text as it reads."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for odd in _ODD.finditer(text):
        begin, end = odd.span()
        shown = _shown(odd.group()) if end - begin > 1 else _reads(odd.group())
        parts += text[last:begin], shown
        starts += *range(last, begin), *[begin] * len(shown)
        ends += *range(last + 1, begin + 1), *[end] * len(shown)
        last = end
    parts.append(text[last:])
    starts += range(last, len(text))
    ends += range(last + 1, len(text) + 1)
    return Reading("".join(parts), starts, ends)


def digits_of(text: str) -> str:
    """Return the digits a reader finds in a text, Chinese numerals too."""
    return "".join(str(ord(sign) - _HAN_ZERO) if sign >= "\ue000" else sign
                   for sign in read(text).plain if sign in "0123456789" or "\ue000" <= sign <= "\ue009")  # fmt: skip


def stream(reading: Reading, *, spoken: bool) -> Stream:
    """Return the stream of a reading; `spoken`: with the numerals that may also be words."""
    plain, starts, ends = reading
    otherwise = _places(_OTHERWISE, plain)
    days = _places(_DATE, plain)
    signs: list[str] = []
    spans: list[tuple[int, int]] = []
    dates: set[int] = set()
    last, was_han = 0, False
    for run in (_RUN if spoken else _ARABIC_RUN).finditer(plain):
        begin, end = run.span()
        han = plain[begin] >= "\ue000"
        gaps = _gap(plain[last:begin]) if begin > last else HINGE if han or was_han else ""
        for gap in gaps:
            signs.append(gap)
            spans.append((last, begin))
        for place in range(begin, end):
            if place in days:
                dates.add(len(signs))
            signs.append(
                WALL if place in otherwise else str(ord(plain[place]) - _HAN_ZERO) if han else plain[place]
            )
            spans.append((place, place + 1))
        last, was_han = end, han
    for gap in _gap(plain[last:]) if last < len(plain) else "":
        signs.append(gap)
        spans.append((last, len(plain)))
    return Stream(
        "".join(signs),
        [starts[begin] for begin, _ in spans],
        [ends[end - 1] for _, end in spans],
        frozenset(dates),
    )


def _shown(mark: str) -> str:
    """Return what markup shows."""
    if mark[0] == "<":
        return "\x1f"  # a sign that nobody types
    if mark[0] == "&":
        shown = html.unescape(mark.replace("amp;", ""))
        return "".join(map(_reads, shown)) if shown != mark else " "
    if mark[0] == "%" or mark[1] in "uUxX":
        return chr(int(mark[-2:], 16))
    return " "


@lru_cache(maxsize=8192)
def _reads(sign: str) -> str:
    """Return what a character shows: nothing, itself, digits."""
    if sign.isascii():
        return sign
    if unicodedata.category(sign) in INVISIBLE:
        return ""
    if "\ue000" <= sign <= "\uf8ff":
        return "\ufffd"
    worth = unicodedata.digit(sign, None)
    if worth is not None:
        return str(worth)
    plain = sign if sign in HAN_DIGITS else unicodedata.normalize("NFKC", sign)
    return "".join(chr(_HAN_ZERO + int(HAN_DIGITS[one])) if one in HAN_DIGITS else one for one in plain)


def _places(pattern: re.Pattern[str], plain: str) -> frozenset[int]:
    return frozenset(place for found in pattern.finditer(plain) for place in range(*found.span()))


def _gap(between: str) -> str:
    """Return the signs for what stands between two digits: its kind, and an x of its own where it has one."""
    lone = _LONE_X.match(between)
    if lone is None:
        return _whole(between)
    return _whole(lone.group(1) or "") + X + _whole(between[lone.end() :])


def _whole(between: str) -> str:
    if not between:
        return ""
    if STARS in between:
        return STARRED if not between.strip("* ") else WALL
    if between.isspace():
        return TYPED
    if _SAID.search(between[-20:]):
        return SAID
    if _UNIT.match(between):
        return UNIT if len(between) <= WORDS_LONGEST else WALLED_UNIT
    return _kind(_REPEATED.sub(lambda found: found.group(1) or " ", between), between)


def _kind(squeezed: str, between: str) -> str:
    letters = any(sign.isalnum() or "\ue000" <= sign <= "\ue009" for sign in squeezed)
    if len(squeezed) > (WORDS_LONGEST if letters else SIGNS_LONGEST):
        return PLUS if between.rstrip(" (")[-1:] == "+" else WALL
    if letters:
        return PLUS if between.rstrip(" (")[-1:] == "+" else LATIN if squeezed.isascii() else WORDS
    if between.rstrip(" (")[-1:] == "+":
        return PLUS
    if _LISTS.search(squeezed):
        return LISTED
    return TYPED if _TYPED.fullmatch(squeezed) else SIGNS
