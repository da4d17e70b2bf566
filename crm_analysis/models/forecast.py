"""Forecasts of purchases held against what then happened, from several days of the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features import DAYS_PER_UNIT, Unit, known_and_after, purchases_in, weekly_purchases
from crm_analysis.models.beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crm_analysis.models.naive import MEAN_OF_THE_PAST, NaiveForecast, UsedForecast, naive_forecast
from crm_analysis.models.pareto_nbd import ParetoNBD
from crm_analysis.models.prediction import predictive_interval
from crm_analysis.models.purchase_process import PurchaseProcess
from crm_analysis.models.scorecard import FREQUENCY_CLASSES, Origin, Scorecard, score_forecasts
from crm_analysis.models.scores import fit_spend
from crm_analysis.thresholds import CHECK_CUSTOMERS, CHECK_DAYS

__all__ = [
    "CANDIDATES",
    "ForecastCheck",
    "by_frequency_of",
    "check_forecast",
    "fit_used",
    "measures_of",
    "origin_days",
    "scorecard_of",
    "used_forecast",
    "weekly_of",
]

CANDIDATES: tuple[type[PurchaseProcess], ...] = (BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD)
"""Models that the report compares, the one to use where nothing can be compared first; naive forecasts are always
compared with them."""

LONGEST_HOLDOUT_DAYS = 273
MOST_ORIGINS = 3
MOST_COVERED = 5_000
"""Customers whose intervals are held against what happened."""


@dataclass(frozen=True)
class ForecastCheck:
    """How forecasts made at ``split`` did in the ``holdout_days`` after it.

    Attributes
    ----------
    split
        Last day that the reported forecasts knew.
    holdout_days
        Days after it.
    customers
        Known by ``split``.
    comparison
        One row per forecast: its errors from ``split`` on, of :func:`crm_analysis.models.score_forecasts`, and
        chosen_rmse (error on the days that the choice was made on).
    winner
        The forecast chosen.
    weekly
        week, actual_cumulative, model_cumulative, naive_cumulative, low, high, period.
    calibration
        Of the probability not to buy in the holdout: bin, n, predicted, observed, low, high.
    brier, brier_base
        Mean squared error of that probability, and of the share of all.
    chosen_on
        Days from which the forecasts were made that decided the choice; ``split`` is among them only where the
        data is too short for more than one day.
    scores
        The whole scorecard.
    used
        The winner as of the last day of the data.
    covered
        From ``split`` on, the share of customers who bought as often as the model's 90 % interval said, by class of
        frequency and for all (``all``): frequency_class, customers, covered. Of at most 5,000 of them.
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
    chosen_on: tuple[date, ...] = ()
    scores: Scorecard | None = field(default=None, repr=False)
    used: UsedForecast | None = field(default=None, repr=False)
    covered: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def untouched(self) -> bool:
        """Whether the reported forecasts took no part in the choice."""
        return bool(self.chosen_on) and self.split not in self.chosen_on

    @property
    def model(self) -> str:
        """The model that tells who may have left: the winner, or the closest model where a naive forecast won."""
        models = self.comparison[~self.comparison["model"].isin(NaiveForecast.ALL)]
        if self.winner in set(models["model"]):
            return self.winner
        by = "chosen_rmse" if "chosen_rmse" in models.columns and models["chosen_rmse"].notna().any() else "rmse"
        return str(models.sort_values(by, kind="stable")["model"].iloc[0])

    @property
    def common_errors(self) -> list[float]:
        """Of the forecast that is used, the error of the total at each day, as shares: what all customers share."""
        every = self.comparison if self.scores is None else self.scores.measures
        rows = every[every["part"] == "all"] if "part" in every.columns else every
        return [float(error) / 100 for error in rows.loc[rows["model"] == self.winner, "total_error_pct"]]

    @property
    def best_at_split(self) -> str:
        """The forecast with the lowest error from ``split`` on, whether it was chosen or not."""
        return str(self.comparison.sort_values("rmse", kind="stable")["model"].iloc[0])

    @property
    def scorecard(self) -> pd.DataFrame:
        """The comparison as a handed-over table: with question, winner and the days."""
        chosen = ", ".join(day.isoformat() for day in self.chosen_on)
        return self.comparison.assign(
            question="purchases",
            winner=self.comparison["model"] == self.winner,
            chosen_on=chosen,
            reported_on=self.split.isoformat(),
        )


