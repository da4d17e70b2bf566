"""The same models fitted by the package ``lifetimes``, as a second opinion on our own."""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
import pandas as pd

from crm_analysis.models.beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crm_analysis.models.gamma_gamma import GammaGamma
from crm_analysis.models.purchase_process import PurchaseProcess

__all__ = ["second_opinion"]

MOST_CUSTOMERS = 50_000


def second_opinion(
    summary: pd.DataFrame, purchases: PurchaseProcess, spend: GammaGamma | None, horizon: float
) -> pd.DataFrame:
    """Compare what both packages expect of the same customers.

    The Pareto/NBD of ``lifetimes`` fails for frequent buyers: where ours is Pareto/NBD, both packages' BG/NBD are
    compared.

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
        One row per quantity: quantity (``purchases``, ``spend``), model (its name), ours, lifetimes, difference
        (relative); a row is left out where ``lifetimes`` finds no solution.
    """
    from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter

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
            modified = isinstance(purchases, ModifiedBetaGeoNBD)
            ours = purchases if isinstance(purchases, BetaGeoNBD) or modified else BetaGeoNBD().fit(some)
            fitter = (ModifiedBetaGeoFitter if modified else BetaGeoFitter)().fit(
                some["frequency"], some["recency"], some["T"]
            )
            other = fitter.conditional_expected_number_of_purchases_up_to_time(
                horizon, some["frequency"], some["recency"], some["T"]
            )
            expected = float(ours.expected_purchases(some, horizon).sum())
            rows.append(("purchases", ours.NAME, expected, float(other.sum())))
        except (ArithmeticError, ValueError):
            pass
        repeaters = some[(some["frequency"] > 0) & (some["monetary_value"] > 0)]
        if spend is not None:
            try:
                fitter = GammaGammaFitter().fit(repeaters["frequency"], repeaters["monetary_value"])
                other = fitter.conditional_expected_average_profit(repeaters["frequency"], repeaters["monetary_value"])
                rows.append(("spend", spend.NAME, float(spend.expected_spend(repeaters).mean()), float(other.mean())))
            except (ArithmeticError, ValueError):
                pass
    frame = pd.DataFrame(rows, columns=["quantity", "model", "ours", "lifetimes"])
    return frame.assign(difference=frame["ours"] / frame["lifetimes"] - 1)
