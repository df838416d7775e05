"""Chinese first, English complete: every sentence of the house has both, with the same facts in it."""

import ast
import re
from pathlib import Path
from string import Formatter

from dashboard.rules.figures.table import KPIS
from layouts.locale import extract
from layouts.text import words

SCRIPTS = sorted(
    path for path in (extract.ROOT / "layouts" / "assets").glob("*/*.js") if path.parent.name != "vendor"
)


def facts(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}


def english() -> dict[str, str]:
    return {str(message.id): str(message.string) for message in words.read_catalogue("en") if message.id}


def test_every_sentence_has_an_english_one() -> None:
    known = english()
    missing = sorted(msgid for msgid in extract.sentences() if not known.get(msgid))
    assert missing == [], "run `make words` and translate what it names"


def test_a_translation_fills_in_the_same_facts_as_the_sentence() -> None:
    assert {msgid: said for msgid, said in english().items() if said and facts(msgid) != facts(said)} == {}


def test_english_sentences_hold_no_chinese_but_quoted_terms() -> None:
    allowed = {"中文"} | {msgid for msgid, said in english().items() if "工作时" in said}
    assert [m for m, said in english().items() if extract.CHINESE.search(said) and m not in allowed] == []


def test_scripts_ask_for_words_by_literal_sentences_only() -> None:
    asked = re.compile(r"""(?<![\w.$])t\((?!\s*["'])""")
    assert [path.name for path in SCRIPTS if asked.search(path.read_text(encoding="utf-8"))] == []


def test_scripts_hold_no_chinese_outside_t() -> None:
    for path in SCRIPTS:
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.S)
        assert not extract.CHINESE.search(extract.SPOKEN.sub("t()", text)), path.name


def test_layouts_never_glue_chinese_into_f_strings() -> None:
    glued = []
    for path in sorted((extract.ROOT / "layouts").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and extract.CHINESE.search(ast.unparse(node)):
                glued.append(f"{path.name}:{node.lineno}")
    assert glued == []


def test_the_language_of_a_request_decides_and_falls_back_to_chinese() -> None:
    assert words.translate("待抢单") == "待抢单"
    try:
        assert words.use("en-GB") == "en" and words.translate("待抢单") == "To claim"
        assert words.translate("待抢单", "zh_CN") == "待抢单"
    finally:
        words.use(None)
    assert words.translate("待抢单") == "待抢单"
    assert words.known("fr") == "zh_CN" and words.known(None) == "zh_CN" and words.known("zh") == "zh_CN"


def test_a_sentence_without_a_translation_stays_readable() -> None:
    assert words.translate("尚未收录的句子 {n}", "en", n=3) == "尚未收录的句子 3"
    assert words.translate("", "en") == ""


def test_scripts_get_their_own_words_and_no_others() -> None:
    assert words.js_catalogue("zh_CN") == {}
    catalogue = words.js_catalogue("en")
    assert catalogue["数据链路中断"] == "Data link lost"
    assert "大写锁定已打开" not in catalogue


def test_extraction_finds_sentences_and_leaves_docstrings_and_patterns_alone(tmp_path: Path) -> None:
    for package in extract.PACKAGES:
        (tmp_path / package).mkdir()
    (tmp_path / "dashboard" / "a.py").write_text(
        '"""说明"""\nimport re\nP = re.compile("样式")\nW = "句子"\nX = "词"  # words: none\n',
        encoding="utf-8",
    )
    (tmp_path / "layouts" / "b.js").write_text("t('一句'); other('两句');", encoding="utf-8")
    assert extract.sentences(tmp_path) == {"句子": [("dashboard/a.py", 4)], "一句": [("layouts/b.js", 1)]}


def test_every_kpi_is_named_and_explained_in_english() -> None:
    for kpi in KPIS.values():
        for sentence in (kpi.name, kpi.num_words, kpi.den_words, kpi.formula):
            assert words.translate(sentence, "en") != sentence, (kpi.code, sentence)
