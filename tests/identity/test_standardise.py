"""Contact data in one form."""

from __future__ import annotations

import pandas as pd
import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email

from crm_analysis.identity import standardised


def _one(region: str = "KR", **fields: object) -> dict[str, object]:
    frame = standardised(pd.DataFrame([{"customer_id": 7, **fields}]), region)
    return {str(name): value for name, value in frame.iloc[0].items()}


@pytest.mark.parametrize(
    ("name", "given", "surname"),
    [
        ("홍길동", "길동", "홍"),
        ("홍 길동 님", "길동", "홍"),
        ("남궁민수", "민수", "남궁"),
        ("Anna  Schmidt", "anna", "schmidt"),
        ("Schmidt, Anna", "anna", "schmidt"),
        ("Dr. José Müller", "jose", "muller"),
        ("Ａｎｎａ Schmidt", "anna", "schmidt"),
        ("waller", None, "waller"),
        ("홍*동", None, "홍"),
        ("D****d", None, None),
        ("  ", None, None),
        (None, None, None),
    ],
)
def test_names_in_both_scripts(name: str | None, given: str | None, surname: str | None) -> None:
    found = _one(name=name)
    assert (found["given"], found["surname"]) == (given, surname)


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("김민준", "Minjun Kim"),
        ("김민준", "Kim Min-joon"),
        ("이현영", "Yi Hyunyoung"),
        ("이현영", "Rhee Hyeon Yeong"),
        ("정재숙", "Jae Suk Chung"),
        ("박경아", "Kyungah Bak"),
        ("우희철", "Woo Hee-chul"),
        ("남궁서윤", "Namgung Seo-yun"),
    ],
)
def test_a_name_has_one_key_in_both_scripts(hangul: str, latin: str) -> None:
    keys = ["given_key", "family_key"]
    assert [_one(name=hangul)[key] for key in keys] == [_one(name=latin)[key] for key in keys]
    assert [_one(name="김민영")[key] for key in keys] != [_one(name=latin)[key] for key in keys]


def test_other_names_keep_their_spelling_as_key() -> None:
    found = _one(name="Anna Schmidt")
    assert (found["given_key"], found["family_key"]) == ("anna", "schmidt")


@pytest.mark.parametrize(
    ("phone", "region", "read"),
    [
        ("010-1234-5678", "KR", "+821012345678"),
        ("1012345678", "KR", "+821012345678"),
        ("+82 10 1234 5678", "US", "+821012345678"),
        ("02) 123-4567", "KR", "+8221234567"),
        ("(415) 555-0132", "US", "+14155550132"),
        ("010-****-5678", "KR", None),
        ("12", "KR", None),
        ("none", "KR", None),
    ],
)
def test_phones_of_here_and_elsewhere(phone: str, region: str, read: str | None) -> None:
    assert _one(region, phone=phone)["phone"] == read


@pytest.mark.parametrize(
    ("email", "read"),
    [
        (" Kim.Min@Shop.Example ", "kim.min@shop.example"),
        ("kim@shop", None),
        ("k***@shop.example", "k***@shop.example"),
        ("@", None),
    ],
)
def test_emails(email: str, read: str | None) -> None:
    assert _one(email=email)["email"] == read


@pytest.mark.parametrize(
    ("address", "words", "house", "postcode"),
    [
        ("6 tullaroop street willaroo, st james, 4011 wa", "tullaroop street willaroo st james wa", "6", "4011"),
        ("서울 강남구 가로수길 12, 06035", "서울 강남구 가로수길", "12", "06035"),
        ("서울특별시 마포구 은행로 12 101동 1502호 04123", "서울 마포구 은행로", "12", "04123"),
        ("서울시 마포구 은행로12 101-1502", "서울 마포구 은행로", "12", None),
        ("(06035) 서울 강남구 가로수길 12", "서울 강남구 가로수길", "12", "06035"),
        ("Harbour Street 5", "harbour street", "5", None),
        ("4011", "", None, "4011"),
        ("1204 Mill Road, 40115", "mill road", "1204", "40115"),
    ],
)
def test_addresses(address: str, words: str, house: str | None, postcode: str | None) -> None:
    found = _one(address=address)
    assert (found["address"] or "", found["house"], found["postcode"]) == (words, house, postcode)


def test_birth_dates_and_missing_columns() -> None:
    found = _one(birth_date=pd.Timestamp("1981-12-07"))
    assert found["birth"] == "19811207"
    assert _one(birth_date="1981. 12. 07.")["birth"] == "19811207"
    assert {name for name, value in found.items() if value is not None} == {"customer_id", "birth"}
    assert found["customer_id"] == "7"


def test_plain_forms_are_what_the_libraries_make_of_them() -> None:
    """They are read without the libraries, because most are plain."""
    for text in ("010-1234-5678", "01012345678", "10 1234 5678", "011-234-5678", "016.2345.6789"):
        number = phonenumbers.parse(text, "KR")
        assert _one(phone=text)["phone"] == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for text in ("Kim.Min+shop@Mail.Example", "a_b-c@sub.shop-name.co.kr", "x1@y.com"):
        found = validate_email(text, check_deliverability=False, test_environment=True).normalized.casefold()
        assert _one(email=text)["email"] == found
    for text in (".kim@shop.com", "kim..min@shop.com", "kim@-shop.com", "kim@shop.com.", "kim@shop,com"):
        with pytest.raises(EmailNotValidError):
            validate_email(text, check_deliverability=False)
        assert _one(email=text)["email"] is None
