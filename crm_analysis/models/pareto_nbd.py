r"""Pareto/NBD: customers buy at a rate of their own and leave at any time, unseen.

While alive, a customer buys at rate :math:`\lambda \sim Gamma(r, \alpha)` and leaves for good at rate
:math:`\mu \sim Gamma(s, \beta)`.

Schmittlein, Morrison, Colombo (1987), Counting Your Customers: Who Are They and What Will They Do Next?, Management
Science 33(1), 1-24. Fader, Hardie (2005), A Note on Deriving the Pareto/NBD Model and Related Expressions; its
hypergeometric expressions are computed here as integrals without cancellation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln

from crm_analysis.models._interpolation import along_age
from crm_analysis.models._laplace import discounted_power
from crm_analysis.models._pareto_tail import log_tail, log_tail_with_slopes
from crm_analysis.models._simulation import Lives
from crm_analysis.models._states import FloatArray, PurchaseStates, read_states
from crm_analysis.models.purchase_process import PurchaseProcess, read_horizons

__all__ = ["ParetoNBD", "Terms", "time_there"]

Tail = Callable[[FloatArray, FloatArray], FloatArray]
_NODES = 96
"""Points of the Gauss-Legendre rule over the day on which a customer leaves."""


class ParetoNBD(PurchaseProcess):
    """The Pareto/NBD model, fitted on purchase states.

    Attributes
    ----------
    params_ : pandas.Series
        r, alpha (in the unit of T), s, beta (in the unit of T). The other attributes are those of every fitted
        model: ``standard_errors_``, ``covariance_``, ``log_likelihood_``, ``aic_``, ``bic_``, ``n_customers_``,
        ``converged_``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_analysis.models import ParetoNBD
    >>> model = ParetoNBD.from_params(r=0.5533, alpha=10.578, s=0.606, beta=11.66)
    >>> one = pd.DataFrame({"frequency": [26], "recency": [30.857], "T": [31]})
    >>> round(float(model.expected_purchases(one, horizon=52)[0]), 1)
    25.5
    """

    PARAMETERS: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    NAME: ClassVar[str] = "Pareto/NBD"
    TIMES: ClassVar[tuple[str, ...]] = ("alpha", "beta")
    MIXED: ClassVar[FloatArray] = np.array([[1.0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]])
    """The means r / alpha and s / beta are well determined, also where customers hardly differ."""
    MOST: ClassVar[tuple[float, ...]] = (11.5, 11.5, float(np.log(500.0)), 11.5)
    """Beyond s = 500 all customers leave at one rate, as near as any data could tell."""

    def _objective(self, states: PurchaseStates) -> _Likelihood:
        return _Likelihood(states)

    def _starts(self, ages_per_repeat: float) -> Sequence[FloatArray]:
        guesses = [(0.6, 0.6, 0.6), (1.0, 1.0, 3.0), (0.2, 0.2, 0.2), (5.0, 2.0, 20.0)]
        return [np.log([r, r * ages_per_repeat, s, beta]) for r, s, beta in guesses]

    def _lives(self, n: int, rng: np.random.Generator) -> Lives:
        r, alpha, s, beta = self._values()
        leaving = np.maximum(rng.gamma(s, 1 / beta, n), 1e-300)
        return Lives(rng.gamma(r, 1 / alpha, n), np.zeros(n), rng.exponential(1 / leaving))

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
            Shape (rows,).
        """
        r, alpha, s, beta = self._values()
        data = read_states(states)

        def tail(x: FloatArray, t: FloatArray) -> FloatArray:
            return log_tail(r + x, s, alpha + t, beta + t)

        terms = _terms(data, (r, alpha, s, beta), *_at_both(data, min(alpha, beta), tail))
        later = float(read_horizons(ahead)[0])
        alive: FloatArray = terms.alive * np.exp(-s * np.log1p(later / (beta + data.T)))
        return alive

    def _expected_new(self, ends: FloatArray) -> FloatArray:
        """Equation (17) of 1987."""
        r, alpha, s, beta = self._values()
        return r / alpha * time_there(s, beta * np.ones(len(ends)), ends)

    def _expected_alive(self, data: PurchaseStates, ends: FloatArray, weights: FloatArray) -> FloatArray:
        r, alpha, s, beta = self._values()
        T, code = data.age_coded
        there = time_there(s, (beta + T)[:, None], ends[None, :]) @ weights
        return (r + data.frequency) / (alpha + data.T) * there[code]

    def _pairs_alive(self, data: PurchaseStates, end: float) -> FloatArray:
        r, alpha, s, beta = self._values()
        R, b = r + data.frequency, beta + data.T
        # E[(time there)^2] = 2 b^2 (G(2 - s) - G(1 - s)), G(k) = ((1 + end / b)^k - 1) / k.
        L = np.log1p(end / b)
        square = 2 * b**2 * (_grown(2 - s, L) - _grown(1 - s, L))
        return R * (R + 1) / (alpha + data.T) ** 2 * np.maximum(square, 0.0)

    def _silence_alive(self, data: PurchaseStates, ends: FloatArray) -> FloatArray:
        """Either no purchase although there, or gone before one."""
        x_code, T_code, inverse = data.pairs
        if ends.strides[0] == 0:
            x, T = data.x_coded.values[x_code], data.age_coded.values[T_code]
            return self._silence(x, T, np.broadcast_to(ends[:1], (len(x), ends.shape[1])))[inverse]
        return self._silence(data.frequency, data.T, ends)

    def _silence(self, x: FloatArray, T: FloatArray, ends: FloatArray) -> FloatArray:
        r, alpha, s, beta = self._values()
        R, A, B = (r + x)[:, None], (alpha + T)[:, None], (beta + T)[:, None]
        now = -R * np.log(A) - s * np.log(B)
        gone = s * np.exp(log_tail(R, s, A, B) - now)
        finite = np.where(np.isfinite(ends), ends, 1.0)
        there = np.exp(-R * np.log1p(finite / A) - s * np.log1p(finite / B))
        later = s * np.exp(log_tail(R + 0 * finite, s, A + finite, B + finite) - now)
        silent = gone + np.where(np.isfinite(ends), there - later, 0.0)
        return np.clip(silent, 0.0, 1.0)

    def _counts_alive(self, data: PurchaseStates, end: float, most: int) -> FloatArray:
        """A mixture over the time that the customer is there: of negative binomials."""
        r, alpha, s, beta = self._values()
        R, A, b = (r + data.frequency)[:, None], (alpha + data.T)[:, None], (beta + data.T)[:, None]
        n = np.arange(most + 1.0)[None, :]
        constant = gammaln(R + n) - gammaln(R) - gammaln(n + 1)

        def counts(there: FloatArray) -> FloatArray:
            share = there / (A + there)
            with np.errstate(divide="ignore", invalid="ignore"):
                power = np.where(n > 0, n * np.log(share), 0.0)
            return np.exp(constant + R * np.log1p(-share) + power)

        stays = np.exp(-s * np.log1p(end / b))
        total = stays * counts(np.full_like(A, end))
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        for node, weight in zip(nodes, weights, strict=True):
            gone = (1 - stays) * (node + 1) / 2
            total = total + weight / 2 * (1 - stays) * counts(b * np.expm1(-np.log1p(-gone) / s))
        return total

    def _residual_alive(self, data: PurchaseStates, rate: float) -> FloatArray:
        r, alpha, s, beta = self._values()
        T, code = data.age_coded
        there = (beta + T) * discounted_power(np.asarray(s), rate * (beta + T))
        return (r + data.frequency) / (alpha + data.T) * there[code]


