"""Money in prose, on axes and in tables, with its interval.

Korean writes the name of the unit behind the digits, for won and foreign money alike (1,230만원,
12,300달러): "$1.2만" reads like two languages at once. Foreign money is written in full up to five digits,
since 만 is a step of won that readers use later with dollars. English puts the symbol in front (₩12.3M).
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, NamedTuple

from crm_analysis.formats.scale import (
    COMPACT_FROM,
    MINUS,
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

__all__ = ["Affixes", "affixes", "currency_unit", "full_below", "money", "money_interval"]

Style = Literal["prose", "axis", "table"]

_FULL_BELOW_FOREIGN_KOREAN = 100_000
_CENTS_BELOW = 100


class _Currency(NamedTuple):
    """What is written before (English) and behind (Korean) the digits, and the decimals of the currency."""

    symbol: str
    korean: str
    decimals: int


_CURRENCIES = {
    "KRW": _Currency("₩", "원", 0),
    "USD": _Currency("$", "달러", 2),
    "EUR": _Currency("€", "유로", 2),
    "GBP": _Currency("£", "파운드", 2),
    "JPY": _Currency("¥", "엔", 0),
    "CNY": _Currency("CN¥", "위안", 2),
}


class Affixes(NamedTuple):
    """What stands before and behind the digits of an amount in the current language."""

    before: str
    behind: str


def money(x: Any, currency: str, style: Style = "prose", *, signed: bool = False) -> str:
    """An amount of money: ``₩12.3M``, in Korean ``1,230만원``.

    Parameters
    ----------
    x
        The amount in units of the currency; None and NaN read as a dash.
    currency
        ISO 4217 code, for instance ``"KRW"``.
    style
        ``"prose"`` and ``"axis"`` are short, an axis without trailing zeros; ``"table"`` gives all digits
        (``₩1,234,568``, ``1,234,568원``).
    signed
        Write a plus before positive amounts.
    """
    value = finite(x)
    if value is None:
        return MISSING
    unit = ONE if style == "table" else largest_unit(value, full_below(currency))
    if unit is ONE:
        digits = digits_text(value, _decimals(value, currency, style), strip=style == "axis")
    else:
        digits = compact_digits(value, unit)
    around = affixes(currency)
    return signed_text(value, f"{around.before}{digits}{unit.suffix}{around.behind}", plus=signed)


def money_interval(mid: Any, low: Any, high: Any, currency: str, level: float | None = 0.9) -> str:
    """An amount with its interval, the unit chosen once: ``₩12.3M (90 %: 4.1 to 20.6)``.

    In Korean ``1,230만원 (90% 구간 410만~2,060만원)``.

    Parameters
    ----------
    mid, low, high
        The estimate and the ends in units of the currency; without ends the estimate alone.
    currency
        ISO 4217 code.
    level
        Coverage of the interval; None leaves it out: ``₩12.3M (4.1 to 20.6)``.
    """
    middle, start, end = finite(mid), finite(low), finite(high)
    if middle is None or start is None or end is None:
        return money(mid, currency)
    unit = interval_unit(middle, start, end, full_below(currency))
    texts = interval_texts(middle, start, end, unit)
    around = affixes(currency)
    digits = with_suffix(texts[0].lstrip(MINUS), unit.suffix)
    estimate = signed_text(middle, f"{around.before}{digits}{around.behind}")
    if speaks_korean():
        start_text, end_text = (with_suffix(text, unit.suffix) for text in texts[1:])
        return interval_sentence(estimate, start_text, end_text + around.behind, level)
    return interval_sentence(estimate, texts[1], texts[2], level)


def currency_unit(currency: str) -> str:
    """The unit for the header of a column or the title of an axis: ``₩``, in Korean ``원``."""
    around = affixes(currency)
    return (around.before + around.behind).strip()


def affixes(currency: str) -> Affixes:
    """What stands before and behind the digits of an amount in the current language."""
    known = _currency(currency)
    if speaks_korean():
        return Affixes("", known.korean)
    return Affixes(known.symbol + (" " if known.symbol[-1:].isalpha() else ""), "")


def full_below(currency: str) -> float:
    """The amount from which large units are used in the current language."""
    return _FULL_BELOW_FOREIGN_KOREAN if speaks_korean() and currency != "KRW" else COMPACT_FROM


def _decimals(value: float, currency: str, style: Style) -> int:
    decimals = _currency(currency).decimals
    shown = style == "table" or 0 < abs(value) < _CENTS_BELOW
    return decimals if shown else 0


@cache
def _currency(code: str) -> _Currency:
    """Symbol, name and decimals; currencies not listed above come from Babel, unknown codes stand as such."""
    if code in _CURRENCIES:
        return _CURRENCIES[code]
    from babel.numbers import get_currency_name, get_currency_precision, get_currency_symbol

    symbol: str = get_currency_symbol(code, "en")
    return _Currency(symbol, f" {get_currency_name(code, locale='ko')}".rstrip(), get_currency_precision(code))
