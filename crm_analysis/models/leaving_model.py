"""Who leaves: an additive logistic model of habits and of what customers lived through.

The log-odds are a sum of one smooth term per habit (cubic splines; what a model of purchases says is one of them) and
one linear term per thing lived through, so a
customer's reasons are the terms themselves (Hastie and Tibshirani 1986, "Generalized additive models"). What goes with
leaving in the whole is tested apart, hardly penalised and with errors that count each customer once, and held
against false discoveries (Benjamini and Hochberg 1995). It is association: nobody was made to live through anything.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit, ndtr, ndtri
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import SplineTransformer
from statsmodels.stats.multitest import multipletests

from crm_analysis.features import HABITS, LIVED_THROUGH

__all__ = ["LeavingModel"]

FloatArray = npt.NDArray[np.float64]

EXPECTED = "purchases_model"
"""The probability of no purchase that a model of purchases states: a habit like the others, on the log-odds."""
KNOTS = 5
LEVEL = 0.90
FALSE_SHARE = 0.10
"""Share of false names among the drivers that are named, at most, on average."""
_ON_LOG = frozenset({"recency_days", "waiting_ratio", "purchases", "age_days", "recent_purchases", "amount"})
_TINY = 1e-4
_FREE, _SLIGHT, _HUGE = 30.0, 0.1, 50.0
_DRIVERS_COLUMNS = ["driver", "customers", "odds_ratio", "low", "high", "p_value", "q_value", "named"]


class LeavingModel:
    """Probability of leaving within H days, with its terms.

    Attributes
    ----------
    terms_
        Names of habits and of things lived through that vary in the data, in the order of the model.
    drivers_
        One row per thing lived through: driver, customers (to whom it happened), odds_ratio for what a customer
        typically lived through to whom it happened (the mean of those above the reference, against the reference),
        with low and high (90 %, errors by customer), p_value, q_value (Benjamini-Hochberg), named (q at most 0.10
        and the odds of leaving rise).
    reference_
        Value of each term that a customer's is held against: nothing happened, or the median.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({name: rng.gamma(2.0, 1.0, 3000) for name in (*HABITS, *LIVED_THROUGH)})
    >>> frame["customer_id"] = [f"c{i}" for i in range(3000)]
    >>> frame["left"] = (rng.random(3000) < expit(frame["late_deliveries"] - 3.0)).astype(float)
    >>> model = LeavingModel().fit(frame)
    >>> model.drivers_.set_index("driver").loc["late_deliveries", "named"]
    np.True_
    """

    def __init__(self, penalty: float = 1.0) -> None:
        self.penalty = penalty

    def fit(self, traits: pd.DataFrame) -> Self:
        """Fit to customers of whom is known whether they left.

        Parameters
        ----------
        traits
            Of :func:`crm_analysis.features.leaving_traits`, of one or several days; also ``purchases_model``, where
            a model of purchases is at hand.
        """
        habits = [*HABITS, *([EXPECTED] if EXPECTED in traits else [])]
        self.habits_ = [name for name in habits if traits[name].nunique() > 1]
        self.lived_ = [n for n in LIVED_THROUGH if traits[n].notna().all() and traits[n].nunique() > 1]
        self.terms_ = [*self.habits_, *self.lived_]
        self.splines_ = {n: _splines(self._habit(traits, n)) for n in self.habits_}
        self.scale_ = {n: float(traits[n].std(ddof=0)) for n in self.lived_}
        self.reference_ = {n: float(traits[n].median()) for n in self.habits_} | {
            n: float(traits[n].median()) if n in ("price_increases",) else LIVED_THROUGH[n] for n in self.lived_
        }
        design, self.slices_ = self._design(traits)
        self.center_ = design.mean(axis=0)
        fitted = LogisticRegression(C=1.0 / self.penalty, max_iter=500).fit(design - self.center_, traits["left"])
        self.coef_, self.intercept_ = np.asarray(fitted.coef_[0]), float(fitted.intercept_[0])
        self.drivers_ = self._drivers(traits, design)
        return self

    def probability(self, traits: pd.DataFrame) -> FloatArray:
        """Probability of leaving, shape (n,)."""
        design, _slices = self._design(traits)
        return np.asarray(expit((design - self.center_) @ self.coef_ + self.intercept_), dtype=np.float64)

    def contributions(self, traits: pd.DataFrame) -> pd.DataFrame:
        """What each term adds to the log-odds against its reference: one column per term, the index of ``traits``."""
        design, slices = self._design(traits)
        at_reference, _slices = self._design(pd.DataFrame({n: [v] for n, v in self.reference_.items()}))
        away = (design - at_reference) * self.coef_
        return pd.DataFrame({n: away[:, part].sum(axis=1) for n, part in slices.items()}, index=traits.index)

    def without(self, traits: pd.DataFrame, term: str) -> FloatArray:
        """Probability of leaving if a term stood at its reference: the test by deletion."""
        return self.probability(traits.assign(**{term: self.reference_[term]}))

    @staticmethod
    def _habit(traits: pd.DataFrame, name: str) -> FloatArray:
        values = traits[name].to_numpy(dtype="float64")
        if name == EXPECTED:
            return np.asarray(logit(np.clip(values, _TINY, 1 - _TINY)), dtype=np.float64).reshape(-1, 1)
        return (np.log1p(np.maximum(values, 0.0)) if name in _ON_LOG else values).reshape(-1, 1)

    def _design(self, traits: pd.DataFrame) -> tuple[FloatArray, dict[str, slice]]:
        parts, slices, at = [], {}, 0
        for name in self.habits_:
            part = np.asarray(self.splines_[name].transform(self._habit(traits, name)), dtype=np.float64)
            parts.append(part)
            slices[name] = slice(at, at + part.shape[1])
            at += part.shape[1]
        for name in self.lived_:
            parts.append((traits[name].to_numpy(dtype="float64") / self.scale_[name]).reshape(-1, 1))
            slices[name] = slice(at, at + 1)
            at += 1
        return np.hstack(parts), slices

    def _drivers(self, traits: pd.DataFrame, design: FloatArray) -> pd.DataFrame:
        """Every thing lived through with its odds ratio and whether it can be named."""
        if not self.lived_:
            return pd.DataFrame(columns=_DRIVERS_COLUMNS)
        exposed = {n: traits[n] > self.reference_[n] for n in self.lived_}
        typical = {
            n: float((traits.loc[exposed[n], n] - self.reference_[n]).mean()) if exposed[n].any() else 0.0
            for n in self.lived_
        }
        estimate, error = self._unpenalised(traits, design)
        z = np.divide(estimate, error, out=np.zeros_like(estimate), where=error > 0)
        p_value = 2 * np.asarray(ndtr(-np.abs(z)))
        q_value = multipletests(p_value, method="fdr_bh")[1]
        step = np.asarray([typical[n] / self.scale_[n] for n in self.lived_])
        width = float(ndtri((1 + LEVEL) / 2))
        frame = pd.DataFrame(
            {
                "driver": self.lived_,
                "customers": [int(traits.loc[exposed[n], "customer_id"].nunique()) for n in self.lived_],
                "odds_ratio": np.exp(estimate * step),
                "low": np.exp((estimate - width * error) * step),
                "high": np.exp((estimate + width * error) * step),
                "p_value": p_value,
                "q_value": q_value,
                "named": (q_value <= FALSE_SHARE) & (estimate > 0) & (error > 0),
            }
        )
        return frame.sort_values(["named", "odds_ratio"], ascending=False, ignore_index=True)

    def _unpenalised(self, traits: pd.DataFrame, design: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Coefficients of what was lived through, hardly penalised, and their errors, each customer counted once.

        The sandwich of White (1980) with scores summed over the rows of a customer. The columns are scaled up, so that
        a penalty which keeps the terms of habits finite where few customers are does not touch them.
        """
        place = [self.slices_[name].start for name in self.lived_]
        scale = np.ones(design.shape[1])
        scale[place] = _FREE
        x = np.column_stack([np.ones(len(design)), (design - self.center_) * scale])
        left = traits["left"].to_numpy(dtype="float64")
        fitted = LogisticRegression(C=1.0 / _SLIGHT, max_iter=1000, tol=1e-8, solver="newton-cholesky").fit(
            x[:, 1:], left
        )
        beta = np.append(fitted.intercept_, fitted.coef_[0])
        p = expit(x @ beta)
        penalty = np.append(0.0, np.full(design.shape[1], _SLIGHT))
        bread = np.linalg.pinv((x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty))
        customer = traits["customer_id"].astype("category").cat.codes.to_numpy()
        scores = np.zeros((int(customer.max()) + 1, x.shape[1]))
        np.add.at(scores, customer, x * (left - p)[:, None])
        variance = np.diag(bread @ (scores.T @ scores) @ bread)
        at = np.asarray(place) + 1
        estimate, error = beta[at] * _FREE, np.sqrt(np.maximum(variance[at], 0.0)) * _FREE
        sound = np.isfinite(estimate) & np.isfinite(error) & (error < _HUGE)
        return np.where(sound, estimate, 0.0), np.where(sound, error, 0.0)


def _splines(values: FloatArray) -> SplineTransformer:
    """Cubic splines with knots at quantiles, level beyond the ends; fewer where values repeat."""
    distinct = len(np.unique(np.quantile(values, np.linspace(0, 1, KNOTS))))
    knots = "quantile" if distinct == KNOTS else "uniform"
    degree = 3 if distinct >= 3 else 1
    return SplineTransformer(
        n_knots=max(2, distinct), degree=degree, knots=knots, include_bias=False, extrapolation="constant"
    ).fit(values)
