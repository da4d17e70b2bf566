r"""Expected purchases of a customer who is alive, as an integral that never cancels.

A customer who buys at rate lambda ~ Gamma(s, 1 / A) and leaves after each purchase with probability
p ~ Beta(a, B) is expected to buy, in a horizon t with u = t / A,

.. math:: E_p\left[\frac{1 - (1 + p u)^{-s}}{p}\right]

which equals the Gaussian hypergeometric expression of the paper wherever that one can be computed, and stays
finite at a = 1, for many purchases, and for horizons much longer than the history. The integrand is analytic
in logit(p), where the trapezoid rule converges exponentially; long tails are shortened by an exponential map.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from crm_analysis.models._states import FloatArray

__all__ = ["beta_mean", "pairs_while_alive", "purchases_while_alive"]

STEP = 0.25
"""Step of the trapezoid rule in the mapped logit."""

LEAST_NODES = 64
NEGLIGIBLE = 42.0
"""A density exp(-42) below its peak, 6e-19, is left out."""

CELLS = 2_000_000
"""Rows times nodes worked on at once, to bound memory."""


Kernel = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


class _Nodes(NamedTuple):
    p: FloatArray
    weight: FloatArray


def purchases_while_alive(a: float, B: FloatArray, s: FloatArray, u: FloatArray) -> FloatArray:
    """Expected purchases in the horizon, given alive at its start.

    Parameters
    ----------
    a : float
        First parameter of the Beta distribution of leaving after a purchase.
    B : numpy.ndarray
        Its second parameter, b + x, shape (n,).
    s : numpy.ndarray
        Shape of the Gamma distribution of the rate, r + x, shape (n,).
    u : numpy.ndarray
        Horizon over (alpha + T), shape (n,), no unit, 0 or more.

    Returns
    -------
    numpy.ndarray
        Shape (n,), between 0 and s * u.
    """
    if len(u) == 0 or u.max() <= 0:
        return np.zeros(len(B))
    expected: FloatArray = np.minimum(_integrated(_purchases, a, B, s, u), s * u)
    return expected


def pairs_while_alive(a: float, B: FloatArray, s: FloatArray, u: FloatArray) -> FloatArray:
    """Expected value of Y (Y - 1) for Y purchases in the horizon, given alive at its start.

    With the expectation it gives the variance. Parameters and shape as in :func:`purchases_while_alive`.
    """
    return np.zeros(len(B)) if len(u) == 0 or u.max() <= 0 else _integrated(_pairs, a, B, s, u)


def beta_mean(kernel: Kernel, a: float, B: FloatArray, s: FloatArray, u: FloatArray) -> FloatArray:
    """Mean of ``kernel(p, s, u)`` over p ~ Beta(a, B), row by row.

    Parameters
    ----------
    kernel : callable
        Takes p of shape (rows, nodes), s and u of shape (rows, 1); smooth in logit(p), bending where p u s is near 1.
    a, B, s, u
        As in :func:`purchases_while_alive`.
    """
    return _integrated(kernel, a, B, s, u)


def _purchases(p: FloatArray, s: FloatArray, u: FloatArray) -> FloatArray:
    kernel: FloatArray = -np.expm1(-s * np.log1p(p * u)) / p
    return kernel


def _pairs(p: FloatArray, s: FloatArray, u: FloatArray) -> FloatArray:
    """Twice q d/dq of the expected purchases, q = 1 - p; by its series where p is small."""
    step = s * (s + 1) * u**2
    small = p * u * (s + 2) < 1e-5
    stays = s * u * np.exp(-(s + 1) * np.log1p(p * u))
    difference = (_purchases(p, s, u) - stays) / p
    near = step * (0.5 - (s + 2) * u * p / 3)
    kernel: FloatArray = 2 * (1 - p) * np.where(small, near, difference)
    return kernel


def _integrated(kernel: Kernel, a: float, B: FloatArray, s: FloatArray, u: FloatArray) -> FloatArray:
    """Mean of the kernel over p ~ Beta(a, B), row by row."""
    result = np.zeros(len(B))
    if len(B) == 0:
        return result
    distinct, code = np.unique(B, return_inverse=True)
    reach = np.full(len(distinct), 1e-12)
    np.maximum.at(reach, code, u * np.maximum(s, 1.0))
    nodes = _nodes(a, distinct, reach)
    rows = max(1, CELLS // nodes.p.shape[1])
    for start in range(0, len(B), rows):
        part = slice(start, start + rows)
        values = kernel(nodes.p[code[part]], s[part, None], u[part, None])
        result[part] = np.einsum("ij,ij->i", values, nodes.weight[code[part]])
    return result


def _nodes(a: float, B: FloatArray, reach: FloatArray) -> _Nodes:
    """Points and weights (adding up to 1) for each B; ``reach`` places the bend of the integrand."""
    mode = np.log(a) - np.log(B)
    peak = _log_density(a, B, mode)
    low_drop = NEGLIGIBLE + np.log1p(reach)
    low = _crossing(lambda y: _log_density(a, B, y) - peak + low_drop, (peak - low_drop) / a, mode)
    high = _crossing(lambda y: peak - NEGLIGIBLE - _log_density(a, B, y), mode, (NEGLIGIBLE - peak) / B)
    bend = -np.log(reach)
    left = np.clip(np.minimum(np.minimum(mode, bend), 0.0), low, high)
    right = np.clip(np.maximum(mode, 0.0), low, high)

    def mapped(tau: FloatArray) -> FloatArray:
        y: FloatArray = tau + np.exp(np.minimum(tau - right, 700.0)) - np.exp(np.minimum(left - tau, 700.0))
        return y

    first = _crossing(lambda t: mapped(t) - low, left - np.log1p(left - low) - 2.0, left + 2.0)
    last = _crossing(lambda t: mapped(t) - high, right - 2.0, right + np.log1p(high - right) + 2.0)
    count = max(LEAST_NODES, int(np.ceil((last - first).max() / STEP)) + 1)
    tau = first[:, None] + (last - first)[:, None] * np.linspace(0.0, 1.0, count)
    grow, shrink = np.exp(tau - right[:, None]), np.exp(left[:, None] - tau)
    y = tau + grow - shrink
    log_weight = _log_density(a, B[:, None], y) - peak[:, None] + np.log1p(grow + shrink)
    weight = np.exp(log_weight)
    p = np.exp(-np.logaddexp(0.0, -y))
    return _Nodes(np.maximum(p, 1e-200), weight / weight.sum(axis=1, keepdims=True))


def _log_density(a: float, B: FloatArray, y: FloatArray) -> FloatArray:
    """Logarithm of the Beta density of logit(p), without its constant."""
    density: FloatArray = -a * np.logaddexp(0.0, -y) - B * np.logaddexp(0.0, y)
    return density


def _crossing(
    rising: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray, steps: int = 50
) -> FloatArray:
    """Where a rising function crosses zero, by bisection of each element."""
    low, high = low.copy(), high.copy()
    for _step in range(steps):
        middle = (low + high) / 2
        below = rising(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
