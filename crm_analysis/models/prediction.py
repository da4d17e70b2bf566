"""Intervals of what customers will do: of all together and one by one, with parameters that are only estimated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.messages import _
from crm_analysis.models._mixture import mixture_interval
from crm_analysis.models._states import FloatArray, read_states
from crm_analysis.models.purchase_process import PurchaseProcess

__all__ = ["predictive_counts", "predictive_interval", "randomised_pit", "total_purchases_interval"]

_MOST = 2_000
_ENOUGH = 1e-4
"""Chance of more purchases than are told apart, of the customer with the most of it."""


def total_purchases_interval(
    model: PurchaseProcess,
    states: pd.DataFrame,
    horizon: float,
    *,
    level: float = 0.90,
    n_draws: int = 200,
    random_state: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Interval of the purchases that all customers together will make in the next ``horizon``.

    Two sources of error are joined: the parameters (draws from their asymptotic normal distribution) and chance (the
    variance of each customer's purchases, customers independent, taken as normal in the sum). That the model is wrong,
    or that times change, is not in it: the scorecard over several origins shows that.

    Parameters
    ----------
    model
        Fitted.
    states : pandas.DataFrame
        Columns frequency, recency, T and, if there, customers.
    horizon : float
        In the unit of T.
    level : float
        Coverage.
    n_draws : int
        Draws of the parameters.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    pandas.DataFrame
        One row: purchases, low, high, parameter_sd, process_sd.
    """
    data = read_states(states).distinct()
    n = data.customers
    point = float(n @ model.expected_purchases(data, horizon))
    process = float(np.sqrt(n @ model.variance_of_purchases(data, horizon)))
    drawn = model.draws(n_draws, random_state)
    totals = np.array([[float(n @ each.expected_purchases(data, horizon))] for each in drawn])
    low, high = mixture_interval(totals, np.array([process]), level)
    row = {"purchases": point, "low": max(float(low[0]), 0.0), "high": float(high[0])}
    return pd.DataFrame([{**row, "parameter_sd": float(totals.std()), "process_sd": process}])


def predictive_counts(
    model: PurchaseProcess,
    states: pd.DataFrame,
    horizon: float,
    *,
    n_draws: int = 50,
    random_state: int | np.random.Generator | None = None,
) -> npt.NDArray[np.float64]:
    """Probability of 0, 1, 2, ... purchases of each customer, with the error of the parameters in it.

    Parameters
    ----------
    model, states, horizon, n_draws, random_state
        As in :func:`total_purchases_interval`; a model made from given parameters is taken as known.

    Returns
    -------
    numpy.ndarray
        Shape (rows, numbers + 1): the last column is the probability of more. So many numbers that it is below one
        in 10,000 for everybody, at most 2,000.
    """
    data = read_states(states)
    most = 7
    while most < _MOST and model.purchase_distribution(data, horizon, most)[:, -1].max() > _ENOUGH:
        most = 2 * most + 1
    if not hasattr(model, "log_covariance_"):
        return model.purchase_distribution(data, horizon, most)
    total = np.zeros((len(data), most + 2))
    for each in model.draws(n_draws, random_state):
        total += each.purchase_distribution(data, horizon, most)
    return total / n_draws


def predictive_interval(
    model: PurchaseProcess,
    states: pd.DataFrame,
    horizon: float,
    *,
    level: float = 0.90,
    n_draws: int = 50,
    random_state: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Numbers of purchases between which each customer will be, with at least the stated probability.

    Counts are discrete, so the interval covers more than ``level`` as a rule: for most customers of a shop it begins at
    0.

    Parameters
    ----------
    model, states, horizon, level, n_draws, random_state
        As in :func:`total_purchases_interval`.

    Returns
    -------
    pandas.DataFrame
        One row per row of ``states``: expected, low, high (whole numbers, both included).
    """
    chances = predictive_counts(model, states, horizon, n_draws=n_draws, random_state=random_state)
    below = np.cumsum(chances, axis=1)
    tail = (1 - level) / 2
    low = (below <= tail).sum(axis=1)
    high = (below < 1 - tail).sum(axis=1)
    return pd.DataFrame({"expected": model.expected_purchases(states, horizon), "low": low, "high": high})


def randomised_pit(
    chances: FloatArray, actual: npt.ArrayLike, random_state: int | np.random.Generator | None = None
) -> FloatArray:
    """Where the actual number lies in its predicted distribution: uniform between 0 and 1 if that is right.

    Czado, Gneiting, Held (2009), Predictive Model Assessment for Count Data, Biometrics 65(4), 1254-1261.

    Parameters
    ----------
    chances
        From :func:`predictive_counts`.
    actual : array_like
        Purchases made, whole numbers, shape (rows,).
    random_state : int, numpy.random.Generator or None
        Seed: a count is placed at random within its step.

    Raises
    ------
    ContractError
        The numbers of rows differ.
    ModelError
        A number is below 0 or not whole.
    """
    made = np.asarray(actual, dtype=np.float64)
    if len(made) != len(chances):
        raise ContractError(_("There are {rows} predictions for {n} customers.", rows=len(chances), n=len(made)))
    if (made < 0).any() or (made != np.floor(made)).any():
        raise ModelError(_("Purchases in the holdout must be 0 or more."))
    rng = np.random.default_rng(random_state)
    place = np.minimum(made.astype(np.intp), chances.shape[1] - 1)
    rows = np.arange(len(made))
    until = np.cumsum(chances, axis=1)[rows, place]
    pit: FloatArray = until - rng.random(len(made)) * chances[rows, place]
    return pit
