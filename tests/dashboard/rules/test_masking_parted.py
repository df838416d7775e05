"""A number is hidden whatever parts its digits — signs, markup, letters, words — and what is no number stays readable."""

from datetime import date, datetime, time
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rules.text import digit_stream
from dashboard.rules.text.masking import mask_phone, mask_text

SIGNS = (
    "/", "-", ".", " ", "·", "_", "|", "\\", ":", "：", "=", "~", "#", "*", "'", "“", "…", "→", "×", "☎", "\n", "\t", "　", "     ", "。",
    "\u200b", "\u2060", "--", "———", ")(", "][", "＋", "<b>", "</b>", "<br/>", "<b class='n1'>", "<!-- 9 -->", "&nbsp;", "&#32;",
    "&amp;nbsp;", "&#x2d;", "%20", "\\n", "\\u0020", " \\ ", "🙂",
)  # fmt: skip
LOOSE = (
    "、", ",", "，", "；", "和", "与", "再", "然后", "空格", "a", "o", "x", "xx", "-x-", "dot", "and", " and ", "减", "&lt;b&gt;", "号码",
)  # fmt: skip
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.from_regex(r"0(?:10|2[0-9])[2-9][0-9]{7}|0592[2-9][0-9]{6}", fullmatch=True)
ABROAD = st.from_regex(r"00(?:852|853)[2-9][0-9]{7}|008869[0-9]{8}", fullmatch=True)
AROUND = st.sampled_from(
    ("{}", "请打{}。", "《{}》2 号楼", "电话{}谢谢", "（{}）", "3 栋 501 室，{}，李先生")
)
SCRIPTS = (
    "０１２３４５６７８９",
    "〇一二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "٠١٢٣٤٥٦٧٨٩",
    "洞幺两三四五六拐八勾",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
)


def parts(number: str, sizes: tuple[int, ...]) -> list[str]:
    """Return a number cut in groups of these sizes; the last takes what is left."""
    cuts = [0, *(end for end in accumulate(sizes) if end < len(number)), len(number)]
    return [number[begin:end] for begin, end in pairwise(cuts)]


def survives(number: str, shown: str) -> bool:
    """Return whether a reader can still read a number out of what is shown."""
    return number in digit_stream.digits_of(shown)


@given(number=MOBILES, between=st.sampled_from(SIGNS), sizes=st.lists(st.integers(1, 5), min_size=1, max_size=10), around=AROUND)  # fmt: skip
def test_a_mobile_in_any_groups_with_any_signs_between_never_survives(
    number: str, between: str, sizes: list[int], around: str
) -> None:
    groups = parts(number, tuple(sizes))
    text = around.format(between.join(groups))
    if between in (".", "。") and len(groups) == 4 and max(map(int, groups)) <= 255:
        return  # the address of a computer
    if between in ":：" and (len(groups) == 2 or len(groups[0]) < 3):
        return  # a time
    shown = mask_text(text)
    assert "****" in shown and not survives(number, shown), shown
    assert mask_text(shown) == shown


@given(number=MOBILES, between=st.sampled_from(LOOSE), around=AROUND, sizes=st.sampled_from(
    [(3, 4), (4, 3), (3,), (7,), (5,), (3, 3), (2, 4), (3, 4, 2), (1,) * 10, (2, 3, 3)]))  # fmt: skip
def test_a_mobile_with_words_between_never_survives(
    number: str, between: str, sizes: tuple[int, ...], around: str
) -> None:
    shown = mask_text(around.format(between.join(parts(number, sizes))))
    assert "****" in shown and not survives(number, shown), shown
    assert mask_text(shown) == shown


@given(number=LANDLINES | ABROAD, between=st.sampled_from(SIGNS + LOOSE), around=AROUND, sizes=st.sampled_from(
    [(11,), (4,), (3,), (5,), (4, 4), (5, 4), (1,) * 14]))  # fmt: skip
def test_a_landline_and_a_number_abroad_never_survive(
    number: str, between: str, sizes: tuple[int, ...], around: str
) -> None:
    shown = mask_text(around.format(between.join(parts(number, sizes))))
    assert "****" in shown and not survives(number, shown), shown
    assert mask_text(shown) == shown


@given(number=MOBILES, scripts=st.lists(st.sampled_from(("0123456789", *SCRIPTS)), min_size=11, max_size=11),
       between=st.sampled_from(("", " ", "-", "、", "\u200b", "<i>")))  # fmt: skip
