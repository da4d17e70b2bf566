"""Customers with their RFM scores and segments on a given day, and the tables that show them."""

from __future__ import annotations

from datetime import date, timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features.existing import existing_customers
from crm_analysis.features.purchases import Unit, customer_facts, customer_summary
from crm_analysis.features.rfm import name_segments, rfm_scores

__all__ = [
    "concentration",
    "profit_spread",
    "rfm_grid",
    "risk_grid",
    "segment_customers",
    "segment_migration",
    "segments",
]

CURVE_POINTS = 101
RISK_BOUNDS = (0.25, 0.50, 0.75)
VALUE_QUANTILES = (0.50, 0.80, 0.95)


def segment_customers(
    lines: ir.Table, as_of: date, first: date, *, leaving_days: int, complete: bool, unit: Unit = "week"
) -> pd.DataFrame:
    """Summary, revenue, RFM scores and segment of every customer as of a day.

    Parameters
    ----------
    lines
        Order lines.
    as_of, first
        The day to look back from, and the first day of the data.
    leaving_days
        Days without a purchase that count as having left; also the window in which a customer is new.
    complete
        Whether the data holds every customer's first order.
    unit
        Of recency and T.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: columns of ``customer_summary``, revenue, returned, cost, discount,
        recency_days, r_score, f_score, m_score, existing, segment.
    """
    summary = customer_summary(lines, as_of, unit)
    facts = customer_facts(lines, as_of).set_index("customer_id")
    scores = rfm_scores(summary, facts["revenue"], as_of)
    frame = summary.drop(columns="orders").merge(scores, on="customer_id")
    frame = frame.join(facts[["returned", "cost", "discount"]], on="customer_id")
    existing = existing_customers(frame["first_day"], first, as_of, leaving_days, complete=complete)
    frame["existing"] = existing.among(frame["first_day"])
    frame["segment"] = name_segments(frame, frame["first_day"], frame["existing"], as_of, leaving_days)
    return frame


def concentration(revenue: pd.Series) -> pd.DataFrame:
    """Cumulative share of revenue by share of customers, largest first: customers_share, revenue_share."""
    ordered = np.sort(revenue.clip(lower=0).to_numpy(dtype="float64"))[::-1]
    total = ordered.sum()
    reached = np.concatenate([[0.0], ordered.cumsum() / total if total > 0 else np.zeros(len(ordered))])
    shares = np.unique(np.concatenate([np.linspace(0, 1, CURVE_POINTS), [0.01, 0.05, 0.20]]))
    return pd.DataFrame(
        {"customers_share": shares, "revenue_share": np.interp(shares * len(ordered), range(len(reached)), reached)}
    )


def profit_spread(profit: pd.Series) -> pd.DataFrame:
    """Cumulative share of profit by share of customers, most profitable first: customers_share, profit_share."""
    ordered = np.sort(profit.to_numpy(dtype="float64"))[::-1]
    total = ordered.sum()
    reached = np.concatenate([[0.0], ordered.cumsum() / total if total else np.zeros(len(ordered))])
    shares = np.linspace(0, 1, CURVE_POINTS)
    return pd.DataFrame(
        {"customers_share": shares, "profit_share": np.interp(shares * len(ordered), range(len(reached)), reached)}
    )


def segments(scores: pd.DataFrame) -> pd.DataFrame:
    """One row per segment, most profit first.

    Parameters
    ----------
    scores
        One row per customer_id, with its profit of the ladder.

    Returns
    -------
    pandas.DataFrame
        segment, customers, revenue, profit (so far), value, value_at_risk, horizon_profit, probability_leaving (mean),
        median_recency_days, median_orders, share_customers, share_profit.
    """
    grouped = scores.groupby("segment", as_index=False)
    frame = grouped.agg(
        customers=("customer_id", "size"),
        revenue=("revenue", "sum"),
        profit=("profit", "sum"),
        value=("value", "sum"),
        value_at_risk=("value_at_risk", "sum"),
        horizon_profit=("horizon_profit", "sum"),
        probability_leaving=("probability_leaving", "mean"),
        median_recency_days=("recency_days", "median"),
        median_orders=("orders", "median"),
    )
    total = frame["profit"].sum()
    frame["share_customers"] = frame["customers"] / frame["customers"].sum()
    frame["share_profit"] = frame["profit"] / total if total > 0 else 0.0
    return frame.sort_values("profit", ascending=False, ignore_index=True)