def _grown(k: float, L: FloatArray) -> FloatArray:
    """(exp(k L) - 1) / k, at k = 0 too."""
    grown: FloatArray = L if k == 0 else np.expm1(k * L) / k
    return grown


def time_there(s: float, b: FloatArray, ends: FloatArray) -> FloatArray:
    """Expected time until leaving or the end, whichever comes first."""
    return b * _grown(1 - s, np.log1p(ends / b))


class Terms:
    """Likelihood without its constants: its logarithm, and the shares of who is there and who has left.

    Attributes
    ----------
    log_total
        Logarithm of the sum, shape (rows,).
    alive, left, later
        Shares of it: is there; has left after the last purchase; of the latter, only after the observation, which is
        taken off again. alive + left - later is 1.
    """

    alive: FloatArray
    left: FloatArray
    later: FloatArray

    def __init__(self, log_alive: FloatArray, log_left: FloatArray, log_later: FloatArray) -> None:
        scale = np.maximum(log_alive, log_left)
        alive, left, later = np.exp(log_alive - scale), np.exp(log_left - scale), np.exp(log_later - scale)
        total = alive + (left - later)
        self.log_total = scale + np.log(total)
        self.alive, self.left, self.later = alive / total, left / total, later / total


def _terms(data: PurchaseStates, params: tuple[float, ...], at_recency: FloatArray, at_age: FloatArray) -> Terms:
    """From the logarithms of the tails, with parameters that hold for all."""
    r, alpha, s, beta = params
    T, code = data.age_coded
    log_alive = -(r + data.frequency) * np.log(alpha + T)[code] - s * np.log(beta + T)[code]
    return Terms(log_alive, np.log(s) + at_recency, np.log(s) + at_age)


