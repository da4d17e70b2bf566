r"""BG/NBD and MBG/NBD: how often customers will buy again, and whether they still do.

While alive, a customer buys at rate :math:`\lambda \sim Gamma(r, \alpha)`; after a purchase the customer leaves for
good with probability :math:`p \sim Beta(a, b)`. In BG/NBD this can happen after each repeat purchase, in the modified
MBG/NBD after the first purchase too.

Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model,
Marketing Science 24(2), 275-284. Equation numbers are those of the paper. Batislam, Denizel, Filiztekin (2007),
Empirical validation and comparison of models for customer base analysis, International Journal of Research in
Marketing 24(3), 201-209: MBG/NBD. Both likelihoods are one formula, with b + x in the first, b + x + 1 in the second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.special import betainc, betaln, digamma, expit, gammaln

from crm_analysis.models._beta_quadrature import beta_mean, pairs_while_alive, purchases_while_alive
from crm_analysis.models._interpolation import along_age
from crm_analysis.models._laplace import discounted_power
from crm_analysis.models._simulation import Lives
from crm_analysis.models._states import FloatArray, PurchaseStates, read_states
from crm_analysis.models.purchase_process import PurchaseProcess, read_horizons

__all__ = ["BetaGeoNBD", "ModifiedBetaGeoNBD"]


class _BetaGeo(PurchaseProcess):
    """What both models share: customers leave at purchases only, with a probability of their own."""

    PARAMETERS: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    def _objective(self, states: PurchaseStates) -> _Likelihood:
        return _Likelihood(states, leaves_at_first=self.LEAVES_AT_FIRST)

    def _starts(self, ages_per_repeat: float) -> Sequence[FloatArray]:
        guesses = [(0.5, 1.0, 3.0), (1.0, 0.1, 2.0), (0.1, 0.5, 1.0), (5.0, 1.0, 20.0)]
        return [np.log([r, r * ages_per_repeat, a, b]) for r, a, b in guesses]

    def _lives(self, n: int, rng: np.random.Generator) -> Lives:
        r, alpha, a, b = self._values()
        return Lives(rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n), np.full(n, np.inf))

    def probability_alive(self, states: pd.DataFrame | PurchaseStates, ahead: float = 0.0) -> FloatArray:
        """Probability that a customer still buys.

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, T.
        ahead : float
            How long after the end of the observation, in the unit of T.

        Returns
        -------
        numpy.ndarray
            Shape (rows,). Under BG/NBD it is 1 at the end of the observation for customers without a repeat
            purchase: the model lets a customer leave only after a repeat purchase.
        """
        r, alpha, a, b = self._values()
        data = read_states(states)
        s, chances = r + data.frequency, self._chances(data.frequency)
        log_T, log_t_x = np.log(alpha + data.age_coded.values), np.log(alpha + data.recency_coded.values)
        age = log_T[data.age_coded.code] - log_t_x[data.recency_coded.code]
        odds_of_leaving = np.log(a) - np.log(b + np.maximum(chances, 1.0) - 1) + s * age
        alive = np.where(chances > 0, expit(-odds_of_leaving), 1.0)
        later = float(read_horizons(ahead)[0])
        if later == 0:
            return alive
        stays = beta_mean(lambda p, s, u: np.exp(-s * np.log1p(p * u)), a, b + chances, s, later / (alpha + data.T))
        return alive * stays

    def _expected_new(self, ends: FloatArray) -> FloatArray:
        """Equation (9)."""
        r, alpha, a, b = self._values()
        shape = np.ones(len(ends))
        first = float(self.LEAVES_AT_FIRST)
        stays = b / (a + b) if self.LEAVES_AT_FIRST else 1.0
        return stays * purchases_while_alive(a, (b + first) * shape, r * shape, ends / alpha)

    def _chances(self, frequency: FloatArray) -> FloatArray:
        """How often a customer could have left."""
        return frequency + 1.0 if self.LEAVES_AT_FIRST else frequency

    def _expected_alive(self, data: PurchaseStates, ends: FloatArray, weights: FloatArray) -> FloatArray:
        return self._summed(data, ends, weights, purchases_while_alive)

    def _pairs_alive(self, data: PurchaseStates, end: float) -> FloatArray:
        return self._summed(data, np.array([end]), np.ones(1), pairs_while_alive)

    def _summed(
        self, data: PurchaseStates, ends: FloatArray, weights: FloatArray, moment: Callable[..., FloatArray]
    ) -> FloatArray:
        """Weighted sum of a moment up to each end: depends on frequency and T alone."""
        r, alpha, a, b = self._values()

        def expected(x: FloatArray, T: FloatArray) -> FloatArray:
            rows, k = len(x), len(ends)
            x_all, T_all = np.repeat(x, k), np.repeat(T, k)
            u = np.tile(ends, rows) / (alpha + T_all)
            flat = moment(a, b + self._chances(x_all), r + x_all, u)
            return flat.reshape(rows, k) @ weights

        x_code, T_code, inverse = data.pairs
        return along_age(expected, data.x_coded.values, data.age_coded.values, x_code, T_code, alpha)[inverse]

    def _silence_alive(self, data: PurchaseStates, ends: FloatArray) -> FloatArray:
        """Exact, because customers leave at purchases only: who is alive stays so until the next purchase."""
        r, alpha, _a, _b = self._values()
        s = (r + data.frequency)[:, None]
        return np.exp(-s * np.log1p(ends / (alpha + data.T[:, None])))

    def _silent_until(self, data: PurchaseStates, silent: FloatArray) -> FloatArray:
        r, alpha, _a, _b = self._values()
        s = (r + data.frequency)[:, None]
        with np.errstate(over="ignore"):
            return (alpha + data.T[:, None]) * np.expm1(-np.log(silent) / s)

    def _counts_alive(self, data: PurchaseStates, end: float, most: int) -> FloatArray:
        """Either all n purchases left the customer alive, or the n-th was the last: appendix, equation (A3)."""
        r, alpha, a, b = self._values()
        s, B = (r + data.frequency)[:, None], (b + self._chances(data.frequency))[:, None]
        share = end / (alpha + data.T + end)[:, None]
        n = np.arange(most + 1.0)[None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            log_count = gammaln(s + n) - gammaln(s) - gammaln(n + 1) + s * np.log1p(-share)
            log_count = log_count + np.where(n > 0, n * np.log(share), 0.0)
        stays = np.exp(betaln(a, B + n) - betaln(a, B) + log_count)
        later = np.maximum(n, 1.0)
        reached = betainc(later, s, share)
        left = np.exp(betaln(a + 1, B + later - 1) - betaln(a, B)) * reached
        return stays + np.where(n > 0, left, 0.0)

    def _residual_alive(self, data: PurchaseStates, rate: float) -> FloatArray:
        r, alpha, a, b = self._values()
        x_code, T_code, inverse = data.pairs

        def residual(x: FloatArray, T: FloatArray) -> FloatArray:
            return beta_mean(
                lambda p, s, u: s / p * discounted_power(s + 1, u / p), a, b + self._chances(x), r + x,
                rate * (alpha + T),
            )  # fmt: skip

        return along_age(residual, data.x_coded.values, data.age_coded.values, x_code, T_code, alpha)[inverse]


class BetaGeoNBD(_BetaGeo):
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

    NAME: ClassVar[str] = "BG/NBD"


class ModifiedBetaGeoNBD(_BetaGeo):
    """The MBG/NBD model: as BG/NBD, and a customer can leave right after the first purchase.

    Attributes
    ----------
    params_ : pandas.Series
        r, alpha (in the unit of T), a, b; the other attributes as those of :class:`BetaGeoNBD`.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_analysis.models import ModifiedBetaGeoNBD
    >>> model = ModifiedBetaGeoNBD.from_params(r=0.5248, alpha=6.1831, a=0.8914, b=1.6141)
    >>> once = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [38.86]})
    >>> bool(model.probability_alive(once)[0] < 1)
    True
    """

    NAME: ClassVar[str] = "MBG/NBD"
    LEAVES_AT_FIRST: ClassVar[bool] = True


class _Likelihood:
    """Equation (6), one value per distinct state, summed with the customers in it."""

    def __init__(self, states: PurchaseStates, *, leaves_at_first: bool = False) -> None:
        self.states = states
        self.share = states.customers / states.total
        self.x, self.x_code = states.x_coded
        self.chances = self.x + 1.0 if leaves_at_first else self.x
        self.share_x = np.bincount(self.x_code, weights=self.share)
        self.could_leave = (self.chances > 0)[self.x_code]
        self.share_could = np.where(self.could_leave, self.share, 0.0)

    def __call__(self, log_params: FloatArray) -> tuple[float, FloatArray]:
        """Negative log-likelihood per customer and its gradient in the logarithms."""
        r, alpha, a, b = np.exp(log_params)
        x, k, w = self.x, self.chances, self.share_x
        before = np.maximum(k, 1.0) - 1
        counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        staying = gammaln(a + b) - gammaln(a + b + k) + gammaln(b + k) - gammaln(b)
        T, T_code = self.states.age_coded
        t_x, t_x_code = self.states.recency_coded
        log_T, log_t_x = np.log(alpha + T)[T_code], np.log(alpha + t_x)[t_x_code]
        s = (r + x)[self.x_code]
        leaving = (np.log(a) - np.log(b + before))[self.x_code] + s * (log_T - log_t_x)
        # log(1 + exp(leaving)) and its slope from one exponential.
        smaller = np.exp(-np.abs(leaving))
        alive_or_left = np.where(self.could_leave, np.maximum(leaving, 0.0) + np.log1p(smaller), 0.0)
        left = np.where(leaving > 0, 1.0, smaller) / (1 + smaller) * self.share_could
        alive = self.share - left
        value = w @ (counts + staying) + self.share @ (alive_or_left - s * log_T)
        left_x = np.bincount(self.x_code, weights=left)
        slope_r = w @ (digamma(r + x) - digamma(r) + np.log(alpha)) - alive @ log_T - left @ log_t_x
        inverse_T, inverse_t_x = (1 / (alpha + T))[T_code], (1 / (alpha + t_x))[t_x_code]
        slope_alpha = r / alpha - s @ (alive * inverse_T + left * inverse_t_x)
        slope_a = w @ (digamma(a + b) - digamma(a + b + k)) + left_x.sum() / a
        slope_b = w @ (digamma(a + b) - digamma(b) + digamma(b + k) - digamma(a + b + k)) - left_x @ (1 / (b + before))
        gradient = np.array([slope_r * r, slope_alpha * alpha, slope_a * a, slope_b * b])
        return -float(value), -gradient
