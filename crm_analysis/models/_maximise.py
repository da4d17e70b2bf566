"""Maximum likelihood on the logarithms of positive parameters, to rounding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, optimize

from crm_analysis.errors import ModelError
from crm_analysis.messages import _
from crm_analysis.models._states import FloatArray

__all__ = ["Estimate", "Objective", "is_positive", "maximise", "refined"]

Objective = Callable[[FloatArray], tuple[float, FloatArray]]
"""Negative log-likelihood per customer and its gradient, both at the logarithms of the parameters."""

BOUND = 11.5
"""Parameters stay within exp(-11.5) and exp(11.5), about 1e-5 to 1e5, in the model's internal unit."""

GRADIENT_TOLERANCE = 1e-6
_MOST_STEPS = 15
_SAME_CURVATURE = 1e-4
"""So near the point where it was measured, the curvature is the same to four digits."""
_SMALL_GRADIENT = 1e-10
"""Per customer: parameters are then right to about nine digits."""


@dataclass(frozen=True)
class Estimate:
    """Where the likelihood is highest.

    Attributes
    ----------
    log_params : numpy.ndarray
        Shape (k,), logarithms of the parameters in the model's internal unit.
    value : float
        Negative log-likelihood per customer there.
    gradient : float
        Largest absolute element of the gradient, parameters at a bound left out.
    hessian : numpy.ndarray
        Shape (k, k), second derivatives of the negative log-likelihood per customer.
    free : numpy.ndarray
        Shape (k,), False for a parameter that ran into its bound.
    """

    log_params: FloatArray
    value: float
    gradient: float
    hessian: FloatArray
    free: np.ndarray

    @property
    def converged(self) -> bool:
        """The gradient is as good as zero."""
        return self.gradient <= GRADIENT_TOLERANCE


def maximise(
    objective: Objective,
    starts: Sequence[FloatArray],
    mixed: FloatArray | None = None,
    most: Sequence[float] | None = None,
) -> Estimate:
    """Minimise a negative log-likelihood, from further starts where the first one fails.

    Quasi-Newton steps within bounds (L-BFGS-B), then Newton steps, so that the result does not depend on
    where the quasi-Newton steps happened to stop.

    Parameters
    ----------
    objective : callable
        Value and gradient at the logarithms of the parameters.
    starts : sequence of numpy.ndarray
        Logarithms to start from, the best guess first.
    mixed : numpy.ndarray, optional
        Shape (k, k): the logarithms are this matrix times what is varied. Where the likelihood is flat along a
        ratio of parameters, varying the ratio finds the maximum in few steps.
    most : sequence of float, optional
        Upper bounds of what is varied.

    Returns
    -------
    Estimate

    Raises
    ------
    ModelError
        The likelihood is not finite at any start.
    """
    if mixed is not None:
        varied = [linalg.solve(mixed, start) for start in starts]
        return _unmixed(maximise(_Mixed(objective, mixed), varied, most=most), mixed)
    upper = np.full(len(starts[0]), BOUND) if most is None else np.asarray(most, dtype=np.float64)
    best: Estimate | None = None
    for start in starts:
        found = optimize.minimize(
            objective,
            np.clip(start, -BOUND, upper),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-BOUND, high) for high in upper],
            options={"maxiter": 1000, "ftol": 1e-15, "gtol": 1e-8},
        )
        if not np.isfinite(found.fun):
            continue
        estimate = _polished(objective, np.asarray(found.x, dtype=np.float64), upper)
        if best is None or estimate.value < best.value - 1e-12 or (estimate.converged and not best.converged):
            best = estimate
        if best.converged and (best.free.all() or _met_before(best, estimate)):
            break
    if best is None:
        raise ModelError(
            _("The likelihood is not finite at any starting point. Check frequency, recency and T for extreme values.")
        )
    return best


