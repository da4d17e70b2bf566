"""How satisfied customers are, whether the satisfied buy again, and how much of profit is theirs."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from crm_analysis.features.purchases import purchase_days
from crm_analysis.thresholds import PERCENT_CUSTOMERS, SATISFIED_CUSTOMERS
from crm_analysis.warehouse import collect

__all__ = ["SATISFIED_FROM", "profit_of_satisfied", "repeat_by_satisfaction", "satisfaction_by_quarter"]

SATISFIED_FROM = 0.8
"""Share of the best score from which somebody is satisfied: 4 of 5 stars, 8 of 10 points."""
_ALPHA, _DRAWS = 0.10, 2000


def _answers(feedback: ir.Table | None, as_of: date) -> ir.Table | None:
    """Scores with their day, None where the table or its scores are missing."""
    if feedback is None or not {"score", "scale_max", "customer_id"} <= set(feedback.columns):
        return None
    known = feedback.filter(
        feedback["score"].notnull() & (feedback["scale_max"] > 0) & (feedback["given_at"].date() <= as_of)
    )
    return known.select(
        "customer_id",
        "feedback_id",
        given=known["given_at"].date(),
        satisfied=known["score"] / known["scale_max"] >= SATISFIED_FROM - 1e-9,
    )


def satisfaction_by_quarter(feedback: ir.Table | None, as_of: date) -> pd.DataFrame | None:
    """Share of answers that are satisfied, by quarter of a year.

    Returns
    -------
    pandas.DataFrame or None
        One row per period (first day of the quarter): answers, customers, satisfied (share), low, high (90 %, Wilson;
        the three are NaN under 30 answers); None without scores.
    """
    answers = _answers(feedback, as_of)
    if answers is None:
        return None
    quarters = answers.mutate(period=answers["given"].truncate("Q"))
    grouped = quarters.group_by("period").aggregate(
        answers=quarters.count(),
        customers=quarters["customer_id"].nunique(),
        good=quarters["satisfied"].cast("int64").sum(),
    )
    frame = collect(grouped.order_by("period"))
    if frame.empty:
        return None
    good, n = frame.pop("good").to_numpy(dtype="float64"), frame["answers"].to_numpy(dtype="float64")
    low, high = proportion_confint(good, n, alpha=_ALPHA, method="wilson")
    frame = frame.assign(satisfied=good / n, low=low, high=high, period=pd.to_datetime(frame["period"]))
    frame.loc[frame["answers"] < PERCENT_CUSTOMERS, ["satisfied", "low", "high"]] = np.nan
    return frame


def repeat_by_satisfaction(
    feedback: ir.Table | None, lines: ir.Table, as_of: date, leaving_days: int
) -> pd.Series | None:
    """Whether the satisfied buy again within the leaving horizon more often than others.

    Each customer counts once, with the last answer that has the whole horizon behind it.

    Returns
    -------
    pandas.Series or None
        satisfied and others (customers), satisfied_again and others_again (shares), difference, low, high (90 %,
        Newcombe; NaN where a side has under 30 customers); None without scores.
    """
    answers = _answers(feedback, as_of - timedelta(days=leaving_days))
    if answers is None:
        return None
    known = answers.filter(answers["customer_id"].notnull())
    newest = ibis.row_number().over(
        ibis.window(group_by="customer_id", order_by=[ibis.desc("given"), ibis.desc("feedback_id")])
    )
    last = known.mutate(place=newest).filter(lambda t: t["place"] == 0).select("customer_id", "given", "satisfied")
    bought = purchase_days(lines, as_of)
    joined = last.left_join(bought.select("customer_id", "day"), "customer_id")
    later = joined["day"].delta(joined["given"], unit="day")
    frame = collect(
        joined.mutate(again=((later > 0) & (later <= leaving_days)).fill_null(False))
        .group_by("customer_id", "satisfied")
        .aggregate(again=lambda t: t["again"].any())
    )
    return _compared(frame)


def _compared(frame: pd.DataFrame) -> pd.Series:
    """Both sides of the comparison with the difference and its interval."""
    happy = frame["satisfied"].astype("bool")
    again = frame["again"].astype("bool")
    sizes, hits = (int(happy.sum()), int((~happy).sum())), (int(again[happy].sum()), int(again[~happy].sum()))
    if min(sizes) < PERCENT_CUSTOMERS:
        shares, interval = (float("nan"),) * 2, (float("nan"),) * 2
    else:
        shares = (hits[0] / sizes[0], hits[1] / sizes[1])
        interval = confint_proportions_2indep(hits[0], sizes[0], hits[1], sizes[1], method="newcomb", alpha=_ALPHA)
    return pd.Series(
        {
            "satisfied": sizes[0],
            "others": sizes[1],
            "satisfied_again": shares[0],
            "others_again": shares[1],
            "difference": shares[0] - shares[1],
            "low": float(interval[0]),
            "high": float(interval[1]),
        }
    )


def profit_of_satisfied(
    feedback: ir.Table | None, profit: pd.DataFrame, as_of: date, random_state: int
) -> pd.Series | None:
    """Share of the profit of customers with a score in the last year that comes from the satisfied.

    Parameters
    ----------
    profit
        One row per customer_id with profit (currency) over the same year.
    random_state
        Of the draws of the interval.

    Returns
    -------
    pandas.Series or None
        answered, customers (of the shop), answered_profit (share of all profit), share, low, high (90 %, percentiles
        of 2000 bootstrap draws of customers). The shares are NaN with fewer than ``SATISFIED_CUSTOMERS`` answers or
        where those who answered left no profit; None without scores.
    """
    answers = _answers(feedback, as_of)
    if answers is None:
        return None
    year = answers.filter(answers["given"] > as_of - timedelta(days=365))
    mean = collect(year.group_by("customer_id").aggregate(satisfied=year["satisfied"].cast("float64").mean()))
    known = profit[["customer_id", "profit"]].merge(mean, on="customer_id").sort_values("customer_id")
    gain, happy = known["profit"].to_numpy(dtype="float64"), known["satisfied"].to_numpy(dtype="float64") > 0.5
    share = low = high = float("nan")
    if len(known) >= SATISFIED_CUSTOMERS and gain.sum() > 0:
        share = float(gain[happy].sum() / gain.sum())
        low, high = _bootstrap(gain, happy, random_state)
    total = float(profit["profit"].sum())
    return pd.Series(
        {
            "answered": len(known),
            "customers": len(profit),
            "answered_profit": float(gain.sum()) / total if total > 0 else float("nan"),
            "share": share,
            "low": low,
            "high": high,
        }
    )


def _bootstrap(gain: np.ndarray, happy: np.ndarray, random_state: int) -> tuple[float, float]:
    """Interval of the share; draws are made one at a time, so that memory does not grow with customers."""
    rng = np.random.default_rng(random_state)
    shares = np.empty(_DRAWS)
    for draw in range(_DRAWS):
        drawn = rng.integers(0, len(gain), len(gain))
        shares[draw] = gain[drawn][happy[drawn]].sum() / gain[drawn].sum()
    low, high = np.quantile(shares, [_ALPHA / 2, 1 - _ALPHA / 2])
    return float(low), float(high)
