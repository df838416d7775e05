"""Which encoding a text file is in: the one the mapping states, else UTF-8, else GB18030 where what it gives is Chinese.

Law: an encoding that is stated is used and no other; what can be decoded but does not read like Chinese is asked about.
Almost any bytes are some GB18030 text, so that decoding alone proves nothing: it is the common characters that do.
"""

import codecs
import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from dashboard.rules.refusals import Refusal

BLOCK = 1 << 20
SAMPLE = 200_000  # characters beyond ASCII that are looked at
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# what writes under these names writes the larger set behind them
SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-8": "utf-8-sig",
}
NO_TEXT = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"})
OTHERS = ("big5", "shift_jis", "euc_kr")
LEAST_COMMON, MOST_KANA = 0.6, 0.05
MANY = 20

Opener = Callable[[Path], BinaryIO]


def _decoded(rows: range) -> frozenset[str]:
    codes = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    return frozenset(sign for code in codes if (sign := code.decode("gb2312", "ignore")))


# GB 2312: punctuation, numerals and full width (rows 1, 2, 3) and the 3,755 common characters (rows 16–55, by pinyin)
# and kana (rows 4, 5), which Big5 and Japanese turn into but Chinese hardly uses
PUNCTUATION, KANA, COMMON, LATE_IN_THE_ALPHABET = (
    _decoded(range(0xA1, 0xA4)),
    _decoded(range(0xA4, 0xA6)),
    _decoded(range(0xB0, 0xD8)),
    _decoded(range(0xC9, 0xD8)),
)


def known(name: object) -> str | None:
    """Return the name by which Python reads a stated encoding, None where it is no text encoding."""
    try:
        found = codecs.lookup(name) if isinstance(name, str) else None
    except (LookupError, ValueError):
        return None
    if found is None or not getattr(found, "_is_text_encoding", True) or found.name in NO_TEXT:
        return None
    return SUPERSETS.get(found.name, found.name)


def scan(path: Path, opened: Opener, stated: str | None) -> tuple[str, str]:
    """Return the encoding and digest of a whole text file; every byte is looked at, so reading it later cannot fail."""
    whole, start = hashlib.sha256(), b""
    names = (known(stated) or "",) if stated else ("utf-8", "gb18030")
    decoders = {name: codecs.getincrementaldecoder(name)() for name in names}
    sample = _Sample()
    try:
        with opened(path) as raw:
            while block := raw.read(BLOCK):
                start = start or block[:3]
                whole.update(block)
                if not stated:
                    _refuse_binary(path, start, block)
                sample.bytes = sample.bytes or block
                for name in tuple(decoders):
                    text = _decode(decoders[name], block)
                    if text is None:
                        del decoders[name]
                    elif name == "gb18030" and not stated and "utf-8" not in decoders:
                        sample.take(text)
    except (EOFError, OSError, zlib.error) as error:
        raise Refusal("文件 {name} 读不出来：不完整或已损坏", name=path.name) from error
    if not start:
        raise Refusal("文件 {name} 是空的", name=path.name)
    for name in names:
        if name in decoders and _decode(decoders[name], b"", last=True) is not None:
            if name == "gb18030" and not stated:
                sample.refuse_unlikely(path)
            bom = name == "utf-8" and start.startswith(codecs.BOM_UTF8)
            return "utf-8-sig" if bom else name, whole.hexdigest()
    if stated:
        raise Refusal(
            "文件 {name} 不是映射写明的编码 {encoding}，请改正映射中的 encoding",
            name=path.name,
            encoding=stated,
        )
    raise Refusal(
        "文件 {name} 既不是 UTF-8 也不是 GB18030 编码，请在映射中写明 encoding，或另存为 UTF-8 后再导入",
        name=path.name,
    )


class _Sample:
    """What a file reads like as GB18030: its characters beyond ASCII, counted."""

    def __init__(self) -> None:
        self.bytes = b""
        self.count = self.common = self.kana = self.characters = self.late = 0
        self.odd = ""

    def take(self, text: str) -> None:
        for sign in text if self.count < SAMPLE else ():
            if sign < "\x80":
                continue
            self.count += 1
            if sign in COMMON:
                self.characters += 1
                self.late += sign in LATE_IN_THE_ALPHABET
            if sign in COMMON or sign in PUNCTUATION:
                self.common += 1
                continue
            self.kana += sign in KANA
            if len(self.odd) < 8:
                self.odd += sign

    def refuse_unlikely(self, path: Path) -> None:
        # Korean in EUC-KR is all common characters, but of the first half of the alphabet alone
        korean = self.characters >= MANY and not self.late
        chinese = self.common >= LEAST_COMMON * self.count and self.kana <= MOST_KANA * self.count
        if chinese and not korean:
            return
        others = [name for name in OTHERS if self._could_be(name)]
        raise Refusal(
            "文件 {name} 不是 UTF-8，按 GB18030 读出的文字不像中文（如“{odd}”）；请在映射中写明 encoding（可能是 {others}）",
            name=path.name,
            odd=self.odd or "…",
            others="、".join(others) or "latin-1",
        )

    def _could_be(self, name: str) -> bool:
        return _decode(codecs.getincrementaldecoder(known(name) or name)(), self.bytes) is not None


def _refuse_binary(path: Path, start: bytes, block: bytes) -> None:
    if start.startswith(UTF16):
        raise Refusal(
            '文件 {name} 是 UTF-16 编码，请在映射中写明 encoding = "utf-16"，或另存为 UTF-8 后再导入',
            name=path.name,
        )
    if b"\0" in block:
        raise Refusal("文件 {name} 不是文本表格", name=path.name)


def _decode(decoder: codecs.IncrementalDecoder, block: bytes, last: bool = False) -> str | None:
    try:
        return decoder.decode(block, last)
    except UnicodeError:
        return None
