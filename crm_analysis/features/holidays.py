"""Holidays that move, and weeks of sales around them."""

from __future__ import annotations

from datetime import date, timedelta

import holidays as calendar
import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["HOLIDAYS", "moving_holidays", "weekly_sales"]

HOLIDAYS = ("seollal", "chuseok", "easter", "thanksgiving", "diwali", "eid", "christmas")
"""Codes of the holidays that are looked at."""

_NAMES = {
    "korean new year": "seollal",
    "chuseok": "chuseok",
    "easter sunday": "easter",
    "easter monday": "easter",
    "thanksgiving day": "thanksgiving",
    "diwali": "diwali",
    "eid al-fitr": "eid",
    "christmas day": "christmas",
}
"""Beginnings of the names in English, as the library holidays has them."""


def moving_holidays(country: str, first: date, last: date) -> pd.DataFrame:
    """Days of the large holidays between two days: of the lunar calendar, Easter, Thanksgiving, and Christmas.

    Parameters
    ----------
    country
        Two letters, such as KR; a country that the library does not know has none.
    first, last
        Days between which holidays are wanted; 60 days more on both sides are looked at.

    Returns
    -------
    pandas.DataFrame
        One row per holiday and year, by day: holiday (code), day.
    """
    low, high = first - timedelta(days=60), last + timedelta(days=60)
    rows: dict[tuple[str, int], date] = {}
    if country in calendar.list_supported_countries():
        languages = calendar.list_localized_countries().get(country, [])
        english = next((name for name in ("en_US", "en_GB") if name in languages), None)
        years = range(low.year, high.year + 1)
        for day, name in sorted(calendar.country_holidays(country, years=years, language=english).items()):
            code = next((c for begin, c in _NAMES.items() if str(name).lower().startswith(begin)), None)
            if code is not None and low <= day <= high:
                rows.setdefault((code, day.year), day)
    frame = pd.DataFrame({"holiday": [code for code, _year in rows], "day": pd.to_datetime(list(rows.values()))})
    return frame.sort_values(["day", "holiday"], ignore_index=True)


def weekly_sales(lines: ir.Table, first: date, as_of: date) -> pd.DataFrame:
    """Sales by whole week, Monday to Sunday.

    Returns
    -------
    pandas.DataFrame
        One row per week that the data covers whole: week (its Monday), revenue (net of returns), orders.
    """
    start = first + timedelta(days=(-first.weekday()) % 7)
    end = as_of - timedelta(days=(as_of.weekday() + 1) % 7)
    day = lines["ordered_at"].date()
    seen = lines.filter((day >= ibis.date(start.isoformat())) & (day <= ibis.date(end.isoformat())))
    order = seen["order_id"] if "order_id" in seen.columns else seen["ordered_at"].cast("string")
    daily = seen.select("amount", order=order, day=seen["ordered_at"].date())
    counted = collect(
        daily.group_by("day").aggregate(
            revenue=total(daily["amount"]), orders=ibis.ifelse(daily["amount"] > 0, daily["order"], None).nunique()
        )
    )
    weeks = pd.date_range(start, end, freq="W-MON")
    if counted.empty or not len(weeks):
        return pd.DataFrame(
            {"week": weeks[:0], "revenue": pd.Series(dtype="float64"), "orders": pd.Series(dtype="int64")}
        )
    stamps = pd.to_datetime(counted["day"])
    monday = stamps - pd.to_timedelta(stamps.dt.weekday, unit="D")
    summed = counted.groupby(monday)[["revenue", "orders"]].sum().reindex(weeks, fill_value=0)
    return summed.rename_axis("week").reset_index().astype({"revenue": "float64", "orders": "int64"})
