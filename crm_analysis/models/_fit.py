"""Standard errors, summary and draws of fitted parameters: shared by all models of this folder.

A model states its parameters (all positive) and its log-likelihood with gradient; the rest works on the
logarithms of the parameters, so that no constraint is ever violated.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from scipy import linalg
from scipy.special import ndtri

from crm_analysis.errors import ConvergenceWarning, ModelError, StatisticalWarning
from crm_analysis.messages import _
from crm_analysis.models._maximise import Estimate, is_positive
from crm_analysis.models._states import FloatArray

__all__ = ["LikelihoodModel", "inverse_information", "warn_of"]

_VAGUE = 10.0
"""A parameter whose logarithm has a larger standard error could be anything from nothing to all: it is not known."""


class LikelihoodModel:
    """What all models share once their likelihood is maximised.

    Attributes
    ----------
    params_ : pandas.Series
        Parameters by name, in the unit of the data.
    standard_errors_, covariance_ : pandas.Series, pandas.DataFrame
        From the observed information; NaN for a parameter that the data do not determine (a
        ``StatisticalWarning`` said so).
    log_likelihood_, aic_, bic_ : float
        At the maximum, in the unit of the data.
    n_customers_ : int
        Customers the likelihood was made of.
    converged_ : bool
        The gradient is as good as zero.
    """

    PARAMETERS: ClassVar[tuple[str, ...]] = ()
    NAME: ClassVar[str] = ""

    params_: pd.Series
    standard_errors_: pd.Series
    covariance_: pd.DataFrame
    log_likelihood_: float
    aic_: float
    bic_: float
    n_customers_: int
    converged_: bool
    log_covariance_: FloatArray

    @classmethod
    def from_params(cls, **params: float) -> Self:
        """Make a model from known parameters, without data.

        Parameters
        ----------
        **params : float
            Every parameter by its name, all above 0.

        Raises
        ------
        ModelError
            A name is missing or unknown, or a value is not above 0.
        """
        if set(params) != set(cls.PARAMETERS):
            raise ModelError(
                _(
                    "{model} needs the parameters {need}, got {got}.",
                    model=cls.NAME,
                    need=", ".join(cls.PARAMETERS),
                    got=", ".join(params) or "-",
                )
            )
        values = pd.Series({name: float(params[name]) for name in cls.PARAMETERS}, dtype=np.float64)
        if not (np.isfinite(values) & (values > 0)).all():
            raise ModelError(_("The parameters of {model} must be finite and above 0.", model=cls.NAME))
        model = cls()
        model.params_ = values
        model.converged_ = True
        return model

    def with_params(self, params: Mapping[str, float]) -> Self:
        """Copy the model with other parameters, such as one row of :meth:`simulate_parameters`."""
        model = copy.copy(self)
        model.params_ = pd.Series({name: float(params[name]) for name in self.PARAMETERS}, dtype=np.float64)
        return model

    def _store(self, estimate: Estimate, scale: Mapping[str, float], shift: float, customers: float) -> None:
        """Keep the results in the unit of the data: ``scale`` by parameter, ``shift`` of the log-likelihood."""
        names = list(self.PARAMETERS)
        factor = np.array([scale.get(name, 1.0) for name in names])
        params = np.exp(estimate.log_params) * factor
        self.params_ = pd.Series(params, index=names)
        self.n_customers_ = round(customers)
        self.log_likelihood_ = -estimate.value * customers + shift
        self.aic_ = 2 * len(names) - 2 * self.log_likelihood_
        self.bic_ = len(names) * float(np.log(customers)) - 2 * self.log_likelihood_
        self.converged_ = estimate.converged
        known, self.log_covariance_ = inverse_information(estimate, customers)
        covariance = self.log_covariance_ * np.outer(params, params)
        covariance[~known, :] = np.nan
        covariance[:, ~known] = np.nan
        self.covariance_ = pd.DataFrame(covariance, index=names, columns=names)
        self.standard_errors_ = pd.Series(np.sqrt(np.diag(covariance)), index=names)
        warn_of(estimate, known, self.NAME, names)

    def _need_params(self) -> pd.Series:
        if not hasattr(self, "params_"):
            raise ModelError(
                _("{model} has no parameters yet. Call fit, or make it with from_params.", model=self.NAME)
            )
        return self.params_

    def summary(self, level: float = 0.90) -> pd.DataFrame:
        """Give the parameters with standard errors and intervals, one row per parameter.

        Parameters
        ----------
        level : float
            Coverage of the interval, which is made on the logarithm and stays above 0.

        Returns
        -------
        pandas.DataFrame
            Columns parameter, estimate, standard_error, low, high.
        """
        params = self._need_params()
        if not hasattr(self, "standard_errors_"):
            errors = pd.Series(np.nan, index=params.index)
        else:
            errors = self.standard_errors_
        z = float(ndtri((1 + level) / 2))
        spread = np.exp(z * errors / params)
        table = {"estimate": params, "standard_error": errors, "low": params / spread, "high": params * spread}
        return pd.DataFrame(table).rename_axis("parameter").reset_index()

    def simulate_parameters(self, n: int, random_state: int | np.random.Generator | None = None) -> pd.DataFrame:
        """Draw parameters from the asymptotic normal distribution of their logarithms.

        Parameters
        ----------
        n : int
            Number of draws.
        random_state : int, numpy.random.Generator or None
            Seed.

        Returns
        -------
        pandas.DataFrame
            One row per draw, one column per parameter. A parameter without standard error stays as it is.

        Raises
        ------
        ModelError
            The model was not fitted.
        """
        params = self._need_params()
        if not hasattr(self, "log_covariance_"):
            raise ModelError(
                _("{model} was made from given parameters: fit it to draw from its errors.", model=self.NAME)
            )
        rng = np.random.default_rng(random_state)
        values, vectors = np.linalg.eigh(self.log_covariance_)
        noise = rng.standard_normal((n, len(params))) * np.sqrt(np.maximum(values, 0.0))
        logs = np.log(params.to_numpy()) + noise @ vectors.T
        return pd.DataFrame(np.exp(logs), columns=list(self.PARAMETERS))

    def draws(self, n: int, random_state: int | np.random.Generator | None = None) -> Iterator[Self]:
        """Copies of the model with drawn parameters, see :meth:`simulate_parameters`."""
        for row in self.simulate_parameters(n, random_state).itertuples(index=False):
            yield self.with_params(dict(zip(self.PARAMETERS, row, strict=True)))

    def __repr__(self) -> str:
        """Name and, once known, parameters."""
        params = getattr(self, "params_", None)
        inner = "" if params is None else ", ".join(f"{k}={v:.5g}" for k, v in params.items())
        return f"{type(self).__name__}({inner})"


def inverse_information(estimate: Estimate, customers: float) -> tuple[np.ndarray, FloatArray]:
    """Invert the information of the parameters that the data determine.

    Parameters
    ----------
    estimate : Estimate
        Of k parameters, with the curvature per customer.
    customers : float
        Customers the likelihood was made of.

    Returns
    -------
    known : numpy.ndarray
        Shape (k,), whether the data determine the parameter.
    inverse : numpy.ndarray
        Shape (k, k), covariance of what was varied; 0 in the rows and columns of what is not known.
    """
    known = estimate.free.copy()
    information = estimate.hessian * customers
    if not is_positive(estimate.hessian[np.ix_(known, known)]):
        known[:] = False
    inverse = np.zeros_like(information)
    while known.any():
        inverse[np.ix_(known, known)] = linalg.inv(information[np.ix_(known, known)])
        vague = known & (np.diag(inverse) > _VAGUE**2)
        if not vague.any():
            break
        known &= ~vague
        inverse[:] = 0.0
    return known, inverse


def warn_of(estimate: Estimate, known: np.ndarray, model: str, parameters: Sequence[str]) -> None:
    """Warn of a likelihood that was not maximised and of parameters without a standard error.

    To be called by what ``fit`` calls, so that the warning points to the caller of ``fit``.
    """
    if not estimate.converged:
        warnings.warn(
            _(
                "{model}: the likelihood was not maximised (largest slope {slope}). Take a longer period or"
                " more customers, or use the mean of the past instead.",
                model=model,
                slope=f"{estimate.gradient:.1e}",
            ),
            ConvergenceWarning,
            stacklevel=4,
        )
    if not known.all():
        undetermined = [n for n, is_known in zip(parameters, known, strict=True) if not is_known]
        warnings.warn(
            _(
                "{model}: the data do not determine {parameters}: customers are too few or too alike."
                " Expected values can be used, standard errors cannot. Take a longer period or more"
                " customers.",
                model=model,
                parameters=", ".join(undetermined),
            ),
            StatisticalWarning,
            stacklevel=4,
        )
