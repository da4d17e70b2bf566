"""Forecasts that anybody could make without a model: what a model has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from crm_analysis.errors import ModelError
from crm_analysis.messages import _
from crm_analysis.models._states import FloatArray, numeric_column
from crm_analysis.thresholds import REGRESSION_CUSTOMERS

__all__ = [
    "LAST_PERIOD",
    "MEAN_OF_THE_PAST",
    "OWN_PAST_RATE",
    "SIMPLE_REGRESSION",
    "NaiveForecast",
    "UsedForecast",
    "naive_forecast",
    "own_rate",
]

MEAN_OF_THE_PAST = "mean_of_the_past"
LAST_PERIOD = "last_period"
OWN_PAST_RATE = "own_past_rate"
SIMPLE_REGRESSION = "simple_regression"


@dataclass(frozen=True)
class NaiveForecast:
    """Purchases of each customer in a stretch of time; over another stretch, in proportion to its length.

    Attributes
    ----------
    NAME
        ``mean_of_the_past``: everybody buys as often as customers did on average in the last period.
        ``last_period``: each as often as in the last period. ``own_past_rate``: each at the rate since the first
        purchase. ``simple_regression``: a line in the purchases of the last period and in the time since the
        last purchase (at most a period), fitted one period earlier.
    length
        Of the last period, in the unit of T.
    coefficients
        Of the rate per unit of time: constant, slope by the rate of the last period, slope by the time since the
        last purchase; the mean is a constant.
    longest_silence
        Times since the last purchase beyond it count as it: the regression saw no longer ones.
    """

    ALL: ClassVar[tuple[str, ...]] = (MEAN_OF_THE_PAST, LAST_PERIOD, OWN_PAST_RATE, SIMPLE_REGRESSION)

    NAME: str
    length: float
    coefficients: tuple[float, float, float] = (0.0, 0.0, 0.0)
    longest_silence: float = np.inf

    def expected_purchases(self, customers: pd.DataFrame, horizon: float) -> FloatArray:
        """Purchases in the next ``horizon``.

        Parameters
        ----------
        customers : pandas.DataFrame
            frequency, recency, T, and for ``last_period`` and ``simple_regression`` previous (purchases in the last
            ``length``).
        horizon : float
            In the unit of T.

        Returns
        -------
        numpy.ndarray
            Shape (rows,), 0 or more.
        """
        if self.NAME == OWN_PAST_RATE:
            return own_rate(customers) * horizon
        if self.NAME == LAST_PERIOD:
            return numeric_column(customers, "previous") * horizon / self.length
        constant, by_rate, by_silence = self.coefficients
        rate = np.full(len(customers), constant)
        if self.NAME == SIMPLE_REGRESSION:
            recent, silence = _regressors(customers, self.length, self.longest_silence)
            rate = rate + by_rate * recent + by_silence * silence
        return np.asarray(np.maximum(rate, 0.0) * horizon, dtype=np.float64)


def _regressors(customers: pd.DataFrame, length: float, longest: float) -> tuple[FloatArray, FloatArray]:
    silence = numeric_column(customers, "T") - numeric_column(customers, "recency")
    return numeric_column(customers, "previous") / length, np.minimum(silence, longest)


def own_rate(customers: pd.DataFrame) -> FloatArray:
    """Repeat purchases per unit of time since the first one; 0 for those first seen on the last day."""
    frequency, age = numeric_column(customers, "frequency"), numeric_column(customers, "T")
    return np.divide(frequency, age, out=np.zeros(len(age)), where=age > 0)


def naive_forecast(
    name: str, customers: pd.DataFrame, length: float, earlier: pd.DataFrame | None, earlier_length: float
) -> NaiveForecast | None:
    """Make one naive forecast from what was known.

    Parameters
    ----------
    name : str
        One of :attr:`NaiveForecast.ALL`.
    customers : pandas.DataFrame
        frequency, recency, T, previous (purchases in the last ``length``) and customers (counts).
    length : float
        Of the last period, in the unit of T.
    earlier : pandas.DataFrame or None
        The same one period earlier, with actual (purchases in the ``earlier_length`` after it); previous counts
        the ``earlier_length`` before it.
    earlier_length : float
        In the unit of T.

    Returns
    -------
    NaiveForecast or None
        None where a regression has fewer than 50 customers to learn from.
    """
    if name == MEAN_OF_THE_PAST:
        n = numeric_column(customers, "customers")
        mean = float(n @ numeric_column(customers, "previous") / n.sum())
        return NaiveForecast(name, length, (mean / length, 0.0, 0.0))
    if name != SIMPLE_REGRESSION:
        return NaiveForecast(name, length)
    if earlier is None or earlier["customers"].sum() < REGRESSION_CUSTOMERS:
        return None
    recent, silence = _regressors(earlier, earlier_length, earlier_length)
    root = np.sqrt(numeric_column(earlier, "customers"))
    line = np.column_stack([np.ones(len(recent)), recent, silence]) * root[:, None]
    rate = numeric_column(earlier, "actual") / earlier_length
    constant, by_rate, by_silence = np.linalg.lstsq(line, rate * root, rcond=None)[0]
    return NaiveForecast(name, length, (float(constant), float(by_rate), float(by_silence)), earlier_length)


@dataclass(frozen=True)
class UsedForecast:
    """The forecast of purchases that values rest on.

    Attributes
    ----------
    name
        Of the model or of the naive forecast.
    naive
        The naive forecast as of the last day; None where a model is used.
    previous
        Purchases in its last period by customer_id; customers without any may be missing.
    """

    name: str
    naive: NaiveForecast | None = None
    previous: pd.Series | None = None

    def expected_purchases(self, summary: pd.DataFrame, horizon: float) -> FloatArray:
        """Purchases in the next ``horizon`` by the naive forecast, shape (rows,).

        Parameters
        ----------
        summary : pandas.DataFrame
            One row per customer_id: frequency, recency, T.
        horizon : float
            In the unit of T.
        """
        if self.naive is None:
            raise ModelError(_("{model} is no naive forecast: ask the fitted model.", model=self.name))
        known = pd.Series(dtype="float64") if self.previous is None else self.previous
        previous = summary["customer_id"].map(known).fillna(0.0).astype("float64")
        return self.naive.expected_purchases(summary.assign(previous=previous), horizon)
