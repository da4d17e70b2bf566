"""Who earns the profit: deciles, and customers who are big in revenue and leave nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis.features.profit import RUNGS, ProfitLadder

__all__ = ["big_unprofitable", "losing_customers", "profit_deciles", "turning_margin", "with_profit"]

BIG_SHARE = 0.20
DECILES = 10


def with_profit(customers: pd.DataFrame, ladder: ProfitLadder) -> pd.DataFrame:
    """Customers with gross_profit, serving and profit (currency); 0 where somebody has no line in the period."""
    columns = ["gross_profit", "serving", "profit"]
    joined = customers.merge(ladder.customers[["customer_id", *columns]], on="customer_id", how="left")
    return joined.fillna(dict.fromkeys(columns, 0.0))


def profit_deciles(scores: pd.DataFrame) -> pd.DataFrame:
    """Customers in tenths by profit so far, the best first, with what is expected of them.

    Parameters
    ----------
    scores
        One row per customer_id: revenue, serving, profit, value.

    Returns
    -------
    pandas.DataFrame
        One row per decile (1 is the best): customers, revenue, serving, profit, share_profit (of the whole), value.
    """
    ordered = scores.sort_values(["profit", "customer_id"], ascending=[False, True], ignore_index=True)
    decile = (np.arange(len(ordered)) * DECILES // max(len(ordered), 1)) + 1
    frame = ordered.groupby(decile).agg(
        customers=("customer_id", "size"),
        revenue=("revenue", "sum"),
        serving=("serving", "sum"),
        profit=("profit", "sum"),
        value=("value", "sum"),
    )
    whole = frame["profit"].sum()
    frame["share_profit"] = frame["profit"] / whole if whole > 0 else np.nan
    return frame.rename_axis("decile").reset_index()


def big_unprofitable(ladder: ProfitLadder) -> pd.DataFrame:
    """Customers among the best fifth by revenue who left a loss, the largest loss first.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: revenue, profit, driver (the rung by which they fall furthest behind what the other
        big customers leave per unit of sales at full price) and driver_amount (how much that is, currency).
    """
    frame = ladder.customers
    big = frame[frame["revenue"] > 0].nlargest(max(1, round(len(frame) * BIG_SHARE)), "revenue")
    losing = big[big["profit"] < 0]
    rungs = [name for name in RUNGS if name != "full_price"]
    usual = big[rungs].sum() / big["full_price"].sum() if len(big) and big["full_price"].sum() > 0 else 0.0
    behind = losing[rungs] - losing[["full_price"]].to_numpy() * np.asarray(usual)
    result = losing[["customer_id", "revenue", "profit"]].copy()
    result["driver"] = behind.idxmin(axis=1) if len(losing) else pd.Series(dtype="str")
    result["driver_amount"] = -behind.min(axis=1) if len(losing) else pd.Series(dtype="float64")
    return result.sort_values(["profit", "customer_id"], ignore_index=True)


def losing_customers(ladder: ProfitLadder, share_of_margin: float = 1.0) -> int:
    """Customers with a loss if goods left so much of the margin on them that the ladder reckons with.

    Parameters
    ----------
    share_of_margin
        1 for the margin as it is, 0.5 for half of it.
    """
    frame = ladder.customers
    net = frame["revenue"] + frame["tax"]
    kept = net + frame["goods"]
    return int((frame["profit"] - (1 - share_of_margin) * kept < 0).sum())


def turning_margin(ladder: ProfitLadder) -> float:
    """The margin on goods, as a share of sales without tax, at which all customers together leave nothing.

    NaN without sales.
    """
    sums = ladder.customers[["revenue", "tax", "goods", "profit"]].sum()
    net = float(sums["revenue"] + sums["tax"])
    return float("nan") if net <= 0 else 1 + float(sums["goods"]) / net - float(sums["profit"]) / net
