r"""The integral in the likelihood of Pareto/NBD, for any parameters, with its slopes.

.. math:: F = \int_0^\infty (A + y)^{-R} (B + y)^{-(s + 1)} dy

The papers write it with a Gaussian hypergeometric function that overflows for frequent buyers. By Euler's
transformation it is a power of A and B times 2F1(1, b; c; z) with 0 <= z < 1, whose continued fraction (Gauss 1813;
Jones and Thron 1980, chapter 6) has no cancellation. Where A and B are far apart the fraction converges slowly; there
the integral itself is summed, by the trapezoid rule in log(y), which converges exponentially.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crm_analysis.models._states import FloatArray

__all__ = ["log_tail", "log_tail_with_slopes"]

_TINY = 1e-300
_MOST = 1_000
_STEPS_BETWEEN = 6
"""Steps of the fraction after which elements that have converged are set aside."""
_NEAR = 0.98
"""From this z on the integral is summed."""
_STEP = 1e-30
"""Of the complex step: a slope is exact to rounding (Squire and Trapp 1998, SIAM Review 40(1), 110-112)."""
_SUM_STEP = 0.25
_NEGLIGIBLE = 40.0
_CELLS = 2_000_000
"""Elements times points worked on at once, to bound memory."""

Array = npt.NDArray[np.complexfloating] | npt.NDArray[np.complex128] | FloatArray


def log_tail(R: FloatArray, s: float, A: FloatArray, B: FloatArray) -> FloatArray:
    """Logarithm of F, element by element; all arguments above 0, R, A and B of one shape."""
    result = np.empty(R.shape)
    near = _is_near(A, B)
    result[near] = _summed(R[near], s, A[near], B[near])[:, 0]
    result[~near] = np.real(_by_fraction(R[~near], s, A[~near], B[~near]))
    return result


def log_tail_with_slopes(
    r: float, alpha: float | FloatArray, s: float, beta: float | FloatArray, x: FloatArray, t: FloatArray
) -> FloatArray:
    """Logarithm of F at R = r + x, A = alpha + t, B = beta + t, and its slopes in the logarithms of the parameters.

    Parameters
    ----------
    r, s
        Parameters of all.
    alpha, beta
        Of all, or one each, shape (n,).
    x, t
        Purchases and times, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n, 5): value, slopes in log r, log alpha, log s, log beta.
    """
    result = np.empty((len(x), 5))
    each_alpha, each_beta = np.broadcast_to(alpha, x.shape), np.broadcast_to(beta, x.shape)
    near = _is_near(each_alpha + t, each_beta + t)
    a, b = each_alpha[near], each_beta[near]
    result[near] = _summed(r + x[near], s, a + t[near], b + t[near])
    result[near, 1:] *= np.column_stack([np.full(len(a), r), a, np.full(len(a), s), b])
    moved = np.ones((4, 4), dtype=np.complex128)
    moved[np.diag_indices(4)] += 1j * _STEP
    of_r, of_alpha, of_s, of_beta = moved[:, :, None]
    x, t, a, b = x[~near], t[~near], each_alpha[~near], each_beta[~near]
    found = _by_fraction(r * of_r + x, s * of_s + 0 * x, a * of_alpha + t, b * of_beta + t)
    result[~near] = np.column_stack([np.real(found[0]), *(np.imag(found) / _STEP)])
    return result


def _is_near(A: FloatArray, B: FloatArray) -> npt.NDArray[np.bool_]:
    near: npt.NDArray[np.bool_] = np.abs(A - B) > _NEAR * np.maximum(A, B)
    return near


def _by_fraction(R: Array, s: Array | float, A: Array, B: Array) -> Array:
    """Of real arguments, or of such with a tiny imaginary part."""
    left = np.real(A) >= np.real(B)
    z = np.where(left, (A - B) / A, (B - A) / B)
    b = np.where(left, R, s + 1)
    fraction = _fraction(b, R + s + 1, z)
    shape = np.where(left, -R * np.log(A) - s * np.log(B), (1 - R) * np.log(A) - (s + 1) * np.log(B))
    result: Array = shape - np.log(R + s) - np.log(fraction)
    return result


def _fraction(b: Array, c: Array, z: Array) -> Array:
    """The inverse of 2F1(1, b; c; z), by the modified method of Lentz; elements along the last axis."""
    b, c, z = np.broadcast_arrays(b, c, z)
    result = np.ones_like(z + b + c)
    f = result.copy()
    C, D = f.copy(), np.zeros_like(f)
    open_ = np.arange(f.shape[-1])
    for number in range(1, _MOST):
        k = number // 2
        if number % 2:
            d = -(b + k) * (c - 1 + k) / ((c + 2 * k - 1) * (c + 2 * k))
        else:
            d = -k * (c - b + k - 1) / ((c + 2 * k - 2) * (c + 2 * k - 1))
        d = d * z
        D = 1 / _away_from_zero(1 + d * D)
        C = _away_from_zero(1 + d / C)
        factor = C * D
        f = f * factor
        if number % _STEPS_BETWEEN:
            continue
        # Near z = 0 a few steps are enough: only the others go on.
        moves = (np.abs(np.real(factor) - 1) >= 4e-16) | (np.abs(np.imag(factor)) >= 1e-15 * _STEP)
        on = moves.any(axis=tuple(range(moves.ndim - 1)))
        result[..., open_] = f
        if not on.any():
            return result
        open_ = open_[on]
        b, c, z, C, D, f = (part[..., on] for part in (b, c, z, C, D, f))
    result[..., open_] = f
    return result


def _away_from_zero(value: Array) -> Array:
    small = np.abs(np.real(value)) < _TINY
    return np.where(small, _TINY, value) if small.any() else value


def _summed(R: FloatArray, s: float, A: FloatArray, B: FloatArray) -> FloatArray:
    """Shape (n, 5): logarithm of F and its slopes in R, A, s and B."""
    result = np.empty((len(R), 5))
    if len(R) == 0:
        return result
    low = -np.log(R / A + (s + 1) / B) - _NEGLIGIBLE
    high = np.log(np.maximum(A, B)) + _NEGLIGIBLE / (R + s) + 2.0
    order = np.argsort(high - low, kind="stable")
    start = 0
    while start < len(order):
        count = int(np.ceil((high - low)[order[start]] / _SUM_STEP)) + 1
        size = max(1, _CELLS // (2 * count))
        part = order[start : start + size]
        wide = (high - low)[part] <= 2 * count * _SUM_STEP
        part = part[wide]
        result[part] = _sum(R[part, None], s, A[part, None], B[part, None], low[part], high[part])
        start += len(part)
    return result


def _sum(R: FloatArray, s: float, A: FloatArray, B: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    count = int(np.ceil((high - low).max() / _SUM_STEP)) + 1
    log_y = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, count)
    y = np.exp(log_y)
    grown_A, grown_B = np.log1p(y / A), np.log1p(y / B)
    terms = np.exp(log_y - R * grown_A - (s + 1) * grown_B)
    total = terms.sum(axis=1)
    share = terms / total[:, None]
    log_A, log_B = np.log(A[:, 0]), np.log(B[:, 0])
    value = np.log(total * (high - low) / (count - 1)) - R[:, 0] * log_A - (s + 1) * log_B
    return np.column_stack(
        [
            value,
            -(share * grown_A).sum(axis=1) - log_A,
            -R[:, 0] * (share / (A + y)).sum(axis=1),
            -(share * grown_B).sum(axis=1) - log_B,
            -(s + 1) * (share / (B + y)).sum(axis=1),
        ]
    )
