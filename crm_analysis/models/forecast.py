"""The purchase model held against what then happened, and against two naive forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features import DAYS_PER_UNIT, Unit, customer_summary, purchases_in, weekly_purchases
from crm_analysis.models.backtest import choose_winner, holdout_comparison
from crm_analysis.models.beta_geo import BetaGeoNBD
from crm_analysis.models.calibration import brier_score, calibration_table

__all__ = ["ForecastCheck", "check_forecast", "scorecard_of", "used_forecast", "weekly_of"]

MIN_HISTORY_DAYS = 84
MIN_CUSTOMERS = 50
LONGEST_HOLDOUT_DAYS = 273


@dataclass(frozen=True)
class ForecastCheck:
    """How forecasts made at ``split`` did until the end of the data.

    Attributes
    ----------
    split
        Last day that the forecasts knew.
    holdout_days
        Days after it.
    customers
        Known by ``split``.
    comparison
        One row per forecast, of :func:`crm_analysis.models.holdout_comparison`.
    winner
        Its name: ``BG/NBD``, ``mean_of_the_past`` or ``own_past_rate``.
    weekly
        week, actual_cumulative, model_cumulative, naive_cumulative, low, high, period.
    calibration
        Of the probability not to buy in the holdout: bin, n, predicted, observed, low, high.
    brier, brier_base
        Mean squared error of that probability, and of the share of all.
    """

    split: date
    holdout_days: int
    customers: int
    comparison: pd.DataFrame
    winner: str
    weekly: pd.DataFrame
    calibration: pd.DataFrame
    brier: float
    brier_base: float

    @property
    def scorecard(self) -> pd.DataFrame:
        """The comparison as a handed-over table: with question and winner."""
        return self.comparison.assign(question="purchases", winner=self.comparison["model"] == self.winner)


def check_forecast(lines: ir.Table, first: date, as_of: date, unit: Unit = "week") -> ForecastCheck | None:
    """Forecast the last part of the data from what came before it.

    The holdout is a third of the history in full weeks, at most 39 weeks. Only customers known by the split
    are forecast. None where the history is shorter than twelve weeks, fewer than 50 customers are known by
    the split, or none of them bought after it.

    Parameters
    ----------
    lines
        Order lines.
    first, as_of
        First and last day.
    unit
        Of the model's time.
    """
    history = (as_of - first).days + 1
    if history < MIN_HISTORY_DAYS:
        return None
    days = min(history // 3 // 7 * 7, LONGEST_HOLDOUT_DAYS)
    split = as_of - timedelta(days=days)
    summary = customer_summary(lines, split, unit)
    bought = purchases_in(lines, split, as_of).set_index("customer_id")["purchases"]
    if len(summary) < MIN_CUSTOMERS or not bought.index.isin(summary["customer_id"]).any():
        return None
    model = BetaGeoNBD().fit(summary)
    horizon = days / DAYS_PER_UNIT[unit]
    earlier = purchases_in(lines, split - timedelta(days=days), split).set_index("customer_id")["purchases"]
    mean = float(earlier.reindex(summary["customer_id"]).fillna(0).mean())
    comparison = holdout_comparison(summary, bought, horizon, model, mean)
    none = model.probability_no_purchase(summary, horizon)
    stayed_away = (~summary["customer_id"].isin(bought.index)).astype("float64")
    brier = brier_score(none, stayed_away)
    return ForecastCheck(
        split=split,
        holdout_days=days,
        customers=len(summary),
        comparison=comparison,
        winner=choose_winner(comparison),
        weekly=_weekly(lines, model, summary, split, as_of, unit, mean),
        calibration=calibration_table(none, stayed_away),
        brier=brier.brier,
        brier_base=brier.base_rate_brier,
    )


def used_forecast(check: ForecastCheck | None) -> str:
    """The forecast to use: the winner of the check, the model where nothing could be checked."""
    return BetaGeoNBD.NAME if check is None else check.winner


def scorecard_of(check: ForecastCheck | None) -> pd.DataFrame:
    """model_scorecard; empty where nothing could be checked."""
    if check is not None:
        return check.scorecard
    columns = [
        "question",
        "model",
        "n_customers",
        "actual_total",
        "predicted_total",
        "total_error_pct",
        "rmse",
        "winner",
    ]
    return pd.DataFrame({name: [] for name in columns})


def weekly_of(check: ForecastCheck | None) -> pd.DataFrame:
    """weekly_forecast; empty where nothing could be checked."""
    if check is not None:
        return check.weekly
    columns = ["week", "actual_cumulative", "model_cumulative", "naive_cumulative", "low", "high", "period"]
    return pd.DataFrame({name: [] for name in columns})


def _weekly(
    lines: ir.Table, model: BetaGeoNBD, summary: pd.DataFrame, split: date, as_of: date, unit: Unit, mean: float
) -> pd.DataFrame:
    """Cumulative repeat purchases per week, with the forecasts from the split on."""
    actual = weekly_purchases(lines, split, as_of)
    actual["actual_cumulative"] = actual["purchases"].cumsum().astype("float64")
    known = actual["week"] <= pd.Timestamp(split)
    start = float(actual.loc[known, "actual_cumulative"].iloc[-1]) if known.any() else 0.0
    ahead = (actual["week"] - pd.Timestamp(split)).dt.days.to_numpy()
    states = summary.groupby(["frequency", "recency", "T"], as_index=False).size().rename(columns={"size": "customers"})
    expected = np.full(len(actual), np.nan)
    for number in np.flatnonzero(ahead >= 0):
        sold = model.expected_purchases(states, ahead[number] / DAYS_PER_UNIT[unit]) if ahead[number] else np.zeros(1)
        expected[number] = start + float((sold * states["customers"].to_numpy()).sum()) if ahead[number] else start
    length = (as_of - split).days
    naive = np.where(ahead >= 0, start + mean * len(summary) * ahead / length, np.nan)
    return pd.DataFrame(
        {
            "week": actual["week"],
            "actual_cumulative": actual["actual_cumulative"],
            "model_cumulative": expected,
            "naive_cumulative": naive,
            "low": np.nan,
            "high": np.nan,
            "period": np.where(ahead > 0, "holdout", "calibration"),
        }
    )
