"""What models of purchases in continuous time share, whatever they say about when customers leave.

A model states its likelihood, who is still a customer, and what a customer who is alive does next; expected and
discounted purchases, their distribution and the day of the next one follow.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Self, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.errors import ModelError, StatisticalWarning
from crm_analysis.messages import _
from crm_analysis.models._fit import LikelihoodModel
from crm_analysis.models._maximise import Estimate, Objective, maximise, refined
from crm_analysis.models._simulation import Lives, simulated_purchases
from crm_analysis.models._states import FloatArray, PurchaseStates, read_states
from crm_analysis.models.time_units import continuous_rate, monthly_discount

__all__ = ["Horizon", "PurchaseProcess", "read_horizons"]

Horizon = float | npt.ArrayLike
_HALVINGS = 60
_PART = 20_000
"""States that a first estimate is made of."""


class PurchaseProcess(LikelihoodModel):
    """A model of repeat purchases that is fitted on purchase states."""

    TIMES: ClassVar[tuple[str, ...]] = ("alpha",)
    """Parameters in the unit of T."""
    MIXED: ClassVar[FloatArray | None] = None
    """What is varied when fitting, see :func:`crm_analysis.models._maximise.maximise`."""
    MOST: ClassVar[tuple[float, ...] | None] = None
    """Upper bounds of what is varied."""
    LEAVES_AT_FIRST: ClassVar[bool] = False
    """Whether a customer can leave right after the first purchase."""

    def fit(self, states: pd.DataFrame | PurchaseStates) -> Self:
        """Maximise the likelihood.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T and, if there, customers (how many are in the state; without it each
            row is one customer). Any unit of time, the same for recency and T.

        Returns
        -------
        PurchaseProcess
            Itself.

        Raises
        ------
        ContractError, ModelError
            A column is missing or holds impossible values, or nobody bought twice.
        """
        distinct = read_states(states).distinct()
        n, total = distinct.customers, distinct.total
        repeats = float(n @ distinct.frequency)
        if repeats == 0:
            raise ModelError(
                _(
                    "None of the {customers} customers bought again, so {model} has nothing to learn from. Take a"
                    " longer period.",
                    customers=round(total),
                    model=self.NAME,
                )
            )
        scale = float(n @ distinct.T) / total
        estimate = self._maximised(distinct.in_unit(scale), self._starts(total / repeats))
        self._store(estimate, dict.fromkeys(self.TIMES, scale), -repeats * float(np.log(scale)), total)
        if total < 100 or repeats < 50:
            warnings.warn(
                _(
                    "{model} was fitted on {customers} customers with {repeats} repeat purchases: too few for"
                    " forecasts of single customers. Read totals with their intervals.",
                    model=self.NAME,
                    customers=round(total),
                    repeats=round(repeats),
                ),
                StatisticalWarning,
                stacklevel=2,
            )
        return self

    def _values(self) -> tuple[float, float, float, float]:
        """The four parameters."""
        first, second, third, fourth = (float(value) for value in self._need_params())
        return first, second, third, fourth

    def _maximised(self, states: PurchaseStates, starts: Sequence[FloatArray]) -> Estimate:
        """The maximum; of many states, from that of a part of them on, which takes a third of the time."""
        objective = self._objective(states)
        if len(states) > 2 * _PART:
            part = maximise(self._objective(states.every(len(states) // _PART)), starts, self.MIXED, self.MOST)
            found = refined(objective, part)
            if found is not None:
                return found
            starts = [part.log_params, *starts]
        return maximise(objective, starts, self.MIXED, self.MOST)

    @abstractmethod
    def _objective(self, states: PurchaseStates) -> Objective:
        """Negative log-likelihood per customer, for states whose mean age is 1."""

    @abstractmethod
    def _starts(self, ages_per_repeat: float) -> Sequence[FloatArray]:
        """Logarithms of parameters to start from, at a mean age of 1."""

    @abstractmethod
    def _lives(self, n: int, rng: np.random.Generator) -> Lives:
        """Draw ``n`` customers."""

    @abstractmethod
    def probability_alive(self, states: pd.DataFrame | PurchaseStates, ahead: float = 0.0) -> FloatArray:
        """Probability that a customer still buys, ``ahead`` after the end of the observation."""

    @abstractmethod
    def _expected_alive(self, data: PurchaseStates, ends: FloatArray, weights: FloatArray) -> FloatArray:
        """Weighted sum, over ``ends``, of purchases expected until then by a customer who is alive, shape (rows,)."""

    @abstractmethod
    def _expected_new(self, ends: FloatArray) -> FloatArray:
        """Repeat purchases expected until ``ends`` after a first purchase, shape (k,)."""

    @abstractmethod
    def _pairs_alive(self, data: PurchaseStates, end: float) -> FloatArray:
        """Expectation of Y (Y - 1) for Y purchases until ``end`` by a customer who is alive, shape (rows,)."""

    @abstractmethod
    def _silence_alive(self, data: PurchaseStates, ends: FloatArray) -> FloatArray:
        """Probability that a customer who is alive buys nothing until ``ends``, shapes (rows, k)."""

    @abstractmethod
    def _counts_alive(self, data: PurchaseStates, end: float, most: int) -> FloatArray:
        """Probabilities of 0, 1, ..., ``most`` purchases until ``end`` by a customer who is alive, (rows, most + 1)."""

    @abstractmethod
    def _residual_alive(self, data: PurchaseStates, rate: float) -> FloatArray:
        """Purchases of all time to come by a customer who is alive, discounted at ``rate``, shape (rows,)."""

    def expected_purchases(self, states: pd.DataFrame | PurchaseStates, horizon: Horizon) -> npt.NDArray[np.float64]:
        """Purchases expected in the next ``horizon``, given the history.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T.
        horizon : float or sequence of float
            Length of the time to come, in the unit of T, 0 or more.

        Returns
        -------
        numpy.ndarray
            Shape (rows,) for one horizon, (rows, horizons) for several.
        """
        data = read_states(states)
        ends = read_horizons(horizon)
        alive = self.probability_alive(data)
        one = np.ones(1)
        columns = [alive * self._expected_alive(data, ends[k : k + 1], one) for k in range(len(ends))]
        return columns[0] if np.ndim(horizon) == 0 else np.column_stack(columns)

    def variance_of_purchases(self, states: pd.DataFrame | PurchaseStates, horizon: float) -> FloatArray:
        """Variance of a customer's purchases in the next ``horizon``, parameters taken as known.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T.
        horizon : float
            In the unit of T.

        Returns
        -------
        numpy.ndarray
            Shape (rows,). It holds chance, the unknown rate of the customer and whether the customer left.
        """
        data = read_states(states)
        ends, alive = read_horizons(horizon), self.probability_alive(data)
        mean = self._expected_alive(data, ends, np.ones(1))
        pairs = self._pairs_alive(data, float(ends[0]))
        return alive * (pairs + mean) - (alive * mean) ** 2

    def discounted_expected_purchases(
        self, states: pd.DataFrame | PurchaseStates, horizon: float, discount_rate_annual: float, unit: str
    ) -> FloatArray:
        """Purchases expected in the next ``horizon``, each worth less the later it comes.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T.
        horizon : float
            In the unit of T.
        discount_rate_annual : float
            Per year, 0.10 for 10 %. The horizon is cut into periods of about a month, each discounted at its
            end.
        unit : {"day", "week", "month", "year"}
            The unit of T.

        Returns
        -------
        numpy.ndarray
            Shape (rows,).
        """
        data = read_states(states)
        ends, weights = monthly_discount(horizon, discount_rate_annual, unit)
        return self.probability_alive(data) * self._expected_alive(data, ends, weights)

    def discounted_residual_purchases(
        self, states: pd.DataFrame | PurchaseStates, discount_rate_annual: float, unit: str
    ) -> FloatArray:
        """Purchases of all time to come, discounted continuously (DERT): no horizon has to be chosen.

        Fader, Hardie, Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of
        Marketing Research 42(4), 415-430.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T.
        discount_rate_annual : float
            Per year, above 0; 0.15 for 15 %.
        unit : {"day", "week", "month", "year"}
            The unit of T.

        Returns
        -------
        numpy.ndarray
            Shape (rows,).
        """
        data = read_states(states)
        return self.probability_alive(data) * self._residual_alive(data, continuous_rate(discount_rate_annual, unit))

    def probability_no_purchase(
        self, states: pd.DataFrame | PurchaseStates, horizon: Horizon
    ) -> npt.NDArray[np.float64]:
        """Probability of no purchase at all in the next ``horizon``.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T.
        horizon : float or sequence of float
            In the unit of T.

        Returns
        -------
        numpy.ndarray
            Shape (rows,) for one horizon, (rows, horizons) for several.
        """
        data = read_states(states)
        ends = np.broadcast_to(read_horizons(horizon), (len(data), np.size(horizon)))
        nothing: FloatArray = 1 - self.probability_alive(data)[:, None] * (1 - self._silence_alive(data, ends))
        return nothing[:, 0] if np.ndim(horizon) == 0 else nothing

    def purchase_distribution(
        self, states: pd.DataFrame | PurchaseStates, horizon: float, most: int
    ) -> npt.NDArray[np.float64]:
        """Probability of each number of purchases in the next ``horizon``.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T.
        horizon : float
            In the unit of T.
        most : int
            The largest number told apart, 0 or more.

        Returns
        -------
        numpy.ndarray
            Shape (rows, most + 2): of 0, 1, ..., ``most`` purchases, and of more than that. Rows add up to 1.
        """
        data, end = read_states(states), float(read_horizons(horizon)[0])
        if most < 0 or most != int(most):
            raise ModelError(_("The largest number of purchases must be a whole number, 0 or more."))
        alive = self.probability_alive(data)[:, None]
        counts = np.clip(alive * self._counts_alive(data, end, int(most)), 0.0, 1.0)
        counts[:, 0] += 1 - alive[:, 0]
        return np.column_stack([counts, np.maximum(1 - counts.sum(axis=1), 0.0)])

    def next_purchase(self, states: pd.DataFrame | PurchaseStates, level: float = 0.90) -> pd.DataFrame:
        """When the next purchase is to be expected.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T.
        level : float
            Of the interval.

        Returns
        -------
        pandas.DataFrame
            One row per row of ``states``: probability (that there is a next purchase at all), and of its time from
            the end of the observation, given that there is one, median, low and high, in the unit of T.
        """
        data = read_states(states)
        forever = self._silence_alive(data, np.full((len(data), 1), np.inf))[:, 0]
        share = np.array([0.5, (1 - level) / 2, (1 + level) / 2])
        silent = 1 - share * (1 - forever)[:, None]
        times = self._silent_until(data, silent)
        ever = self.probability_alive(data) * (1 - forever)
        return pd.DataFrame({"probability": ever, "median": times[:, 0], "low": times[:, 1], "high": times[:, 2]})

    @overload
    def expected_purchases_new_customer(self, horizon: float) -> float: ...
    @overload
    def expected_purchases_new_customer(self, horizon: npt.NDArray[np.float64]) -> FloatArray: ...
    def expected_purchases_new_customer(self, horizon: float | npt.NDArray[np.float64]) -> float | FloatArray:
        """Repeat purchases expected in the first ``horizon`` after a first purchase.

        Parameters
        ----------
        horizon : float or numpy.ndarray
            In the unit of T.

        Returns
        -------
        float or numpy.ndarray
            Of the shape of ``horizon``.
        """
        expected = self._expected_new(read_horizons(horizon))
        return float(expected[0]) if np.ndim(horizon) == 0 else expected

    def simulate(
        self, T: npt.ArrayLike, horizon: float = 0.0, random_state: int | np.random.Generator | None = None
    ) -> pd.DataFrame:
        """Draw customers as the model tells their story, in continuous time.

        Parameters
        ----------
        T : array_like
            Age of each customer at the end of the observation, shape (n,).
        horizon : float
            Length of the time after it, in the unit of T.
        random_state : int, numpy.random.Generator or None
            Seed.

        Returns
        -------
        pandas.DataFrame
            One row per customer: frequency, recency, T, alive (at T), future (purchases in the horizon),
            next_purchase (its time from T, infinite where there is none in the horizon).
        """
        ages, rng = np.atleast_1d(np.asarray(T, dtype=np.float64)), np.random.default_rng(random_state)
        lives, end = self._lives(len(ages), rng), float(read_horizons(horizon)[0])
        return simulated_purchases(lives, ages, end, rng, leaves_at_first=self.LEAVES_AT_FIRST)

    def _silent_until(self, data: PurchaseStates, silent: FloatArray) -> FloatArray:
        """The times until which a customer who is alive buys nothing with these probabilities, by bisection."""
        low = np.full(silent.shape, np.log(1e-9 * max(float(data.T.max()), 1.0)))
        high = np.full(silent.shape, np.log(1e9 * max(float(data.T.max()), 1.0)))
        for _halving in range(_HALVINGS):
            middle = (low + high) / 2
            later = self._silence_alive(data, np.exp(middle)) > silent
            low, high = np.where(later, middle, low), np.where(later, high, middle)
        times: FloatArray = np.exp((low + high) / 2)
        return times


def read_horizons(horizon: Horizon) -> FloatArray:
    """Horizons as an array of one dimension, refused where they cannot be used."""
    ends = np.atleast_1d(np.asarray(horizon, dtype=np.float64))
    if ends.ndim != 1 or not (np.isfinite(ends) & (ends >= 0)).all():
        raise ModelError(_("The horizon must be one or more numbers, 0 or above, in the unit of T."))
    return ends
