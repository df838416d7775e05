"""What a picture file says of itself in its first bytes: its kind and its sides, read without decoding anything.

PNG: IHDR (ISO 15948 §11.2.2). JPEG: the frame header SOFn (ITU-T T.81 §B.2.2). WebP: VP8X, VP8L or VP8 (RFC 9649 §2.5–2.7).
"""

import struct
from dataclasses import dataclass

LARGEST_PIXELS = 25_000_000
LONGEST_SIDE = 16_383
STEEPEST = 20  # the long side to the short one; a panorama has 10
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length behind them


@dataclass(frozen=True, slots=True)
class Header:
    """Kind (jpeg, png, webp) and sides in pixels."""

    kind: str
    width: int
    height: int

    @property
    def fault(self) -> str | None:
        """Return why such a picture is not taken (a Chinese msgid), or None."""
        short, long = sorted((self.width, self.height))
        if short < 1:
            return "照片文件已损坏，打不开"
        if short * long > LARGEST_PIXELS:
            return "照片超过 2500 万像素，请缩小后再传"
        if long > LONGEST_SIDE:
            return "照片的一边超过 16383 像素，请缩小后再传"
        return "照片太狭长，长边不能超过短边的 20 倍" if long > short * STEEPEST else None


def header_of(data: bytes) -> Header | None:
    """Return what a file's first bytes say, None where they say nothing."""
    for begins, read in ((b"\x89PNG\r\n\x1a\n", _png), (b"\xff\xd8\xff", _jpeg), (b"RIFF", _webp)):
        if data.startswith(begins):
            try:
                return read(data)
            except (IndexError, struct.error):
                return None
    return None


def _png(data: bytes) -> Header | None:
    length, name, width, height = struct.unpack_from(">I4sII", data, 8)
    return Header("png", width, height) if (length, name) == (13, b"IHDR") else None


def _jpeg(data: bytes) -> Header | None:
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in BARE:
            at += 2
        elif marker in FRAMES:
            _bits, height, width = struct.unpack_from(">BHH", data, at + 4)
            return Header("jpeg", width, height)
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _webp(data: bytes) -> Header | None:
    if data[8:12] != b"WEBP":
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return Header("webp", width, height) if len(data) >= 30 else None
    if kind == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("webp", width & 0x3FFF, height & 0x3FFF)
    return None
