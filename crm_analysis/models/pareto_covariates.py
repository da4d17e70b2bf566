r"""Pareto/NBD with what is known of customers and does not change: each buys and leaves at rates that depend on it.

:math:`\alpha_i = \alpha \exp(-\gamma_1' z_i)` and :math:`\beta_i = \beta \exp(-\gamma_2' z_i)`: a coefficient of 0.1
means that the rate is higher by the factor exp(0.1) where the covariate is higher by one unit.

Fader, Hardie (2007), Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg
from scipy.special import chdtrc, digamma, gammaln, ndtr

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.messages import _
from crm_analysis.models._covariate_design import Design
from crm_analysis.models._fit import inverse_information, warn_of
from crm_analysis.models._maximise import BOUND, Estimate, maximise
from crm_analysis.models._pareto_tail import log_tail, log_tail_with_slopes
from crm_analysis.models._states import FloatArray, PurchaseStates
from crm_analysis.models.pareto_nbd import ParetoNBD, Terms, time_there
from crm_analysis.models.purchase_process import Horizon, read_horizons

__all__ = ["ParetoNBDCovariates"]


_FARTHEST = 60.0
"""Of the logarithm of a customer's alpha or beta: what is farther away could not be told from it."""


class ParetoNBDCovariates:
    """Pareto/NBD whose two rates depend on covariates.

    Parameters
    ----------
    buying, leaving
        Names of numeric columns that the rate of buying and that of leaving depend on.

    Attributes
    ----------
    params_ : pandas.Series
        r, alpha, s, beta of a customer whose covariates are all 0; alpha and beta can be 0 or infinite where no
        customer is near that, as with years of birth. Predictions do not rest on them.
    coefficients_ : pandas.DataFrame
        One row per process (``buying``, ``leaving``) and covariate: coefficient (of the logarithm of the rate, per unit
        of the covariate as it was given), standard_error, z, p_value. The last three are NaN for a coefficient that
        the data do not determine (a ``StatisticalWarning`` said so).
    log_likelihood_, aic_, bic_ : float
        At the maximum.
    likelihood_ratio_ : dict
        Against the model without covariates: statistic, degrees, p_value (chi-squared; that they all are zero).
    converged_ : bool
        The gradient is as good as zero.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from crm_analysis.models import ParetoNBD, ParetoNBDCovariates
    >>> slow = ParetoNBD.from_params(r=2.0, alpha=10.0, s=1.0, beta=20.0).simulate(np.full(300, 50.0), random_state=1)
    >>> fast = ParetoNBD.from_params(r=2.0, alpha=5.0, s=1.0, beta=20.0).simulate(np.full(300, 50.0), random_state=2)
    >>> frame = pd.concat([slow.assign(club=0), fast.assign(club=1)])
    >>> model = ParetoNBDCovariates(buying=["club"]).fit(frame)
    >>> bool(0.4 < model.coefficients_["coefficient"].iloc[0] < 1.0)  # twice the rate: log(2) = 0.69
    True
    """

    NAME = "Pareto/NBD"

    params_: pd.Series
    coefficients_: pd.DataFrame
    log_likelihood_: float
    aic_: float
    bic_: float
    likelihood_ratio_: dict[str, float]
    converged_: bool

    def __init__(self, buying: Sequence[str] = (), leaving: Sequence[str] = ()) -> None:
        self.buying, self.leaving = tuple(buying), tuple(leaving)
        if not self.buying and not self.leaving:
            raise ModelError(_("Name at least one covariate, of buying or of leaving."))
        for names in (self.buying, self.leaving):
            twice = [name for k, name in enumerate(names) if name in names[:k]]
            if twice:
                raise ModelError(_("Covariate {column} is named twice for one process. Name it once.", column=twice[0]))

    def fit(self, summary: pd.DataFrame) -> ParetoNBDCovariates:
        """Maximise the likelihood.

        Parameters
        ----------
        summary : pandas.DataFrame
            Columns frequency, recency, T, the covariates and, if there, customers. Any unit of time.

        Raises
        ------
        ContractError, ModelError
            A column is missing or not numeric, a covariate is the same for all or follows from others, or nobody
            bought twice.
        """
        rows = self._grouped(summary)
        states = PurchaseStates.from_frame(rows)
        self._buying = Design.of(rows, self.buying, states.customers)
        self._leaving = Design.of(rows, self.leaving, states.customers)
        plain = ParetoNBD().fit(states)
        scale = float(states.customers @ states.T) / states.total
        z = self._buying.standardised(rows), self._leaving.standardised(rows)
        likelihood = _Likelihood(states.in_unit(scale), *z)
        base = np.log(plain.params_.to_numpy() / np.array([1.0, scale, 1.0, scale]))
        start = np.append(base, np.zeros(len(self.buying) + len(self.leaving)))
        count = len(self.buying) + len(self.leaving)
        most = (*ParetoNBD.MOST, *[BOUND] * count)
        estimate = maximise(likelihood, [start], linalg.block_diag(ParetoNBD.MIXED, np.eye(count)), most)
        self._store(estimate, scale, states, plain)
        return self

    def _grouped(self, summary: pd.DataFrame) -> pd.DataFrame:
        names = ["frequency", "recency", "T", *dict.fromkeys((*self.buying, *self.leaving))]
        missing = [name for name in names if name not in summary.columns]
        if missing:
            raise ContractError(
                _("Column {column} is missing (found: {found}).", column=missing[0], found=", ".join(summary.columns))
            )
        counts = summary["customers"] if "customers" in summary.columns else pd.Series(1, index=summary.index)
        grouped: pd.DataFrame = summary[names].assign(customers=counts).groupby(names)["customers"].sum().reset_index()
        return grouped

    def _store(self, estimate: Estimate, scale: float, states: PurchaseStates, plain: ParetoNBD) -> None:
        k, n = len(self.buying), states.total
        self._base = estimate.log_params + np.log([1.0, scale, 1.0, scale, *np.ones(len(estimate.log_params) - 4)])
        gamma = estimate.log_params[4:] / np.append(self._buying.spread, self._leaving.spread)
        shift = np.array([0.0, gamma[:k] @ self._buying.mean, 0.0, gamma[k:] @ self._leaving.mean])
        with np.errstate(over="ignore", under="ignore"):
            self.params_ = pd.Series(np.exp(self._base[:4] + shift), index=list(ParetoNBD.PARAMETERS))
        repeats = float(states.customers @ states.frequency)
        self.log_likelihood_ = -estimate.value * n - repeats * float(np.log(scale))
        count = len(estimate.log_params)
        self.aic_ = 2 * count - 2 * self.log_likelihood_
        self.bic_ = count * float(np.log(n)) - 2 * self.log_likelihood_
        self.converged_ = estimate.converged
        known, inverse = inverse_information(estimate, n)
        errors = np.where(known, np.sqrt(np.diag(inverse)), np.nan)[4:]
        errors = errors / np.append(self._buying.spread, self._leaving.spread)
        self.coefficients_ = pd.DataFrame(
            {
                "process": ["buying"] * k + ["leaving"] * (len(gamma) - k),
                "covariate": [*self.buying, *self.leaving],
                "coefficient": gamma,
                "standard_error": errors,
                "z": gamma / errors,
                "p_value": 2 * ndtr(-np.abs(gamma / errors)),
            }
        )
        statistic = max(2 * (self.log_likelihood_ - plain.log_likelihood_), 0.0)
        self.likelihood_ratio_ = {
            "statistic": statistic,
            "degrees": float(len(gamma)),
            "p_value": float(chdtrc(len(gamma), statistic)),
        }
        named = [f"{name} ({part})" for part, names in self._processes for name in names]
        warn_of(estimate, known, self.NAME, [*ParetoNBD.PARAMETERS, *named])

    @property
    def _processes(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return (_("buying"), self.buying), (_("leaving"), self.leaving)

    def probability_alive(self, summary: pd.DataFrame, ahead: float = 0.0) -> FloatArray:
        """Probability that a customer still buys, shape (rows,); see :meth:`ParetoNBD.probability_alive`."""
        data, rates = self._read(summary)
        later = float(read_horizons(ahead)[0])
        stays: FloatArray = np.exp(-rates.s * np.log1p(later / (rates.beta + data.T)))
        return rates.alive(data) * stays

    def expected_purchases(self, summary: pd.DataFrame, horizon: Horizon) -> FloatArray:
        """Purchases expected in the next ``horizon``; see :meth:`ParetoNBD.expected_purchases`."""
        data, rates = self._read(summary)
        there = time_there(rates.s, (rates.beta + data.T)[:, None], read_horizons(horizon)[None, :])
        each = rates.alive(data) * (rates.r + data.frequency) / (rates.alpha + data.T)
        expected: FloatArray = each[:, None] * there
        return expected[:, 0] if np.ndim(horizon) == 0 else expected

    def _read(self, summary: pd.DataFrame) -> tuple[PurchaseStates, _Rates]:
        if not hasattr(self, "params_"):
            raise ModelError(_("{model} with covariates has no parameters yet. Call fit first.", model=self.NAME))
        z = self._buying.standardised(summary), self._leaving.standardised(summary)
        return PurchaseStates.from_frame(summary), _Rates.of(self._base, *z)


@dataclass(frozen=True)
class _Rates:
    """Parameters of customers: r and s of all, alpha and beta of each, shape (n,)."""

    r: float
    alpha: FloatArray
    s: float
    beta: FloatArray

    @classmethod
    def of(cls, theta: FloatArray, buying: FloatArray, leaving: FloatArray) -> _Rates:
        """From logarithms and coefficients, at standardised covariates."""
        k = buying.shape[1]
        alpha = np.exp(np.clip(theta[1] - buying @ theta[4 : 4 + k], -_FARTHEST, _FARTHEST))
        beta = np.exp(np.clip(theta[3] - leaving @ theta[4 + k :], -_FARTHEST, _FARTHEST))
        return cls(float(np.exp(theta[0])), alpha, float(np.exp(theta[2])), beta)

    def alive(self, data: PurchaseStates) -> FloatArray:
        """Probability that each still buys at the end of the observation."""
        x, t_x, T = data.frequency, data.recency, data.T
        at_recency = log_tail(self.r + x, self.s, self.alpha + t_x, self.beta + t_x)
        at_age = log_tail(self.r + x, self.s, self.alpha + T, self.beta + T)
        return self.terms(data, at_recency, at_age).alive

    def terms(self, data: PurchaseStates, at_recency: FloatArray, at_age: FloatArray) -> Terms:
        """From the logarithms of the tails."""
        log_alive = -(self.r + data.frequency) * np.log(self.alpha + data.T) - self.s * np.log(self.beta + data.T)
        return Terms(log_alive, np.log(self.s) + at_recency, np.log(self.s) + at_age)


class _Likelihood:
    """As of Pareto/NBD, each row with an alpha and a beta of its own."""

    def __init__(self, states: PurchaseStates, buying: FloatArray, leaving: FloatArray) -> None:
        self.states, self.buying, self.leaving = states, buying, leaving
        self.share = states.customers / states.total

    def __call__(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Negative log-likelihood per customer and its gradient."""
        rates = _Rates.of(theta, self.buying, self.leaving)
        r, alpha, s, beta = rates.r, rates.alpha, rates.s, rates.beta
        x, t_x, T = self.states.frequency, self.states.recency, self.states.T
        at_recency = log_tail_with_slopes(r, alpha, s, beta, x, t_x)
        at_age = log_tail_with_slopes(r, alpha, s, beta, x, T)
        terms = rates.terms(self.states, at_recency[:, 0], at_age[:, 0])
        alive, left, later = terms.alive, terms.left, terms.later
        counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        value = self.share @ (counts + terms.log_total)
        slopes = left[:, None] * at_recency[:, 1:] - later[:, None] * at_age[:, 1:]
        slopes[:, 0] += r * (digamma(r + x) - digamma(r) + np.log(alpha) - alive * np.log(alpha + T))
        slopes[:, 1] += r - alive * (r + x) * alpha / (alpha + T)
        slopes[:, 2] += s * (np.log(beta) - alive * np.log(beta + T)) + left - later
        slopes[:, 3] += s - alive * s * beta / (beta + T)
        base = self.share @ slopes
        of_buying = -(self.share * slopes[:, 1]) @ self.buying
        of_leaving = -(self.share * slopes[:, 3]) @ self.leaving
        return -float(value), -np.concatenate([base, of_buying, of_leaving])
