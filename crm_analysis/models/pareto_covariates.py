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
from crm_analysis.models._maximise import Estimate, is_positive, maximise
from crm_analysis.models._pareto_tail import log_tail_with_slopes
from crm_analysis.models._states import FloatArray, PurchaseStates, numeric_column
from crm_analysis.models.pareto_nbd import ParetoNBD
from crm_analysis.models.purchase_process import Horizon

__all__ = ["ParetoNBDCovariates"]


@dataclass(frozen=True)
class _Design:
    """Covariates of one process in units of their spread around their mean."""

    names: tuple[str, ...]
    mean: FloatArray
    spread: FloatArray

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str], weights: FloatArray) -> _Design:
        columns = (
            np.column_stack([numeric_column(frame, name) for name in names]) if names else np.zeros((len(frame), 0))
        )
        mean = weights @ columns / weights.sum()
        spread = np.sqrt(weights @ (columns - mean) ** 2 / weights.sum())
        for name, size in zip(names, spread, strict=True):
            if size == 0:
                raise ModelError(
                    _("Covariate {column} is the same for all customers: nothing can be learnt from it.", column=name)
                )
        return cls(tuple(names), mean, spread)

    def standardised(self, frame: pd.DataFrame) -> FloatArray:
        scaled: FloatArray = (_columns(frame, self.names) - self.mean) / self.spread
        return scaled


def _columns(frame: pd.DataFrame, names: Sequence[str]) -> FloatArray:
    return np.column_stack([numeric_column(frame, name) for name in names]) if names else np.zeros((len(frame), 0))


