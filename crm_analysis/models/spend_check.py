"""Is what a customer spends per purchase unrelated to how often the customer buys? Gamma-Gamma assumes so.

Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value, technical note 025, section 1: the assumption, checked
by the correlation among customers who bought again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import rankdata

from crm_analysis.models._states import FloatArray, numeric_column
from crm_analysis.models.gamma_gamma import GammaGamma
from crm_analysis.models.scorecard import FREQUENCY_CLASSES

__all__ = ["NEGLIGIBLE_CORRELATION", "STRONG_CORRELATION", "SpendCheck", "check_spend"]

NEGLIGIBLE_CORRELATION = 0.10
"""Correlations that are not certainly beyond it count as none."""
STRONG_CORRELATION = 0.30
"""Correlations beyond it are too strong for the model's averages of groups."""


@dataclass(frozen=True)
class SpendCheck:
    """How spend per purchase and frequency go together.

    Attributes
    ----------
    customers
        Who bought again, with an amount above 0.
    pearson
        Correlation of frequency and monetary_value, as papers state it; a few large buyers can make it.
    rank, low, high
        Spearman's correlation of the same, with its 90 % interval; it decides.
    verdict
        ``none``, ``weak`` or ``strong``.
    by_class
        One row per class of repeat purchases: frequency_class, customers, actual (mean of monetary_value), low, high
        (its 90 % interval), model (mean of what Gamma-Gamma expects of the same customers), average (what it expects
        of a customer it knows nothing about, the same in every class); NaN without a model.
    """

    customers: int
    pearson: float
    rank: float
    low: float
    high: float
    verdict: str
    by_class: pd.DataFrame


def check_spend(summary: pd.DataFrame, spend: GammaGamma | None, level: float = 0.90) -> SpendCheck:
    """Correlate frequency and spend per purchase, and compare the model with the data by frequency.

    Parameters
    ----------
    summary : pandas.DataFrame
        One row per customer_id: frequency, monetary_value.
    spend : GammaGamma or None
        Fitted.
    level : float
        Coverage of the intervals. That of the rank correlation is Fisher's with the variance 1.06 / (n - 3) of
        Fieller, Hartley and Pearson (1957), Biometrika 44, 470-481.

    Returns
    -------
    SpendCheck
        Correlations are NaN, and the verdict ``none``, for fewer than 4 customers or where one of both is the same
        for all.
    """
    x, m = numeric_column(summary, "frequency"), numeric_column(summary, "monetary_value")
    used = (x >= 1) & (m > 0)
    x, m = x[used], m[used]
    z = float(ndtri((1 + level) / 2))
    pearson = rank = low = high = float("nan")
    if len(x) > 3 and np.ptp(x) > 0 and np.ptp(m) > 0:
        pearson = float(np.corrcoef(x, m)[0, 1])
        rank = float(np.corrcoef(rankdata(x), rankdata(m))[0, 1])
        half = z * np.sqrt(1.06 / (len(x) - 3))
        centre = np.arctanh(np.clip(rank, -1 + 1e-12, 1 - 1e-12))
        low, high = float(np.tanh(centre - half)), float(np.tanh(centre + half))
    return SpendCheck(len(x), pearson, rank, low, high, _verdict(rank, low, high), _by_class(x, m, spend, z))


def _verdict(rank: float, low: float, high: float) -> str:
    beyond = low > NEGLIGIBLE_CORRELATION or high < -NEGLIGIBLE_CORRELATION
    if not beyond:
        return "none"
    return "strong" if abs(rank) >= STRONG_CORRELATION else "weak"


def _by_class(x: FloatArray, m: FloatArray, spend: GammaGamma | None, z: float) -> pd.DataFrame:
    rows = []
    average = float("nan") if spend is None else spend.expected_spend_new_customer()
    for label, (least, most) in FREQUENCY_CLASSES.items():
        within = (x >= max(least, 1)) & (x <= most)
        n = int(within.sum())
        if n == 0:
            continue
        actual = float(m[within].mean())
        half = z * float(m[within].std(ddof=1)) / np.sqrt(n) if n > 1 else float("nan")
        told = float("nan") if spend is None else float(spend.spend_moments(x[within], m[within]).mean.mean())
        rows.append((label, n, actual, actual - half, actual + half, told, average))
    columns = ["frequency_class", "customers", "actual", "low", "high", "model", "average"]
    return pd.DataFrame(rows, columns=columns)