def rfm_grid(scores: pd.DataFrame) -> pd.DataFrame:
    """The 5 x 5 grid of recency and frequency scores: r, f, customers, profit_share, value_at_risk, segment
    (the commonest one) and the bounds of both scores in days and orders."""
    total = scores["profit"].sum()
    grouped = scores.groupby(["r_score", "f_score"])
    grid = grouped.agg(
        customers=("customer_id", "size"), profit=("profit", "sum"), value_at_risk=("value_at_risk", "sum")
    )
    grid["segment"] = grouped["segment"].agg(lambda s: s.value_counts().index[0])
    grid["profit_share"] = grid["profit"] / total if total > 0 else 0.0
    grid = grid.reset_index().rename(columns={"r_score": "r", "f_score": "f"})
    for score, column, name in (("r", "recency_days", "recency"), ("f", "orders", "frequency")):
        bounds = scores.groupby(f"{score}_score")[column].agg(["min", "max"])
        grid[f"{name}_from"] = grid[score].map(bounds["min"]).astype("float64")
        grid[f"{name}_to"] = grid[score].map(bounds["max"]).astype("float64")
    return grid.drop(columns="profit")


def risk_grid(scores: pd.DataFrame) -> pd.DataFrame:
    """Value x risk of leaving: value_class and risk_class (0 is lowest), their bounds, customers, value_at_risk.

    Values are cut at the median and the top 20 and 5 %, risks at 25, 50 and 75 %.
    """
    cuts = [float(scores["value"].quantile(q)) for q in VALUE_QUANTILES]
    value_class = np.searchsorted(cuts, scores["value"], side="left")
    risk_class = np.searchsorted(RISK_BOUNDS, scores["probability_leaving"], side="right")
    frame = scores.assign(value_class=value_class, risk_class=risk_class)
    grid = frame.groupby(["value_class", "risk_class"], as_index=False).agg(
        customers=("customer_id", "size"), value=("value", "sum"), value_at_risk=("value_at_risk", "sum")
    )
    values, risks = [0.0, *cuts, np.inf], [0.0, *RISK_BOUNDS, 1.0]
    grid["value_from"] = [values[c] for c in grid["value_class"]]
    grid["value_to"] = [values[c + 1] for c in grid["value_class"]]
    grid["risk_from"] = [risks[c] for c in grid["risk_class"]]
    grid["risk_to"] = [risks[c + 1] for c in grid["risk_class"]]
    return grid


def segment_migration(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Customers known on both days by segment then and now: segment_from, segment_to, customers."""
    both = before[["customer_id", "segment"]].merge(
        after[["customer_id", "segment"]], on="customer_id", suffixes=("_from", "_to")
    )
    return both.groupby(["segment_from", "segment_to"], as_index=False).agg(customers=("customer_id", "size"))


def moves_since(
    lines: ir.Table, scores: pd.DataFrame, as_of: date, first: date, *, days: int, leaving_days: int, complete: bool
) -> pd.DataFrame:
    """Movement between segments since ``days`` ago; empty where the data is not twice as long."""
    then = as_of - timedelta(days=days)
    if (as_of - first).days < 2 * days:
        return pd.DataFrame(
            {
                "segment_from": pd.Series(dtype="str"),
                "segment_to": pd.Series(dtype="str"),
                "customers": pd.Series(dtype="int64"),
            }
        )
    before = segment_customers(lines, then, first, leaving_days=leaving_days, complete=complete)
    return segment_migration(before, scores)
