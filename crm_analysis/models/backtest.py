"""Does the purchase model forecast better than knowing nothing? Compared on a period it never saw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.messages import _
from crm_analysis.models._states import FloatArray, PurchaseStates, numeric_column
from crm_analysis.models.purchase_model import PurchaseModel

__all__ = ["MEAN_OF_THE_PAST", "OWN_PAST_RATE", "choose_winner", "holdout_comparison"]

MEAN_OF_THE_PAST = "mean_of_the_past"
OWN_PAST_RATE = "own_past_rate"
NEAR_TIE = 0.005


def holdout_comparison(
    calibration: pd.DataFrame,
    actual: pd.Series | str,
    horizon: float,
    model: PurchaseModel,
    mean_of_the_past: float,
) -> pd.DataFrame:
    """Forecast the purchases of a holdout period by the model and by two baselines, and measure each.

    Parameters
    ----------
    calibration : pandas.DataFrame
        frequency, recency, T at the end of the calibration, and customer_id if ``actual`` is a Series. With a
        column customers, a row stands for that many customers with the same history and the same ``actual``.
    actual : pandas.Series or str
        Purchases of each customer in the holdout: a Series by customer_id, in which a customer without purchases
        may be missing, or the name of a column of ``calibration``.
    horizon : float
        Length of the holdout in the unit of T.
    model : PurchaseModel
        Fitted on the calibration period alone.
    mean_of_the_past : float
        Purchases per customer in the window of the same length just before the holdout.

    Returns
    -------
    pandas.DataFrame
        One row per forecast, in the order model, mean_of_the_past, own_past_rate. Column model names it (the
        model by its ``NAME``); n_customers, actual_total, predicted_total, total_error_pct (above 0: forecast
        too high), rmse, mae, correlation (NaN for a forecast that is the same for everybody: not defined),
        top_decile_lift (purchases per customer among the 10 % with the highest forecast, over the average; ties
        count in proportion).

    Raises
    ------
    ContractError, ModelError
        A column is missing, no id of ``actual`` is known, nobody bought in the holdout, or the baseline is not
        a number.
    """
    states = PurchaseStates.from_frame(calibration)
    truth = _aligned(calibration, actual)
    if (truth < 0).any():
        raise ModelError(_("Purchases in the holdout must be 0 or more."))
    if not (np.isfinite(mean_of_the_past) and mean_of_the_past >= 0):
        raise ModelError(
            _("The mean of the past must be a number of purchases, 0 or more, got {value}.", value=mean_of_the_past)
        )
    if truth.sum() == 0:
        raise ModelError(
            _(
                "None of the {customers} customers bought in the holdout period, so no forecast can be judged. Check"
                " its dates or take a longer one.",
                customers=round(states.total),
            )
        )
    rate = np.divide(states.frequency, states.T, out=np.zeros(len(states)), where=states.T > 0)
    forecasts = {
        model.NAME: model.expected_purchases(states, horizon),
        MEAN_OF_THE_PAST: np.full(len(states), float(mean_of_the_past)),
        OWN_PAST_RATE: rate * horizon,
    }
    rows = [{"model": name, **_measures(f, truth, states.customers)} for name, f in forecasts.items()]
    return pd.DataFrame(rows)


def choose_winner(comparison: pd.DataFrame) -> str:
    """Name the forecast with the lowest root mean squared error, the simpler one where they are nearly equal.

    Squared errors are proper for means: the true expectation has the lowest. Within 0.5 % of the lowest, the mean
    of the past is preferred to each customer's own rate, and both to a model.

    Parameters
    ----------
    comparison : pandas.DataFrame
        From :func:`holdout_comparison`; rows of several models may be put together.

    Returns
    -------
    str
        Value of column model.
    """
    if len(comparison) == 0:
        raise ModelError(_("There is no forecast to choose from: the comparison has no rows."))
    close = comparison[comparison["rmse"] <= comparison["rmse"].min() * (1 + NEAR_TIE)]
    for simple in (MEAN_OF_THE_PAST, OWN_PAST_RATE):
        if (close["model"] == simple).any():
            return simple
    return str(close.sort_values("rmse", kind="stable")["model"].iloc[0])


def _aligned(calibration: pd.DataFrame, actual: pd.Series | str) -> FloatArray:
    if isinstance(actual, str):
        return numeric_column(calibration, actual)
    if "customer_id" not in calibration.columns:
        raise ContractError(_("Column customer_id is missing, so the purchases of the holdout cannot be matched."))
    if actual.index.has_duplicates:
        raise ContractError(_("The holdout has several rows for one customer_id. Count purchases per customer first."))
    ids = calibration["customer_id"]
    if len(actual) and not ids.isin(actual.index).any():
        raise ModelError(_("No customer_id of the holdout is known in the calibration. Check that both have one type."))
    matched = actual.reindex(ids).fillna(0)
    return numeric_column(matched.to_frame("actual").reset_index(drop=True), "actual")


def _measures(forecast: FloatArray, truth: FloatArray, n: FloatArray) -> dict[str, float | int]:
    customers, error = n.sum(), forecast - truth
    actual_total, predicted_total = float(n @ truth), float(n @ forecast)
    return {
        "n_customers": round(customers),
        "actual_total": actual_total,
        "predicted_total": predicted_total,
        "total_error_pct": 100 * (predicted_total / actual_total - 1),
        "rmse": float(np.sqrt(n @ error**2 / customers)),
        "mae": float(n @ np.abs(error) / customers),
        "correlation": _correlation(forecast, truth, n),
        "top_decile_lift": _top_share_lift(forecast, truth, n, 0.10),
    }


def _correlation(left: FloatArray, right: FloatArray, n: FloatArray) -> float:
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return float("nan")
    covariance = np.cov(left, right, aweights=n, ddof=0)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))


def _top_share_lift(forecast: FloatArray, truth: FloatArray, n: FloatArray, share: float) -> float:
    """Purchases per customer in the top share over the average, customers of equal forecast in proportion."""
    _values, code = np.unique(-forecast, return_inverse=True)
    customers = np.bincount(code, weights=n)
    purchases = np.bincount(code, weights=n * truth)
    room = share * n.sum() - (np.cumsum(customers) - customers)
    taken = np.clip(room / customers, 0.0, 1.0)
    return float((taken @ purchases) / (share * purchases.sum()))
