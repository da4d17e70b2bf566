r"""sBG: how long customers under contract stay, when each decides anew at every renewal.

A customer leaves at each renewal with probability :math:`\theta \sim Beta(\alpha, \beta)`, the same at every
renewal; retention rises with time because those likely to leave are gone.

Fader, Hardie (2007), How to Project Customer Retention, Journal of Interactive Marketing 21(1), 76-90: equation
numbers with FH07. Fader, Hardie (2010), Customer-Base Valuation in a Contractual Setting, Marketing Science 29(1),
85-93: FH10.
"""

from __future__ import annotations

import warnings
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaln, hyp2f1

from crm_analysis.errors import ModelError, StatisticalWarning
from crm_analysis.messages import _
from crm_analysis.models._fit import LikelihoodModel
from crm_analysis.models._maximise import maximise
from crm_analysis.models._states import FloatArray, numeric_column
from crm_analysis.models.time_units import discount_per_period
from crm_analysis.thresholds import MODEL_CUSTOMERS, MODEL_EVENTS

__all__ = ["ShiftedBetaGeometric"]


class ShiftedBetaGeometric(LikelihoodModel):
    """The sBG model, fitted on renewals.

    Attributes
    ----------
    params_ : pandas.Series
        alpha (leaving), beta (staying). The other attributes are those of every fitted model; ``n_customers_``
        are those up for the first renewal observed of them.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_analysis.models import ShiftedBetaGeometric, renewals_of_cohorts
    >>> survivors = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> cohort = pd.DataFrame({"period": range(8), "survivors": survivors})
    >>> model = ShiftedBetaGeometric().fit(renewals_of_cohorts(cohort))
    >>> [round(float(value), 3) for value in model.params_]
    [0.668, 3.806]
    """

    PARAMETERS: ClassVar[tuple[str, ...]] = ("alpha", "beta")
    NAME: ClassVar[str] = "sBG"

    def fit(self, renewals: pd.DataFrame) -> Self:
        """Maximise the likelihood: FH07 equation (5) with (6), as a product over renewals.

        Parameters
        ----------
        renewals : pandas.DataFrame
            One row per renewal: renewal (1 for the first), at_risk, lost; from ``renewals_of_cohorts`` or
            ``renewals_of_contracts``.

        Returns
        -------
        ShiftedBetaGeometric
            Itself.

        Raises
        ------
        ContractError, ModelError
            A column is missing or holds impossible values, or nobody left, or everybody did.
        """
        t, at_risk, lost = (numeric_column(renewals, name) for name in ("renewal", "at_risk", "lost"))
        if not ((t >= 1) & (t == np.floor(t)) & (at_risk > 0) & (lost >= 0) & (lost <= at_risk)).all():
            raise ModelError(_("Renewals must be numbered from 1, with customers at risk and, of these, those lost."))
        if len(t) == 0 or lost.sum() == 0 or (lost == at_risk).all():
            raise ModelError(
                _(
                    "{model} needs customers who left and customers who stayed at a renewal. Observe more renewals.",
                    model=self.NAME,
                )
            )
        kept = at_risk - lost
        # Who is up for renewal t without having been kept at t - 1 has entered there.
        entered = at_risk - pd.Series(kept, index=t).groupby(level=0).sum().reindex(t - 1).fillna(0).to_numpy()
        customers = float(np.maximum(entered, 0).sum())

        def objective(log_params: FloatArray) -> tuple[float, FloatArray]:
            alpha, beta = np.exp(log_params)
            value = lost.sum() * np.log(alpha) + kept @ np.log(beta + t - 1) - at_risk @ np.log(alpha + beta + t - 1)
            both = at_risk @ (1 / (alpha + beta + t - 1))
            slopes = np.array([lost.sum() - alpha * both, beta * (kept @ (1 / (beta + t - 1)) - both)])
            return -float(value) / customers, -slopes / customers

        starts = [np.log(p) for p in [(1.0, 3.0), (0.3, 1.0), (5.0, 40.0)]]
        self._store(maximise(objective, starts), {}, 0.0, customers)
        if customers < MODEL_CUSTOMERS or lost.sum() < MODEL_EVENTS:
            warnings.warn(
                _(
                    "{model} was fitted on {customers} customers of whom {lost} left: too few for single customers."
                    " Read totals with their intervals.",
                    model=self.NAME,
                    customers=round(customers),
                    lost=round(float(lost.sum())),
                ),
                StatisticalWarning,
                stacklevel=2,
            )
        return self

    def retention_rate(self, renewal: npt.ArrayLike) -> FloatArray:
        """Share of those up for a renewal who stay: FH07 equation (8).

        Parameters
        ----------
        renewal : array of int
            1 for the first renewal.

        Returns
        -------
        numpy.ndarray
            Of the shape of ``renewal``.
        """
        alpha, beta = self._need_params()
        t = _whole(renewal, least=1)
        return np.asarray((beta + t - 1) / (alpha + beta + t - 1))

    def survival(self, renewals: npt.ArrayLike, made: npt.ArrayLike = 0) -> FloatArray:
        """Probability to make so many further renewals, given those made: FH07 equation (6).

        Parameters
        ----------
        renewals : array of int
            Further renewals, 0 or more.
        made : array of int
            Renewals already made, 0 for a new customer.

        Returns
        -------
        numpy.ndarray
            Of the common shape of both.
        """
        alpha, beta = self._need_params()
        more, done = _whole(renewals), _whole(made)
        return np.asarray(np.exp(betaln(alpha, beta + done + more) - betaln(alpha, beta + done)))

    def probability_of_leaving_at(self, renewal: npt.ArrayLike) -> FloatArray:
        """Probability that a new customer leaves at a renewal: FH07 equation (5)."""
        t = _whole(renewal, least=1)
        return self.survival(t - 1) - self.survival(t)

    def expected_tenure(self, horizon: int, made: npt.ArrayLike | None = None) -> FloatArray:
        """Paid periods expected within a horizon.

        Parameters
        ----------
        horizon : int
            Periods to look ahead, 0 or more.
        made : array of int, optional
            Renewals already made by customers who are in a paid period now, whose periods to come are counted.
            Without it, a new customer, whose first period counts and is certain.

        Returns
        -------
        numpy.ndarray
            Of the shape of ``made``; in periods, at most ``horizon``.
        """
        ahead = np.arange(int(_whole(horizon)))
        if made is None:
            return np.asarray(self.survival(ahead).sum())
        return np.asarray(self.survival(ahead + 1, np.asarray(made)[..., None]).sum(axis=-1))

    def discounted_expected_lifetime(self, *, discount_rate_annual: float, periods_per_year: float) -> float:
        """Paid periods expected of a new customer, discounted to the start: DEL, FH10 equation (4).

        Parameters
        ----------
        discount_rate_annual : float
            Per year, 0.10 for 10 %, above 0.
        periods_per_year : float
            Contract periods in a year: 12 for months.

        Returns
        -------
        float
            In periods; the first one, paid at the start, counts 1. Times the profit of a period it is the value
            of a customer not yet won.
        """
        alpha, beta = self._need_params()
        keep = 1 / (1 + discount_per_period(discount_rate_annual, periods_per_year))
        return float(hyp2f1(1.0, beta, alpha + beta, keep))

    def discounted_expected_residual_lifetime(
        self, made: npt.ArrayLike, *, discount_rate_annual: float, periods_per_year: float
    ) -> FloatArray:
        """Paid periods to come of a customer just before the next renewal: DERL, FH10 equation (6).

        Parameters
        ----------
        made : array of int
            Renewals already made: 0 in the first period (n - 1 in the paper).
        discount_rate_annual, periods_per_year : float
            As in :meth:`discounted_expected_lifetime`. The next period, paid at once on renewal, is not
            discounted.

        Returns
        -------
        numpy.ndarray
            Of the shape of ``made``, in periods.
        """
        alpha, beta = self._need_params()
        keep = 1 / (1 + discount_per_period(discount_rate_annual, periods_per_year))
        n = _whole(made) + 1
        return np.asarray(self.retention_rate(n) * hyp2f1(1.0, beta + n, alpha + beta + n, keep))


def _whole(value: npt.ArrayLike, least: int = 0) -> FloatArray:
    numbers = np.asarray(value, dtype=np.float64)
    if not (np.isfinite(numbers) & (numbers >= least) & (numbers == np.floor(numbers))).all():
        raise ModelError(_("Renewals and periods must be whole numbers, {least} or more.", least=least))
    return numbers
