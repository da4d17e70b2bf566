"""Which beginnings mark good customers: traits of the first thirty days and the sales that followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm
from scipy.special import ndtri
from sklearn.linear_model import PoissonRegressor
from statsmodels.stats.multitest import multipletests

from crm_analysis.models._measures import capture, gini
from crm_analysis.thresholds import EARLY_CUSTOMERS, PERCENT_CUSTOMERS

__all__ = ["EarlyTraits", "find_early_traits"]

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.90
FALSE_SHARE = 0.10
HELD_SHARE = 0.30
_MOST_VALUES = 8
_NUMBERS = ("first_amount", "first_lines", "discounted", "again")
_FLAGS = ("weekend", "referred", "returned")
_TEXTS = ("channel", "category", "source")
_PENALTY = 1e-3


@dataclass(frozen=True)
class EarlyTraits:
    """What beginnings say about later sales.

    Attributes
    ----------
    traits
        One row per trait: trait, value (of a text; empty else), customers (who have it; of a number, above its
        median), ratio (later sales with it over those without, the other traits equal; of a number, for a step from
        the lower to the upper quartile), low, high (90 %), q_value, named (q at most 0.10).
    trained, held
        Customers that were learnt from, the older ones, and held back, the newest whose later sales are known.
    gini, gini_alone
        How well later sales of those held back are ranked, by the model and by the first amount alone.
    lift, lift_alone
        Share of their later sales that fell to the tenth ranked highest, over a tenth.
    beats
        Whether the model ranks better than the first amount alone.
    scores
        One row per customer_id whose later sales are not known yet: first_day, expected_sales (of the days that
        follow), by the model or, where that is no better, by the first amount alone; highest first.
    """

    traits: pd.DataFrame
    trained: int
    held: int
    gini: float
    gini_alone: float
    lift: float
    lift_alone: float
    beats: bool
    scores: pd.DataFrame


def find_early_traits(beginnings: pd.DataFrame) -> EarlyTraits | None:
    """Learn from older beginnings, judge on newer ones, score those whose later sales are still to come.

    Later sales follow a Poisson regression with a log link, which needs no Poisson counts for its means (Gourieroux,
    Monfort and Trognon 1984); errors are robust (White 1980).

    Parameters
    ----------
    beginnings
        Of :func:`crm_analysis.features.first_orders`.

    Returns
    -------
    EarlyTraits or None
        None with too few beginnings whose later sales are known.
    """
    known = beginnings[beginnings["later_sales"].notna()].sort_values(["first_day", "customer_id"], ignore_index=True)
    if len(known) < EARLY_CUSTOMERS:
        return None
    cut = int(len(known) * (1 - HELD_SHARE))
    old, new = known.iloc[:cut], known.iloc[cut:]
    coding = _Coding(old)
    outcome = _outcome(old)
    model, alone = (_fit(design, outcome) for design in (coding.design(old), _amount(old)))
    truth, ones = _outcome(new), np.ones(len(new))
    told, told_alone = model.predict(coding.design(new)), alone.predict(_amount(new))
    ranks = gini(told, truth, ones), gini(told_alone, truth, ones)
    beats = bool(ranks[0] > ranks[1])
    coming = beginnings[beginnings["later_sales"].isna()]
    every = _Coding(known)
    final = _fit(every.design(known) if beats else _amount(known), _outcome(known))
    expected = final.predict(every.design(coming) if beats else _amount(coming)) if len(coming) else np.zeros(0)
    # A log-linear forecast of a beginning like none before has no bound: nobody is expected to beat the best one seen.
    expected = np.minimum(expected, _outcome(known).max())
    scores = coming[["customer_id", "first_day"]].assign(expected_sales=expected)
    return EarlyTraits(
        traits=_effects(every, known),
        trained=len(old),
        held=len(new),
        gini=ranks[0],
        gini_alone=ranks[1],
        lift=capture(told, truth, ones, 0.1) / 0.1,
        lift_alone=capture(told_alone, truth, ones, 0.1) / 0.1,
        beats=beats,
        scores=scores.sort_values(["expected_sales", "customer_id"], ascending=[False, True], ignore_index=True),
    )


def _outcome(frame: pd.DataFrame) -> FloatArray:
    """Later sales; below nothing as nothing."""
    return np.asarray(np.maximum(frame["later_sales"].to_numpy(dtype="float64"), 0.0), dtype=np.float64)


def _fit(design: FloatArray, outcome: FloatArray) -> PoissonRegressor:
    return PoissonRegressor(alpha=_PENALTY, max_iter=1000, solver="newton-cholesky").fit(design, outcome)


def _amount(frame: pd.DataFrame) -> FloatArray:
    return np.asarray(np.log1p(np.maximum(frame[["first_amount"]].to_numpy(dtype="float64"), 0.0)), dtype=np.float64)


class _Coding:
    """Columns of the model: numbers on the log where they are amounts or counts, flags, and values of texts."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.numbers = [n for n in _NUMBERS if frame[n].nunique() > 1]
        self.flags = [n for n in _FLAGS if frame[n].nunique() > 1]
        self.values: list[tuple[str, str]] = []
        for name in _TEXTS:
            counts = frame[name].value_counts()
            common = [str(v) for v, n in counts.items() if n >= PERCENT_CUSTOMERS][: _MOST_VALUES + 1]
            # The commonest value is what the others are held against.
            self.values += [(name, value) for value in common[1:]]
        self.columns = [(n, "") for n in (*self.numbers, *self.flags)] + self.values
        self.steps = [self._step(frame, n) for n in self.numbers]

    def design(self, frame: pd.DataFrame) -> FloatArray:
        parts = [self._number(frame, n) for n in self.numbers]
        parts += [frame[n].to_numpy(dtype="float64") for n in self.flags]
        parts += [np.asarray(frame[name] == value, dtype=np.float64) for name, value in self.values]
        return np.column_stack(parts) if parts else np.zeros((len(frame), 0))

    @staticmethod
    def _number(frame: pd.DataFrame, name: str) -> FloatArray:
        values = frame[name].to_numpy(dtype="float64")
        return values if name == "discounted" else np.log1p(np.maximum(values, 0.0))

    def _step(self, frame: pd.DataFrame, name: str) -> float:
        values = self._number(frame, name)
        low, high = np.quantile(values, [0.25, 0.75])
        if high > low:
            return float(high - low)
        positive = values[values > low]
        return float(np.median(positive) - low) if len(positive) else 1.0


