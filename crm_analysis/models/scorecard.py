"""All forecasts against what happened, from several days: chosen on the earlier ones, reported on the last.

Tashman (2000), Out-of-sample tests of forecasting accuracy, International Journal of Forecasting 16, 437-450: rolling
origins. The last origin takes no part in the choice, so its errors are those to expect of the forecast chosen.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from crm_analysis.errors import ModelError, StatisticalWarning
from crm_analysis.messages import _
from crm_analysis.models._measures import capture, forecast_measures, gini
from crm_analysis.models._states import FloatArray, numeric_column
from crm_analysis.models.backtest import choose_winner
from crm_analysis.models.calibration import brier_score, calibration_table
from crm_analysis.models.naive import NaiveForecast, naive_forecast
from crm_analysis.models.purchase_process import PurchaseProcess

__all__ = ["FREQUENCY_CLASSES", "Origin", "Scorecard", "score_forecasts"]

FREQUENCY_CLASSES = {"0": (0, 0), "1": (1, 1), "2": (2, 2), "3": (3, 3), "4-6": (4, 6), "7+": (7, np.inf)}
"""Classes of repeat purchases so far, with their bounds; those of class 0 bought once."""


@dataclass(frozen=True)
class Origin:
    """A day from which forecasts are made, with what was known and what then happened.

    Attributes
    ----------
    split
        Last day known.
    horizon
        Length of the time after it, in the unit of T.
    customers
        One row per customer or per state: frequency, recency, T, previous (purchases in the ``horizon`` up to the
        split), actual (purchases in the ``horizon`` after it); customers where a row counts several. With spend
        (expected per purchase) and actual_value, rankings by value are measured too.
    earlier
        The same columns at an earlier day, for the regression; None without.
    earlier_horizon
        Length of the times before and after that day which its ``previous`` and ``actual`` count; the latter ends
        by the split.
    """

    split: date
    horizon: float
    customers: pd.DataFrame
    earlier: pd.DataFrame | None = None
    earlier_horizon: float = 0.0


@dataclass(frozen=True)
class Scorecard:
    """How all forecasts did.

    Attributes
    ----------
    measures
        One row per origin, part (``all``, ``one_time``, ``repeat`` buyers) and model: origin (date), role
        (``choose``, ``report`` or, with a single origin, ``both``), part, model, the measures of
        :func:`crm_analysis.models.holdout_comparison`, value_gini and value_top_decile (share of the value that
        the 10 % forecast highest brought; NaN without money), brier and brier_base of "buys in the horizon" (NaN
        where a forecast states no probability).
    by_frequency
        At the last origin, one row per class and model: frequency_class, model, customers, actual_mean,
        predicted_mean, rmse.
    calibration
        At the last origin, of the probability of buying: model and the columns of
        :func:`crm_analysis.models.calibration_table`.
    pooled
        One row per model: model, rmse over all customers of the origins that the choice was made on.
    winner
        The model chosen.
    chosen_on, reported_on
        Days of the origins.
    forecasts
        What the last origin's forecasts are made by, by model.
    """

    measures: pd.DataFrame
    by_frequency: pd.DataFrame
    calibration: pd.DataFrame
    pooled: pd.DataFrame
    winner: str
    chosen_on: tuple[date, ...]
    reported_on: date
    forecasts: dict[str, PurchaseProcess | NaiveForecast] = field(repr=False)

    @property
    def untouched(self) -> bool:
        """Whether the reported origin took no part in the choice."""
        return self.reported_on not in self.chosen_on

    @property
    def comparison(self) -> pd.DataFrame:
        """Measures of all customers at the reported origin, one row per model."""
        rows = self.measures
        at = (rows["part"] == "all") & (rows["origin"] == pd.Timestamp(self.reported_on))
        return rows[at].drop(columns=["origin", "role", "part"]).reset_index(drop=True)


def score_forecasts(origins: Sequence[Origin], models: Sequence[type[PurchaseProcess]]) -> Scorecard:
    """Fit every model at every origin, hold all forecasts against what happened, choose one.

    Parameters
    ----------
    origins : sequence of Origin
        Two or more in order of time: all but the last choose, the last one reports. The time after an earlier
        origin ends by the last origin's day. With one origin, the choice is made where it is reported, and says so.
    models : sequence of types
        Such as ``[BetaGeoNBD]``; each is made without arguments and fitted. Naive forecasts are added.

    Returns
    -------
    Scorecard

    Raises
    ------
    ContractError, ModelError
        There is no origin, they are not in order, a column is missing, or nobody bought after one of them.
    """
    if not origins:
        raise ModelError(_("No day is given from which forecasts could be made."))
    days = [origin.split for origin in origins]
    if days != sorted(set(days)):
        raise ModelError(_("The days from which forecasts are made must be in order of time and differ."))
    chosen = origins[:-1] or origins
    measures, made = [], {}
    for origin in origins:
        made = _forecasts(origin, models)
        role = "both" if len(origins) == 1 else "report" if origin is origins[-1] else "choose"
        measures.append(_measured(origin, made).assign(role=role))
    table = pd.concat(measures, ignore_index=True)
    pooled = _pooled(table, [origin.split for origin in chosen])
    last = origins[-1]
    return Scorecard(
        measures=table,
        by_frequency=_by_frequency(last, made),
        calibration=_calibration(last, made),
        pooled=pooled,
        winner=choose_winner(pooled),
        chosen_on=tuple(origin.split for origin in chosen),
        reported_on=last.split,
        forecasts=made,
    )


def _forecasts(origin: Origin, models: Sequence[type[PurchaseProcess]]) -> dict[str, PurchaseProcess | NaiveForecast]:
    states = origin.customers[[c for c in ("frequency", "recency", "T", "customers") if c in origin.customers.columns]]
    made: dict[str, PurchaseProcess | NaiveForecast] = {}
    with warnings.catch_warnings():
        # What a model warns of matters where it is used: whoever uses it fits it anew.
        warnings.simplefilter("ignore", StatisticalWarning)
        for model in models:
            made[model.NAME] = model().fit(states)
    counted, earlier = _counted(origin.customers), origin.earlier
    for name in NaiveForecast.ALL:
        before = None if earlier is None else _counted(earlier)
        naive = naive_forecast(name, counted, origin.horizon, before, origin.earlier_horizon)
        if naive is not None:
            made[name] = naive
    return made


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame if "customers" in frame.columns else frame.assign(customers=1.0)


def _measured(origin: Origin, made: dict[str, PurchaseProcess | NaiveForecast]) -> pd.DataFrame:
    frame = _counted(origin.customers)
    n, truth, x = (numeric_column(frame, name) for name in ("customers", "actual", "frequency"))
    if (truth < 0).any():
        raise ModelError(_("Purchases in the holdout must be 0 or more."))
    if truth.sum() == 0:
        raise ModelError(
            _(
                "None of the {customers} customers bought in the holdout period, so no forecast can be judged. Check"
                " its dates or take a longer one.",
                customers=round(n.sum()),
            )
        )
    money = {"spend", "actual_value"} <= set(frame.columns)
    rows = []
    for name, forecast in made.items():
        expected = forecast.expected_purchases(frame, origin.horizon)
        buying = _probability(forecast, frame, origin.horizon)
        for part, within in (("all", x >= 0), ("one_time", x == 0), ("repeat", x > 0)):
            if not within.any():
                continue
            row: dict[str, object] = {"origin": pd.Timestamp(origin.split), "role": "", "part": part, "model": name}
            row.update(forecast_measures(expected[within], truth[within], n[within]))
            value = _value_ranking(frame[within], expected[within], n[within]) if money else (np.nan, np.nan)
            row["value_gini"], row["value_top_decile"] = value
            row["brier"], row["brier_base"] = np.nan, np.nan
            if buying is not None:
                bought = (truth[within] > 0).astype(np.float64)
                row["brier"], row["brier_base"] = brier_score(buying[within], bought, customers=n[within])
            rows.append(row)
    return pd.DataFrame(rows)


def _value_ranking(frame: pd.DataFrame, expected: FloatArray, n: FloatArray) -> tuple[float, float]:
    worth, truth = expected * numeric_column(frame, "spend"), numeric_column(frame, "actual_value")
    return gini(worth, truth, n), capture(worth, truth, n, 0.10)


def _probability(forecast: PurchaseProcess | NaiveForecast, frame: pd.DataFrame, horizon: float) -> FloatArray | None:
    if isinstance(forecast, NaiveForecast):
        return None
    none = np.asarray(forecast.probability_no_purchase(frame, horizon), dtype=np.float64)
    return np.clip(1.0 - none, 0.0, 1.0)


def _pooled(measures: pd.DataFrame, days: list[date]) -> pd.DataFrame:
    """Root of the mean squared error over all customers of the origins, of forecasts made at each of them."""
    stamps = [pd.Timestamp(day) for day in days]
    rows = measures[(measures["part"] == "all") & measures["origin"].isin(stamps)]
    rows = rows.assign(squares=rows["rmse"] ** 2 * rows["n_customers"])
    sums = rows.groupby("model", sort=False).agg(
        squares=("squares", "sum"), n=("n_customers", "sum"), origins=("origin", "nunique")
    )
    everywhere = sums[sums["origins"] == len(days)]
    rmse = np.sqrt(everywhere["squares"] / everywhere["n"])
    return pd.DataFrame({"model": everywhere.index.astype(str), "rmse": np.asarray(rmse)})


def _by_frequency(origin: Origin, made: dict[str, PurchaseProcess | NaiveForecast]) -> pd.DataFrame:
    frame = _counted(origin.customers)
    n, truth, x = (numeric_column(frame, name) for name in ("customers", "actual", "frequency"))
    rows = []
    for name, forecast in made.items():
        expected = forecast.expected_purchases(frame, origin.horizon)
        for label, (low, high) in FREQUENCY_CLASSES.items():
            within = (x >= low) & (x <= high)
            size = n[within].sum()
            if size == 0:
                continue
            rows.append(
                {
                    "frequency_class": label,
                    "model": name,
                    "customers": round(size),
                    "actual_mean": float(n[within] @ truth[within] / size),
                    "predicted_mean": float(n[within] @ expected[within] / size),
                    "rmse": float(np.sqrt(n[within] @ (expected[within] - truth[within]) ** 2 / size)),
                }
            )
    return pd.DataFrame(rows)


def _calibration(origin: Origin, made: dict[str, PurchaseProcess | NaiveForecast]) -> pd.DataFrame:
    frame = _counted(origin.customers)
    n, bought = numeric_column(frame, "customers"), (numeric_column(frame, "actual") > 0).astype(np.float64)
    tables = []
    for name, forecast in made.items():
        probability = _probability(forecast, frame, origin.horizon)
        if probability is not None:
            table = calibration_table(probability, bought, customers=n)
            table.insert(0, "model", name)
            tables.append(table)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"model": []})
