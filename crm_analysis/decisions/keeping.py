"""Who is worth keeping, and what saving one of them may cost."""

from __future__ import annotations

import pandas as pd

from crm_analysis.decisions.assumptions import Assumptions
from crm_analysis.features import GoodCustomers

__all__ = ["keep_list", "keep_table"]

LIKELY = 0.25
"""Probability of leaving from which somebody is at risk; above ``GONE`` they have most likely left."""
GONE = 0.90


def keep_list(scores: pd.DataFrame, good: GoodCustomers, assumptions: Assumptions) -> pd.DataFrame:
    """Good customers who may leave, the most value at risk first.

    What one contact may cost is the value it would save times the share that it saves, as assumed until it is
    measured: a break-even, no recommendation to spend it.

    Parameters
    ----------
    scores
        customer_scores.
    good
        Of :func:`crm_analysis.features.good_customers`.
    assumptions
        Its effect of the strategy ``retain``.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: segment, value, probability_leaving, value_at_risk, spend_limit (currency).
    """
    mine = scores["customer_id"].isin(good.listed["customer_id"])
    risk = scores["probability_leaving"]
    rows = scores[mine & (risk >= LIKELY) & (risk < GONE) & (scores["value_at_risk"] > 0)]
    frame = rows[["customer_id", "segment", "value", "probability_leaving", "value_at_risk"]].copy()
    frame["spend_limit"] = frame["value_at_risk"] * assumptions.effects["retain"]
    return frame.sort_values(["value_at_risk", "customer_id"], ascending=[False, True], ignore_index=True)


def keep_table(listed: pd.DataFrame) -> pd.DataFrame:
    """The list by segment, most value at risk first: segment, customers, value, value_at_risk, spend_limit (mean)."""
    grouped = listed.groupby("segment", as_index=False).agg(
        customers=("customer_id", "size"),
        value=("value", "sum"),
        value_at_risk=("value_at_risk", "sum"),
        spend_limit=("spend_limit", "mean"),
    )
    return grouped.sort_values(["value_at_risk", "segment"], ascending=[False, True], ignore_index=True)