def _effects(coding: _Coding, known: pd.DataFrame) -> pd.DataFrame:
    design, outcome = coding.design(known), _outcome(known)
    mean = outcome.mean()
    columns = ["trait", "value", "customers", "ratio", "low", "high", "q_value", "named"]
    if not design.shape[1] or mean <= 0:
        return pd.DataFrame(columns=columns)
    full = sm.add_constant(design, has_constant="add")
    fitted = sm.GLM(outcome / mean, full, family=sm.families.Poisson()).fit(cov_type="HC0")
    estimate, error = np.asarray(fitted.params)[1:], np.asarray(fitted.bse)[1:]
    step = np.ones(len(estimate))
    step[: len(coding.steps)] = coding.steps
    z = float(ndtri((1 + LEVEL) / 2))
    q_value = multipletests(np.nan_to_num(np.asarray(fitted.pvalues)[1:], nan=1.0), method="fdr_bh")[1]
    has = [_who(design[:, k], k < len(coding.steps)) for k in range(design.shape[1])]
    frame = pd.DataFrame(
        {
            "trait": [name for name, _value in coding.columns],
            "value": [value for _name, value in coding.columns],
            "customers": has,
            "ratio": np.exp(estimate * step),
            "low": np.exp((estimate - z * error) * step),
            "high": np.exp((estimate + z * error) * step),
            "q_value": q_value,
            "named": q_value <= FALSE_SHARE,
        }
    )
    strength = np.abs(np.log(frame["ratio"]))
    return frame.assign(strength=strength).sort_values(["named", "strength"], ascending=False, ignore_index=True)[
        columns
    ]


def _who(values: FloatArray, number: bool) -> int:
    return int((values > np.median(values)).sum()) if number else int((values > 0).sum())
