"""Tick values and their texts for Plotly, which knows neither Korean nor 만 and 억."""

from __future__ import annotations

import math
from typing import Literal

from crm_analysis.formats.amounts import affixes, full_below
from crm_analysis.formats.scale import (
    COMPACT_FROM,
    Unit,
    digits_text,
    largest_unit,
    signed_text,
    speaks_korean,
)

__all__ = ["axis_ticks"]

_NICE_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_ROUNDING = 1e-9
_MOST_DECIMALS = 9


def axis_ticks(
    low: float,
    high: float,
    kind: Literal["money", "number", "percent"] = "number",
    currency: str | None = None,
    n: int = 5,
) -> tuple[list[float], list[str]]:
    """Round tick values that cover an axis, with their texts, all in one unit.

    Parameters
    ----------
    low, high
        The range of the data, in either order; shares are fractions.
    kind
        What the axis measures.
    currency
        ISO 4217 code, needed for money.
    n
        About how many steps.

    Returns
    -------
    tickvals, ticktext
        For ``fig.update_xaxes(tickvals=..., ticktext=...)``; both empty where the range is not finite.
        The first and last value enclose the data and can serve as the range of the axis.

    Raises
    ------
    ValueError
        If the kind is not known, or money comes without a currency.

    Examples
    --------
    >>> from crm_analysis.formats import axis_ticks
    >>> axis_ticks(0, 11_000_000, kind="money", currency="KRW", n=3)
    ([0.0, 5000000.0, 10000000.0, 15000000.0], ['₩0', '₩5M', '₩10M', '₩15M'])
    """
    if kind not in ("money", "number", "percent"):
        raise ValueError(f"unknown kind of axis {kind!r}: choose money, number or percent")
    if kind == "money" and currency is None:
        raise ValueError("an axis of money needs a currency")
    if not (math.isfinite(low) and math.isfinite(high)):
        return [], []
    step = _nice_step(low, high, n)
    first = math.floor(min(low, high) / step + _ROUNDING)
    last = math.ceil(max(low, high) / step - _ROUNDING)
    values = [round(i * step, _MOST_DECIMALS) for i in range(first, max(last, first + 1) + 1)]
    return values, _texts(values, step, kind, currency)


def _nice_step(low: float, high: float, n: int) -> float:
    width = abs(high - low) or abs(high) or 1.0
    rough = width / max(n, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(nice * power for nice in _NICE_STEPS if nice * power >= rough * (1 - _ROUNDING))


def _texts(values: list[float], step: float, kind: str, currency: str | None) -> list[str]:
    largest = max(abs(value) for value in values)
    before, behind = "", ""
    if kind == "percent":
        unit = Unit(0.01, "%" if speaks_korean() else " %")
    elif kind == "money" and currency is not None:
        unit = largest_unit(largest, full_below(currency))
        before, behind = affixes(currency)
    else:
        unit = largest_unit(largest, COMPACT_FROM)
    decimals = _decimals_of(step / unit.size)
    texts = []
    for value in values:
        suffix = unit.suffix if value or kind == "percent" else ""
        digits = digits_text(value / unit.size, decimals if value else 0, strip=kind != "percent")
        texts.append(signed_text(value, f"{before}{digits}{suffix}{behind}"))
    return texts


def _decimals_of(step: float) -> int:
    """The decimals that write a step exactly."""
    tolerance = _ROUNDING * max(step, _ROUNDING)
    return next((d for d in range(_MOST_DECIMALS) if abs(round(step, d) - step) <= tolerance), _MOST_DECIMALS)
