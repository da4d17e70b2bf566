"""What a column holds, judged by a few of its values; and how values are shown without naming a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

__all__ = ["Shape", "looks_personal", "masked", "shape_of"]

Shape = Literal["date", "amount", "count", "code", "email", "phone", "flag", "text", "empty"]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(\+?82[- ]?|0)1[016789][- .]?\d{3,4}[- .]?\d{4}|\+\d{1,3}[- ]\d[\d -]{6,12}\d")
_DATE = re.compile(
    r"\d{4}\s?[-./년]\s?\d{1,2}\s?[-./월]\s?\d{1,2}.*|(19|20)\d{2}(0[1-9]|1[0-2])[0-3]\d(\d{6})?"
    r"|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}( .*)?|\d{1,2}[- ][A-Za-z]{3}[a-z]*[-, ]+\d{4}.*"
)
_NUMBER = re.compile(r"[-(△▲]?\s?[₩￦$€£¥]?\s?-?\d[\d.,]*\s?(원|won|KRW|USD|EUR)?\)?-?", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z]{0,4}[-_]?\d[\w-]*")
_FLAGS = {"true", "false", "yes", "no", "y", "n", "0", "1", "예", "아니오"}
_MOST = 0.8


def shape_of(values: Sequence[str]) -> Shape:
    """What most of the values look like.

    Parameters
    ----------
    values
        Text as in the file, some of it blank.
    """
    filled = [value.strip() for value in values if value.strip()]
    if not filled:
        return "empty"
    patterns: tuple[tuple[Shape, re.Pattern[str]], ...] = (("email", _EMAIL), ("phone", _PHONE), ("date", _DATE))
    for shape, pattern in patterns:
        if _share(filled, pattern) >= _MOST:
            return shape
    if {value.lower() for value in filled} <= _FLAGS:
        return "flag"
    if _share(filled, _NUMBER) >= _MOST:
        return _kind_of_number(filled)
    return "code" if _share(filled, _CODE) >= _MOST else "text"


def looks_personal(value: str) -> bool:
    """Whether a value holds an e-mail address or a phone number."""
    return bool(_EMAIL.search(value) or _PHONE.fullmatch(value.strip()))


def masked(value: str) -> str:
    """A value with all but its first character hidden; signs stay, so that its form can be seen."""
    return value[:1] + re.sub(r"\w", "*", value[1:])


def _share(values: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in values) / len(values)


def _kind_of_number(values: Sequence[str]) -> Shape:
    """Small whole numbers are counts, long or zero-padded ones codes, the rest amounts."""
    plain = [value for value in values if re.fullmatch(r"-?\d+", value)]
    if len(plain) < len(values):
        return "amount"
    if any(value.startswith("0") and len(value) > 1 for value in plain):
        return "code"
    lengths = [len(value.lstrip("-")) for value in plain]
    if max(lengths) <= 2:
        return "count"
    rounded = sum(value.endswith("0") for value in plain) >= _MOST * len(plain)
    return "amount" if rounded else "code"
