"""Customer lifetime value: expected purchases, times expected spend, times margin, discounted; with intervals."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd

from crm_analysis.errors import ContractError, ModelError, StatisticalWarning
from crm_analysis.messages import _
from crm_analysis.models._mixture import mixture_interval
from crm_analysis.models._states import FloatArray, IntArray, PurchaseStates, numeric_column
from crm_analysis.models.gamma_gamma import GammaGamma
from crm_analysis.models.purchase_process import PurchaseProcess

__all__ = ["customer_lifetime_value", "value_interval"]


class _Customers(NamedTuple):
    states: PurchaseStates
    state: IntArray
    x: FloatArray
    m: FloatArray
    labels: list[object]
    code: IntArray

    def totals(self, values: FloatArray) -> FloatArray:
        """Sum over all customers, then over each group."""
        return _totals(self.code, values, len(self.labels))


def customer_lifetime_value(
    purchase_model: PurchaseProcess,
    spend_model: GammaGamma,
    summary: pd.DataFrame,
    horizon: float,
    unit: str,
    discount_rate_annual: float,
    margin_rate: float = 1.0,
) -> pd.DataFrame:
    """Value of each customer over a stated horizon.

    Parameters
    ----------
    purchase_model, spend_model
        Fitted models.
    summary : pandas.DataFrame
        One row per customer_id: frequency, recency, T, monetary_value.
    horizon : float
        In ``unit``.
    unit : {"day", "week", "month", "year"}
        The unit of recency, T and horizon. The value does not depend on it.
    discount_rate_annual : float
        Per year, 0.10 for 10 %; periods of about a month, discounted at their ends.
    margin_rate : float
        Profit per unit of spend; 1 gives revenue.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id, in the order of ``summary``: expected_purchases (in the horizon, not
        discounted), expected_spend (per purchase), value (discounted, in the currency of the data).

    Raises
    ------
    ContractError, ModelError
        A column is missing or holds impossible values, the horizon, rate or unit cannot be used.
    """
    if "customer_id" not in summary.columns:
        raise ContractError(_("Column customer_id is missing. Give a summary with one row per customer."))
    customers = _read(summary, margin_rate)
    expected = purchase_model.expected_purchases(customers.states, horizon)
    discounted = purchase_model.discounted_expected_purchases(customers.states, horizon, discount_rate_annual, unit)
    spend = spend_model.spend_moments(customers.x, customers.m).mean
    return pd.DataFrame(
        {
            "customer_id": summary["customer_id"].to_numpy(),
            "expected_purchases": expected[customers.state],
            "expected_spend": spend,
            "value": discounted[customers.state] * spend * margin_rate,
        }
    )


def value_interval(
    purchase_model: PurchaseProcess,
    spend_model: GammaGamma,
    summary: pd.DataFrame,
    horizon: float,
    unit: str,
    discount_rate_annual: float,
    margin_rate: float = 1.0,
    *,
    group: str | None = None,
    level: float = 0.90,
    n_draws: int = 100,
    random_state: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Interval of the total value of all customers and of groups of them.

    Two sources of error are joined: parameters (both models are evaluated at draws from their asymptotic normal
    distributions) and chance (the variance of each customer's compound sum of purchases and amounts, customers
    independent, added up and taken as normal; every purchase of a customer is discounted by that customer's
    average factor). Not in the interval: that the models are wrong, or that times change; the backtest shows
    these.

    Parameters
    ----------
    purchase_model, spend_model, summary, horizon, unit, discount_rate_annual, margin_rate
        As in :func:`customer_lifetime_value`; ``customer_id`` is not needed.
    group : str, optional
        Column of ``summary`` to report by. Intervals of groups do not add up to that of the total.
    level : float
        Coverage.
    n_draws : int
        Draws of the parameters.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    pandas.DataFrame
        One row for the total (scope "total"), then one per group (scope "group"): scope, group, customers,
        value, low, high, parameter_sd, process_sd.
    """
    customers = _read(summary, margin_rate, group)
    discounted = purchase_model.discounted_expected_purchases(customers.states, horizon, discount_rate_annual, unit)
    spend = spend_model.spend_moments(customers.x, customers.m).mean
    point = customers.totals(discounted[customers.state] * spend) * margin_rate
    noise = _process_variance(purchase_model, spend_model, customers, horizon, discounted)
    process_sd = np.sqrt(customers.totals(noise)) * abs(margin_rate)
    terms = (horizon, discount_rate_annual, unit)
    draws = _draws(purchase_model, spend_model, customers, terms, n_draws, random_state) * margin_rate
    low, high = mixture_interval(draws, process_sd, level)
    return pd.DataFrame(
        {
            "scope": ["total"] + ["group"] * len(customers.labels),
            "group": pd.Series([None, *customers.labels], dtype=object),
            "customers": customers.totals(np.ones(len(summary))).astype(np.int64),
            "value": point,
            "low": low,
            "high": high,
            "parameter_sd": draws.std(axis=0),
            "process_sd": process_sd,
        }
    )


