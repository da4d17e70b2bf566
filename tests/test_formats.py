"""Numbers, money, dates as the report writes them in both languages."""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_analysis import formats
from crm_analysis.messages import language

DAY = dt.date(2025, 6, 9)
NAN = float("nan")


def in_both(function, *args, **kwargs):
    texts = []
    for lang in ("en", "ko"):
        with language(lang):
            texts.append(function(*args, **kwargs))
    return tuple(texts)


@pytest.mark.parametrize(
    ("x", "english", "korean"),
    [
        (0, "₩0", "0원"),
        (9_800, "₩9,800", "9,800원"),
        (9_999.6, "₩10K", "1만원"),
        (123_000, "₩123K", "12.3만원"),
        (12_300_000, "₩12.3M", "1,230만원"),
        (123_456_789, "₩123M", "1.2억원"),
        (99_999_999, "₩100M", "1억원"),
        (1.23e12, "₩1.23T", "1.2조원"),
        (-45_600, "−₩45.6K", "−4.6만원"),
        (-0.3, "₩0", "0원"),
        (None, "–", "–"),
        (NAN, "–", "–"),
        (math.inf, "₩∞", "∞원"),
    ],
)
def test_won_in_prose_and_on_axes(x, english, korean):
    assert in_both(formats.money, x, "KRW") == (english, korean)
    assert in_both(formats.money, x, "KRW", "axis") == (english, korean)


@pytest.mark.parametrize(
    ("x", "currency", "english", "korean"),
    [
        (1_234_567.6, "KRW", "₩1,234,568", "1,234,568원"),
        (-1_234.5, "USD", "−$1,234.50", "−1,234.50달러"),
        (1_234.5, "JPY", "¥1,234", "1,234엔"),
        (None, "USD", "–", "–"),
    ],
)
def test_money_in_tables_has_all_digits(x, currency, english, korean):
    assert in_both(formats.money, x, currency, style="table") == (english, korean)


@pytest.mark.parametrize(
    ("x", "currency", "english", "korean"),
    [
        (9.8, "USD", "$9.80", "9.80달러"),
        (123.4, "USD", "$123", "123달러"),
        (12_345, "USD", "$12.3K", "12,345달러"),
        (123_456, "EUR", "€123K", "12.3만유로"),
        (1_000_000, "GBP", "£1M", "100만파운드"),
        (12_300, "JPY", "¥12.3K", "12,300엔"),
        (12_300, "CHF", "CHF 12.3K", "12,300 스위스 프랑"),
        (12_300, "XQQ", "XQQ 12.3K", "12,300 XQQ"),
        (12_300, "", "12.3K", "12,300"),
    ],
)
def test_foreign_money(x, currency, english, korean):
    assert in_both(formats.money, x, currency) == (english, korean)


def test_signed_money_and_cents_on_axes():
    assert in_both(formats.money, 1_200_000, "KRW", signed=True) == ("+₩1.2M", "+120만원")
    assert formats.money(0, "KRW", signed=True) == "₩0"
    assert formats.money(0.5, "USD", "axis") == "$0.5"
    assert in_both(formats.currency_unit, "KRW") == ("₩", "원")


@pytest.mark.parametrize(
    ("ends", "english", "korean"),
    [
        ((12.3e6, 4.1e6, 20.6e6), "₩12.3M (90 %: 4.1 to 20.6)", "1,230만원 (90% 구간 410만~2,060만원)"),
        ((-12.3e6, -20.6e6, 1e5), "−₩12.3M (90 %: −20.6 to 0.1)", "−1,230만원 (90% 구간 −2,060만 ~ 10만원)"),
        ((12.3e6, 0, 20.6e6), "₩12.3M (90 %: 0 to 20.6)", "1,230만원 (90% 구간 0~2,060만원)"),
        ((5_000, 1_000, 9_000), "₩5,000 (90 %: 1,000 to 9,000)", "5,000원 (90% 구간 1,000~9,000원)"),
        ((96e6, 80e6, 1.2e9), "₩96M (90 %: 80 to 1,200)", "1.0억원 (90% 구간 0.8억~12.0억원)"),
        ((12.34e6, 12.33e6, 12.36e6), "₩12.34M (90 %: 12.33 to 12.36)", "1,234만원 (90% 구간 1,233만~1,236만원)"),
        ((12.3e6, None, 20.6e6), "₩12.3M", "1,230만원"),
        ((None, 1, 2), "–", "–"),
    ],
)
def test_money_interval_has_one_unit(ends, english, korean):
    assert in_both(formats.money_interval, *ends, "KRW") == (english, korean)


