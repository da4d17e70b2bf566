"""The interval of a total whose expectation is drawn and whose chance is normal around each draw."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from crm_analysis.models._states import FloatArray

__all__ = ["mixture_interval"]

_NOISE_POINTS = 41
"""Points by which the normal distribution of the process noise is represented around each draw."""


def mixture_interval(draws: FloatArray, process_sd: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Low and high of each total: ``draws`` of shape (draws, totals), noise of ``process_sd``, shape (totals,)."""
    z = ndtri((np.arange(_NOISE_POINTS) + 0.5) / _NOISE_POINTS)
    mixture = (draws[:, None, :] + z[None, :, None] * process_sd).reshape(-1, draws.shape[1])
    low, high = np.quantile(mixture, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high