class ParetoNBDCovariates:
    """Pareto/NBD whose two rates depend on covariates.

    Parameters
    ----------
    buying, leaving
        Names of numeric columns that the rate of buying and that of leaving depend on.

    Attributes
    ----------
    params_ : pandas.Series
        r, alpha, s, beta of a customer whose covariates are all 0.
    coefficients_ : pandas.DataFrame
        One row per process (``buying``, ``leaving``) and covariate: coefficient (of the logarithm of the rate, per unit
        of the covariate as it was given), standard_error, z, p_value.
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

    def fit(self, summary: pd.DataFrame) -> ParetoNBDCovariates:
        """Maximise the likelihood.

        Parameters
        ----------
        summary : pandas.DataFrame
            Columns frequency, recency, T, the covariates and, if there, customers. Any unit of time.

        Raises
        ------
        ContractError, ModelError
            A column is missing or not numeric, a covariate is the same for all, or nobody bought twice.
        """
        rows = self._grouped(summary)
        states = PurchaseStates.from_frame(rows)
        self._buying = _Design.of(rows, self.buying, states.customers)
        self._leaving = _Design.of(rows, self.leaving, states.customers)
        plain = ParetoNBD().fit(states)
        scale = float(states.customers @ states.T) / states.total
        z = self._buying.standardised(rows), self._leaving.standardised(rows)
        likelihood = _Likelihood(states.in_unit(scale), *z)
        base = np.log(plain.params_.to_numpy() / np.array([1.0, scale, 1.0, scale]))
        start = np.append(base, np.zeros(len(self.buying) + len(self.leaving)))
        estimate = maximise(likelihood, [start])
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
        gamma = estimate.log_params[4:] / np.append(self._buying.spread, self._leaving.spread)
        shift = np.array([0.0, gamma[:k] @ self._buying.mean, 0.0, gamma[k:] @ self._leaving.mean])
        params = np.exp(estimate.log_params[:4] + shift) * np.array([1.0, scale, 1.0, scale])
        self.params_ = pd.Series(params, index=list(ParetoNBD.PARAMETERS))
        repeats = float(states.customers @ states.frequency)
        self.log_likelihood_ = -estimate.value * n - repeats * float(np.log(scale))
        count = len(estimate.log_params)
        self.aic_ = 2 * count - 2 * self.log_likelihood_
        self.bic_ = count * float(np.log(n)) - 2 * self.log_likelihood_
        self.converged_ = estimate.converged
        errors = np.full(len(gamma), np.nan)
        free = estimate.free
        if is_positive(estimate.hessian[np.ix_(free, free)]):
            inverse = np.full_like(estimate.hessian, np.nan)
            inverse[np.ix_(free, free)] = linalg.inv(estimate.hessian[np.ix_(free, free)] * n)
            errors = np.sqrt(np.diag(inverse)[4:]) / np.append(self._buying.spread, self._leaving.spread)
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

    def _groups(self, summary: pd.DataFrame) -> list[tuple[ParetoNBD, np.ndarray]]:
        """Customers of equal covariates, with the plain model that holds for them."""
        names = list(dict.fromkeys((*self.buying, *self.leaving)))
        code, _patterns = pd.factorize(pd.MultiIndex.from_frame(summary[names]))
        beta = self.coefficients_.set_index(["process", "covariate"])["coefficient"]
        found = []
        for number in range(int(code.max()) + 1 if len(code) else 0):
            rows = np.flatnonzero(code == number)
            one = summary.iloc[rows[0]]
            params = {str(name): float(value) for name, value in self.params_.items()}
            for process, names_of, name in (("buying", self.buying, "alpha"), ("leaving", self.leaving, "beta")):
                params[name] *= float(np.exp(-sum(beta[(process, c)] * float(one[c]) for c in names_of)))
            found.append((ParetoNBD.from_params(**params), rows))
        return found

    def probability_alive(self, summary: pd.DataFrame, ahead: float = 0.0) -> FloatArray:
        """Probability that a customer still buys, shape (rows,); see :meth:`ParetoNBD.probability_alive`."""
        result = np.empty(len(summary))
        for model, rows in self._groups(summary):
            result[rows] = model.probability_alive(summary.iloc[rows], ahead)
        return result

    def expected_purchases(self, summary: pd.DataFrame, horizon: Horizon) -> FloatArray:
        """Purchases expected in the next ``horizon``; see :meth:`ParetoNBD.expected_purchases`."""
        shape = (len(summary),) if np.ndim(horizon) == 0 else (len(summary), np.size(horizon))
        result = np.empty(shape)
        for model, rows in self._groups(summary):
            result[rows] = model.expected_purchases(summary.iloc[rows], horizon)
        return result


class _Likelihood:
    """As of Pareto/NBD, each row with an alpha and a beta of its own."""

    def __init__(self, states: PurchaseStates, buying: FloatArray, leaving: FloatArray) -> None:
        self.states, self.buying, self.leaving = states, buying, leaving
        self.share = states.customers / states.total

    def __call__(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Negative log-likelihood per customer and its gradient."""
        k = self.buying.shape[1]
        r, s = float(np.exp(theta[0])), float(np.exp(theta[2]))
        alpha = np.exp(theta[1] - self.buying @ theta[4 : 4 + k])
        beta = np.exp(theta[3] - self.leaving @ theta[4 + k :])
        x, t_x, T = self.states.frequency, self.states.recency, self.states.T
        at_recency = log_tail_with_slopes(r, alpha, s, beta, x, t_x)
        at_age = log_tail_with_slopes(r, alpha, s, beta, x, T)
        log_alive = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
        log_left, log_later = np.log(s) + at_recency[:, 0], np.log(s) + at_age[:, 0]
        scale = np.maximum(log_alive, log_left)
        alive, left, later = (np.exp(part - scale) for part in (log_alive, log_left, log_later))
        total = alive + (left - later)
        counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        value = self.share @ (counts + scale + np.log(total))
        alive, left, later = alive / total, left / total, later / total
        slopes = left[:, None] * at_recency[:, 1:] - later[:, None] * at_age[:, 1:]
        slopes[:, 0] += r * (digamma(r + x) - digamma(r) + np.log(alpha) - alive * np.log(alpha + T))
        slopes[:, 1] += r - alive * (r + x) * alpha / (alpha + T)
        slopes[:, 2] += s * (np.log(beta) - alive * np.log(beta + T)) + left - later
        slopes[:, 3] += s - alive * s * beta / (beta + T)
        base = self.share @ slopes
        of_buying = -(self.share * slopes[:, 1]) @ self.buying
        of_leaving = -(self.share * slopes[:, 3]) @ self.leaving
        return -float(value), -np.concatenate([base, of_buying, of_leaving])
