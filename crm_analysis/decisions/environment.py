"""Step 1: traits of the business, and the two periods that growth is measured between."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from crm_analysis.models import LeavingDefinition

__all__ = ["comparison_periods", "industry_traits"]

YEAR_DAYS = 365


def comparison_periods(first: date, as_of: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """Two neighbouring periods of the same length that end with the data: years if there are two, else halves.

    Returns
    -------
    tuple
        (first day, last day) of the earlier and of the later period.
    """
    history = (as_of - first).days + 1
    length = YEAR_DAYS if history >= 2 * YEAR_DAYS else max(history // 2, 1)
    start = as_of - timedelta(days=length - 1)
    return (start - timedelta(days=length), start - timedelta(days=1)), (start, as_of)


def industry_traits(
    customers: pd.DataFrame,
    gaps: pd.DataFrame,
    revenue: pd.DataFrame,
    leaving: LeavingDefinition,
    history_days: int,
    currency: str,
) -> pd.DataFrame:
    """What kind of business this is, in numbers.

    Parameters
    ----------
    customers
        Of :func:`crm_analysis.features.segment_customers`.
    gaps
        Of :func:`crm_analysis.features.gaps`.
    revenue
        revenue_by_period.
    leaving
        The definition of leaving.
    history_days
        Days of data.
    currency
        Of the project.

    Returns
    -------
    pandas.DataFrame
        One row per trait: trait, value, unit (``days``, ``share``, ``number`` or the currency).
    """
    whole = revenue.loc[revenue["complete"], "revenue"]
    weight = gaps["weight"].cumsum() / gaps["weight"].sum() if len(gaps) else pd.Series(dtype="float64")
    median = float(gaps.loc[weight >= 0.5, "days"].iloc[0]) if len(gaps) else float("nan")
    peak = float(whole.max() / whole.mean()) if len(whole) > 1 and whole.mean() else float("nan")
    rows = [
        ("history_days", float(history_days), "days"),
        ("leaving_days", float(leaving.days), "days"),
        ("median_gap_days", median, "days"),
        ("one_time_share", float((customers["purchases"] == 1).mean()), "share"),
        ("existing_share", float(customers["existing"].mean()), "share"),
        ("order_value", float(customers["sales"].sum() / customers["purchases"].sum()), currency),
        ("purchases_per_customer", float(customers["purchases"].mean()), "number"),
        ("seasonal_peak", peak, "share"),
    ]
    return pd.DataFrame(rows, columns=["trait", "value", "unit"])
