"""What was known of customers on a day, and what they did in the time after: the material of forecast checks."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import DAYS_PER_UNIT, Unit, per_customer, purchase_days
from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["known_and_after"]


def known_and_after(
    lines: ir.Table, split: date, days: int, unit: Unit = "week", *, by_customer: bool = False
) -> pd.DataFrame:
    """Histories up to a day, with the purchases in as many days before it and after it.

    Parameters
    ----------
    lines
        Order lines.
    split
        Last day known.
    days
        Length of the time after it, and of the window before it.
    unit
        Of recency and T.
    by_customer
        One row per customer, with money; otherwise customers of equal history and equal future are counted.

    Returns
    -------
    pandas.DataFrame
        frequency, recency, T, previous (purchases in the ``days`` up to the split), actual (purchases in the
        ``days`` after it), customers. By customer also customer_id, monetary_value (mean amount of a repeat
        purchase, 0 without), sales and purchases (so far), actual_value (sales after the split). Only customers
        who had bought by the split.
    """
    until, since = split + timedelta(days=days), split - timedelta(days=days)
    bought = purchase_days(lines, until)
    day = bought["day"]
    past = per_customer(bought.filter(day <= ibis.date(split.isoformat())), split)
    counted = bought.group_by("customer_id").aggregate(
        previous=(day.between(ibis.date((since + timedelta(days=1)).isoformat()), ibis.date(split.isoformat()))).sum(),
        actual=(day > ibis.date(split.isoformat())).sum(),
        actual_value=total(ibis.ifelse(day > ibis.date(split.isoformat()), bought["amount"], 0.0)),
    )
    joined = past.join(counted, "customer_id")
    history = ["frequency", "recency_days", "T_days", "previous", "actual"]
    if by_customer:
        repeat = (joined["sales"] - joined["first_amount"]) / joined["frequency"].nullif(0)
        joined = joined.mutate(monetary_value=ibis.ifelse(joined["frequency"] > 0, repeat, 0.0), customers=1)
        money = ["monetary_value", "sales", "purchases", "actual_value"]
        table = joined.select("customer_id", *history, *money, "customers").order_by("customer_id")
    else:
        table = joined.group_by(history).aggregate(customers=joined.count()).order_by(history)
    frame = collect(table)
    for name in ("recency", "T"):
        frame[name] = frame.pop(f"{name}_days") / DAYS_PER_UNIT[unit]
    return frame.astype(dict.fromkeys(("frequency", "previous", "actual", "customers"), "int64"))
