"""Rounding, signs and the large units of a language (K, M, B; 만, 억, 조), shared by all formats."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from crm_analysis.messages import _, current_language

__all__ = [
    "COMPACT_FROM",
    "INFINITE",
    "MINUS",
    "MISSING",
    "ONE",
    "Unit",
    "compact_digits",
    "digits_text",
    "finite",
    "interval_sentence",
    "interval_texts",
    "interval_unit",
    "largest_unit",
    "signed_text",
    "significant",
    "speaks_korean",
    "with_suffix",
]

MISSING = "–"
"""What a missing value reads as."""

MINUS = "−"
"""The minus of prose and tables; exports have a hyphen."""

INFINITE = "∞"

COMPACT_FROM = 10_000
"""Numbers below are written in full."""


class Unit(NamedTuple):
    """A large unit: its size and what is written behind the digits."""

    size: float
    suffix: str


ONE = Unit(1.0, "")

_ENGLISH_UNITS = (Unit(1e12, "T"), Unit(1e9, "B"), Unit(1e6, "M"), Unit(1e3, "K"))
_KOREAN_UNITS = (Unit(1e12, "조"), Unit(1e8, "억"), Unit(1e4, "만"))
_MOST_SIGNIFICANT = 3


def speaks_korean() -> bool:
    """Whether the current language is Korean."""
    return current_language() == "ko"


def finite(x: Any) -> float | None:
    """The value as a float, None where it is missing (None, NaN, NaT or NA).

    Raises
    ------
    TypeError, ValueError
        If it is not a number.
    """
    if x is None or type(x).__name__ in ("NAType", "NaTType"):
        return None
    value = float(x)
    return None if math.isnan(value) else value


def significant(value: float, digits: int) -> float:
    """Round to a number of significant digits."""
    if value == 0 or math.isinf(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def largest_unit(value: float, full_below: float = COMPACT_FROM) -> Unit:
    """The unit in which a value is written, after rounding: 99,999,999 won is 1억, not 10,000만."""
    if math.isinf(value) or round(abs(value)) < full_below:
        return ONE
    rounded = abs(significant(value, _MOST_SIGNIFICANT))
    units = _KOREAN_UNITS if speaks_korean() else _ENGLISH_UNITS
    return next((unit for unit in units if rounded >= unit.size), ONE)


def digits_text(value: float, decimals: int, *, strip: bool = False) -> str:
    """The digits without sign, with thousands separators."""
    if math.isinf(value):
        return INFINITE
    text = f"{round(abs(value), decimals):,.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if strip and "." in text else text


def signed_text(value: float, body: str, *, plus: bool = False) -> str:
    """Put the sign before a formatted magnitude; what was rounded to zero has none."""
    if not any(character in "123456789∞" for character in body):
        return body
    return (MINUS if value < 0 else "+" if plus else "") + body


def compact_digits(value: float, unit: Unit) -> str:
    """The digits of a value in a unit: three significant digits, in Korean at most one decimal (1.2억)."""
    scaled = significant(abs(value), _MOST_SIGNIFICANT) / unit.size
    decimals = 0 if scaled >= 100 else 1 if scaled >= 10 or speaks_korean() else 2
    return digits_text(scaled, decimals, strip=True)


def interval_texts(mid: float, low: float, high: float, unit: Unit) -> tuple[str, str, str]:
    """The digits of an estimate and its ends in one unit, all to the same place, signs included.

    The place follows the largest of the three (three significant digits, at most one decimal above 1). It
    is finer where the estimate would keep less than two digits or the ends would read alike.
    """
    scaled = [value / unit.size for value in (mid, low, high)]
    size = max((abs(value) for value in scaled if not math.isinf(value)), default=0.0)
    place = _place_of(size)
    if size >= 1 and 0 < abs(scaled[0]) < math.inf:
        place = min(place, max(math.floor(math.log10(abs(scaled[0]))) - 1, -1))
    width = scaled[2] - scaled[1]
    if 0 < width < math.inf:
        place = min(place, math.floor(math.log10(width)))
    texts = [signed_text(value, digits_text(value, -place)) if value else "0" for value in scaled]
    return texts[0], texts[1], texts[2]


def _place_of(size: float) -> int:
    """The power of ten of the last digit to show."""
    if size == 0:
        return 0
    magnitude = math.floor(math.log10(size))
    return magnitude - 1 if magnitude < 1 else magnitude - 2


def interval_unit(mid: float, low: float, high: float, full_below: float = COMPACT_FROM) -> Unit:
    """The one unit of an estimate and its ends: that of the estimate, unless the ends dwarf it."""
    ends = [abs(end) / 10 for end in (low, high) if not math.isinf(end)]
    return largest_unit(max(abs(mid), *ends, 0.0), full_below)


def with_suffix(digits: str, suffix: str) -> str:
    """The digits with their unit; zero has none: 0~2,060만원."""
    return digits if digits == "0" else digits + suffix


def interval_sentence(mid: str, low: str, high: str, level: float | None) -> str:
    """An estimate with its ends in brackets, in the current language."""
    if speaks_korean() and MINUS in low + high:
        low, high = f"{low} ", f" {high}"  # a minus right behind the wave dash reads as one sign
    if level is None:
        return _("{mid} ({low} to {high})", mid=mid, low=low, high=high)
    coverage = f"{round(level * 100, 1):g}"
    return _("{mid} ({level} %: {low} to {high})", mid=mid, level=coverage, low=low, high=high)
