"""The simulator's photos: one drawn picture that says it is simulated, under as many names as it is needed."""

import io
import os
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from dashboard.rules.access import Viewer
from datasources.files import whole
from datasources.photos import pictures_kept
from datasources.store.models.tables import PhotoRow

SIZE = (480, 320)
CAPTION = "模拟照片"
CAPTION_WITHOUT_FONT = "SIMULATED PHOTO"
FONTS = ("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "wqy-microhei.ttc", "SimHei.ttf", "msyh.ttc")


class Album:
    """Gives rows for copies of the one picture; without a folder (tests) no file is written."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._first: PhotoRow | None = None

    def copy(self, key: str, by: Viewer, now: datetime) -> PhotoRow:
        """Return the row of a fresh photo, to be added."""
        if self._folder is None:
            sha256, width, height, size = "0" * 64, *SIZE, 0
        else:
            first = self._original(self._folder, by, now)
            sha256, width, height, size = first.sha256, first.width, first.height, first.size
            _link(self._folder / first.id, self._folder / key)
        return PhotoRow(
            id=key,
            sha256=sha256,
            width=width,
            height=height,
            size=size,
            created_at=now,
            created_by=by.name,
        )

    def _original(self, folder: Path, by: Viewer, now: datetime) -> PhotoRow:
        if self._first is None or not (folder / self._first.id).is_file():
            self._first = pictures_kept.store(folder, simulated_photo(), by, now)
        return self._first


def simulated_photo() -> bytes:
    """Return a JPEG that says it is simulated: in Chinese where the machine has a font for it."""
    picture = Image.new("RGB", SIZE, "#26384d")
    draw = ImageDraw.Draw(picture)
    font, caption = _font()
    draw.rectangle((12, 12, SIZE[0] - 12, SIZE[1] - 12), outline="#7fa3c7", width=3)
    draw.text((SIZE[0] / 2, SIZE[1] / 2), caption, fill="#dce8f5", font=font, anchor="mm")
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()


def _font() -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, str]:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, 64), CAPTION
        except OSError:
            continue
    return ImageFont.load_default(40), CAPTION_WITHOUT_FONT


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        whole.write(target, source.read_bytes())
