"""Do segments differ: would other customers draw the same borders, and do values differ across them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata
from sklearn.metrics import adjusted_rand_score

from crm_analysis.features.rfm import name_segments, rfm_scores
from crm_analysis.thresholds import VALUE_CUSTOMERS

__all__ = ["SegmentCheck", "check_segments"]

_RESAMPLES = 50
_MOST = 20_000
_ENDS = (0.05, 0.95)

_Interval = tuple[float, float, float]


@dataclass(frozen=True)
class SegmentCheck:
    """Whether segments differ: of each measure the middle, and its 5 and 95 % over resamples.

    Attributes
    ----------
    customers, groups
        How many there are.
    kept
        Share of customers who keep their segment when its borders are drawn by a resample.
    agreement
        Adjusted Rand index of those segments: 1 is the same, 0 is chance.
    between
        Share of the spread of customer value, by rank, that lies between segments and not within them.
    plain
        The same for as many equal parts by revenue so far.
    """

    customers: int
    groups: int
    kept: _Interval
    agreement: _Interval
    between: _Interval
    plain: _Interval


def check_segments(scores: pd.DataFrame, as_of: date, leaving_days: int, seed: int) -> SegmentCheck | None:
    """Draw customers again and again, name their segments anew, and compare.

    Parameters
    ----------
    scores
        customer_scores with last_day and first_day.
    as_of, leaving_days
        As the segments were made.
    seed
        Of the resamples: a bootstrap over customers, of 20,000 at most.

    Returns
    -------
    SegmentCheck or None
        None below :data:`~crm_analysis.thresholds.VALUE_CUSTOMERS` customers or with one segment.
    """
    groups = int(scores["segment"].nunique())
    if len(scores) < VALUE_CUSTOMERS or groups < 2:
        return None
    rng = np.random.default_rng(seed)
    ordered = scores.sort_values("customer_id", ignore_index=True)
    if len(ordered) > _MOST:
        ordered = ordered.iloc[np.sort(rng.choice(len(ordered), _MOST, replace=False))].reset_index(drop=True)
    found = [_resampled(ordered, rng, groups, as_of, leaving_days) for _ in range(_RESAMPLES)]
    kept, agreement, between, plain = np.array(found).T
    whole = _shares(ordered, ordered["segment"], groups)
    return SegmentCheck(
        len(scores),
        groups,
        _interval(kept, float(kept.mean())),
        _interval(agreement, float(agreement.mean())),
        _interval(between, whole[0]),
        _interval(plain, whole[1]),
    )


def _resampled(
    scores: pd.DataFrame, rng: np.random.Generator, groups: int, as_of: date, leaving_days: int
) -> tuple[float, float, float, float]:
    drawn = scores.iloc[rng.integers(0, len(scores), len(scores))].reset_index(drop=True)
    drawn["customer_id"] = drawn.index
    anew = rfm_scores(drawn[["customer_id", "last_day", "orders"]], drawn["revenue"], as_of)
    named = name_segments(anew, drawn["first_day"], drawn["existing"], as_of, leaving_days)
    agreement = float(adjusted_rand_score(drawn["segment"], named))
    return float((named == drawn["segment"]).mean()), agreement, *_shares(drawn, drawn["segment"], groups)


def _shares(scores: pd.DataFrame, segment: pd.Series, groups: int) -> tuple[float, float]:
    """Between-group share of the spread of value ranks, for segments and for equal parts by revenue."""
    value = rankdata(scores["value"])
    place = rankdata(scores["revenue"], method="ordinal") - 1
    parts = np.floor(place * groups / len(scores)).astype("int64")
    return _between(value, pd.factorize(segment)[0]), _between(value, parts)


def _between(value: npt.NDArray[np.float64], group: npt.NDArray[np.int64]) -> float:
    size = np.bincount(group)
    means = np.bincount(group, weights=value) / np.maximum(size, 1)
    spread = float(((value - value.mean()) ** 2).sum())
    return float((size * (means - value.mean()) ** 2).sum()) / spread if spread > 0 else 0.0


def _interval(found: npt.NDArray[np.float64], mid: float) -> _Interval:
    low, high = np.quantile(found, _ENDS)
    return mid, float(low), float(high)