def _read(summary: pd.DataFrame, margin_rate: float, group: str | None = None) -> _Customers:
    if not np.isfinite(margin_rate):
        raise ModelError(_("The margin rate must be a number such as 0.3, got {rate}.", rate=margin_rate))
    columns = [c for c in ("frequency", "recency", "T") if c in summary.columns]
    states, state = PurchaseStates.from_frame(summary[columns]).grouped()
    x, m = numeric_column(summary, "frequency"), numeric_column(summary, "monetary_value")
    own = (x >= 1) & (m > 0)
    return _Customers(states, state, np.where(own, x, 0.0), np.where(own, m, 0.0), *_groups(summary, group))


def _groups(summary: pd.DataFrame, group: str | None) -> tuple[list[object], IntArray]:
    if group is None:
        return [], np.zeros(len(summary), dtype=np.intp)
    if group not in summary.columns:
        raise ContractError(_("Column {column} to group by is missing.", column=group))
    code, labels = pd.factorize(summary[group], sort=True, use_na_sentinel=False)
    return list(labels), code.astype(np.intp)


def _totals(code: IntArray, values: FloatArray, groups: int) -> FloatArray:
    return np.append(values.sum(), np.bincount(code, weights=values, minlength=groups)[:groups])


def _process_variance(
    purchase_model: PurchaseProcess,
    spend_model: GammaGamma,
    customers: _Customers,
    horizon: float,
    discounted: FloatArray,
) -> FloatArray:
    """Variance of each customer's value (margin 1), the parameters taken as known."""
    expected = purchase_model.expected_purchases(customers.states, horizon)
    factor = (discounted / np.maximum(expected, 1e-300))[customers.state]
    mean_y = expected[customers.state]
    square_y = purchase_model.variance_of_purchases(customers.states, horizon)[customers.state] + mean_y**2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StatisticalWarning)
        spend = spend_model.spend_moments(customers.x, customers.m)
    square_m = spend.mean**2 + spend.variance_of_mean
    purchases = mean_y * spend.variance_of_purchase + square_y * square_m - (mean_y * spend.mean) ** 2
    return np.maximum(purchases, 0.0) * factor**2


def _draws(
    purchase_model: PurchaseProcess,
    spend_model: GammaGamma,
    customers: _Customers,
    terms: tuple[float, float, str],
    n_draws: int,
    random_state: int | np.random.Generator | None,
) -> FloatArray:
    """Totals at drawn parameters, shape (draws, 1 + groups).

    Expected spend is linear in a customer's own mean spend, so customers of equal group and frequency are valued
    at once, at the mean of monetary_value weighted with their expected purchases.
    """
    horizon, rate, unit = terms
    rng = np.random.default_rng(random_state)
    counts, frequency = np.unique(customers.x, return_inverse=True)
    width = len(counts)
    cell = customers.code * width + frequency
    part, first, inverse = np.unique(
        cell * len(customers.states) + customers.state, return_index=True, return_inverse=True
    )
    state, cell = customers.state[first], cell[first]
    size = np.bincount(inverse, minlength=len(part)).astype(np.float64)
    amount = np.bincount(inverse, weights=customers.m)
    groups = max(1, len(customers.labels))
    x = np.tile(counts, groups)
    totals = np.empty((n_draws, 1 + len(customers.labels)))
    purchase_draws = list(purchase_model.draws(n_draws, rng))
    spend_draws = list(spend_model.draws(n_draws, rng))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StatisticalWarning)
        for k, (purchase, spend) in enumerate(zip(purchase_draws, spend_draws, strict=True)):
            expected = purchase.discounted_expected_purchases(customers.states, horizon, rate, unit)[state]
            purchases = np.bincount(cell, weights=expected * size, minlength=len(x))
            mean_m = np.bincount(cell, weights=expected * amount, minlength=len(x)) / np.maximum(purchases, 1e-300)
            each = spend.spend_moments(x, mean_m).mean
            by_group = (purchases * each).reshape(groups, width).sum(axis=1)
            totals[k] = np.append(by_group.sum(), by_group[: len(customers.labels)])
    return totals
