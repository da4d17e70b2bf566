"""Evaluate a smooth function of age on few ages and carry it to many.

Over years of daily data each frequency meets a thousand ages. What depends on the age smoothly is computed at
Chebyshev points of log(alpha + T) and interpolated (barycentric formula: Berrut and Trefethen 2004, "Barycentric
Lagrange Interpolation", SIAM Review 46(3), 501-517).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from crm_analysis.models._states import FloatArray, IntArray

__all__ = ["along_age"]

LEAST_POINTS = 10
POINTS_PER_UNIT = 7
"""Chebyshev points, and more of them per unit of log(alpha + T): exact to rounding for expected purchases."""


def along_age(
    function: Callable[[FloatArray, FloatArray], FloatArray],
    x: FloatArray,
    T: FloatArray,
    x_code: IntArray,
    T_code: IntArray,
    alpha: float,
) -> FloatArray:
    """Evaluate ``function(x, T)`` for pairs, directly where they are few and by interpolation where many.

    Parameters
    ----------
    function : callable
        Takes arrays x, T of one length and gives one value each, or one row of values; smooth in log(alpha + T).
    x, T : numpy.ndarray
        Distinct values.
    x_code, T_code : numpy.ndarray
        The pairs, as positions in ``x`` and ``T``.
    alpha : float
        Shift of the age.

    Returns
    -------
    numpy.ndarray
        One value, or one row of values, per pair.
    """
    ages = np.log(alpha + T)
    width = float(ages[-1] - ages[0])
    count = LEAST_POINTS + int(np.ceil(POINTS_PER_UNIT * width))
    met = np.bincount(x_code, minlength=len(x))
    often = met > 1.2 * count
    direct = ~often[x_code]
    found = function(x[x_code[direct]], T[T_code[direct]])
    if direct.all():
        return found
    result = np.empty((len(x_code), *found.shape[1:]))
    result[direct] = found
    angle = (2 * np.arange(count) + 1) * np.pi / (2 * count)
    points = (ages[0] + ages[-1]) / 2 + width / 2 * np.cos(angle)
    signs = (-1.0) ** np.arange(count) * np.sin(angle)
    many = np.flatnonzero(often)
    values = function(np.repeat(x[many], count), np.tile(np.exp(points) - alpha, len(many)))
    values = values.reshape(len(many), count, *found.shape[1:])
    gap = ages[:, None] - points[None, :]
    exact = gap == 0
    weights = signs[None, :] / np.where(exact, 1.0, gap)
    hit = exact.any(axis=1)
    weights[hit] = exact[hit]
    weights /= weights.sum(axis=1, keepdims=True)
    row = np.zeros(len(x), dtype=np.intp)
    row[many] = np.arange(len(many))
    pairs = ~direct
    carried = np.einsum("ij...,tj->it...", values, weights, optimize=True)
    result[pairs] = carried[row[x_code[pairs]], T_code[pairs]]
    return result
