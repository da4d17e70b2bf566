r"""BG/NBD: how often customers will buy again, and whether they still do.

While alive, a customer buys at rate :math:`\lambda \sim Gamma(r, \alpha)`; after each purchase the customer
leaves for good with probability :math:`p \sim Beta(a, b)`.

Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model,
Marketing Science 24(2), 275-284. Equation numbers are those of the paper.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import ClassVar, Self, overload

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import digamma, expit, gammaln

from crm_analysis.errors import ModelError, StatisticalWarning
from crm_analysis.messages import _
from crm_analysis.models._beta_quadrature import pairs_while_alive, purchases_while_alive
from crm_analysis.models._fit import LikelihoodModel
from crm_analysis.models._interpolation import along_age
from crm_analysis.models._maximise import maximise
from crm_analysis.models._states import FloatArray, PurchaseStates, read_states
from crm_analysis.models.time_units import monthly_discount

__all__ = ["BetaGeoNBD"]

Horizon = float | npt.ArrayLike


class BetaGeoNBD(LikelihoodModel):
    """The BG/NBD model, fitted on purchase states.

    Attributes
    ----------
    params_ : pandas.Series
        r, alpha (in the unit of T), a, b. The other attributes are those of every fitted model:
        ``standard_errors_``, ``covariance_``, ``log_likelihood_``, ``aic_``, ``bic_``, ``n_customers_``,
        ``converged_``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_analysis.models import BetaGeoNBD
    >>> model = BetaGeoNBD.from_params(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    >>> one = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
    >>> round(float(model.expected_purchases(one, horizon=39)[0]), 2)
    1.23
    """

    PARAMETERS: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    NAME: ClassVar[str] = "BG/NBD"

    def fit(self, states: pd.DataFrame | PurchaseStates) -> Self:
        """Maximise the likelihood.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T and, if there, customers (how many are in the state; without it each
            row is one customer). Any unit of time, the same for recency and T.

        Returns
        -------
        BetaGeoNBD
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
        likelihood = _Likelihood(distinct.in_unit(scale))
        starts = [
            np.log([r, r * total / repeats, a, b])
            for r, a, b in [(0.5, 1.0, 3.0), (1.0, 0.1, 2.0), (0.1, 0.5, 1.0), (5.0, 1.0, 20.0)]
        ]
        estimate = maximise(likelihood, starts)
        self._store(estimate, {"alpha": scale}, -repeats * float(np.log(scale)), total)
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

    def probability_alive(self, states: pd.DataFrame | PurchaseStates) -> FloatArray:
        """Probability that a customer still buys at the end of the observation.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T.

        Returns
        -------
        numpy.ndarray
            Shape (rows,). It is 1 for customers without a repeat purchase: the model lets a customer leave only
            after a repeat purchase.
        """
        r, alpha, a, b = self._need_params()
        data = read_states(states)
        s = r + data.frequency
        log_T, log_t_x = np.log(alpha + data.age_coded.values), np.log(alpha + data.recency_coded.values)
        age = log_T[data.age_coded.code] - log_t_x[data.recency_coded.code]
        odds_of_leaving = np.log(a) - np.log(b + np.maximum(data.frequency, 1.0) - 1) + s * age
        return np.where(data.frequency > 0, expit(-odds_of_leaving), 1.0)

    def expected_purchases(self, states: pd.DataFrame | PurchaseStates, horizon: Horizon) -> npt.NDArray[np.float64]:
        """Purchases expected in the next ``horizon``, given the history: equation (10).

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
        ends = _horizons(horizon)
        alive = self.probability_alive(data)
        one = np.ones(1)
        columns = [alive * self._while_alive(data, ends[k : k + 1], one) for k in range(len(ends))]
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
        ends, alive = _horizons(horizon), self.probability_alive(data)
        mean = self._while_alive(data, ends, np.ones(1))
        pairs = self._while_alive(data, ends, np.ones(1), pairs_while_alive)
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
        return self.probability_alive(data) * self._while_alive(data, ends, weights)

    def probability_no_purchase(
        self, states: pd.DataFrame | PurchaseStates, horizon: Horizon
    ) -> npt.NDArray[np.float64]:
        """Probability of no purchase at all in the next ``horizon``.

        Exact, because customers leave at purchases only: who is alive at T stays so until the next purchase.

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
        r, alpha, _a, _b = self._need_params()
        data = read_states(states)
        ends = _horizons(horizon)
        s = (r + data.frequency)[:, None]
        buys = -np.expm1(-s * np.log1p(ends[None, :] / (alpha + data.T[:, None])))
        nothing: FloatArray = 1 - self.probability_alive(data)[:, None] * buys
        return nothing[:, 0] if np.ndim(horizon) == 0 else nothing

    @overload
    def expected_purchases_new_customer(self, horizon: float) -> float: ...
    @overload
    def expected_purchases_new_customer(self, horizon: npt.NDArray[np.float64]) -> FloatArray: ...
    def expected_purchases_new_customer(self, horizon: float | npt.NDArray[np.float64]) -> float | FloatArray:
        """Repeat purchases expected in the first ``horizon`` after a first purchase: equation (9).

        Parameters
        ----------
        horizon : float or numpy.ndarray
            In the unit of T.

        Returns
        -------
        float or numpy.ndarray
            Of the shape of ``horizon``.
        """
        r, alpha, a, b = self._need_params()
        ends = _horizons(horizon)
        shape = np.ones(len(ends))
        expected = purchases_while_alive(a, b * shape, r * shape, ends / alpha)
        return float(expected[0]) if np.ndim(horizon) == 0 else expected

    def _while_alive(
        self,
        data: PurchaseStates,
        ends: FloatArray,
        weights: FloatArray,
        moment: Callable[..., FloatArray] = purchases_while_alive,
    ) -> FloatArray:
        """Weighted sum of purchases expected up to each end if alive: depends on frequency and T alone."""
        r, alpha, a, b = self._need_params()

        def expected(x: FloatArray, T: FloatArray) -> FloatArray:
            rows, k = len(x), len(ends)
            x_all, T_all = np.repeat(x, k), np.repeat(T, k)
            u = np.tile(ends, rows) / (alpha + T_all)
            flat = moment(a, b + x_all, r + x_all, u)
            return flat.reshape(rows, k) @ weights

        x_code, T_code, inverse = data.pairs
        return along_age(expected, data.x_coded.values, data.age_coded.values, x_code, T_code, alpha)[inverse]


class _Likelihood:
    """Equation (6), one value per distinct state, summed with the customers in it."""

    def __init__(self, states: PurchaseStates) -> None:
        self.states = states
        self.share = states.customers / states.total
        self.x, self.x_code = states.x_coded
        self.share_x = np.bincount(self.x_code, weights=self.share)
        self.repeat = states.frequency > 0

    def __call__(self, log_params: FloatArray) -> tuple[float, FloatArray]:
        """Negative log-likelihood per customer and its gradient in the logarithms."""
        r, alpha, a, b = np.exp(log_params)
        x, w = self.x, self.share_x
        before = np.maximum(x, 1.0) - 1
        counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        staying = gammaln(a + b) - gammaln(a + b + x) + gammaln(b + x) - gammaln(b)
        T, T_code = self.states.age_coded
        t_x, t_x_code = self.states.recency_coded
        log_T, log_t_x = np.log(alpha + T)[T_code], np.log(alpha + t_x)[t_x_code]
        s = (r + x)[self.x_code]
        leaving = (np.log(a) - np.log(b + before))[self.x_code] + s * (log_T - log_t_x)
        alive_or_left = np.where(self.repeat, np.logaddexp(0.0, leaving), 0.0)
        left = np.where(self.repeat, expit(leaving), 0.0) * self.share
        alive = self.share - left
        value = w @ (counts + staying) + self.share @ (alive_or_left - s * log_T)
        left_x = np.bincount(self.x_code, weights=left)
        slope_r = w @ (digamma(r + x) - digamma(r) + np.log(alpha)) - alive @ log_T - left @ log_t_x
        inverse_T, inverse_t_x = (1 / (alpha + T))[T_code], (1 / (alpha + t_x))[t_x_code]
        slope_alpha = r / alpha - s @ (alive * inverse_T + left * inverse_t_x)
        slope_a = w @ (digamma(a + b) - digamma(a + b + x)) + left_x.sum() / a
        slope_b = w @ (digamma(a + b) - digamma(b) + digamma(b + x) - digamma(a + b + x)) - left_x @ (1 / (b + before))
        gradient = np.array([slope_r * r, slope_alpha * alpha, slope_a * a, slope_b * b])
        return -float(value), -gradient


def _horizons(horizon: Horizon) -> FloatArray:
    ends = np.atleast_1d(np.asarray(horizon, dtype=np.float64))
    if ends.ndim != 1 or not (np.isfinite(ends) & (ends >= 0)).all():
        raise ModelError(_("The horizon must be one or more numbers, 0 or above, in the unit of T."))
    return ends
