"""How far forecasts were off: errors of totals and of customers, and how well they rank."""

from __future__ import annotations

import numpy as np

from crm_analysis.models._states import FloatArray

__all__ = ["capture", "forecast_measures", "gini"]


def forecast_measures(forecast: FloatArray, truth: FloatArray, n: FloatArray) -> dict[str, float | int]:
    """Errors of a forecast: rows are weighted with their customers.

    Returns
    -------
    dict
        n_customers, actual_total, predicted_total, total_error_pct (NaN where nothing happened), rmse, mae,
        correlation (NaN for a forecast that is the same for everybody), top_decile_lift (actual per customer among
        the 10 % with the highest forecast, over the average; ties count in proportion).
    """
    customers, error = n.sum(), forecast - truth
    actual_total, predicted_total = float(n @ truth), float(n @ forecast)
    return {
        "n_customers": round(customers),
        "actual_total": actual_total,
        "predicted_total": predicted_total,
        "total_error_pct": 100 * (predicted_total / actual_total - 1) if actual_total > 0 else float("nan"),
        "rmse": float(np.sqrt(n @ error**2 / customers)),
        "mae": float(n @ np.abs(error) / customers),
        "correlation": _correlation(forecast, truth, n),
        "top_decile_lift": capture(forecast, truth, n, 0.10) / 0.10,
    }


def capture(forecast: FloatArray, truth: FloatArray, n: FloatArray, share: float) -> float:
    """Share of all that happened which fell to the customers with the highest forecasts.

    Customers of equal forecast count in proportion, so that no order of rows matters. NaN where nothing happened.
    """
    _values, code = np.unique(-forecast, return_inverse=True)
    customers = np.bincount(code, weights=n)
    happened = np.bincount(code, weights=n * truth)
    if happened.sum() <= 0:
        return float("nan")
    room = share * n.sum() - (np.cumsum(customers) - customers)
    taken = np.clip(room / customers, 0.0, 1.0)
    return float((taken @ happened) / happened.sum())


def gini(forecast: FloatArray, truth: FloatArray, n: FloatArray) -> float:
    """How well a forecast ranks: 1 as well as the truth itself, 0 as well as chance, below 0 worse.

    Twice the area between the curve of captured value and the diagonal, over that of the perfect ranking; NaN where
    the truth is the same for everybody.
    """
    best = _area(truth, truth, n)
    return _area(forecast, truth, n) / best if best > 1e-12 else float("nan")


def _area(forecast: FloatArray, truth: FloatArray, n: FloatArray) -> float:
    _values, code = np.unique(-forecast, return_inverse=True)
    customers = np.append(0.0, np.cumsum(np.bincount(code, weights=n))) / n.sum()
    total = float(n @ truth)
    if total <= 0:
        return float("nan")
    reached = np.append(0.0, np.cumsum(np.bincount(code, weights=n * truth))) / total
    return float(np.diff(customers) @ (reached[1:] + reached[:-1])) - 1.0


def _correlation(left: FloatArray, right: FloatArray, n: FloatArray) -> float:
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return float("nan")
    covariance = np.cov(left, right, aweights=n, ddof=0)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
