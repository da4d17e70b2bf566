"""Who moved between segments since the run before, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["moves_since_run"]

_COLUMNS = ["segment_from", "segment_to", "customers", "reason", "share_reason", "value_change"]


def moves_since_run(before: pd.DataFrame | None, scores: pd.DataFrame) -> pd.DataFrame | None:
    """Moves between segments, most customers first, with the commonest reason.

    Reasons, in the order in which they are looked for: ``ordered`` (more orders than then), ``taken_back`` (less
    revenue than then), ``silent`` (no order since, and the score of recency fell or the time without one passed the
    limit), ``others_moved`` (nothing new about them: the fifths shifted because others bought).

    Parameters
    ----------
    before
        customer_scores of the run before; None where there is none.
    scores
        customer_scores.

    Returns
    -------
    pandas.DataFrame or None
        One row per pair of segments: customers, reason, share_reason (of those who moved that way), value_change
        (currency, of all of them);
        None where nobody moved or there is nothing to compare with.
    """
    if before is None:
        return None
    columns = ["customer_id", "segment", "orders", "revenue", "r_score", "value"]
    both = before[columns].merge(scores[columns], on="customer_id", suffixes=("_from", "_to"))
    moved = both[both["segment_from"] != both["segment_to"]].copy()
    if moved.empty:
        return None
    quiet = ["lost", "one_time", "hibernating"]
    moved["reason"] = np.select(
        [
            moved["orders_to"] > moved["orders_from"],
            moved["revenue_to"] < moved["revenue_from"] - 0.005,
            (moved["r_score_to"] < moved["r_score_from"]) | moved["segment_to"].isin(quiet),
        ],
        ["ordered", "taken_back", "silent"],
        default="others_moved",
    )
    moved["value_change"] = moved["value_to"] - moved["value_from"]
    pair = ["segment_from", "segment_to"]
    grouped = moved.groupby(pair).agg(customers=("customer_id", "size"), value_change=("value_change", "sum"))
    reasons = moved.groupby([*pair, "reason"]).size().rename("n").reset_index()
    first = reasons.sort_values(["n", "reason"], ascending=[False, True]).drop_duplicates(pair).set_index(pair)
    result = grouped.join(first).reset_index()
    result["share_reason"] = result["n"] / result["customers"]
    ordered = result.sort_values(["customers", *pair], ascending=[False, True, True], ignore_index=True)
    return ordered[_COLUMNS]
