r"""The integral behind purchases of all time to come, discounted:

.. math:: \int_0^\infty (1 + v)^{-s} e^{-z v} dv = U(1, 2 - s, z) = e^z E_s(z)

with Tricomi's U, in Fader, Hardie, Lee (2005), "RFM and CLV", Journal of Marketing Research 42(4), equation (12). The
integrand is positive and analytic in log(v), where the trapezoid rule converges exponentially.
"""

from __future__ import annotations

import numpy as np

from crm_analysis.models._states import FloatArray

__all__ = ["discounted_power"]

_STEP = 0.25
_NEGLIGIBLE = 40.0
"""A share exp(-40) of the integral is left out on either side."""


def discounted_power(s: FloatArray, z: FloatArray) -> FloatArray:
    """The integral for arrays of shapes that can be broadcast; s and z above 0."""
    s, z = np.broadcast_arrays(np.asarray(s, dtype=np.float64), np.asarray(z, dtype=np.float64))
    if s.size == 0:
        return np.zeros(s.shape)
    low = -np.log(s + z) - _NEGLIGIBLE
    high = np.log(_NEGLIGIBLE + 10.0) - np.log(z)
    count = int(np.ceil((high - low).max() / _STEP)) + 1
    step = (high - low) / (count - 1)
    total = np.zeros(s.shape)
    for number in range(count):
        log_v = low + number * step
        v = np.exp(log_v)
        total = total + np.exp(log_v - s * np.log1p(v) - z * v)
    result: FloatArray = total * step
    return result
