"""Measures that goals are set in, on any day of the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features.purchases import purchase_days
from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["KPIS", "Measured", "measure"]

YEAR_DAYS = 365
KPIS = ("repeat_rate", "annual_loss", "revenue", "order_value", "new_customers", "active_customers")
"""Measures by code."""


@dataclass(frozen=True)
class Measured:
    """A measure on a day: its value and standard error (0 where it is counted and not estimated), customers used."""

    value: float
    error: float
    customers: int


def measure(kpi: str, lines: ir.Table, day: date, first: date) -> Measured | None:
    """Measure over the 365 days up to a day.

    repeat_rate: of the customers of these days, the share with purchases on two days or more. annual_loss: of the
    customers of the year before, the share without a purchase in these days. revenue: net of returns. order_value:
    sales per day with a purchase and customer. new_customers: first purchase of all in these days.
    active_customers: customers with a purchase.

    Parameters
    ----------
    kpi
        One of :data:`KPIS`.
    lines
        Order lines.
    day
        Last day of the year.
    first
        First day of the data.

    Returns
    -------
    Measured or None
        None where the data does not cover the year (for annual_loss: two years), or nobody bought in it.
    """
    start = day - timedelta(days=YEAR_DAYS - 1)
    if first > (start - timedelta(days=YEAR_DAYS) if kpi == "annual_loss" else start):
        return None
    if kpi == "revenue":
        when = lines["ordered_at"].date()
        seen = lines.filter((when >= _day(start)) & (when <= _day(day)))
        value = collect(seen.aggregate(value=total(seen["amount"])))["value"].iloc[0]
        return Measured(0.0 if pd.isna(value) else float(value), 0.0, 0)
    people = _people(lines, start, day)
    active = people[people["days"] > 0]
    if active.empty:
        return None
    n = len(active)
    if kpi == "repeat_rate":
        return _share(float((active["days"] > 1).mean()), n)
    if kpi == "annual_loss":
        earlier = people[people["before"] > 0]
        return _share(float((earlier["days"] == 0).mean()), len(earlier)) if len(earlier) else None
    if kpi == "order_value":
        spent, days = active["amount"].sum(), active["days"].sum()
        left = (active["amount"] - spent / days * active["days"]).to_numpy()
        return Measured(float(spent / days), float(np.sqrt((left**2).sum()) / days), n)
    if kpi == "new_customers":
        return Measured(float((people["first"] >= pd.Timestamp(start)).sum()), 0.0, n)
    return Measured(float(n), 0.0, n)


def _share(share: float, n: int) -> Measured:
    return Measured(share, float(np.sqrt(max(share * (1 - share), 0.25 / n) / n)), n)


def _day(day: date) -> ir.DateValue:
    return ibis.date(day.isoformat())


def _people(lines: ir.Table, start: date, day: date) -> pd.DataFrame:
    """Per customer: days with a purchase and money in the year, days in the year before, first day of all."""
    bought = purchase_days(lines, day)
    inside = bought["day"] >= _day(start)
    earlier = (bought["day"] < _day(start)) & (bought["day"] >= _day(start - timedelta(days=YEAR_DAYS)))
    grouped = bought.group_by("customer_id").aggregate(
        days=inside.cast("int64").sum(),
        before=earlier.cast("int64").sum(),
        amount=ibis.ifelse(inside, bought["amount"], 0.0).sum(),
        first=bought["day"].min(),
    )
    frame = collect(grouped)
    frame["first"] = pd.to_datetime(frame["first"])
    return frame.astype({"days": "int64", "before": "int64", "amount": "float64"})
