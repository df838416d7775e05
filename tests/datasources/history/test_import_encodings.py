"""An encoding that is stated is used; what decodes but does not read like Chinese is asked about, never stored."""

from pathlib import Path

import pytest

from dashboard.rules.refusals import Refusal
from datasources.store.database import Database
from datasources.store.models import EventRow
from tests.datasources.history.test_imports import bring, count, events

HEAD = "external_id,reported_at,title,address\n"
TRADITIONAL = (
    HEAD + "B5-1,2026-03-01 08:00:00,路燈不亮,臺北市中正區\nB5-2,2026-03-01 08:00:00,路面坑洞,新北市板橋區\n"
)
KOREAN = HEAD + "K-1,2026-03-01 08:00:00,가로등이 고장 났습니다 빨리 고쳐 주세요,서울특별시 강남구 역삼동\n"
JAPANESE = HEAD + "J-1,2026-03-01 08:00:00,街灯が壊れています,東京都新宿区\n"
FRENCH = HEAD + "F-1,2026-03-01 08:00:00,naïvement cassé à côté,rue de l'Été\n"
PLAIN = HEAD + "G-1,2026-03-01 08:00:00,路灯不亮，晚上看不清（急）,金山街道第３网格①号楼\n"


def written(folder: Path, text: str, encoding: str) -> Path:
    path = folder / "f.csv"
    path.write_bytes(text.encode(encoding))
    return path


def stating(folder: Path, encoding: str) -> Path:
    path = folder / "m.toml"
    path.write_text(f'encoding = "{encoding}"\n')
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "stated", "title"),
    [
        (TRADITIONAL, "big5", "big5", "路燈不亮"),
        (TRADITIONAL, "big5", "BIG5", "路燈不亮"),
        (KOREAN, "euc_kr", "euc-kr", "가로등이 고장 났습니다 빨리 고쳐 주세요"),
        (JAPANESE, "shift_jis", "Shift_JIS", "街灯が壊れています"),
        (FRENCH, "latin-1", "latin-1", "naïvement cassé à côté"),
        (PLAIN, "utf-16", "utf-16", "路灯不亮，晚上看不清（急）"),
        (PLAIN, "gb18030", "GB2312", "路灯不亮，晚上看不清（急）"),
        (PLAIN, "utf-8-sig", "utf-8", "路灯不亮，晚上看不清（急）"),
    ],
)
def test_a_stated_encoding_is_used(
    sqlite: Database, tmp_path: Path, text: str, encoding: str, stated: str, title: str
) -> None:
    bring(sqlite, written(tmp_path, text, encoding), stating(tmp_path, stated))
    assert events(sqlite)[0].title == title


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(TRADITIONAL, "big5"), (KOREAN, "euc_kr"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp"), (FRENCH, "latin-1")],
)  # fmt: skip
def test_what_does_not_read_like_chinese_is_asked_about_and_nothing_stored(
    sqlite: Database, tmp_path: Path, text: str, encoding: str
) -> None:
    with pytest.raises(Refusal, match="请在映射中写明 encoding"):
        bring(sqlite, written(tmp_path, text, encoding))
    assert count(sqlite, EventRow) == 0


@pytest.mark.parametrize("text", [PLAIN, TRADITIONAL])
def test_chinese_in_gb18030_needs_no_word(sqlite: Database, tmp_path: Path, text: str) -> None:
    bring(sqlite, written(tmp_path, text, "gb18030"))
    assert events(sqlite)[0].title in text


def test_a_file_that_is_not_in_the_stated_encoding_is_refused(sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="不是映射写明的编码 utf-8"):
        bring(sqlite, written(tmp_path, PLAIN, "gb18030"), stating(tmp_path, "utf-8"))
    assert count(sqlite, EventRow) == 0
