"""Contact data in one form, so that the same person's records can be compared field by field.

Nothing is corrected here: what cannot be read stays empty, and an empty field says nothing about two records.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

import pandas as pd
import phonenumbers
from email_validator import EmailNotValidError, validate_email

from crm_analysis.identity.scripts import family_key, folded, is_family, romanised

__all__ = ["FIELDS", "standardised"]

FIELDS = ("given", "surname", "given_key", "family_key", "email", "phone", "birth", "address", "house", "postcode")
"""Columns that :func:`standardised` makes."""

_T = TypeVar("_T")

_HANGUL = re.compile(r"[가-힣]")
_TWO_SYLLABLE_FAMILIES = frozenset(("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방"))
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "prof", "님", "씨"))
_MASK = re.compile(r"[*＊○●xX]{2,}")
_NUMBER = re.compile(r"\d+")
_NOT_PLAIN = re.compile(r"[^\x00-\x7f가-힣]")
"""Neither ASCII nor whole Hangul syllables: everything else is the same in every form."""
_PLAIN_EMAIL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?:com|net|org|kr|example)")
_PLAIN_MOBILE = re.compile(r"(?:\+82[- ]?|0)?(1[016789])[- .]?(\d{3,4})[- .]?(\d{4})")
"""Forms that need no parsing: the libraries give the same for them, at fifty times the cost."""
_LONG_PROVINCE = re.compile(r"(?<=^..)(특별자치시|특별자치도|특별시|광역시|시)(?=\s)")
_SHORT_PROVINCE = {"경기도": "경기", "강원도": "강원", "충청북도": "충북", "충청남도": "충남", "전라북도": "전북",
                   "전라남도": "전남", "경상북도": "경북", "경상남도": "경남", "제주도": "제주",
                   "전북특별자치도": "전북", "강원특별자치도": "강원"}  # fmt: skip
_FLAT = re.compile(r"(\d+)\s?(?:동|호|번지|층)(?=\s|$)")


def standardised(customers: pd.DataFrame, region: str = "KR") -> pd.DataFrame:
    """The fields that tell people apart, in one form.

    Parameters
    ----------
    customers
        One row per customer_id; of name, email, phone, address and birth_date those that there are.
    region
        Country of phone numbers that name none, as two letters.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id, in the order given: customer_id, given, surname, given_key, family_key (the same for a
        name in Hangul and in Latin letters), email, phone, birth, address, house, postcode, as text; None where a
        field is missing, masked or cannot be read.
    """
    names = _each(customers, "name", _name)
    places = _each(customers, "address", _address)
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"].astype(str).to_numpy(),
            "given": _part(names, 0),
            "surname": _part(names, 1),
            "given_key": _part(names, 2),
            "family_key": _part(names, 3),
            "email": _each(customers, "email", _email),
            "phone": _each(customers, "phone", _phone_of(region)),
            "birth": _each(customers, "birth_date", _birth),
            "address": _part(places, 0),
            "house": _part(places, 1),
            "postcode": _part(places, 2),
        },
        dtype=object,
    )


def _each(customers: pd.DataFrame, column: str, read: Callable[[str], _T | None]) -> list[_T | None]:
    """What a function reads from each value of a column that may be missing; equal values are read once."""
    if column not in customers.columns:
        return [None] * len(customers)
    codes, values = pd.factorize(customers[column])
    found: list[_T | None] = [read(str(value)) if str(value).strip() else None for value in values.astype(object)]
    return [None if code < 0 else found[code] for code in codes]


def _part(values: Sequence[tuple[str | None, ...] | None], place: int) -> list[str | None]:
    return [None if value is None else value[place] for value in values]


def _plain(text: str) -> str:
    """Compatible forms joined, accents taken off, lower case, single spaces."""
    if not _NOT_PLAIN.search(text):
        return " ".join(text.casefold().split())
    split = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in split if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFKC", bare).casefold().split())


_Name = tuple[str | None, str | None, str | None, str | None]


def _name(text: str) -> _Name | None:
    """Given name and surname, and their keys; a single word is taken for the surname.

    Of masked names only a family name in Hangul says anything.
    """
    if _MASK.search(text) or "*" in text:
        return _keyed(None, text.strip()[0]) if _HANGUL.match(text.strip()) else None
    words = [w for w in re.split(r"[\s,.·]+", _plain(text)) if w and w not in _TITLES]
    if not words:
        return None
    joined = "".join(words)
    if _HANGUL.search(joined) and len(joined) <= 5:
        family = 2 if joined[:2] in _TWO_SYLLABLE_FAMILIES and len(joined) > 2 else 1
        return _keyed(joined[family:] or None, joined[:family])
    if len(words) == 1:
        return _keyed(None, words[0])
    if "," in text or (is_family(words[0]) and not is_family(words[-1])):
        words = [*words[1:], words[0]]
    return _keyed(" ".join(words[:-1]), words[-1])


def _keyed(given: str | None, surname: str) -> _Name:
    """A name with its keys: only a Korean family's given name is spelt in more than one way."""
    family = family_key(surname)
    if given is None or not _HANGUL.search(family):
        return given, surname, given, family
    return given, surname, folded(romanised(given)), family


def _email(text: str) -> str | None:
    plain = text.strip().casefold()
    if _PLAIN_EMAIL.fullmatch(plain):
        return plain
    try:
        found = validate_email(text.strip().casefold(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized.casefold()


def _phone_of(region: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        if "*" in text:
            return None
        plain = _PLAIN_MOBILE.fullmatch(text) if region == "KR" else None
        if plain:
            return "+82" + "".join(plain.groups())
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_possible_number(number):
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    return read


def _birth(text: str) -> str | None:
    digits = "".join(_NUMBER.findall(text))[:8]
    return digits if len(digits) == 8 else None


def _address(text: str) -> tuple[str | None, str | None, str | None] | None:
    """Words in order, number of the house, postcode: the last number of four to six digits, where it can be told."""
    plain = re.sub(r"[.,()#/-]", " ", _plain(text))
    if _HANGUL.search(plain):
        plain = _LONG_PROVINCE.sub("", plain)
        plain = " ".join(_SHORT_PROVINCE.get(word, word) for word in _FLAT.sub(r"\1 ", plain).split())
    numbers = _NUMBER.findall(plain)
    if not plain.strip():
        return None
    least = 5 if _HANGUL.search(plain) else 4
    codes = [number for number in numbers if least <= len(number) <= 6]
    short = [number for number in numbers if number not in codes]
    house = short[0] if short else codes[0] if len(codes) > 1 else None
    words = " ".join(re.sub(r"\d+", " ", plain).split())
    return words or None, house, codes[-1] if codes else None
