"""How many customers a year loses, by several definitions side by side."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from crm_analysis.features.empty import empty_frame
from crm_analysis.features.purchases import purchase_days
from crm_analysis.features.years import YEAR_DAYS
from crm_analysis.intervals import LEVEL
from crm_analysis.thresholds import PERCENT_CUSTOMERS
from crm_analysis.warehouse import collect

__all__ = ["LOSS_DEFINITIONS", "losses_by_definition"]

LOSS_DEFINITIONS = ("year", "year_regulars", "active_year", "half_year", "leaving")
"""Codes of the definitions, the one of the claims first."""
_HALF = 182
_COLUMNS = ["definition", "active_days", "idle_days", "least_purchases", "customers", "loss", "low", "high", "a_year"]


def losses_by_definition(lines: ir.Table, first: date, as_of: date, leaving_days: int) -> pd.DataFrame:
    """The share of active customers who did not buy afterwards, by what counts as active and as afterwards.

    Parameters
    ----------
    lines
        Order lines.
    first, as_of
        First and last day of the data.
    leaving_days
        Of the definition of leaving.

    Returns
    -------
    pandas.DataFrame
        One row per definition that the data covers: definition (of :data:`LOSS_DEFINITIONS`), active_days (who bought
        within so many days before the start counts as active), idle_days (who then did not buy for so many days counts
        as lost), least_purchases (purchases until the start), customers (active), loss (share), low, high (90 %,
        Wilson), a_year (the loss of a year at that pace: 1 - (1 - loss) ** (365 / idle_days)). Rows with under 30
        customers are left out.
    """
    stated = (
        ("year", YEAR_DAYS, YEAR_DAYS, 1),
        ("year_regulars", YEAR_DAYS, YEAR_DAYS, 2),
        ("active_year", leaving_days, YEAR_DAYS, 1),
        ("half_year", _HALF, _HALF, 1),
        ("leaving", leaving_days, leaving_days, 1),
    )
    covered = [d for d in stated if as_of - timedelta(days=d[1] + d[2] - 1) >= first]
    if not covered:
        return empty_frame(_COLUMNS, 1)
    bought = purchase_days(lines, as_of).select("customer_id", "day")
    flags: dict[str, ir.Value] = {}
    for code, active, idle, _least in covered:
        start = as_of - timedelta(days=idle)
        before = bought["day"] <= ibis.date(start.isoformat())
        recent = before & (bought["day"] > ibis.date((start - timedelta(days=active)).isoformat()))
        flags |= {
            f"{code}_active": recent.cast("int64").max(),
            f"{code}_before": before.cast("int64").sum(),
            f"{code}_after": (~before).cast("int64").max(),
        }
    each = bought.group_by("customer_id").aggregate(**flags)
    sums: dict[str, ir.Value] = {}
    for code, _active, _idle, least in covered:
        mine = (each[f"{code}_active"] == 1) & (each[f"{code}_before"] >= least)
        sums[code] = mine.cast("int64").sum()
        sums[f"{code}_lost"] = (mine & (each[f"{code}_after"] == 0)).cast("int64").sum()
    found = collect(each.aggregate(**sums)).fillna(0).iloc[0]
    rows = []
    for code, active, idle, least in covered:
        n, lost = int(found[code]), int(found[f"{code}_lost"])
        if n >= PERCENT_CUSTOMERS:
            low, high = proportion_confint(lost, n, alpha=1 - LEVEL, method="wilson")
            a_year = 1 - (1 - lost / n) ** (YEAR_DAYS / idle)
            rows.append((code, active, idle, least, n, lost / n, float(low), float(high), a_year))
    return pd.DataFrame(rows, columns=_COLUMNS)
