"""Leaving under a contract, where it is seen: an additive classification, and survival with delayed entry.

Without a contract leaving is inferred (:mod:`crm_analysis.models.leaving_check`); here each customer has signed off or
not. Contracts that began before they were first observed enter late: counted from their beginning they would look as
if nobody left in the time before (left truncation).
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight

from crm_analysis.errors import ModelError
from crm_analysis.intervals import NORMAL_90
from crm_analysis.messages import _

__all__ = ["ContractLeaving", "contract_survival", "hazard_ratios"]

FloatArray = npt.NDArray[np.float64]

KNOTS = 4


class ContractLeaving:
    """Probability that a contract ends, as a sum of one term per trait on the log-odds.

    Attributes
    ----------
    numbers_, categories_
        Traits that are numbers (cubic splines) and texts (one term per value; values never seen count as none).

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> traits = pd.DataFrame({"months": rng.integers(1, 72, 500), "kind": rng.choice(["monthly", "yearly"], 500)})
    >>> left = (rng.random(500) < np.where(traits["kind"] == "monthly", 0.5, 0.05)).astype(int)
    >>> model = ContractLeaving().fit(traits, left)
    >>> bool(model.probability(traits)[traits["kind"] == "monthly"].mean() > 0.4)
    True
    """

    def __init__(self, penalty: float = 1.0) -> None:
        self.penalty = penalty

    def fit(self, traits: pd.DataFrame, left: npt.ArrayLike) -> Self:
        """Fit.

        Parameters
        ----------
        traits
            One row per contract: numbers and texts, none missing.
        left
            Shape (n,): 1 where the contract ended.

        Raises
        ------
        ModelError
            A value is missing, or nobody or everybody left.
        """
        ended = np.asarray(left, dtype=np.float64)
        if traits.isna().any(axis=None):
            bad = traits.columns[traits.isna().any()]
            raise ModelError(
                _(
                    "Traits of contracts must not be missing: {columns} in {n} rows. Fill them in or leave the column "
                    "out.",
                    columns=", ".join(map(str, bad)),
                    n=int(traits.isna().any(axis=1).sum()),
                )
            )
        if not 0 < ended.mean() < 1:
            raise ModelError(
                _("Leaving is learnt from contracts that ended and contracts that did not: one kind is missing.")
            )
        self.numbers_ = [str(c) for c in traits.columns if pd.api.types.is_numeric_dtype(traits[c])]
        self.categories_ = [str(c) for c in traits.columns if str(c) not in self.numbers_]
        splines = SplineTransformer(n_knots=KNOTS, include_bias=False, extrapolation="constant")
        columns = ColumnTransformer(
            [
                ("numbers", make_pipeline(StandardScaler(), splines), self.numbers_),
                ("texts", OneHotEncoder(handle_unknown="ignore", drop="if_binary"), self.categories_),
            ]
        )
        self.pipeline_ = Pipeline(
            [("terms", columns), ("logit", LogisticRegression(C=1 / self.penalty, max_iter=2000))]
        )
        self.pipeline_.fit(traits, ended)
        return self

    def probability(self, traits: pd.DataFrame) -> FloatArray:
        """Probability that each contract ends, shape (n,)."""
        return np.asarray(self.pipeline_.predict_proba(traits)[:, 1], dtype=np.float64)


def hazard_ratios(
    traits: pd.DataFrame, entered: npt.ArrayLike, seen_until: npt.ArrayLike, ended: npt.ArrayLike
) -> pd.DataFrame:
    """How traits change the rate of leaving: Cox (1972) with delayed entry.

    Parameters
    ----------
    traits
        One row per contract, numbers.
    entered
        Age of the contract when it was first observed, in any unit; 0 where it was seen from its beginning.
    seen_until
        Age at its end, or when it was last seen, in the same unit.
    ended
        1 where it ended then.

    Returns
    -------
    pandas.DataFrame
        One row per trait: trait, hazard_ratio per unit, low, high (90 %), p_value.

    Raises
    ------
    ModelError
        A contract was last seen before it was first observed.
    """
    start, stop = np.asarray(entered, dtype=np.float64), np.asarray(seen_until, dtype=np.float64)
    _check_ages(start, stop)
    fitted = PHReg(stop, traits.to_numpy(dtype="float64"), status=np.asarray(ended), entry=start, ties="efron").fit()
    estimate, error = np.asarray(fitted.params), np.asarray(fitted.bse)
    return pd.DataFrame(
        {
            "trait": [str(c) for c in traits.columns],
            "hazard_ratio": np.exp(estimate),
            "low": np.exp(estimate - NORMAL_90 * error),
            "high": np.exp(estimate + NORMAL_90 * error),
            "p_value": np.asarray(fitted.pvalues),
        }
    )


def contract_survival(entered: npt.ArrayLike, seen_until: npt.ArrayLike, ended: npt.ArrayLike) -> pd.DataFrame:
    """Share of contracts that last so long, from those observed at each age: Kaplan and Meier (1958), delayed entry.

    Parameters
    ----------
    entered, seen_until, ended
        As in :func:`hazard_ratios`.

    Returns
    -------
    pandas.DataFrame
        One row per age with an end: age, at_risk (contracts observed at it), share_lasting, low, high (90 %, Greenwood
        on the log).
    """
    start, stop = np.asarray(entered, dtype=np.float64), np.asarray(seen_until, dtype=np.float64)
    _check_ages(start, stop)
    found = SurvfuncRight(stop, np.asarray(ended), entry=start)
    risk, events = np.asarray(found.n_risk, dtype="float64"), np.asarray(found.n_events, dtype="float64")
    share = np.cumprod(1 - events / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(np.cumsum(np.where(risk > events, events / (risk * (risk - events)), 0.0)))
    return pd.DataFrame(
        {
            "age": np.asarray(found.surv_times, dtype="float64"),
            "at_risk": risk.astype("int64"),
            "share_lasting": share,
            "low": np.clip(share * np.exp(-NORMAL_90 * error), 0, 1),
            "high": np.clip(share * np.exp(NORMAL_90 * error), 0, 1),
        }
    )


def _check_ages(start: FloatArray, stop: FloatArray) -> None:
    wrong = int((stop <= start).sum())
    if wrong:
        raise ModelError(
            _("{n} contracts were last seen no later than they were first observed. Check both ages.", n=wrong)
        )
