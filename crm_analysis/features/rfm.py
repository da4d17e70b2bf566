"""RFM: recency, frequency and money of each customer, scores from 1 to 5 with cut points, named segments."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from crm_analysis.errors import NotEnoughDataError
from crm_analysis.messages import _

__all__ = ["SEGMENTS", "existing_since_start", "name_segments", "rfm_cut_points", "rfm_scores", "score"]

SEGMENTS = (
    "champions",
    "loyal",
    "promising",
    "new",
    "needs_attention",
    "about_to_sleep",
    "at_risk",
    "cannot_lose",
    "hibernating",
    "lost",
    "one_time",
)
"""Codes of the segments, best first; names in English and Korean come from the labels."""

_GRID = {
    # recency score -> segment for frequency scores 1..5
    5: ("promising", "promising", "loyal", "champions", "champions"),
    4: ("promising", "promising", "loyal", "champions", "champions"),
    3: ("about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "at_risk"),
    1: ("lost", "lost", "at_risk", "cannot_lose", "cannot_lose"),
}  # fmt: skip


def score(values: pd.Series, *, high_is_good: bool) -> pd.Series:
    """Scores 1 to 5 by the share of customers strictly below (or above); ties get the same score.

    Where all values are equal nobody stands out, and everyone scores 3.

    Parameters
    ----------
    values
        One number per customer.
    high_is_good
        Whether a high value scores 5; otherwise a low one does.
    """
    if values.empty:
        return pd.Series(dtype="int64")
    if values.nunique() == 1:
        return pd.Series(3, index=values.index, dtype="int64")
    ordered = values if high_is_good else -values
    below = ordered.rank(method="min", ascending=True).sub(1) / len(ordered)
    return pd.Series(np.minimum(np.floor(below * 5).astype("int64") + 1, 5), index=values.index)


def rfm_scores(summary: pd.DataFrame, revenue: pd.Series, as_of: date) -> pd.DataFrame:
    """Recency (days since the last purchase), frequency (orders), money (net revenue) and their scores.

    RFM recency counts back from ``as_of`` and is not the recency of purchase models.

    Parameters
    ----------
    summary
        Of :func:`crm_analysis.features.customer_summary`.
    revenue
        Net revenue by customer_id.
    as_of
        The day to count back from.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: recency_days, orders, revenue, r_score, f_score, m_score.
    """
    if summary.empty:
        raise NotEnoughDataError(_("No customer has a purchase that stands: nothing can be scored."))
    frame = pd.DataFrame(
        {
            "customer_id": summary["customer_id"],
            "recency_days": (pd.Timestamp(as_of) - summary["last_day"]).dt.days,
            "orders": summary["orders"].astype("int64"),
            "revenue": summary["customer_id"].map(revenue).fillna(0.0).astype("float64"),
        }
    )
    frame["r_score"] = score(frame["recency_days"], high_is_good=False)
    frame["f_score"] = score(frame["orders"], high_is_good=True)
    frame["m_score"] = score(frame["revenue"], high_is_good=True)
    return frame


def rfm_cut_points(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores in their own units: measure, score, lowest, highest, customers."""
    rows = []
    for measure, column in (("recency_days", "r_score"), ("orders", "f_score"), ("revenue", "m_score")):
        bounds = scores.groupby(column)[measure].agg(["min", "max", "count"])
        rows += [
            (measure, int(str(s)), float(b["min"]), float(b["max"]), int(b["count"]))
            for s, b in bounds.to_dict("index").items()
        ]
    return pd.DataFrame(rows, columns=["measure", "score", "lowest", "highest", "customers"])


def existing_since_start(first_day: pd.Series, first: date, usual_gap_days: float, *, complete: bool) -> pd.Series:
    """Whether a customer was there already when the data begins: not new, not a cohort.

    A customer first seen within one usual gap of the first day may have bought before it.

    Parameters
    ----------
    first_day
        First purchase seen, per customer.
    first
        First day of the data.
    usual_gap_days
        Days within which nine of ten customers who return have done so.
    complete
        The settings say that the data holds every customer's first order.
    """
    if complete:
        return pd.Series(False, index=first_day.index)
    return first_day <= pd.Timestamp(first) + pd.Timedelta(days=usual_gap_days)


def name_segments(
    scores: pd.DataFrame, first_day: pd.Series, existing: pd.Series, as_of: date, leaving_days: int
) -> pd.Series:
    """The segment of each customer, from the grid of scores and two rules that come first.

    ``new``: first seen within ``leaving_days``, not existing when the data begins, one order. ``one_time``:
    one order, longer ago.

    Returns
    -------
    pandas.Series
        Codes of :data:`SEGMENTS`.
    """
    grid = np.array([_GRID[r] for r in range(1, 6)])
    named = grid[scores["r_score"].to_numpy() - 1, scores["f_score"].to_numpy() - 1].astype(object)
    once = (scores["orders"] == 1).to_numpy()
    recent = (first_day > pd.Timestamp(as_of) - pd.Timedelta(days=leaving_days)).to_numpy()
    fresh = recent & ~existing.to_numpy()
    named[once & ~recent] = "one_time"
    named[once & fresh] = "new"
    return pd.Series(named, index=scores.index, dtype="str")