def refined(objective: Objective, rough: Estimate) -> Estimate | None:
    """Go on from the estimate of a part of the data, with its curvature, to that of all of it.

    Parameters
    ----------
    objective : callable
        Of all the data.
    rough : Estimate
        Of a part of it.

    Returns
    -------
    Estimate or None
        None where a parameter is at its bound or the steps do not lead to a maximum: then start anew.
    """
    if not (rough.converged and rough.free.all() and is_positive(rough.hessian)):
        return None
    point, factor = rough.log_params, linalg.cho_factor(rough.hessian)
    value, gradient = objective(point)
    for _step in range(_MOST_STEPS):
        if np.abs(gradient).max() < _SMALL_GRADIENT:
            hessian = _hessian(objective, point)
            largest = float(np.abs(gradient).max())
            return Estimate(point, float(value), largest, hessian, rough.free) if is_positive(hessian) else None
        trial = point - linalg.cho_solve(factor, gradient)
        if np.abs(trial).max() > BOUND:
            return None
        found, slopes = objective(trial)
        if not np.isfinite(found) or np.abs(slopes).max() > 0.7 * np.abs(gradient).max():
            return None
        point, value, gradient = trial, found, slopes
    return None


@dataclass(frozen=True)
class _Mixed:
    """An objective in what is varied instead of the logarithms."""

    objective: Objective
    mixed: FloatArray

    def __call__(self, varied: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = self.objective(self.mixed @ varied)
        return value, self.mixed.T @ gradient


def _unmixed(found: Estimate, mixed: FloatArray) -> Estimate:
    """The estimate in the logarithms; a parameter is free where all that it is mixed of is."""
    back = linalg.inv(mixed)
    free = np.array([found.free[row != 0].all() for row in mixed])
    return replace(found, log_params=mixed @ found.log_params, hessian=back.T @ found.hessian @ back, free=free)


def _met_before(best: Estimate, latest: Estimate) -> bool:
    """Whether two starts ended at one value: further ones would too."""
    return best is not latest and abs(best.value - latest.value) < 1e-9


def _polished(objective: Objective, log_params: FloatArray, upper: FloatArray) -> Estimate:
    """Newton steps from a good point, with the Hessian by differences of the gradient."""
    free = (log_params > -BOUND + 1e-6) & (log_params < upper - 1e-6)
    point, (value, gradient) = log_params, objective(log_params)
    measured, hessian = point, _hessian(objective, point)
    for _step in range(8):
        block = hessian[np.ix_(free, free)]
        if not free.any() or np.abs(gradient[free]).max() < 1e-13 or not is_positive(block):
            break
        step = np.zeros_like(point)
        step[free] = linalg.solve(block, gradient[free], assume_a="sym")
        trial = np.clip(point - step, -BOUND, upper)
        trial_value, trial_gradient = objective(trial)
        better = np.abs(trial_gradient[free]).max() < np.abs(gradient[free]).max()
        if not (better and trial_value < value + 1e-12):
            break
        point, value, gradient = trial, trial_value, trial_gradient
    largest = float(np.abs(gradient[free]).max()) if free.any() else 0.0
    if np.abs(point - measured).max() > _SAME_CURVATURE:
        hessian = _hessian(objective, point)
    return Estimate(point, float(value), largest, hessian, free)


def _hessian(objective: Objective, point: FloatArray, step: float = 1e-4) -> FloatArray:
    """Central differences of the gradient."""
    rows = []
    for k in range(len(point)):
        move = np.zeros_like(point)
        move[k] = step
        rows.append((objective(point + move)[1] - objective(point - move)[1]) / (2 * step))
    hessian = np.array(rows)
    return (hessian + hessian.T) / 2


def is_positive(matrix: FloatArray) -> bool:
    """Tell whether a symmetric matrix is positive definite, with some room for rounding."""
    return bool(matrix.size) and bool(np.linalg.eigvalsh(matrix).min() > 1e-10)