def test_interval_names_its_level_or_leaves_it_out():
    assert formats.money_interval(410e6, 371e6, 452e6, "KRW", level=None) == "₩410M (371 to 452)"
    assert formats.money_interval(410e6, 371e6, 452e6, "KRW", level=0.975) == "₩410M (97.5 %: 371 to 452)"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0, "0"),
        (3, "3"),
        (1_234_567, "1,234,567"),
        (1_234.56, "1,235"),
        (12.345, "12.3"),
        (1.2, "1.2"),
        (0.12345, "0.123"),
        (0.00012345, "0.000123"),
        (-7.5, "−7.5"),
        (Decimal("12.5"), "12.5"),
        (np.int64(1_000), "1,000"),
        (pd.NA, "–"),
        (pd.NaT, "–"),
        (-math.inf, "−∞"),
    ],
)
def test_number(x, text):
    assert in_both(formats.number, x) == (text, text)


def test_number_with_fixed_decimals_and_sign():
    assert formats.number(2, 2) == "2.00"
    assert formats.number(2.5, signed=True) == "+2.5"
    assert formats.number(-0.001, 1) == "0.0"
    assert formats.number_cell(1_234.5, 1) == "1,234.5"
    with pytest.raises(ValueError, match="could not convert"):
        formats.number("many")


@pytest.mark.parametrize(
    ("x", "english", "korean"),
    [
        (9_999, "9,999", "9,999"),
        (12_345, "12.3K", "1.2만"),
        (12_345_678, "12.3M", "1,230만"),
        (2_000_000_000, "2B", "20억"),
        (-300_000, "−300K", "−30만"),
    ],
)
def test_compact_number(x, english, korean):
    assert in_both(formats.compact_number, x) == (english, korean)


@pytest.mark.parametrize(
    ("share", "digits", "english", "korean"),
    [
        (0.41, None, "41 %", "41%"),
        (0.0512, None, "5.1 %", "5.1%"),
        (0.0012, None, "0.12 %", "0.12%"),
        (0.321, 1, "32.1 %", "32.1%"),
        (0, None, "0 %", "0%"),
        (-0.2, 0, "−20 %", "−20%"),
        (None, 1, "–", "–"),
    ],
)
def test_percent(share, digits, english, korean):
    assert in_both(formats.percent, share, digits) == (english, korean)


@pytest.mark.parametrize(
    ("share", "english", "korean"),
    [
        (0.99961, "> 99.9 %", "> 99.9%"),
        (0.9964, "99.6 %", "99.6%"),
        (0.955, "96 %", "96%"),
        (0.0002, "< 0.1 %", "< 0.1%"),
        (0.004, "0.4 %", "0.4%"),
        (NAN, "–", "–"),
    ],
)
def test_a_probability_is_never_certain(share, english, korean):
    assert in_both(formats.probability, share) == (english, korean)


def test_a_change_of_a_share_is_in_points():
    assert in_both(formats.points, 0.021) == ("+2.1 points", "+2.1%p")
    assert in_both(formats.points, -0.021) == ("−2.1 points", "−2.1%p")
    assert formats.points(0) == "0.0 points"
    assert formats.points(NAN) == "–"


def test_intervals_of_shares_and_numbers():
    assert in_both(formats.percent_interval, 0.22, 0.19, 0.25) == (
        "22 % (90 %: 19 to 25)",
        "22% (90% 구간 19~25%)",
    )
    assert formats.percent_interval(0.022, 0.019, 0.025) == "2.2 % (90 %: 1.9 to 2.5)"
    assert formats.percent_interval(0.22, None, None) == "22 %"
    assert in_both(formats.number_interval, 12_300, 4_100, 20_600) == (
        "12.3K (90 %: 4.1 to 20.6)",
        "1.2만 (90% 구간 0.4만~2.1만)",
    )
    assert formats.number_interval(0.0234, 0.019, 0.0281) == "0.023 (90 %: 0.019 to 0.028)"


@pytest.mark.parametrize(("x", "text"), [(1234.5, "1234.5"), (-3, "-3"), (2.0, "2"), (None, ""), (NAN, "")])
def test_exports_are_plain(x, text):
    assert in_both(formats.plain_number, x) == (text, text)
    assert formats.plain_number(1.005, 1) == "1.0"


@pytest.mark.parametrize(
    "day",
    [DAY, dt.datetime(2025, 6, 9, 23, 59), pd.Timestamp(DAY), np.datetime64("2025-06-09T10"), "2025-06-09"],
)
def test_date_of_any_type(day):
    assert in_both(formats.date, day) == ("9 Jun 2025", "2025. 6. 9.(월)")


