"""First seen is not born: customers who were there already when the data begins.

Where data begins in the middle of a shop's life, the first weeks show its regular customers one after the other, each
for the first time. They are no acquisition of these weeks and no cohort (left truncation).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from crm_analysis.features.rfm import existing_since_start
from crm_analysis.thresholds import EXISTING_CUSTOMERS, EXISTING_LATER_WEEKS

__all__ = ["EXCESS", "ExistingCustomers", "existing_customers"]

BLOCK_WEEKS = 4
"""First purchases are compared in blocks of so many weeks."""
EXCESS = 2.0
"""The first block must hold so many times the later number of first purchases."""
STILL_EXCESS = 1.5
"""The start goes on as long as blocks hold more than so many times the later number."""


@dataclass(frozen=True)
class ExistingCustomers:
    """Who counts as existing when the data begins, and why.

    Attributes
    ----------
    until
        Customers first seen by this day are existing; None: nobody is.
    basis
        ``excess``: far more customers were first seen at the start than later. ``none``: no more than later.
        ``gap``: the data is too short or too small to compare, so everybody first seen within one usual gap counts.
        ``setting``: crm.toml says that the data holds every first order.
    customers
        How many are existing.
    share
        Of all customers.
    start_weekly, later_weekly
        First purchases per week in the first four weeks, and later (the middle week); NaN where not compared.
    """

    until: date | None
    basis: str
    customers: int
    share: float
    start_weekly: float
    later_weekly: float

    def among(self, first_day: pd.Series) -> pd.Series:
        """Whether each customer is existing, by the day first seen."""
        if self.until is None:
            return pd.Series(False, index=first_day.index)
        return first_day <= pd.Timestamp(self.until)


def existing_customers(
    first_day: pd.Series, first: date, as_of: date, usual_gap_days: float, *, complete: bool
) -> ExistingCustomers:
    """Find the customers who were there when the data begins.

    Rule: existing customers show up within about one usual gap, so the number of first purchases a week after that
    gap is what new customers bring (the middle week, at least 8 weeks). If the first four weeks hold at least twice
    that number, and more than chance explains (three standard deviations), the data begins in the middle; existing
    are all first seen up to the end of the last four weeks, from the start on without a break, that hold more than
    one and a half times it, at most half of the data. A shop that opened with a rush looks the same: then set
    ``history = "complete"``.

    Parameters
    ----------
    first_day
        First purchase seen, per customer.
    first, as_of
        First and last day of the data.
    usual_gap_days
        Days within which nine of ten customers who return have done so.
    complete
        The settings say that the data holds every customer's first order.
    """
    nobody = (0, 0.0, float("nan"), float("nan"))
    if complete or first_day.empty:
        return ExistingCustomers(None, "setting" if complete else "none", *nobody)
    days = (as_of - first).days + 1
    weekly = _weekly(first_day, first, days // 7)
    gap_weeks = max(int(np.ceil(usual_gap_days / 7)), BLOCK_WEEKS)
    later_weeks = weekly[gap_weeks:]
    if len(later_weeks) < EXISTING_LATER_WEEKS or len(first_day) < EXISTING_CUSTOMERS:
        seen = existing_since_start(first_day, first, usual_gap_days, complete=False)
        until = first + timedelta(days=int(usual_gap_days))
        return ExistingCustomers(until, "gap", int(seen.sum()), float(seen.mean()), float("nan"), float("nan"))
    later, start = float(np.median(later_weeks)), float(weekly[:BLOCK_WEEKS].mean())
    chance = 3 * np.sqrt(max(later, 1.0) / BLOCK_WEEKS)
    if start < EXCESS * later or start - later <= chance:
        return ExistingCustomers(None, "none", 0, 0.0, start, later)
    blocks = weekly[: len(weekly) // 2 // BLOCK_WEEKS * BLOCK_WEEKS].reshape(-1, BLOCK_WEEKS).mean(axis=1)
    over = blocks > STILL_EXCESS * later
    number = int(np.argmin(over)) if not over.all() else len(over)
    until = first + timedelta(days=7 * BLOCK_WEEKS * max(number, 1) - 1)
    seen = first_day <= pd.Timestamp(until)
    return ExistingCustomers(until, "excess", int(seen.sum()), float(seen.mean()), start, later)


def _weekly(first_day: pd.Series, first: date, weeks: int) -> np.ndarray:
    """Customers first seen in each whole week since the data begins."""
    week = ((first_day - pd.Timestamp(first)).dt.days // 7).to_numpy()
    return np.bincount(week[(week >= 0) & (week < weeks)], minlength=weeks).astype(np.float64)
