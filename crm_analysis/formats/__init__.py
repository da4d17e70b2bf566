"""Numbers, shares, money, dates: one formatter for prose, tables, axes and hover.

The language is :func:`crm_analysis.messages.current_language`; the pseudo language is written as English.
In prose a number carries at most three significant digits above 10,000 and a proper minus; ``None`` and
NaN read as a dash. Shares are fractions: 0.41 is 41 %.
"""

from crm_analysis.formats.amounts import currency_unit, money, money_interval
from crm_analysis.formats.axes import axis_ticks
from crm_analysis.formats.dates import date, date_range, day_month, duration, month, short_month
from crm_analysis.formats.numbers import (
    MISSING,
    compact_number,
    number,
    number_cell,
    number_interval,
    percent,
    percent_interval,
    plain_number,
    points,
    probability,
)

__all__ = [
    "MISSING",
    "axis_ticks",
    "compact_number",
    "currency_unit",
    "date",
    "date_range",
    "day_month",
    "duration",
    "money",
    "money_interval",
    "month",
    "number",
    "number_cell",
    "number_interval",
    "percent",
    "percent_interval",
    "plain_number",
    "points",
    "probability",
    "short_month",
]
