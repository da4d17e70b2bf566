"""Customers who send back more than others, beyond chance, counted in the engine."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.totals import total
from crm_analysis.features.windows import within
from crm_analysis.features.years import YEAR_DAYS
from crm_analysis.warehouse import collect

__all__ = ["returns_by_customer"]


def returns_by_customer(lines: ir.Table, as_of: date) -> pd.DataFrame:
    """Lines sold and sent back in the last year.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id with a sale: sold and returned (lines, with those that cancel each other), amount
        (of what came back, currency), kept (net revenue).
    """
    year = within(lines, "ordered_at", as_of - timedelta(days=YEAR_DAYS - 1), as_of)
    sale, back = year["amount"] > 0, year["amount"] < 0
    each = year.group_by("customer_id").aggregate(
        sold=sale.cast("int64").sum(),
        returned=back.cast("int64").sum(),
        amount=total(ibis.ifelse(back, -year["amount"], 0.0)),
        kept=total(year["amount"]),
    )
    frame = collect(each.filter(each["sold"] > 0).order_by("customer_id"))
    return frame.astype({"sold": "int64", "returned": "int64", "amount": "float64", "kept": "float64"})
