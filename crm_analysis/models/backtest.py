"""Does the purchase model forecast better than knowing nothing? Compared on a period it never saw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.messages import _
from crm_analysis.models._measures import forecast_measures
from crm_analysis.models._states import FloatArray, PurchaseStates, numeric_column
from crm_analysis.models.naive import MEAN_OF_THE_PAST, OWN_PAST_RATE, NaiveForecast, own_rate
from crm_analysis.models.purchase_process import PurchaseProcess

__all__ = ["MEAN_OF_THE_PAST", "OWN_PAST_RATE", "choose_winner", "holdout_comparison"]

NEAR_TIE = 0.005
"""A model must be better by more than this share of the error, or the simpler forecast is taken."""


def holdout_comparison(
    calibration: pd.DataFrame,
    actual: pd.Series | str,
    horizon: float,
    model: PurchaseProcess,
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
    model : PurchaseProcess
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
    forecasts = {
        model.NAME: model.expected_purchases(states, horizon),
        MEAN_OF_THE_PAST: np.full(len(states), float(mean_of_the_past)),
        OWN_PAST_RATE: own_rate(calibration) * horizon,
    }
    rows = [{"model": name, **forecast_measures(f, truth, states.customers)} for name, f in forecasts.items()]
    return pd.DataFrame(rows)


def choose_winner(comparison: pd.DataFrame) -> str:
    """Name the forecast with the lowest root mean squared error, the simpler one where they are nearly equal.

    Squared errors are proper for means: the true expectation has the lowest. Within 0.5 % of the lowest, a naive
    forecast is preferred to a model, and among naive ones that which comes first in ``NaiveForecast.ALL``.

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
    for simple in NaiveForecast.ALL:
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
