"""Telephone and identity numbers are hidden in whatever way people write them, and nothing else is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rules.events.rules import BY_ACTION, CODE_FACTS
from dashboard.rules.text.masking import mask_facts, mask_phone, mask_text, mask_values

MOBILES = (
    "13911112222", "139 1111 2222", "139-1111-2222", "139.1111.2222", "139·1111·2222", "139—1111—2222", "139，1111，2222",
    "1 3 9 1 1 1 1 2 2 2 2", "139 11 11 22 22", "1391 111 2222", "１３９１１１１２２２２", "１３９－１１１１－２２２２", "139　1111　2222",
    "+8613911112222", "+86 139 1111 2222", "+86-139-1111-2222", "008613911112222", "0086 13911112222", "8613911112222",
    "86-13911112222", "013911112222", "1795113911112222", "(+86)13911112222", "一三九一一一一二二二二", "幺三九幺幺幺幺二二二二",
    "①③⑨①①①①②②②②", "١٣٩١١١١٢٢٢٢", "139\u200b1111\u200b2222", "139\u00ad1111\u00ad2222", "1️⃣3️⃣9️⃣1️⃣1️⃣1️⃣1️⃣2️⃣2️⃣2️⃣2️⃣",
    "139\n1111\n2222", "𝟏𝟑𝟗𝟏𝟏𝟏𝟏𝟐𝟐𝟐𝟐",
)  # fmt: skip
LANDLINES = (
    "0592-2212345", "0592 2212345", "05922212345", "(0592)2212345", "（0592）2212345", "０５９２－２２１２３４５", "+86 592 2212345",
    "0086-592-2212345", "+86 (0)592 2212345", "010-62212345", "0592-221-2345", "0592.221.2345", "电话2212345", "座机：2212345",
)  # fmt: skip
IDENTITIES = (
    "11010519491231002X", "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X", "110105-19491231-002X",
    "1101 0519 4912 3100 2X", "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "440524188001010014", "110105491231002", "11010519491231\u200b002X",
)  # fmt: skip
FOREIGN = ("+852 9123 4567", "(617) 555-0123", "617-555-0123", "+1 617 555 0123")
AROUND = (
    "{}",
    "请致电{}，谢谢",
    "周一{}星期二",
    "联系人之一{}一直没接",
    "tel:{};",
    "[{}]",
    "a{}b",
    "《{}》2 号楼 3 层",
)
HARMLESS = (
    "占道经营 12 号楼 1502 室", "2026-11-29 14:30:12 第 3 次", "118.089425, 24.479834", "编号 20261129000123 并入 20261129000124",
    "15、16、17、18、19、2 号", "S0502", "二〇二六年十一月二十九日", "第一百三十九号", "139.111.122.22 连不上", "3 至 5 米，约 1200 元",
    "湖里大道 1391 号", "110、119、120、12345", "X-1", "", "无",
)  # fmt: skip


def digits(text: str) -> str:
    """Return the digits a reader finds in a text."""
    return "".join(str(unicodedata.digit(sign)) for sign in text if unicodedata.digit(sign, None) is not None)


HIDDEN = {
    **dict.fromkeys(MOBILES, "1111222"), **dict.fromkeys(LANDLINES, "22123"), **dict.fromkeys(IDENTITIES, "1949123"),
    **dict.fromkeys(FOREIGN, "5550"),
} | {"440524188001010014": "1880010", "110105491231002": "4912310", "010-62212345": "62212", "+852 9123 4567": "91234"}  # fmt: skip


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("number", [*MOBILES, *LANDLINES, *IDENTITIES, *FOREIGN])
def test_a_number_is_hidden_however_it_is_written_and_wherever_it_stands(number: str, around: str) -> None:
    text = around.format(number)
    shown = mask_text(text)
    assert "****" in shown and HIDDEN[number] not in digits(shown), shown
    before, _, after = around.partition("{}")
    assert shown.startswith(before) and shown.endswith(after)
    assert mask_text(shown) == shown


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_number_of_a_person_stays_as_it_is(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize("between", ["。", "=", "*", "————", "][", '"', "'", "」「", "；", "＊"])
def test_a_number_in_groups_is_hidden_whatever_signs_stand_between(between: str) -> None:
    shown = mask_text(f"请打137{between}5555{between}0001")
    assert "****" in shown and "5555" not in shown
    assert mask_text(shown) == shown


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("居民报 0592，2345678", "2345"),
        ("座机0592/2345678", "2345"),
        ("身份证350206/19900101/1234", "19900101"),
        ("传真2345678", "2345"),
        ("137     5555     0001", "5555"),
    ],
)
def test_landlines_and_identity_numbers_in_groups_are_hidden_too(text: str, hidden: str) -> None:
    assert hidden not in mask_text(text) and "****" in mask_text(text)


def test_a_number_spelled_digit_by_digit_with_commas_is_hidden() -> None:
    assert "5、5、5、5" not in mask_text("、".join("13755550001"))


def test_several_numbers_without_anything_between_are_all_hidden() -> None:
    for text in ("1391111222213933334444", "11010519491231002813911112222", "13911112222110105194912310028"):
        assert "1111222" not in mask_text(text) and "1949123" not in mask_text(text), mask_text(text)
    assert mask_text("13911112222、13933334444") == "139****2222、139****4444"


@given(st.text(max_size=60))
def test_masking_keeps_what_it_does_not_hide_and_never_fails(text: str) -> None:
    shown = mask_text(text)
    kept = shown.split("****")
    assert text.startswith(kept[0]) and text.endswith(kept[-1])


@given(
    st.sampled_from(("", " ", "-", ".", "\u3000", "－", "\u200b", "—", "  ")), st.sampled_from(("", "+86", "0086 ", "86-")),
    st.from_regex(r"1[3-9]\d{9}", fullmatch=True).filter(str.isascii),
)  # fmt: skip
def test_any_mobile_with_any_separator_and_country_code_is_hidden(
    between: str, country: str, number: str
) -> None:
    text = f"请联系{country}{between.join(number)}。"
    assert number not in digits(mask_text(text))


@pytest.mark.parametrize(
    "phone", ["13911112222", "+8613911112222", "0592-2212345", "2212345", "22123456", "139 1111 2222", "1"]
)
def test_the_field_of_a_number_shows_at_most_its_first_three_and_last_four(phone: str) -> None:
    shown = mask_phone(phone)
    assert shown is not None and "****" in shown and len(digits(shown)) <= 7
    assert digits(phone) not in digits(shown) and len(digits(phone)) - len(digits(shown)) >= min(
        4, len(phone)
    )


def test_texts_are_masked_however_deep_and_codes_are_left_alone() -> None:
    facts = {
        "text": "13911112222",
        "unknown": ["a", {"b": "13911112222"}],
        "photos": ["13911112222"],
        "until": "2026",
    }
    assert mask_facts(facts, CODE_FACTS) == {
        "text": "139****2222", "unknown": ["a", {"b": "139****2222"}], "photos": ["13911112222"], "until": "2026",
    }  # fmt: skip
    assert mask_values([1, None, True, "13911112222"]) == [1, None, True, "139****2222"]


def test_every_text_an_action_takes_is_masked_as_a_text() -> None:
    texts = {fact.name for rule in BY_ACTION.values() for fact in rule.facts if fact.kind == "text"}
    assert texts and not texts & CODE_FACTS


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("0592-5567890/5567891", "****890/****891"),
        ("联系方式 5567890/5567891", "联系方式 ****890/****891"),
        ("电话:6012345 6012346", "电话:****345 ****346"),
        ("0592-5567890、5567892；5567893", "****890、****892；****893"),
        ("家属电话 2345678或2345679", "家属电话 ****678或****679"),
        ("13911112222/5567890", "139****2222/****890"),
    ],
)
def test_the_second_line_of_an_office_is_hidden_like_the_first(text: str, hidden: str) -> None:
    assert mask_text(text) == hidden


@pytest.mark.parametrize(
    "behind",
    ["，2000000元", "，共2345679人", " 单号 5567890", " 2026年11月20日", "转8012", " 8:30-17:30", "，42岁"],
)
def test_what_stands_behind_a_number_and_is_none_stays_readable(behind: str) -> None:
    assert mask_text("电话2345678" + behind) == "电话****678" + behind
