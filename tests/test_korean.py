"""Particles: the table of cases of the glossary's style rules."""

import pytest

from crm_analysis.korean import FinalSound, final_sound, particle, with_particle

CASES = [
    # Hangul: vowel, consonant, final ㄹ
    ("고객", "은/는", "고객은"),
    ("재구매", "은/는", "재구매는"),
    ("매출", "은/는", "매출은"),
    ("우량 고객", "이/가", "우량 고객이"),
    ("혜택", "을/를", "혜택을"),
    ("쿠폰", "과/와", "쿠폰과"),
    ("메시지", "과/와", "메시지와"),
    ("문자", "(으)로", "문자로"),
    ("쿠폰", "(으)로", "쿠폰으로"),
    ("메일", "(으)로", "메일로"),
    ("서울", "을/를", "서울을"),
    ("이탈 고객", "이에요/예요", "이탈 고객이에요"),
    ("오퍼", "이에요/예요", "오퍼예요"),
    ("이탈률", "(이)라고", "이탈률이라고"),
    ("코호트", "(이)라고", "코호트라고"),
    # digits, read in Korean
    ("0", "이/가", "0이"),
    ("1", "을/를", "1을"),
    ("2", "을/를", "2를"),
    ("3", "을/를", "3을"),
    ("4", "은/는", "4는"),
    ("5", "과/와", "5와"),
    ("6", "과/와", "6과"),
    ("7", "(으)로", "7로"),
    ("8", "(으)로", "8로"),
    ("9", "(으)로", "9로"),
    ("3", "(으)로", "3으로"),
    ("10", "을/를", "10을"),
    ("1,200", "이/가", "1,200이"),
    ("10,000", "(으)로", "10,000으로"),
    ("1,000,000,000,000", "을/를", "1,000,000,000,000를"),
    ("2.5", "을/를", "2.5를"),
    ("0.31", "(으)로", "0.31로"),
    ("−4.3", "이/가", "−4.3이"),
    # counters, money, percentages, dates
    ("1,234명", "이/가", "1,234명이"),
    ("12건", "을/를", "12건을"),
    ("3개", "을/를", "3개를"),
    ("12.3만원", "을/를", "12.3만원을"),
    ("12,300달러", "을/를", "12,300달러를"),
    ("₩9,800", "을/를", "₩9,800을"),
    ("$12", "은/는", "$12는"),
    ("1.2만", "이/가", "1.2만이"),
    ("82%", "을/를", "82%를"),
    ("41 %", "(으)로", "41 %로"),
    ("+2.1%p", "이/가", "+2.1%p가"),
    ("2025. 6. 9.(월)", "은/는", "2025. 6. 9.(월)은"),
    ("2025-06-09", "(으)로", "2025-06-09로"),
    ("6월 9일", "과/와", "6월 9일과"),
    ("5kg", "을/를", "5kg을"),
    ("10 cm", "을/를", "10 cm를"),
    # Latin words and letters
    ("CRM", "을/를", "CRM을"),
    ("VIP", "은/는", "VIP는"),
    ("URL", "(으)로", "URL로"),
    ("BG/NBD", "이/가", "BG/NBD가"),
    ("DuckDB", "을/를", "DuckDB를"),
    ("email", "(으)로", "email로"),
    ("coupon", "을/를", "coupon을"),
    ("app", "을/를", "app을"),
    ("website", "을/를", "website를"),
    ("market", "을/를", "market을"),
    ("marketing", "은/는", "marketing은"),
    ("crm.toml", "을/를", "crm.toml을"),
    ("notebook", "이/가", "notebook이"),
    # brackets, quotes and mark-up are skipped
    ("쿠폰(5%)", "을/를", "쿠폰(5%)을"),
    ("고객 평생가치(CLV)", "은/는", "고객 평생가치(CLV)는"),
    ("1,230만원 (90% 구간 410만~2,060만원)", "이/가", "1,230만원 (90% 구간 410만~2,060만원)이"),
    ("'주문일'", "을/를", "'주문일'을"),
    ("「관심 고객」", "은/는", "「관심 고객」은"),
    ("(A)", "이/가", "(A)가"),
    ("`order_lines`", "을/를", "`order_lines`를"),
    ("<b>쿠폰</b>", "이/가", "<b>쿠폰</b>이"),
    ("끝.", "이/가", "끝.이"),
    # not known: both forms
    ("漢", "을/를", "漢을(를)"),
    ("credit", "은/는", "credit은(는)"),
    ("漢", "(으)로", "漢(으)로"),
    ("漢", "(이)라고", "漢(이)라고"),
    ("", "이/가", "이(가)"),
]


def test_the_table_has_at_least_sixty_cases():
    assert len(CASES) >= 60


@pytest.mark.parametrize(("text", "pair", "expected"), CASES)
def test_particle_follows_the_final_sound(text, pair, expected):
    assert with_particle(text, pair) == expected


@pytest.mark.parametrize("pair", ["을/를", "를/을"])
def test_the_order_of_a_pair_does_not_matter(pair):
    assert particle("고객", pair) == "을"
    assert particle("재구매", pair) == "를"


@pytest.mark.parametrize("pair", ["(으)로", "으로/로"])
def test_both_spellings_of_euro_agree(pair):
    assert [particle(word, pair) for word in ("쿠폰", "메일", "문자", "漢")] == ["으로", "로", "로", "(으)로"]


def test_a_particle_that_is_not_a_pair_is_refused():
    with pytest.raises(ValueError, match="not a pair of particles"):
        particle("고객", "을")


def test_every_hangul_syllable_has_a_known_sound():
    sounds = [final_sound(chr(code)) for code in range(ord("가"), ord("힣") + 1)]
    assert sounds.count(FinalSound.VOWEL) == sounds.count(FinalSound.RIEUL) == 399
    assert sounds.count(FinalSound.CONSONANT) == 399 * 26
