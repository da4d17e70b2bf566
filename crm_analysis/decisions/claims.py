"""What is said about customers everywhere, held against the shop's own data.

One of the best fifth brings as much as sixteen others; winning costs five times what keeping costs; fifteen to twenty
in a hundred leave every year; a little more retention earns much more. Each gets its own number with a 90 % interval,
how many customers it rests on, and where the data cannot say it, what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from crm_analysis.decisions.retention import RetentionWorth, retention_worth
from crm_analysis.features import ProfitLadder
from crm_analysis.intervals import NORMAL_90
from crm_analysis.thresholds import CLAIM_CUSTOMERS, CLAIM_DAYS

__all__ = ["CLAIMS", "STATED", "claims", "point_of_retention", "retention_of_year", "top_against_rest"]

FloatArray = npt.NDArray[np.float64]

CLAIMS = ("top_fifth", "top_fifth_next", "win_against_keep", "annual_loss", "retention_point")
"""Codes of the claims, in the order of the page."""

STATED = {"top_fifth": 16.0, "win_against_keep": 5.0, "annual_loss": 0.175}
"""What is said; of the annual loss the middle of 15 to 20 %."""

TOP = 0.20
LEVEL = 0.90


@dataclass(frozen=True)
class _Found:
    value: float
    low: float
    high: float
    customers: int
    missing: str = ""


def _unknown(missing: str, customers: int = 0) -> _Found:
    return _Found(float("nan"), float("nan"), float("nan"), customers, missing=missing)


def top_against_rest(ranked_by: FloatArray, measured: FloatArray) -> tuple[float, float, float]:
    """How many of the others one customer of the best fifth brings as much as, with its 90 % interval.

    Parameters
    ----------
    ranked_by
        What the best fifth is chosen by, one number per customer, at least 0.
    measured
        What is compared: the same numbers, or those of another period.

    Returns
    -------
    tuple of float
        Mean of the best fifth over the mean of the others, low and high. The share of the best fifth is a Lorenz
        ordinate; its error follows from the influence function (Beach and Davidson 1983, Review of Economic Studies
        50, 723-735; where the ranks come from another period the ordinate is a ratio of sums), the ratio's from the
        delta method on the log. NaN where the others bring nothing.

    Examples
    --------
    >>> spend = np.array([80.0] * 20 + [5.0] * 80)
    >>> round(top_against_rest(spend, spend)[0], 6)
    16.0
    """
    n = len(ranked_by)
    whole = float(measured.sum())
    if n < 2 or whole <= 0:
        return (float("nan"),) * 3
    order = np.argsort(-ranked_by, kind="stable")
    size = max(1, round(n * TOP))
    best = np.zeros(n, dtype=bool)
    best[order[:size]] = True
    p, share = size / n, float(measured[best].sum()) / whole
    if not 0 < share < 1:
        return (float("nan"),) * 3
    influence = measured * best - share * measured
    if np.array_equal(ranked_by, measured):
        cut = float(ranked_by[order[size - 1]])
        influence = influence - cut * (best - p)
    error = float(np.std(influence)) / (whole / n) / np.sqrt(n)
    ratio = (share / p) / ((1 - share) / (1 - p))
    log_error = error / (share * (1 - share))
    spread = np.exp(NORMAL_90 * log_error)
    return ratio, float(ratio / spread), float(ratio * spread)


def claims(
    years: pd.DataFrame,
    ladder: ProfitLadder,
    spend: pd.DataFrame | None,
    as_of: date,
    history_days: int,
    *,
    existing_until: date | None = None,
    discount_rate_annual: float = 0.10,
) -> pd.DataFrame:
    """Each claim with the shop's own number.

    Parameters
    ----------
    years
        Of :func:`crm_analysis.features.years_of_customers`.
    ladder
        Profit of the last year.
    spend
        marketing_spend as a frame, None where there is none.
    as_of
        Last day.
    history_days
        Days that the data covers.
    existing_until
        Customers first seen up to then were there before the data begins.
    discount_rate_annual
        Of :func:`retention_worth`.

    Returns
    -------
    pandas.DataFrame
        One row per claim: claim, stated (NaN where nobody states a number), value, low, high (90 %), customers,
        missing (code of what is missing; empty where there
        is a value). The units: a ratio for the first three, a share for the loss, currency for a point of retention.
    """
    found = {
        "top_fifth": _top(years, "revenue_after", "revenue_after", history_days),
        "top_fifth_next": _top(years, "revenue_before", "revenue_after", history_days, years_needed=2),
        "win_against_keep": _win_against_keep(years, ladder, spend, as_of, history_days, existing_until),
        "annual_loss": _loss(years, history_days),
        "retention_point": _point(years, ladder, history_days, discount_rate_annual),
    }
    rows = [
        (code, STATED.get(code, float("nan")), f.value, f.low, f.high, f.customers, f.missing)
        for code, f in found.items()
    ]
    columns = ["claim", "stated", "value", "low", "high", "customers", "missing"]
    return pd.DataFrame(rows, columns=columns)


def _short(history_days: int, years: int) -> bool:
    return history_days < CLAIM_DAYS * years


def _top(years: pd.DataFrame, ranked_by: str, measured: str, history_days: int, *, years_needed: int = 1) -> _Found:
    if _short(history_days, years_needed):
        return _unknown("days")
    those = years[years["bought_before" if ranked_by == "revenue_before" else "bought_after"]]
    if len(those) < CLAIM_CUSTOMERS:
        return _unknown("customers", len(those))
    ranks = those[ranked_by].clip(lower=0).to_numpy(dtype="float64")
    amounts = ranks if ranked_by == measured else those[measured].clip(lower=0).to_numpy(dtype="float64")
    return _Found(*top_against_rest(ranks, amounts), len(those))


def retention_of_year(years: pd.DataFrame) -> tuple[int, int]:
    """Customers who bought in the earlier year: how many of them bought in the later one, and all."""
    active = years[years["bought_before"]]
    return int(active["bought_after"].sum()), len(active)


def _loss(years: pd.DataFrame, history_days: int) -> _Found:
    if _short(history_days, 2):
        return _unknown("days")
    retained, active = retention_of_year(years)
    if active < CLAIM_CUSTOMERS:
        return _unknown("customers", active)
    low, high = proportion_confint(active - retained, active, alpha=1 - LEVEL, method="wilson")
    return _Found(1 - retained / active, float(low), float(high), active)


def _point(years: pd.DataFrame, ladder: ProfitLadder, history_days: int, discount_rate_annual: float) -> _Found:
    if _short(history_days, 2):
        return _unknown("days")
    retained, active = retention_of_year(years)
    if active < CLAIM_CUSTOMERS:
        return _unknown("customers", active)
    worth = point_of_retention(years, ladder, discount_rate_annual=discount_rate_annual)
    return _Found(worth.extra_profit, worth.low, worth.high, worth.customers)


def point_of_retention(
    years: pd.DataFrame, ladder: ProfitLadder, *, points: float = 1.0, discount_rate_annual: float = 0.10
) -> RetentionWorth:
    """Worth of more retention among the customers of the last year.

    Parameters
    ----------
    years
        Of :func:`crm_analysis.features.years_of_customers`, of all customers or of a segment.
    ladder
        Profit of the last year.
    """
    retained, active = retention_of_year(years)
    now = years.loc[years["bought_after"], ["customer_id"]].merge(ladder.customers, on="customer_id", how="left")
    profit = now["profit"].fillna(0.0)
    return retention_worth(
        customers=len(now),
        retained=retained,
        active=active,
        profit_per_year=float(profit.mean()) if len(now) else 0.0,
        profit_error=float(profit.std(ddof=1) / np.sqrt(len(now))) if len(now) > 1 else 0.0,
        points=points,
        discount_rate_annual=discount_rate_annual,
    )


def _win_against_keep(
    years: pd.DataFrame,
    ladder: ProfitLadder,
    spend: pd.DataFrame | None,
    as_of: date,
    history_days: int,
    existing_until: date | None,
) -> _Found:
    """Cost per new customer over the cost per customer who stayed, both of the last year."""
    if _short(history_days, 2):
        return _unknown("days")
    if spend is None or not (spend["purpose"] == "acquisition").any():
        return _unknown("marketing_spend")
    start = pd.Timestamp(as_of) - pd.Timedelta(days=CLAIM_DAYS - 1)
    winning = _spent(spend, "acquisition", start, pd.Timestamp(as_of))
    serving = float(-ladder.customers[["contacts", "offers"]].to_numpy().sum())
    keeping = _spent(spend, "retention", start, pd.Timestamp(as_of)) + serving
    fresh = years["first_day"] >= start
    if existing_until is not None:
        fresh &= years["first_day"] > pd.Timestamp(existing_until)
    new, kept = int(fresh.sum()), int((years["bought_before"] & years["bought_after"]).sum())
    if min(new, kept) < CLAIM_CUSTOMERS:
        return _unknown("customers", min(new, kept))
    if winning <= 0 or keeping <= 0:
        return _unknown("spend_on_keeping" if keeping <= 0 else "marketing_spend", new)
    ratio = (winning / new) / (keeping / kept)
    spread = np.exp(NORMAL_90 * np.sqrt(1 / new + (1 / kept - 1 / max(int(years["bought_before"].sum()), kept))))
    return _Found(ratio, float(ratio / spread), float(ratio * spread), new + kept)


def _spent(spend: pd.DataFrame, purpose: str, start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Money of a purpose within a period; a row that reaches over its ends counts by its days inside."""
    rows = spend[spend["purpose"] == purpose]
    first = pd.to_datetime(rows["starts_on"])
    last = pd.to_datetime(rows["ends_on"]).fillna(first) if "ends_on" in rows else first
    days = (last - first).dt.days + 1
    inside = (last.where(last <= end, end) - first.where(first >= start, start)).dt.days + 1
    return float((rows["amount"] * (inside.clip(lower=0) / days).clip(upper=1)).sum())
