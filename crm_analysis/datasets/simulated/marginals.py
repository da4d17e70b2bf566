"""What a retailer would look at first in a shop's order lines, measured the same way on any shop."""

from __future__ import annotations

import pandas as pd

__all__ = ["MARGINALS", "marginals"]

MARGINALS = {
    "one_order": "Customers with one order",
    "top_fifth": "Sales of the top 20 % of customers",
    "gap_median": "Days between orders, median",
    "gap_high": "Days between orders, 90th percentile",
    "lines_mean": "Lines per order, mean",
    "amount_spread": "Amount per order, mean over median",
    "returned": "Amount taken back, of sales",
    "month_high": "Highest month over the mean",
    "month_low": "Lowest month over the mean",
    "december": "December over the mean",
}
"""The marginals in words, in the order of the page."""


def marginals(lines: pd.DataFrame) -> dict[str, float]:
    """The marginals of order lines.

    Parameters
    ----------
    lines
        customer_id, ordered_at, order_id, amount (below zero for what is taken back); only lines that count as sales
        or take sales back.

    Returns
    -------
    dict
        Keys of :data:`MARGINALS`. Months are compared by sales a day, those that the data does not cover whole left
        out; gaps are those between days of purchase of one customer.
    """
    sales = lines[lines["amount"] > 0]
    orders = sales.groupby("order_id", sort=False).agg(
        customer_id=("customer_id", "first"),
        at=("ordered_at", "min"),
        amount=("amount", "sum"),
        lines=("amount", "size"),
    )
    mine = orders.groupby("customer_id")["amount"].agg(["sum", "size"]).sort_values("sum", ascending=False)
    days = orders.assign(day=orders["at"].dt.normalize())[["customer_id", "day"]].drop_duplicates()
    days = days.sort_values(["customer_id", "day"])
    gaps = days.groupby("customer_id")["day"].diff().dt.days.dropna()
    monthly = _daily_sales_by_month(sales)
    return {
        "one_order": float((mine["size"] == 1).mean()),
        "top_fifth": float(mine["sum"].head(len(mine) // 5).sum() / mine["sum"].sum()),
        "gap_median": float(gaps.median()),
        "gap_high": float(gaps.quantile(0.9)),
        "lines_mean": float(orders["lines"].mean()),
        "amount_spread": float(orders["amount"].mean() / orders["amount"].median()),
        "returned": float(-lines.loc[lines["amount"] < 0, "amount"].sum() / sales["amount"].sum()),
        "month_high": float(monthly.max() / monthly.mean()),
        "month_low": float(monthly.min() / monthly.mean()),
        "december": float(monthly[pd.PeriodIndex(monthly.index).month == 12].mean() / monthly.mean()),
    }


def _daily_sales_by_month(sales: pd.DataFrame) -> pd.Series:
    month = sales["ordered_at"].dt.to_period("M")
    first, last = sales["ordered_at"].min(), sales["ordered_at"].max()
    whole = month.map(lambda m: m.start_time >= first.normalize() and m.end_time.normalize() <= last.normalize())
    kept = sales["amount"][whole.astype(bool)].groupby(month[whole.astype(bool)]).sum()
    daily: pd.Series = kept / kept.index.days_in_month.to_numpy()
    return daily