def _at_both(
    data: PurchaseStates, bend: float, tail: Callable[[FloatArray, FloatArray], FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """A function of (frequency, time) at the recency and at the age of each row."""
    parts, x = [], data.x_coded.values
    for times, pairs in ((data.recency_coded, data.recency_pairs), (data.age_coded, data.pairs)):
        x_code, t_code, inverse = pairs
        parts.append(along_age(tail, x, times.values, x_code, t_code, bend)[inverse])
    return parts[0], parts[1]


class _Likelihood:
    """One value per distinct state, summed with the customers in it."""

    def __init__(self, states: PurchaseStates) -> None:
        self.states = states
        self.share = states.customers / states.total
        self.x, self.x_code = states.x_coded
        self.share_x = np.bincount(self.x_code, weights=self.share)

    def __call__(self, log_params: FloatArray) -> tuple[float, FloatArray]:
        """Negative log-likelihood per customer and its gradient in the logarithms."""
        r, alpha, s, beta = (float(p) for p in np.exp(log_params))

        def tail(x: FloatArray, t: FloatArray) -> FloatArray:
            return log_tail_with_slopes(r, alpha, s, beta, x, t)

        at_recency, at_age = _at_both(self.states, min(alpha, beta), tail)
        terms = _terms(self.states, (r, alpha, s, beta), at_recency[:, 0], at_age[:, 0])
        x, w = self.x, self.share_x
        counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        value = w @ counts + self.share @ terms.log_total
        T, T_code = self.states.age_coded
        R = (r + x)[self.x_code]
        alive, left, later = (self.share * part for part in (terms.alive, terms.left, terms.later))
        of_age = np.bincount(T_code, weights=alive, minlength=len(T))
        slopes = left @ at_recency[:, 1:] - later @ at_age[:, 1:]
        slopes[0] += r * (w @ (digamma(r + x) - digamma(r) + np.log(alpha)) - of_age @ np.log(alpha + T))
        slopes[1] += r - alpha * ((alive * R) @ (1 / (alpha + T))[T_code])
        slopes[2] += s * np.log(beta) - s * (of_age @ np.log(beta + T)) + (left - later).sum()
        slopes[3] += s - s * beta * (of_age @ (1 / (beta + T)))
        return -float(value), -slopes
