"""Numbers and shares in prose, tables and exports."""

from __future__ import annotations

from typing import Any

from crm_analysis.formats.scale import (
    MISSING,
    ONE,
    compact_digits,
    digits_text,
    finite,
    interval_sentence,
    interval_texts,
    interval_unit,
    largest_unit,
    signed_text,
    speaks_korean,
    with_suffix,
)
from crm_analysis.messages import _

__all__ = [
    "MISSING",
    "compact_number",
    "number",
    "number_cell",
    "number_interval",
    "percent",
    "percent_interval",
    "plain_number",
    "points",
    "probability",
]


def number(x: Any, digits: int | None = None, *, signed: bool = False) -> str:
    """A number in full with thousands separators: ``1,234`` or ``12.3``.

    Parameters
    ----------
    x
        The number; None and NaN read as a dash.
    digits
        Decimals, kept even where they are zero. Without it three significant digits, whole numbers in full.
    signed
        Write a plus before positive numbers.
    """
    value = finite(x)
    if value is None:
        return MISSING
    if digits is not None:
        return signed_text(value, digits_text(value, digits), plus=signed)
    return signed_text(value, digits_text(value, _decimals(value), strip=True), plus=signed)


def compact_number(x: Any, *, signed: bool = False) -> str:
    """A number in short: ``12.3K``, ``1.2M``, in Korean ``1.2만``, ``1,230만``; below 10,000 in full."""
    value = finite(x)
    if value is None:
        return MISSING
    unit = largest_unit(value)
    if unit is ONE:
        return number(value, signed=signed)
    return signed_text(value, compact_digits(value, unit) + unit.suffix, plus=signed)


def percent(share: Any, digits: int | None = None, *, signed: bool = False) -> str:
    """A share as a percentage: ``41 %``, in Korean ``41%``.

    Parameters
    ----------
    share
        A fraction, 0.41 for 41 %.
    digits
        Decimals; without it none from 10 %, one from 1 %, two below.
    signed
        Write a plus before positive shares (a relative change; for a change of a share see :func:`points`).
    """
    value = finite(share)
    if value is None:
        return MISSING
    value *= 100
    size = abs(value)
    decimals = digits if digits is not None else 0 if size >= 10 or size == 0 else 1 if size >= 1 else 2
    return signed_text(value, digits_text(value, decimals) + _percent_sign(), plus=signed)


def probability(share: Any) -> str:
    """A probability: as :func:`percent`, but never certain: ``> 99.9 %`` and ``< 0.1 %``, in Korean ``> 99.9%``."""
    value = finite(share)
    if value is None or 0.001 <= value <= 0.999:
        return percent(share, 1 if value is not None and (value > 0.99 or value < 0.01) else None)
    return f"> {percent(0.999, 1)}" if value > 0.999 else f"< {percent(0.001, 1)}"


def points(difference: Any, digits: int = 1) -> str:
    """A change of a share: ``+2.1 points``, in Korean ``+2.1%p``. The difference is a fraction, 0.021."""
    value = finite(difference)
    if value is None:
        return MISSING
    value *= 100
    return _("{n} points", n=signed_text(value, digits_text(value, digits), plus=True))


def number_interval(mid: Any, low: Any, high: Any, level: float | None = 0.9) -> str:
    """An estimate with its interval: ``12.3K (90 %: 4.1 to 20.6)``.

    Parameters
    ----------
    mid, low, high
        The estimate and the ends; without ends the estimate alone.
    level
        Coverage of the interval; None leaves it out: ``12.3K (4.1 to 20.6)``.
    """
    values = finite(mid), finite(low), finite(high)
    if values[0] is None or values[1] is None or values[2] is None:
        return compact_number(mid)
    unit = interval_unit(values[0], values[1], values[2])
    middle, start, end = interval_texts(values[0], values[1], values[2], unit)
    if speaks_korean():
        start, end = with_suffix(start, unit.suffix), with_suffix(end, unit.suffix)
    return interval_sentence(with_suffix(middle, unit.suffix), start, end, level)


def percent_interval(mid: Any, low: Any, high: Any, level: float | None = 0.9) -> str:
    """A share with its interval: ``22 % (90 %: 19 to 25)``, in Korean ``22% (90% 구간 19~25%)``."""
    values = finite(mid), finite(low), finite(high)
    if values[0] is None or values[1] is None or values[2] is None:
        return percent(mid)
    width = abs(values[2] - values[1])
    digits = 0 if width >= 0.05 else 1 if width >= 0.005 else 2
    texts = [signed_text(v, digits_text(v * 100, digits)) for v in (values[0], values[1], values[2])]
    end = texts[2] + (_percent_sign() if speaks_korean() else "")
    return interval_sentence(texts[0] + _percent_sign(), texts[1], end, level)


def number_cell(x: Any, digits: int = 0) -> str:
    """A number in a table whose header names the unit: all digits, a fixed number of decimals."""
    return number(x, digits)


def plain_number(x: Any, digits: int | None = None) -> str:
    """A number for exports: no separators, a hyphen as minus, an empty text where it is missing."""
    value = finite(x)
    if value is None:
        return ""
    if digits is not None:
        return f"{value:.{digits}f}"
    return str(int(value)) if value.is_integer() else repr(value)


def _decimals(value: float) -> int:
    """Decimals that give three significant digits below 100, none above."""
    size = abs(value)
    if size >= 100 or size == 0:
        return 0
    if size >= 10:
        return 1
    decimals = 2
    while size < 1 and decimals < 12:
        size *= 10
        decimals += 1
    return decimals


def _percent_sign() -> str:
    return "%" if speaks_korean() else " %"