@pytest.mark.parametrize("function", [formats.date, formats.month, formats.short_month, formats.day_month])
@pytest.mark.parametrize("missing", [None, pd.NaT, np.datetime64("NaT")])
def test_a_missing_date_is_a_dash(function, missing):
    assert in_both(function, missing) == ("–", "–")


def test_parts_of_dates():
    assert in_both(formats.month, DAY) == ("Jun 2025", "2025년 6월")
    assert in_both(formats.short_month, DAY) == ("Jun", "6월")
    assert in_both(formats.day_month, DAY) == ("9 Jun", "6월 9일")


@pytest.mark.parametrize(
    ("first", "english", "korean"),
    [
        ("2025-06-03", "3 to 9 Jun 2025", "2025. 6. 3.~6. 9."),
        ("2025-05-03", "3 May to 9 Jun 2025", "2025. 5. 3.~6. 9."),
        ("2024-05-03", "3 May 2024 to 9 Jun 2025", "2024. 5. 3.~2025. 6. 9."),
        ("2025-06-09", "9 Jun 2025", "2025. 6. 9.(월)"),
        (None, "9 Jun 2025", "2025. 6. 9.(월)"),
    ],
)
def test_date_range_writes_shared_parts_once(first, english, korean):
    assert in_both(formats.date_range, first, DAY) == (english, korean)


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (0.42, "0.4 s", "0.4초"),
        (45.4, "45 s", "45초"),
        (59.7, "1 min", "1분"),
        (200, "3 min 20 s", "3분 20초"),
        (7_500, "2 h 5 min", "2시간 5분"),
        (7_199, "2 h", "2시간"),
        (86_340, "23 h 59 min", "23시간 59분"),
        (86_399, "1 d", "1일"),
        (100_000, "1 d 4 h", "1일 4시간"),
        (172_800, "2 d", "2일"),
        (None, "–", "–"),
    ],
)
def test_duration_has_two_units(seconds, english, korean):
    assert in_both(formats.duration, seconds) == (english, korean)


@pytest.mark.parametrize(
    ("args", "english", "korean"),
    [
        ((0, 15e6, "money", "KRW", 3), "₩0 ₩5M ₩10M ₩15M", "0원 500만원 1,000만원 1,500만원"),
        ((0, 1.4e8, "money", "KRW"), "₩0 ₩50M ₩100M ₩150M", "0원 0.5억원 1억원 1.5억원"),
        ((-3, 7, "number"), "−4 −2 0 2 4 6 8", "−4 −2 0 2 4 6 8"),
        ((0, 120_000, "number", None, 3), "0 50K 100K 150K", "0 5만 10만 15만"),
        ((0, 4, "money", "USD", 4), "$0 $1 $2 $3 $4", "0달러 1달러 2달러 3달러 4달러"),
        ((1, 0, "percent"), "0 %|20 %|40 %|60 %|80 %|100 %", "0%|20%|40%|60%|80%|100%"),
        ((5, 5, "number"), "5 6", "5 6"),
    ],
)
def test_axis_ticks_share_a_unit(args, english, korean):
    separator = "|" if "|" in english else " "
    texts = tuple(separator.join(ticks[1]) for ticks in in_both(formats.axis_ticks, *args))
    assert texts == (english, korean)


def test_axis_ticks_refuse_what_they_cannot_label():
    assert formats.axis_ticks(0, NAN) == ([], [])
    with pytest.raises(ValueError, match="needs a currency"):
        formats.axis_ticks(0, 1, "money")
    with pytest.raises(ValueError, match="unknown kind of axis 'share'"):
        formats.axis_ticks(0, 1, "share")


@given(st.floats(-1e12, 1e12), st.floats(1e-3, 1e12), st.integers(2, 10))
def test_axis_ticks_cover_the_data_with_distinct_labels(low, width, n):
    high = low + max(width, abs(low) * 1e-3)
    values, texts = formats.axis_ticks(low, high, n=n)
    slack = (values[1] - values[0]) * 1e-6
    assert values[0] <= low + slack and values[-1] >= high - slack
    assert 2 <= len(values) <= 3 * n
    assert len(set(texts)) == len(texts)


@given(st.floats(1, 1e15), st.sampled_from(["en", "ko"]))
def test_short_money_stays_within_half_a_percent_or_its_last_digit(x, lang):
    units = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "만": 1e4, "억": 1e8, "조": 1e12}
    with language(lang):
        text = formats.money(x, "KRW").strip("₩원")
    unit = units.get(text[-1], 1.0)
    digits = float(text.rstrip("KMBT만억조").replace(",", ""))
    assert abs(digits * unit - x) <= max(0.005 * x, 0.0501 * unit if unit > 1 else 0.501)
