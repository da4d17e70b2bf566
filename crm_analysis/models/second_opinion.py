"""The same models fitted by the package ``lifetimes``, as a second opinion on our own."""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
import pandas as pd

from crm_analysis.models.beta_geo import BetaGeoNBD
from crm_analysis.models.gamma_gamma import GammaGamma

__all__ = ["second_opinion"]

MOST_CUSTOMERS = 50_000


def second_opinion(
    summary: pd.DataFrame, purchases: BetaGeoNBD, spend: GammaGamma | None, horizon: float
) -> pd.DataFrame:
    """Compare what both packages expect of the same customers.

    Parameters
    ----------
    summary
        One row per customer_id: frequency, recency, T, monetary_value. Beyond 50,000 customers, those with the
        smallest digest of their id are taken.
    purchases, spend
        Ours, fitted.
    horizon
        In the unit of T.

    Returns
    -------
    pandas.DataFrame
        One row per quantity: quantity (``purchases``, ``spend``), ours, lifetimes, difference (relative); a
        row is left out where ``lifetimes`` finds no solution.
    """
    from lifetimes import BetaGeoFitter, GammaGammaFitter

    some = summary
    if len(summary) > MOST_CUSTOMERS:
        digest = pd.util.hash_pandas_object(summary["customer_id"], index=False)
        some = summary.loc[digest.nsmallest(MOST_CUSTOMERS).index]
    rows = []
    # lifetimes prints the optimiser's protocol where it finds no solution.
    quiet = contextlib.redirect_stdout(io.StringIO())
    with warnings.catch_warnings(), np.errstate(all="ignore"), quiet:
        warnings.simplefilter("ignore")
        try:
            fitter = BetaGeoFitter().fit(some["frequency"], some["recency"], some["T"])
            other = fitter.conditional_expected_number_of_purchases_up_to_time(
                horizon, some["frequency"], some["recency"], some["T"]
            )
            rows.append(("purchases", float(purchases.expected_purchases(some, horizon).sum()), float(other.sum())))
        except (ArithmeticError, ValueError):
            pass
        repeaters = some[(some["frequency"] > 0) & (some["monetary_value"] > 0)]
        if spend is not None:
            try:
                fitter = GammaGammaFitter().fit(repeaters["frequency"], repeaters["monetary_value"])
                other = fitter.conditional_expected_average_profit(repeaters["frequency"], repeaters["monetary_value"])
                rows.append(("spend", float(spend.expected_spend(repeaters).mean()), float(other.mean())))
            except (ArithmeticError, ValueError):
                pass
    frame = pd.DataFrame(rows, columns=["quantity", "ours", "lifetimes"])
    return frame.assign(difference=frame["ours"] / frame["lifetimes"] - 1)