def origin_days(first: date, as_of: date) -> tuple[list[date], int]:
    """Days from which forecasts are made, in order of time, and the days that each looks ahead.

    Where a quarter of the history holds twelve weeks, up to three days, each so far from the next that what follows
    one is over when the next begins; the last one looks to the end of the data. Otherwise one day, after two thirds
    of the history. At most 39 weeks ahead; none below twelve weeks of history.
    """
    history = (as_of - first).days + 1
    quarter = min(history // 4 // 7 * 7, LONGEST_HOLDOUT_DAYS)
    if quarter >= CHECK_DAYS:
        return [as_of - timedelta(days=quarter * k) for k in range(MOST_ORIGINS, 0, -1)], quarter
    days = min(history // 3 // 7 * 7, LONGEST_HOLDOUT_DAYS)
    return ([as_of - timedelta(days=days)], days) if history >= CHECK_DAYS else ([], 0)


def check_forecast(
    lines: ir.Table,
    first: date,
    as_of: date,
    unit: Unit = "week",
    models: Sequence[type[PurchaseProcess]] = CANDIDATES,
) -> ForecastCheck | None:
    """Forecast parts of the past from what came before them; choose on the earlier ones, report the last.

    Only customers known by a day are forecast from it. Days with fewer than 50 of them, or after which nobody
    bought, are left out; None where no day is left.

    Parameters
    ----------
    lines
        Order lines.
    first, as_of
        First and last day.
    unit
        Of the model's time.
    models
        To compare, beside the naive forecasts.
    """
    splits, days = origin_days(first, as_of)
    origins: list[Origin] = []
    for split in splits:
        before = origins[-1].customers if origins else None
        origins.append(_origin(lines, split, days, first, unit, before, last=split == splits[-1]))
    usable = [o for o in origins if len(o.customers) and _size(o.customers) >= CHECK_CUSTOMERS]
    usable = [o for o in usable if o.customers["actual"].sum() > 0]
    if not usable or usable[-1].split != splits[-1]:
        return None
    scores = score_forecasts(usable, models)
    split, last = splits[-1], usable[-1]
    comparison = scores.comparison.merge(scores.pooled.rename(columns={"rmse": "chosen_rmse"}), on="model", how="left")
    judged = _judged(scores)
    row = comparison[comparison["model"] == judged].iloc[0]
    return ForecastCheck(
        split=split,
        holdout_days=days,
        customers=_size(last.customers),
        comparison=comparison,
        winner=scores.winner,
        weekly=_weekly(lines, scores, judged, last, as_of, unit),
        calibration=_staying_away(scores.calibration, judged),
        brier=float(row["brier"]),
        brier_base=float(row["brier_base"]),
        chosen_on=scores.chosen_on,
        scores=scores,
        used=_as_of_today(lines, scores.winner, last, as_of, days, unit),
        covered=_covered(scores, judged, last),
    )


def _covered(scores: Scorecard, judged: str, origin: Origin) -> pd.DataFrame:
    """How many customers were where the interval of each said; those with the smallest digests of their ids."""
    model, some = scores.forecasts[judged], origin.customers
    if not isinstance(model, PurchaseProcess):
        return pd.DataFrame({"frequency_class": [], "customers": [], "covered": []})
    if len(some) > MOST_COVERED:
        digest = pd.util.hash_pandas_object(some["customer_id"], index=False)
        some = some.loc[digest.nsmallest(MOST_COVERED).index]
    found = predictive_interval(model, some, origin.horizon, n_draws=20, random_state=1)
    inside = some["actual"].to_numpy() >= found["low"].to_numpy()
    inside &= some["actual"].to_numpy() <= found["high"].to_numpy()
    rows = [{"frequency_class": "all", "customers": len(some), "covered": float(inside.mean())}]
    for label, (low, high) in FREQUENCY_CLASSES.items():
        part = some["frequency"].between(low, high).to_numpy()
        if part.any():
            rows.append({"frequency_class": label, "customers": int(part.sum()), "covered": float(inside[part].mean())})
    return pd.DataFrame(rows)


def _judged(scores: Scorecard) -> str:
    """The winner, or the closest model on the days of the choice where a naive forecast won."""
    models = scores.pooled[~scores.pooled["model"].isin(NaiveForecast.ALL)]
    if scores.winner in set(models["model"]):
        return scores.winner
    return str(models.sort_values("rmse", kind="stable")["model"].iloc[0])


def fit_used(states: pd.DataFrame, check: ForecastCheck | None) -> PurchaseProcess:
    """Fit the model that values rest on to all the data; where a naive forecast won, the closest model.

    Parameters
    ----------
    states
        From :func:`crm_analysis.features.purchase_states`.
    check
        From :func:`check_forecast`; None where nothing could be checked: then BG/NBD.
    """
    name = CANDIDATES[0].NAME if check is None else check.model
    kind = next((kind for kind in CANDIDATES if name == kind.NAME), CANDIDATES[0])
    return kind().fit(states)


def used_forecast(check: ForecastCheck | None) -> UsedForecast:
    """The forecast to use: the winner of the check, the model where nothing could be checked."""
    if check is None:
        return UsedForecast(CANDIDATES[0].NAME)
    return check.used or UsedForecast(check.winner)


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


def measures_of(check: ForecastCheck | None) -> pd.DataFrame:
    """forecast_origins: every measure at every day; empty where nothing could be checked."""
    if check is not None and check.scores is not None:
        return check.scores.measures
    return pd.DataFrame({name: [] for name in ("origin", "role", "part", "model", "rmse", "mae")})


def by_frequency_of(check: ForecastCheck | None) -> pd.DataFrame:
    """forecast_by_frequency; empty where nothing could be checked."""
    if check is not None and check.scores is not None:
        return check.scores.by_frequency
    columns = ("frequency_class", "model", "customers", "actual_mean", "predicted_mean", "rmse")
    return pd.DataFrame({name: [] for name in columns})


def weekly_of(check: ForecastCheck | None) -> pd.DataFrame:
    """weekly_forecast; empty where nothing could be checked."""
    if check is not None:
        return check.weekly
    columns = ["week", "actual_cumulative", "model_cumulative", "naive_cumulative", "low", "high", "period"]
    return pd.DataFrame({name: [] for name in columns})


def _size(customers: pd.DataFrame) -> int:
    return int(customers["customers"].sum())


def _origin(
    lines: ir.Table, split: date, days: int, first: date, unit: Unit, before: pd.DataFrame | None, *, last: bool
) -> Origin:
    """States with what happened; at the last day customer by customer, with the spend expected of each.

    ``before`` holds the states of the day one period earlier, where that was an origin too.
    """
    back = min(days, (split - first).days // 2)
    customers = known_and_after(lines, split, days, unit, by_customer=last)
    if last and len(customers):
        spend = fit_spend(customers)
        mean = customers["sales"].sum() / max(customers["purchases"].sum(), 1)
        customers["spend"] = mean if spend is None else spend.expected_spend(customers)
    earlier = before if back == days else None
    if earlier is None and back >= 7:
        earlier = known_and_after(lines, split - timedelta(days=back), back, unit)
    unit_days = DAYS_PER_UNIT[unit]
    return Origin(split, days / unit_days, customers, earlier, back / unit_days)


def _as_of_today(lines: ir.Table, winner: str, last: Origin, as_of: date, days: int, unit: Unit) -> UsedForecast:
    """The winner with all data: the last origin is one period earlier than today."""
    if winner not in NaiveForecast.ALL:
        return UsedForecast(winner)
    today = known_and_after(lines, as_of, days, unit)
    naive = naive_forecast(winner, today, last.horizon, last.customers, last.horizon)
    previous = purchases_in(lines, as_of - timedelta(days=days), as_of).set_index("customer_id")["purchases"]
    return UsedForecast(winner, naive, previous)


def _staying_away(calibration: pd.DataFrame, model: str) -> pd.DataFrame:
    """From the probability of buying to that of not buying, lowest first."""
    rows = calibration[calibration["model"] == model].drop(columns="model").iloc[::-1]
    low, high = 1 - rows["high"], 1 - rows["low"]
    turned = rows.assign(predicted=1 - rows["predicted"], observed=1 - rows["observed"], low=low, high=high)
    return turned.assign(bin=np.arange(1, len(rows) + 1)).reset_index(drop=True)


def _weekly(lines: ir.Table, scores: Scorecard, judged: str, origin: Origin, as_of: date, unit: Unit) -> pd.DataFrame:
    """Cumulative repeat purchases per week, with the forecasts from the split on."""
    split = origin.split
    actual = weekly_purchases(lines, split, as_of)
    actual["actual_cumulative"] = actual["purchases"].cumsum().astype("float64")
    known = actual["week"] <= pd.Timestamp(split)
    start = float(actual.loc[known, "actual_cumulative"].iloc[-1]) if known.any() else 0.0
    ahead = (actual["week"] - pd.Timestamp(split)).dt.days.to_numpy()
    states = origin.customers.groupby(["frequency", "recency", "T"]).agg(customers=("customers", "sum")).reset_index()
    n, model = states["customers"].to_numpy(), scores.forecasts[judged]
    expected = np.full(len(actual), np.nan)
    for number in np.flatnonzero(ahead >= 0):
        weeks = ahead[number] / DAYS_PER_UNIT[unit]
        expected[number] = start + (float(n @ model.expected_purchases(states, weeks)) if weeks else 0.0)
    mean = scores.forecasts[MEAN_OF_THE_PAST].expected_purchases(states, 1.0)
    naive = np.where(ahead >= 0, start + float(n @ mean) * ahead / DAYS_PER_UNIT[unit], np.nan)
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
