r"""BG/BB: customers who can buy once in each of a number of periods, such as donors asked once a year.

While alive, a customer buys at an opportunity with probability :math:`p \sim Beta(\alpha, \beta)`; at the start of
each opportunity the customer leaves for good with probability :math:`\theta \sim Beta(\gamma, \delta)`.

Fader, Hardie, Shang (2010), Customer-Base Analysis in a Discrete-Time Noncontractual Setting, Marketing Science
29(6), 1086-1108. Equation numbers are those of the paper.
"""

from __future__ import annotations

import warnings
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaln, comb, digamma, hyp2f1

from crm_analysis.errors import ModelError, StatisticalWarning
from crm_analysis.messages import _
from crm_analysis.models._fit import LikelihoodModel
from crm_analysis.models._maximise import maximise
from crm_analysis.models._opportunities import OpportunityStates, read_opportunities
from crm_analysis.models._states import FloatArray
from crm_analysis.models.time_units import discount_per_period
from crm_analysis.thresholds import MODEL_CUSTOMERS, MODEL_EVENTS

__all__ = ["BetaGeoBetaBinomial"]


class BetaGeoBetaBinomial(LikelihoodModel):
    """The BG/BB model, fitted on histories over opportunities.

    Attributes
    ----------
    params_ : pandas.Series
        alpha, beta (buying), gamma, delta (leaving). The other attributes are those of every fitted model.

    Examples
    --------
    >>> import pandas as pd
    >>> from crm_analysis.models import BetaGeoBetaBinomial
    >>> model = BetaGeoBetaBinomial.from_params(alpha=1.2035, beta=0.7498, gamma=0.6568, delta=2.7839)
    >>> one = pd.DataFrame({"frequency": [2], "recency": [4], "periods": [6]})
    >>> round(float(model.probability_alive(one)[0]), 2)
    0.59
    """

    PARAMETERS: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")
    NAME: ClassVar[str] = "BG/BB"

    def fit(self, states: pd.DataFrame | OpportunityStates) -> Self:
        """Maximise the likelihood: equation (7).

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency (opportunities used after the first purchase ever), recency (number of the last one,
            0 without), periods (opportunities observed) and, if there, customers.

        Returns
        -------
        BetaGeoBetaBinomial
            Itself.

        Raises
        ------
        ContractError, ModelError
            A column is missing or holds impossible values, or nobody bought again.
        """
        distinct, _code = read_opportunities(states).grouped()
        repeats = float(distinct.customers @ distinct.frequency)
        if repeats == 0:
            raise ModelError(
                _(
                    "None of the {customers} customers bought again, so {model} has nothing to learn from. Take a"
                    " longer period.",
                    customers=round(distinct.total),
                    model=self.NAME,
                )
            )
        starts = [np.log(p) for p in [(1.0, 1.0, 1.0, 3.0), (0.5, 2.0, 0.5, 2.0), (2.0, 1.0, 0.2, 2.0)]]
        estimate = maximise(_Likelihood(distinct), starts)
        self._store(estimate, {}, 0.0, distinct.total)
        if distinct.total < MODEL_CUSTOMERS or repeats < MODEL_EVENTS:
            warnings.warn(
                _(
                    "{model} was fitted on {customers} customers with {repeats} repeat purchases: too few for"
                    " forecasts of single customers. Read totals with their intervals.",
                    model=self.NAME,
                    customers=round(distinct.total),
                    repeats=round(repeats),
                ),
                StatisticalWarning,
                stacklevel=2,
            )
        return self

    def probability_alive(self, states: pd.DataFrame | OpportunityStates, periods_ahead: int = 1) -> FloatArray:
        """Probability that a customer is alive at a coming opportunity: equation (11).

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, periods.
        periods_ahead : int
            0 for the last opportunity observed, 1 for the next one (as the paper), and so on.

        Returns
        -------
        numpy.ndarray
            Shape (rows,).
        """
        if periods_ahead != int(periods_ahead) or periods_ahead < 0:
            raise ModelError(_("The number of coming opportunities must be a whole number, 0 or more."))
        _alpha, _beta, gamma, delta = self._need_params()
        data, code = read_opportunities(states).grouped()
        later = betaln(gamma, delta + data.periods + periods_ahead) - betaln(gamma, delta + data.periods)
        alive: FloatArray = (self._alive_at_the_end(data) * np.exp(later))[code]
        return alive

    def expected_purchases(self, states: pd.DataFrame | OpportunityStates, horizon: int) -> FloatArray:
        """Purchases expected at the next ``horizon`` opportunities: equation (13).

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, periods.
        horizon : int
            Opportunities to come, 0 or more.

        Returns
        -------
        numpy.ndarray
            Shape (rows,). The paper's difference of gamma functions is added up term by term, so that gamma = 1
            is no exception.
        """
        alpha, beta, gamma, delta = self._need_params()
        data, code = read_opportunities(states).grouped()
        ahead = np.arange(1, _whole(horizon) + 1)
        n = data.periods[:, None]
        staying = np.exp(betaln(gamma, delta + n + ahead) - betaln(gamma, delta + n)).sum(axis=1)
        buying = (alpha + data.frequency) / (alpha + beta + data.periods)
        expected: FloatArray = (self._alive_at_the_end(data) * buying * staying)[code]
        return expected

    def purchase_distribution(self, states: pd.DataFrame | OpportunityStates, horizon: int) -> FloatArray:
        """Probability of 0, 1, ... purchases at the next ``horizon`` opportunities: equation (12).

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, periods.
        horizon : int
            Opportunities to come, 0 or more.

        Returns
        -------
        numpy.ndarray
            Shape (rows, horizon + 1); each row sums to 1.
        """
        alpha, beta, gamma, delta = self._need_params()
        data, code = read_opportunities(states).grouped()
        alive, end = self._alive_at_the_end(data), _whole(horizon)
        x, n = data.frequency, data.periods
        table = np.zeros((len(data), end + 1))
        table[:, 0] = 1 - alive
        for met in range(end + 1):  # opportunities that the customer lives to see
            last = betaln(gamma, delta + n + met) if met == end else betaln(gamma + 1, delta + n + met)
            stays = alive * np.exp(last - betaln(gamma, delta + n))
            for bought in range(met + 1):
                used = betaln(alpha + x + bought, beta + n - x + met - bought) - betaln(alpha + x, beta + n - x)
                table[:, bought] += stays * comb(met, bought) * np.exp(used)
        distribution: FloatArray = table[code]
        return distribution

    def probability_no_purchase(self, states: pd.DataFrame | OpportunityStates, horizon: int) -> FloatArray:
        """Probability of no purchase at the next ``horizon`` opportunities: equation (12) at 0.

        Returns
        -------
        numpy.ndarray
            Shape (rows,).
        """
        return self.purchase_distribution(states, horizon)[:, 0]

    def expected_purchases_new_customer(self, horizon: int) -> float:
        """Repeat purchases expected of a new customer at the first ``horizon`` opportunities: equation (8)."""
        alpha, beta, gamma, delta = self._need_params()
        ahead = np.arange(1, _whole(horizon) + 1)
        staying = np.exp(betaln(gamma, delta + ahead) - betaln(gamma, delta)).sum()
        return float(alpha / (alpha + beta) * staying)

    def discounted_expected_residual_transactions(
        self, states: pd.DataFrame | OpportunityStates, *, discount_rate_annual: float, periods_per_year: float
    ) -> FloatArray:
        """Purchases expected at all coming opportunities, each worth less the later it comes: DERT, equation (14).

        Parameters
        ----------
        states : pandas.DataFrame
            Columns frequency, recency, periods.
        discount_rate_annual : float
            Per year, 0.10 for 10 %, above 0.
        periods_per_year : float
            Opportunities in a year: 1 for one a year, 12 for one a month. The next opportunity is one period away.

        Returns
        -------
        numpy.ndarray
            Shape (rows,).
        """
        alpha, beta, gamma, delta = self._need_params()
        keep = 1 / (1 + discount_per_period(discount_rate_annual, periods_per_year))
        data, code = read_opportunities(states).grouped()
        n = data.periods
        next_one = np.exp(betaln(gamma, delta + n + 1) - betaln(gamma, delta + n)) * keep
        all_later = hyp2f1(1.0, delta + n + 1, gamma + delta + n + 1, keep)
        buying = (alpha + data.frequency) / (alpha + beta + n)
        residual: FloatArray = (self._alive_at_the_end(data) * buying * next_one * all_later)[code]
        return residual

    def _alive_at_the_end(self, data: OpportunityStates) -> FloatArray:
        """Equation (11) at the last opportunity observed: the share that the first term has in the likelihood."""
        terms = _log_terms(data, *self._need_params())
        alive: FloatArray = np.exp(terms[:, 0] - np.logaddexp.reduce(terms, axis=1))
        return alive


