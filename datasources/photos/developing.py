"""A picture written anew: upright, without metadata; and the process that does it, which knows nothing else of the product.

`python -m datasources.photos.developing` takes a file on standard input and answers on standard output: a line of JSON (what the
picture is, or why it is none), then the new file. It imports no database and no settings, and it bounds itself.
"""

import io
import json
import resource
import sys
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from dashboard.rules.refusals import Refusal
from datasources.photos.header import Header
from datasources.photos.shots import Shot, shot_of

FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 85
METHOD = 2  # of WebP: how long it looks for a shorter file; the default takes three times as long
BROKEN = "照片文件已损坏，打不开"
UNWRITABLE = "照片的尺寸无法保存，请缩小后再传"
MEMORY = 1280 * 1024 * 1024  # 25 megapixels, half seen through, need 950 MB while they are turned and written
SECONDS = 20  # of the processor
DEEP = {"I": 65_535, "I;16": 65_535, "I;16L": 65_535, "I;16B": 65_535, "F": 1}  # mode → its white


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture written anew, without metadata."""

    data: bytes
    width: int
    height: int
    shot: Shot = field(default_factory=Shot)


def rewritten(data: bytes) -> Picture:
    """Return the picture alone; JPEG stays JPEG, the rest becomes WebP. Refusal for what is none or too large.

    A moment without an offset stays one: the district's zone is known to who asked.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            fault = Header(
                "", opened.width, opened.height
            ).fault  # the decoder's word: files may say two things
            if fault:
                raise Refusal(fault, field="file")
            kind = "JPEG" if opened.format == "JPEG" else "WEBP"
            upright = ImageOps.exif_transpose(_shallow(opened))
            see_through = kind == "WEBP" and upright.has_transparency_data
            plain = upright.convert("RGBA" if see_through else "RGB")
            del upright
            shot = shot_of(opened, plain)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise Refusal(BROKEN, field="file") from error
    # a fresh image holds the pixels and nothing else: no EXIF, XMP, colour profile or comment to be passed on
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    del plain
    written = io.BytesIO()
    try:
        bare.save(written, kind, quality=QUALITY, method=METHOD)
    except (OSError, ValueError) as error:
        raise Refusal(UNWRITABLE, field="file") from error
    return Picture(written.getvalue(), bare.width, bare.height, shot)


def _shallow(opened: Image.Image) -> Image.Image:
    """Return a picture of 8 bits a channel: grey of 16 bits is scaled, where converting it would cut it off to white."""
    white = DEEP.get(opened.mode)
    if white is None:
        return opened
    exif = opened.getexif()
    deep = opened.convert("I") if opened.mode.startswith("I;") else opened
    grey = deep.point(lambda dot: dot * (255 / white) + 0.5).convert("L")
    grey.info["exif"] = exif.tobytes()
    return grey


def packed(picture: Picture) -> bytes:
    """Return a picture as the process tells it."""
    shot = asdict(picture.shot)
    shot["taken_at"] = picture.shot.taken_at and picture.shot.taken_at.isoformat()
    told = {"width": picture.width, "height": picture.height, "shot": shot}
    return json.dumps(told).encode() + b"\n" + picture.data


def unpacked(told: bytes, tz: tzinfo = UTC) -> Picture:
    """Return the picture a process told; Refusal with its sentence where it told none, ValueError for nonsense."""
    line, _, data = told.partition(b"\n")
    said: dict[str, Any] = json.loads(line)
    if "refused" in said:
        raise Refusal(said["refused"], field="file")
    shot = Shot(**said["shot"])
    if shot.taken_at is not None:
        at = datetime.fromisoformat(str(shot.taken_at))
        shot = replace(shot, taken_at=at if at.tzinfo else at.replace(tzinfo=tz))
    return Picture(data, said["width"], said["height"], shot)


def main() -> None:
    """Answer for one picture and end."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told = packed(rewritten(sys.stdin.buffer.read()))
    except Refusal as refusal:
        told = json.dumps({"refused": refusal.text}).encode()
    except MemoryError:
        told = json.dumps({"refused": UNWRITABLE}).encode()
    sys.stdout.buffer.write(told)


if __name__ == "__main__":
    main()
