r"""Gamma-Gamma: what a customer spends per purchase, shrunk towards the average of all.

A customer's single purchases are Gamma(p, :math:`\nu`), and :math:`\nu \sim Gamma(q, \gamma)` over customers,
independent of how often the customer buys.

Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value, technical note 025. Equation numbers are those
of the note.
"""

from __future__ import annotations

import warnings
from typing import ClassVar, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln

from crm_analysis.errors import ModelError, StatisticalWarning
from crm_analysis.messages import _
from crm_analysis.models._fit import LikelihoodModel
from crm_analysis.models._maximise import maximise
from crm_analysis.models._states import FloatArray, numeric_column
from crm_analysis.thresholds import SPEND_CUSTOMERS

__all__ = ["GammaGamma", "SpendMoments"]


class SpendMoments(NamedTuple):
    """Of a customer's mean spend per purchase: expectation, its variance, and the variance of one purchase."""

    mean: FloatArray
    variance_of_mean: FloatArray
    variance_of_purchase: FloatArray


class GammaGamma(LikelihoodModel):
    """The Gamma-Gamma model of spend per purchase, fitted on customers who bought again.

    Attributes
    ----------
    params_ : pandas.Series
        p, q and gamma (in the currency of the data). The other attributes are those of every fitted model.
    n_ignored_ : int
        Customers without a repeat purchase or with a mean spend of 0 or less, left out of the fit.
    observed_mean_ : float
        Mean of monetary_value of the customers used, each customer counting once.
    observed_variance_ : float
        Variance of monetary_value between them.
    spend_correlation_ : float
        Correlation of frequency and monetary_value among them: the model assumes none. 0 where one of both does
        not vary.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_analysis.models import GammaGamma
    >>> model = GammaGamma.from_params(p=6.25, q=3.744, gamma=15.447)
    >>> one = pd.DataFrame({"frequency": [2], "monetary_value": [22.35]})
    >>> round(float(model.expected_spend(one)[0]), 2)
    24.66
    """

    PARAMETERS: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")
    NAME: ClassVar[str] = "Gamma-Gamma"

    n_ignored_: int
    observed_mean_: float
    observed_variance_: float
    spend_correlation_: float

    def fit(self, summary: pd.DataFrame) -> Self:
        """Maximise the likelihood: equation (1a).

        Parameters
        ----------
        summary : pandas.DataFrame
            One row per customer: frequency (repeat purchases) and monetary_value (mean amount of these
            purchases). Customers with frequency 0 or monetary_value 0 or less are ignored and counted.

        Returns
        -------
        GammaGamma
            Itself.

        Raises
        ------
        ContractError, ModelError
            A column is missing or not numeric, or nobody can be used.
        """
        x, m = numeric_column(summary, "frequency"), numeric_column(summary, "monetary_value")
        used = (x >= 1) & (m > 0)
        x, m = x[used], m[used]
        self.n_ignored_ = int((~used).sum())
        if len(x) == 0:
            raise ModelError(
                _(
                    "None of the {customers} customers has a repeat purchase with an amount above 0, so {model}"
                    " has nothing to learn from. Take a longer period.",
                    customers=len(used),
                    model=self.NAME,
                )
            )
        self.observed_mean_, self.observed_variance_ = float(m.mean()), float(m.var())
        varies = np.ptp(x) > 0 and np.ptp(m) > 0
        self.spend_correlation_ = float(np.corrcoef(x, m)[0, 1]) if varies else 0.0
        scale = self.observed_mean_
        starts = [np.log([p, q, max(q - 1, 0.5) / p]) for p, q in [(4.0, 3.0), (1.0, 2.0), (20.0, 10.0), (1.0, 0.8)]]
        estimate = maximise(_Likelihood(x, m / scale), starts)
        self._store(estimate, {"gamma": scale}, -len(x) * float(np.log(scale)), float(len(x)))
        if len(x) < SPEND_CUSTOMERS:
            warnings.warn(
                _(
                    "{model} was fitted on {customers} customers who bought again: too few for single customers."
                    " Read totals with their intervals.",
                    model=self.NAME,
                    customers=len(x),
                ),
                StatisticalWarning,
                stacklevel=2,
            )
        return self

    def expected_spend(self, summary: pd.DataFrame) -> FloatArray:
        """Spend expected per future purchase: equation (5), a weighted mean of everybody and the customer.

        Parameters
        ----------
        summary : pandas.DataFrame
            One row per customer: frequency and monetary_value (ignored where frequency is 0).

        Returns
        -------
        numpy.ndarray
            Shape (rows,), in the currency of the data, above 0.

        Warns
        -----
        StatisticalWarning
            The model's mean over customers does not exist (q is 1 or less): customers without a repeat purchase
            get the observed mean instead.
        """
        x, m = numeric_column(summary, "frequency"), numeric_column(summary, "monetary_value")
        own = (x >= 1) & (m > 0)
        return self.spend_moments(np.where(own, x, 0.0), np.where(own, m, 0.0)).mean

    def spend_moments(self, x: FloatArray, m: FloatArray) -> SpendMoments:
        """Expectation and variances of the spend per purchase, given x purchases of mean m.

        Parameters
        ----------
        x, m : numpy.ndarray
            Shape (n,), frequency and monetary_value; 0 and 0 for a customer without a repeat purchase.

        Returns
        -------
        SpendMoments
            Where the model has no variance (p x + q is 2 or less), the observed one between customers stands in.
        """
        p, q, gamma = self._need_params()
        shape, total = p * x + q, gamma + x * m
        exists = shape > 1
        mean = np.where(exists, p * total / np.where(exists, shape - 1, 1.0), self._fallback(bool(exists.all())))
        finite = shape > 2
        observed = getattr(self, "observed_variance_", 0.0)
        between = np.where(finite, mean**2 / np.where(finite, shape - 2, 1.0), observed)
        return SpendMoments(mean, between, (mean**2 + between) / p)

    def expected_spend_new_customer(self) -> float:
        """Spend expected per purchase of a customer nothing is known about."""
        return float(self.spend_moments(np.zeros(1), np.zeros(1)).mean[0])

    def _fallback(self, not_needed: bool) -> float:
        if not_needed:
            return 0.0
        q = float(self._need_params()["q"])
        if not hasattr(self, "observed_mean_"):
            raise ModelError(
                _(
                    "With q = {q} the mean spend of {model} does not exist. Fit the model, or give q above 1.",
                    q=f"{q:.3g}",
                    model=self.NAME,
                )
            )
        warnings.warn(
            _(
                "{model}: spend varies so much (q = {q}) that the mean over customers does not exist; the observed"
                " mean is used for customers without a repeat purchase. Look for a few extreme amounts or business"
                " customers, and analyse them apart.",
                model=self.NAME,
                q=f"{q:.3g}",
            ),
            StatisticalWarning,
            stacklevel=4,
        )
        return self.observed_mean_


