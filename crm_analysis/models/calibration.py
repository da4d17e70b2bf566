"""Are stated probabilities what happens? Table for the dots, and one score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from crm_analysis.errors import ModelError
from crm_analysis.messages import _
from crm_analysis.models._states import FloatArray

__all__ = ["BrierScore", "brier_score", "calibration_table"]


class BrierScore(NamedTuple):
    """Mean squared error of probabilities, against always stating the share of those it happened to."""

    brier: float
    base_rate_brier: float

    @property
    def skill(self) -> float:
        """Share of the base rate's error that is removed: 1 perfect, 0 no better, below 0 worse."""
        return 1 - self.brier / self.base_rate_brier if self.base_rate_brier > 0 else 0.0


def calibration_table(
    probability: npt.ArrayLike,
    happened: npt.ArrayLike,
    bins: int = 10,
    *,
    customers: npt.ArrayLike | None = None,
    level: float = 0.90,
) -> pd.DataFrame:
    """Compare stated probabilities with what happened, in bins of about equal numbers of customers.

    Parameters
    ----------
    probability : array
        Shape (n,), between 0 and 1.
    happened : array
        Shape (n,), 0 or 1; with ``customers``, the share of the row's customers it happened to.
    bins : int
        At most so many; equal probabilities are never parted.
    customers : array, optional
        Customers in each row.
    level : float
        Coverage of the interval (Wilson 1927).

    Returns
    -------
    pandas.DataFrame
        One row per bin, lowest probability first: bin (from 1), n, predicted (mean probability), observed (share),
        low, high (interval of the share).

    Raises
    ------
    ModelError
        The arrays differ in length, are empty, or hold values outside 0 to 1.
    """
    p, y, n = _checked(probability, happened, customers)
    order = np.argsort(p, kind="stable")
    p, y, n = p[order], y[order], n[order]
    _values, tie = np.unique(p, return_inverse=True)
    size = np.bincount(tie, weights=n)
    middle = (np.cumsum(size) - size / 2) / size.sum()
    _bins, code = np.unique(np.minimum((middle * bins).astype(int), bins - 1)[tie], return_inverse=True)
    total = np.bincount(code, weights=n).astype(np.float64)
    predicted = np.bincount(code, weights=n * p) / total
    observed = np.bincount(code, weights=n * y) / total
    low, high = _wilson(observed, total, level)
    return pd.DataFrame(
        {
            "bin": np.arange(1, len(total) + 1),
            "n": np.rint(total).astype(np.int64),
            "predicted": predicted,
            "observed": observed,
            "low": low,
            "high": high,
        }
    )


def brier_score(
    probability: npt.ArrayLike, happened: npt.ArrayLike, *, customers: npt.ArrayLike | None = None
) -> BrierScore:
    """Score probabilities, and the base rate beside them.

    Parameters
    ----------
    probability, happened, customers : array
        As in :func:`calibration_table`.

    Returns
    -------
    BrierScore
        brier and base_rate_brier, both lower is better.
    """
    p, y, n = _checked(probability, happened, customers)
    share = n / n.sum()
    base = float(share @ y)
    # With counts, y is a share of 0/1 outcomes: E(p - Y)^2 = p^2 - 2 p y + y.
    return BrierScore(float(share @ (p**2 - 2 * p * y + y)), base * (1 - base))


def _checked(
    probability: npt.ArrayLike, happened: npt.ArrayLike, customers: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    p, y = np.asarray(probability, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    n = np.ones(len(p)) if customers is None else np.asarray(customers, dtype=np.float64)
    if not (p.ndim == 1 and p.shape == y.shape == n.shape and len(p)):
        raise ModelError(_("Probabilities, outcomes and counts must be lists of one length, not empty."))
    if not all(((v >= 0) & (v <= 1)).all() for v in (p, y)) or not (n > 0).all():
        raise ModelError(_("Probabilities and outcomes must lie between 0 and 1, and counts above 0."))
    return p, y, n


def _wilson(share: FloatArray, n: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Score interval of a share: Wilson (1927), JASA 22, 209-212."""
    z = float(ndtri((1 + level) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.clip(centre - half, 0.0, share), np.clip(centre + half, share, 1.0)
