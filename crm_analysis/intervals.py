"""The level of all intervals that are shown, and its normal quantile."""

from __future__ import annotations

from scipy.special import ndtri

__all__ = ["LEVEL", "NORMAL_90"]

LEVEL = 0.90
NORMAL_90 = float(ndtri((1 + LEVEL) / 2))
"""Half the width of a 90 % interval in standard errors."""