class _Likelihood:
    """Equation (1a) with its gradient, amounts in units of their mean."""

    def __init__(self, x: FloatArray, m: FloatArray) -> None:
        self.x, self.m = x, m
        self.log_total = np.log(x) + np.log(m)
        self.constant = float(np.log(m).mean())
        self.distinct, self.code = np.unique(x, return_inverse=True)
        self.share = np.bincount(self.code) / len(x)

    def __call__(self, log_params: FloatArray) -> tuple[float, FloatArray]:
        """Negative log-likelihood per customer and its gradient in the logarithms."""
        p, q, gamma = np.exp(log_params)
        x, d = self.x, p * self.distinct
        log_sum = np.log(gamma + x * self.m)
        gap = self.log_total - log_sum
        per_count = gammaln(d + q) - gammaln(d) - gammaln(q)
        value = self.share @ per_count + q * np.log(gamma) + np.mean(p * x * gap - q * log_sum) - self.constant
        psi = digamma(d + q)
        slope_p = self.share @ (self.distinct * (psi - digamma(d))) + np.mean(x * gap)
        slope_q = self.share @ psi - digamma(q) + np.log(gamma) - log_sum.mean()
        slope_gamma = q / gamma - np.mean((p * x + q) * np.exp(-log_sum))
        return -float(value), -np.array([slope_p * p, slope_q * q, slope_gamma * gamma])
