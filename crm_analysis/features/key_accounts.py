"""Who likely buys for a business: far more pieces an order than others, again and again."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features.purchases import is_purchase
from crm_analysis.features.totals import total
from crm_analysis.features.windows import within
from crm_analysis.warehouse import collect

__all__ = ["key_accounts"]

FENCE = 3.0
"""Quartile ranges, of the logarithm, above the upper quartile from which pieces an order stand out."""
LEAST_ORDERS = 3
_KINDS = {"customer_id": "str", "orders": "int64"} | dict.fromkeys(
    ["pieces_per_order", "order_value", "usual_gap_days", "regularity", "revenue"], "float64"
)


def key_accounts(lines: ir.Table, as_of: date, days: int = 365) -> pd.DataFrame:
    """Customers who buy like a business.

    Whose pieces an order lie more than three quartile ranges above the upper quartile of all customers (Tukey's far
    out, on the logarithm, where most of a shop's quantities are one the range is at least a doubling), on at least
    three days in the last year.

    Parameters
    ----------
    lines
        Order lines.
    as_of
        Last day.
    days
        Length of the window.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id, most revenue first: orders (days with one), pieces_per_order, order_value (currency),
        usual_gap_days, regularity (1 − standard deviation over mean of the gaps: 1 is clockwork, 0 or less is
        chance), revenue (of the window). Empty where lines have no quantity.
    """
    if "quantity" not in lines.columns:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _KINDS.items()})
    year = within(lines, "ordered_at", as_of - timedelta(days=days - 1), as_of)
    seen = year.filter(is_purchase(year))
    daily = seen.group_by("customer_id", day=seen["ordered_at"].date()).aggregate(
        pieces=seen["quantity"].sum(), amount=total(seen["amount"])
    )
    before = daily["day"].lag().over(ibis.window(group_by="customer_id", order_by="day"))
    gapped = daily.mutate(gap=daily["day"].delta(before, unit="day").cast("float64"))
    grouped = gapped.group_by("customer_id").aggregate(
        orders=gapped.count(),
        pieces_per_order=gapped["pieces"].cast("float64").mean(),
        revenue=total(gapped["amount"]),
        usual_gap_days=gapped["gap"].mean(),
        gap_spread=gapped["gap"].std(how="pop"),
    )
    frame = collect(grouped)
    per_order = frame["pieces_per_order"].astype("float64")
    pieces = pd.Series(np.log(per_order.where(per_order > 0)), index=frame.index)
    low, high = (float(pieces.quantile(q)) for q in (0.25, 0.75)) if len(frame) else (0.0, 0.0)
    bar = high + FENCE * max(high - low, np.log(2) / FENCE)
    found = frame[(pieces > bar) & (frame["orders"] >= LEAST_ORDERS)].copy()
    found["order_value"] = found["revenue"] / found["orders"]
    found["regularity"] = 1 - found["gap_spread"] / found["usual_gap_days"].where(found["usual_gap_days"] > 0)
    ordered: pd.DataFrame = found.sort_values(["revenue", "customer_id"], ascending=[False, True], ignore_index=True)
    return ordered[list(_KINDS)].astype(_KINDS).round(dict.fromkeys(list(_KINDS)[2:], 6))
