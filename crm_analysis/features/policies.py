"""What counts as a purchase and what its amount is: the one statement of it, with what each rule does to the data.

- Purchases of one customer on one day are one purchase, however many orders it holds.
- A free order (nothing to pay) is no purchase: it neither makes a customer nor counts in frequency.
- A sale that was cancelled, and its cancellation, are left out as if they had never been.
- A return that cancels no sale lowers revenue. It does not lower the amount of a purchase (monetary_value), since it
  belongs to none, and it is no purchase.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase, purchase_days
from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["POLICIES", "purchase_policies"]

POLICIES = ("same_day", "free", "cancelled", "returned")
"""Codes of the rules, in the order in which they are shown."""


def purchase_policies(lines: ir.Table, as_of: date) -> pd.DataFrame:
    """What each rule about purchases does to the data.

    Parameters
    ----------
    lines
        Order lines of the warehouse.
    as_of
        Last day to look at.

    Returns
    -------
    pandas.DataFrame
        One row per rule: policy (``same_day``: orders that joined an earlier purchase of the day; ``free``: lines
        without a price; ``cancelled``: lines of sales undone and what undid them; ``returned``: lines of other
        returns), rows (orders or lines), amount (currency, positive: sales taken out by ``cancelled``, revenue by
        ``returned``; else 0), share (of sales that stand).
    """
    seen = lines.filter(lines["ordered_at"].date() <= ibis.date(as_of.isoformat()))
    if "netted" not in seen.columns:
        seen = seen.mutate(netted=ibis.literal(False))
    netted = seen["netted"]
    free = seen["line_kind"] == "free" if "line_kind" in seen.columns else seen["amount"] == 0
    back = (seen["amount"] < 0) & ~netted
    undone = netted & (seen["amount"] > 0)
    sums = collect(
        seen.aggregate(
            sales=total(ibis.ifelse(is_purchase(seen), seen["amount"], 0.0)),
            free=total(ibis.ifelse(free & ~netted, 1.0, 0.0)),
            cancelled=total(ibis.ifelse(netted, 1.0, 0.0)),
            cancelled_amount=total(ibis.ifelse(undone, seen["amount"], 0.0)),
            returned=total(ibis.ifelse(back, 1.0, 0.0)),
            returned_amount=total(ibis.ifelse(back, -seen["amount"], 0.0)),
        )
    ).iloc[0]
    days = purchase_days(lines, as_of)
    joined = collect(days.aggregate(extra=total((days["orders"] - 1).cast("float64")))).iloc[0]["extra"]
    rows = {
        "same_day": (joined, 0.0),
        "free": (sums["free"], 0.0),
        "cancelled": (sums["cancelled"], sums["cancelled_amount"]),
        "returned": (sums["returned"], sums["returned_amount"]),
    }
    found = {code: tuple(0.0 if pd.isna(v) else float(v) for v in rows[code]) for code in POLICIES}
    sales = 0.0 if pd.isna(sums["sales"]) else float(sums["sales"])
    return pd.DataFrame(
        {
            "policy": list(POLICIES),
            "rows": [round(found[code][0]) for code in POLICIES],
            "amount": [found[code][1] for code in POLICIES],
            "share": [found[code][1] / sales if sales > 0 else 0.0 for code in POLICIES],
        }
    )
