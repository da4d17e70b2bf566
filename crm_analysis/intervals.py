"""The level of all intervals that are shown, and its normal quantile."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri
from scipy.stats import false_discovery_control

__all__ = ["LEVEL", "NORMAL_90", "beyond_chance", "margin_of_difference"]

LEVEL = 0.90
NORMAL_90 = float(ndtri((1 + LEVEL) / 2))
"""Half the width of a 90 % interval in standard errors."""


def beyond_chance(change: pd.Series, low: pd.Series, high: pd.Series, false_share: float) -> npt.NDArray[np.bool_]:
    """Which of many changes are more than chance, given their 90 % intervals (normal).

    Parameters
    ----------
    change, low, high
        Estimates that are zero where nothing changed, and their intervals.
    false_share
        Of those that are named, the share that may be chance (Benjamini and Hochberg 1995).
    """
    error = (high - low) / (2 * NORMAL_90)
    score = (change.abs() / error.where(error > 0)).fillna(0.0)
    return np.asarray(false_discovery_control(2 * ndtr(-score)) <= false_share)


def margin_of_difference(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Half the width of the interval of a difference, from the ends of the intervals of two independent estimates."""
    return float(np.hypot((one[1] - one[0]) / 2, (other[1] - other[0]) / 2))
