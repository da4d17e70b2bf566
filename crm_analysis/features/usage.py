"""Who could use us more: customers who buy less often than they did, beyond chance and season."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.stats import binom

from crm_analysis.features.empty import empty_frame
from crm_analysis.features.purchases import purchase_days
from crm_analysis.warehouse import collect

__all__ = ["usage_headroom"]

WINDOW_DAYS = 182
LEAST_BEFORE = 3
CHANCE = 0.05
_COLUMNS = ["customer_id", "segment", "before", "now", "missing", "headroom", "chance"]


def usage_headroom(lines: ir.Table, scores: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Customers whose purchases of the last half-year lag behind their own of the half-year before.

    Both halves are of equal length; that everybody buys more or less in one of them (season, growth) is taken out by
    the ratio over all customers of both. A customer counts whose purchases are so few, given both halves together,
    that chance explains it at most once in twenty (binomial), and who has not left: there was a purchase in the last
    half-year.

    Parameters
    ----------
    lines
        Order lines.
    scores
        customer_scores: segment, order_profit.
    as_of
        Last day.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id, the most headroom first: segment, before and now (purchase days in each half), missing
        (purchases short of the own pace, season taken out), headroom (missing × profit of an order, currency), chance
        (probability of so few or fewer).
    """
    middle, start = as_of - timedelta(days=WINDOW_DAYS), as_of - timedelta(days=2 * WINDOW_DAYS)
    bought = purchase_days(lines, as_of)
    late = bought["day"] > ibis.date(middle.isoformat())
    early = ~late & (bought["day"] > ibis.date(start.isoformat()))
    grouped = bought.group_by("customer_id").aggregate(
        before=early.cast("int64").sum(), now=late.cast("int64").sum(), first=bought["day"].min()
    )
    whole = grouped.filter((grouped["first"] <= ibis.date(start.isoformat())) & (grouped["before"] >= 1))
    frame = collect(whole.drop("first")).astype({"before": "int64", "now": "int64"})
    kept = frame[frame["now"] > 0]
    if kept.empty or kept["before"].sum() == 0:
        return empty_frame(_COLUMNS, 2)
    season = float(kept["now"].sum() / kept["before"].sum())
    regular = kept[kept["before"] >= LEAST_BEFORE]
    share = season / (1 + season)
    chance = binom.cdf(regular["now"], regular["before"] + regular["now"], share)
    expected = regular["before"] * season
    found = regular.assign(missing=expected - regular["now"], chance=chance)
    found = found[(found["chance"] <= CHANCE) & (found["missing"] > 0)]
    joined = found.merge(scores[["customer_id", "segment", "order_profit"]], on="customer_id")
    joined["headroom"] = joined["missing"] * joined["order_profit"].clip(lower=0)
    numbers = ["before", "now", "missing", "headroom", "chance"]
    ordered = joined.sort_values(["headroom", "customer_id"], ascending=[False, True], ignore_index=True)
    return ordered[_COLUMNS].astype(dict.fromkeys(numbers, "float64")).replace([np.inf, -np.inf], np.nan)