class _Likelihood:
    """Equation (7), one value per distinct state, summed with the customers in it."""

    def __init__(self, states: OpportunityStates) -> None:
        self.states = states
        self.share = states.customers / states.total
        self.seen = _seen(states)

    def __call__(self, log_params: FloatArray) -> tuple[float, FloatArray]:
        """Negative log-likelihood per customer and its gradient in the logarithms."""
        alpha, beta, gamma, delta = np.exp(log_params)
        terms = _log_terms(self.states, alpha, beta, gamma, delta)
        each = np.logaddexp.reduce(terms, axis=1)
        weight = np.exp(terms - each[:, None]) * self.share[:, None]
        x, seen = self.states.frequency[:, None], self.seen
        left = np.ones(seen.shape[1])
        left[0] = 0.0  # the first term: still alive
        both, staying = digamma(alpha + beta + seen), digamma(gamma + delta + seen + left)
        slopes = [
            digamma(alpha + x) - both - digamma(alpha) + digamma(alpha + beta),
            digamma(beta + seen - x) - both - digamma(beta) + digamma(alpha + beta),
            digamma(gamma + left) - staying - digamma(gamma) + digamma(gamma + delta),
            digamma(delta + seen) - staying - digamma(delta) + digamma(gamma + delta),
        ]
        gradient = np.array([float((weight * slope).sum()) for slope in slopes]) * np.exp(log_params)
        return -float(self.share @ each), -gradient


