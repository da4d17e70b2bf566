r"""The integral in the likelihood of Pareto/NBD, for any parameters, with its slopes.

.. math:: F = \int_0^\infty (A + y)^{-R} (B + y)^{-(s + 1)} dy

The papers write it with a Gaussian hypergeometric function that overflows for frequent buyers. By Euler's
transformation it is a power of A and B times 2F1(1, b; c; z) with 0 <= z < 1, whose continued fraction (Gauss 1813;
Jones and Thron 1980, chapter 6) has no cancellation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crm_analysis.models._states import FloatArray

__all__ = ["log_tail", "log_tail_with_slopes"]

_TINY = 1e-300
_MOST = 5_000
_STEP = 1e-30
"""Of the complex step: a slope is exact to rounding (Squire and Trapp 1998, SIAM Review 40(1), 110-112)."""

Array = npt.NDArray[np.complexfloating] | npt.NDArray[np.complex128] | FloatArray


def log_tail(R: Array, s: Array | float | complex, A: Array, B: Array) -> Array:
    """Logarithm of F, element by element; all arguments above 0, real or with a tiny imaginary part."""
    left = np.real(A) >= np.real(B)
    z = np.where(left, (A - B) / A, (B - A) / B)
    b = np.where(left, R, s + 1)
    fraction = _fraction(b, R + s + 1, z)
    shape = np.where(left, -R * np.log(A) - s * np.log(B), (1 - R) * np.log(A) - (s + 1) * np.log(B))
    result: Array = shape - np.log(R + s) - np.log(fraction)
    return result


def _fraction(b: Array, c: Array, z: Array) -> Array:
    """The inverse of 2F1(1, b; c; z), by the modified method of Lentz."""
    f = np.ones_like(z + b + c)
    C, D = f.copy(), np.zeros_like(f)
    for number in range(1, _MOST):
        k = number // 2
        if number % 2:
            d = -(b + k) * (c - 1 + k) / ((c + 2 * k - 1) * (c + 2 * k))
        else:
            d = -k * (c - b + k - 1) / ((c + 2 * k - 2) * (c + 2 * k - 1))
        D = 1 / _away_from_zero(1 + d * z * D)
        C = _away_from_zero(1 + d * z / C)
        factor = C * D
        f = f * factor
        if np.all(np.abs(np.real(factor) - 1) < 4e-16) and np.all(np.abs(np.imag(factor)) < 1e-15 * _STEP):
            break
    return f


def _away_from_zero(value: Array) -> Array:
    return np.where(np.abs(value) < _TINY, _TINY, value)


def log_tail_with_slopes(r: float, alpha: float, s: float, beta: float, x: FloatArray, t: FloatArray) -> FloatArray:
    """Logarithm of F at R = r + x, A = alpha + t, B = beta + t, and its slopes in the logarithms of the parameters.

    Returns
    -------
    numpy.ndarray
        Shape (n, 5): value, slopes in log r, log alpha, log s, log beta.
    """
    columns: list[FloatArray] = []
    for number in range(4):
        moved = np.array([r, alpha, s, beta], dtype=np.complex128)
        moved[number] += 1j * _STEP * moved[number].real
        found = log_tail(moved[0] + x, moved[2], moved[1] + t, moved[3] + t)
        if not columns:
            columns.append(np.real(found).astype(np.float64))
        columns.append((np.imag(found) / _STEP).astype(np.float64))
    return np.column_stack(columns)
