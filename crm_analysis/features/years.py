"""Two neighbouring years of every customer side by side: what they brought in each."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase
from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["YEAR_DAYS", "year_bounds", "years_of_customers"]

YEAR_DAYS = 365


def year_bounds(as_of: date) -> tuple[date, date, date]:
    """First day of the year before last, first day of the last year, last day."""
    later = as_of - timedelta(days=YEAR_DAYS - 1)
    return later - timedelta(days=YEAR_DAYS), later, as_of


def years_of_customers(lines: ir.Table, as_of: date) -> pd.DataFrame:
    """Customers with a line in one of the two years before a day.

    Parameters
    ----------
    lines
        Order lines.
    as_of
        Last day of the later year.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: revenue_before and revenue_after (currency, net of returns), bought_before and
        bought_after (whether there was a purchase), first_day (of all purchases; NaT without one).
    """
    start, later, last = (ibis.date(day.isoformat()) for day in year_bounds(as_of))
    seen = lines.filter(lines["ordered_at"].date() <= last).mutate(day=lambda t: t["ordered_at"].date())
    after, before = seen["day"] >= later, (seen["day"] >= start) & (seen["day"] < later)
    buys = is_purchase(seen)
    grouped = seen.group_by("customer_id").aggregate(
        revenue_before=total(ibis.ifelse(before, seen["amount"], 0.0)),
        revenue_after=total(ibis.ifelse(after, seen["amount"], 0.0)),
        bought_before=(buys & before).any(),
        bought_after=(buys & after).any(),
        within=(before | after).any(),
        first_day=ibis.ifelse(buys, seen["day"], ibis.null("date")).min(),
    )
    frame = collect(grouped.filter(grouped["within"]).drop("within").order_by("customer_id"))
    frame["first_day"] = pd.to_datetime(frame["first_day"])
    return frame.astype({"revenue_before": "float64", "revenue_after": "float64"}).fillna(
        {"revenue_before": 0.0, "revenue_after": 0.0}
    )
