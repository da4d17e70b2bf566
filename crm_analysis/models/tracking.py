"""Expected repeat purchases of all customers week by week, to draw beside the actual ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis.errors import ModelError
from crm_analysis.messages import _
from crm_analysis.models.purchase_process import PurchaseProcess
from crm_analysis.models.time_units import days_per

__all__ = ["weekly_expected_cumulative"]


def weekly_expected_cumulative(
    model: PurchaseProcess, first_purchase_day_counts: pd.Series, weeks: int, unit: str = "week"
) -> pd.DataFrame:
    """Cumulative repeat purchases the model expects at the end of each week since the start.

    Parameters
    ----------
    model : PurchaseProcess
        Fitted.
    first_purchase_day_counts : pandas.Series
        Customers by day of their first purchase; the index is the number of days since the start, whole and 0 or
        more.
    weeks : int
        Weeks to compute, 1 or more; week 1 ends 7 days after the start.
    unit : {"day", "week", "month", "year"}
        The unit of T the model was fitted in.

    Returns
    -------
    pandas.DataFrame
        One row per week: week (1 ..), expected_cumulative, expected (in the week).

    Raises
    ------
    ModelError
        The days are not whole numbers from 0, a count is below 0, or ``weeks`` is below 1.
    """
    days = pd.to_numeric(first_purchase_day_counts.index.to_series(), errors="coerce").to_numpy(np.float64)
    counts = first_purchase_day_counts.to_numpy(np.float64)
    if not ((days >= 0) & (days == np.floor(days))).all() or not (counts >= 0).all():
        raise ModelError(_("First-purchase days must be whole numbers from 0, with counts of customers."))
    if weeks < 1:
        raise ModelError(_("At least one week is needed, got {weeks}.", weeks=weeks))
    day = days.astype(np.int64)
    by_age = np.asarray(
        model.expected_purchases_new_customer(np.arange(7 * weeks + 1, dtype=np.float64) / days_per(unit))
    )
    ends = 7 * np.arange(1, weeks + 1)
    age = ends[:, None] - day[None, :]
    cumulative = np.where(age > 0, by_age[np.clip(age, 0, None)], 0.0) @ counts
    return pd.DataFrame(
        {
            "week": np.arange(1, weeks + 1),
            "expected_cumulative": cumulative,
            "expected": np.diff(cumulative, prepend=0.0),
        }
    )