def test_a_mobile_in_mixed_scripts_never_survives(number: str, scripts: list[str], between: str) -> None:
    written = between.join(script[int(digit)] for script, digit in zip(scripts, number, strict=True))
    shown = mask_text(f"周一请打{written}找人")
    assert "****" in shown and not survives(number, shown), shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("137和5555和0001", "137和****和0001"),
        ("137<b>5555</b>0001", "137<b>****</b>0001"),
        ("137&nbsp;5555&nbsp;0001", "137&nbsp;****&nbsp;0001"),
        ("0085291234567", "00852****67"),
        ("1/3/7/5/5/5/5/0/0/0/1", "1/3/7/****/0/0/0/1"),
        ("13755/550001", "137****0001"),
        ("137,555,50001", "137,****0001"),
        ("一三七五五五五零零零一", "一三七****零零零一"),
        ("幺三七5555零零零1", "幺三七****零零零1"),
        ("1a3b7c5d5e5f5g0h0i0j1", "1a3b7c****g0h0i0j1"),
        ("&#49;37&#x35;5550001", "&#49;37****0001"),
        ("137****5555****0001", "137************0001"),
        ("137元5555元0001", "137元****元0001"),
        ("我的号码是137，中间5555，最后0001", "我的号码是137，中间****，最后0001"),
        ("137然后55再55然后0001", "137然后****然后0001"),
        ("852-91234567", "852-****67"),
        ("0912-345-678", "091****78"),
        ("0592转2345678", "****678"),
        ("350206和19900101和1234", "3502****和1234"),
        ("身份证350206 1990年01月01日 1234", "3502****日 1234"),
        ("1、1、0、1、0、5、1、9、4、9、1、2、3、1、0、0、2、X", "1、1、0、1、****、0、0、2、X"),
        ("11010519491231<b>002X</b>", "1101****<b>002X</b>"),
    ],
)
def test_what_is_hidden_keeps_its_place(text: str, shown: str) -> None:
    assert mask_text(text).removeprefix("身份证") == shown
    assert mask_text(f"请打{text}，谢谢") == f"请打{mask_text(text)}，谢谢"


READABLE = (
    "3栋2单元501室", "湖里大道1391号1栋", "137号5555弄1234室", "枋湖路15号之3，19幢2单元1304室", "A区15、B区23、C区4567",
    "2026年11月29日 13:45", "2026-11-29 13:45:12 第 3 次", "13:45 2026-1-29", "01-02 12:30:45", "19:30 至 21:45 共 3 班",
    "13时45分 2026年1月29日", "2026/11/29-2026/12/31", "2026.11.29 18:30", "11 月 29 日至 12 月 3 日",
    "24.5123,118.1456", "118.089425, 24.479834", "18.25,109.5123", "118.1456 24.5123", "经度118.1456，纬度24.5123",
    "100、200、300元", "1300元、1500元、200元", "1300、1500、200元", "13,755,550,001元", "¥13,755,550.01", "1300-1500 人，2000 米",
    "15、16、17、18、19、2 号", "15 16 17 18 19 2 号", "01、02、03、04、05号楼", "15个网格，巡查30次，处置12345件",
    "拨打12345", "110、119、120、12345", "95598 和 12328", "400-820-8820",
    "编号 20261129000123 并入 20261129000124", "事件20261129000123，版本15", "S0502、S0503、X-1", "闽D13755和闽D55001", "闽D·F13755 停在 15 号",
    "139.111.122.22 连不上", "3130/3134（99.87%）", "1909/1914（100%）", "10.0.0.1:8050",
    "第一百三十九号", "二〇二六年十一月二十九日", "一三五七九单双号限行", "三人一组，一共七组，五天一轮", "一是清理，二是劝导，三是复查",
    "长 13 米、宽 7.5 米、高 5 米", "1.5 万元", "15×20×30 厘米", "PM2.5 135 μg", "G15 沈海高速 1375 公里处",
    "139****2222139****4444", "1101****002X139****2222", "0592-****345 0592-****678", "00852****67、139****2222", "", "无",
)  # fmt: skip


@pytest.mark.parametrize("text", READABLE)
def test_what_is_no_number_of_a_person_stays_readable(text: str) -> None:
    assert mask_text(text) == text
    assert mask_text(f"居民反映：{text}，请尽快处理") == f"居民反映：{text}，请尽快处理"


@given(
    day=st.dates().filter(lambda one: 1950 <= one.year <= 2099), hour=st.times(), form=st.sampled_from(
        ("%Y年%m月%d日 %H:%M", "%Y-%m-%d %H:%M:%S", "%H:%M %Y/%m/%d", "%m月%d日%H时%M分", "%Y.%m.%d %H:%M")),
    house=st.integers(1, 1999), flat=st.integers(101, 3999), count=st.integers(1, 999),
)  # fmt: skip
def test_days_houses_and_quantities_stay_readable(
    day: date, hour: time, form: str, house: int, flat: int, count: int
) -> None:
    when = datetime.combine(day, hour).strftime(form)
    for text in (
        f"{when}，湖里大道{house}号{flat}室，第{count}次",
        f"{house}栋{flat}室 {count}人 {when}",
        f"{count}件 {when}",
    ):
        assert mask_text(text) == text


@pytest.mark.parametrize(
    "text",
    ["1" * 20_000, "1 3 " * 5_000, "<a" * 10_000, "<" * 20_000, "&amp;" * 4_000 + "1234567", "一三" * 10_000, "一，三" * 7_000, "1、" * 10_000,
     " " * 20_000 + "1234567", "1." * 10_000, "0 0 8 6 " * 5_000, "+86" * 7_000, "350206 19900101 123 " * 1_000, "*" * 20_000 + "1234567",
     "x1" * 10_000, "1" + "x" * 20_000 + "2345678", "1" + "x-" * 9_000 + "2345678", "12:" * 7_000, "118.1456," * 2_000, "\\u0031" * 3_000, "电话" * 10_000 + "1234567", "1" + "-" * 20_000 + "3755550001"],
)  # fmt: skip
def test_a_text_made_to_be_slow_comes_to_its_end(text: str) -> None:
    assert mask_text(mask_text(text)) is not None


def test_the_field_of_a_number_reads_digits_of_every_script() -> None:
    assert mask_phone("一三七-5555-零零零1") == "137****0001"