def _seen(states: OpportunityStates) -> FloatArray:
    """Opportunities lived through, shape (rows, 1 + most after the last purchase): all, else last purchase + i."""
    most = int((states.periods - states.recency).max())
    after = states.recency[:, None] + np.arange(most)
    return np.column_stack([states.periods, np.minimum(after, states.periods[:, None])])


def _log_terms(states: OpportunityStates, alpha: float, beta: float, gamma: float, delta: float) -> FloatArray:
    """Logarithms of the terms of equation (7): alive to the end, then left after each opportunity since the last."""
    seen, x = _seen(states), states.frequency[:, None]
    bought = betaln(alpha + x, beta + seen - x) - betaln(alpha, beta)
    lived = betaln(gamma + 1, delta + seen) - betaln(gamma, delta)
    lived[:, 0] = betaln(gamma, delta + states.periods) - betaln(gamma, delta)
    terms = bought + lived
    terms[:, 1:][seen[:, 1:] >= states.periods[:, None]] = -np.inf
    return terms


def _whole(horizon: npt.ArrayLike) -> int:
    value = np.asarray(horizon, dtype=np.float64)
    if value.ndim != 0 or not np.isfinite(value) or value < 0 or value != np.floor(value):
        raise ModelError(_("The number of coming opportunities must be a whole number, 0 or more."))
    return int(value)
