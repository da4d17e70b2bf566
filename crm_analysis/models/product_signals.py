"""Which products rise and fall, come back more than others, and bring customers who come back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import beta, binom
from statsmodels.stats.multitest import multipletests

from crm_analysis.thresholds import TREND_BUYERS

__all__ = ["frequent_returners", "product_signals", "shrunk_shares"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LEVEL = 0.90
FALSE_SHARE = 0.05
_MOST_PRIOR = 1e6


def product_signals(counts: pd.DataFrame) -> pd.DataFrame:
    """Trends, returns and beginnings of products, each with its interval.

    Parameters
    ----------
    counts
        Of :func:`crm_analysis.features.product_counts`.

    Returns
    -------
    pandas.DataFrame
        ``counts`` with change (customers now over customers before, divided by the same of all products), low and high
        (90 %, exact binomial given both halves together; NaN where unbounded), trend (rising, falling, new, gone or
        empty: Benjamini-Hochberg over all products with enough buyers, q at most 0.05); and for returned and back:
        share, low and high (90 %, beta-binomial, drawn towards all products) and mark (more, less or empty, by the
        same rule).
    """
    found = _trends(counts)
    for name, of in (("returned", "sold"), ("back", "firsts")):
        shares = shrunk_shares(found[name], found[of])
        found = found.assign(**{f"{name}_{column}": shares[column] for column in shares})
    return found


def frequent_returners(sent_back: pd.DataFrame) -> pd.DataFrame:
    """Customers who send back a larger share than all customers, beyond chance.

    Parameters
    ----------
    sent_back
        Of :func:`crm_analysis.features.returns_by_customer`.

    Returns
    -------
    pandas.DataFrame
        Their rows with share, low and high of :func:`shrunk_shares`; the largest amount sent back first.
    """
    shares = shrunk_shares(sent_back["returned"], sent_back["sold"])
    found = sent_back.join(shares)
    found = found[found.pop("mark") == "more"]
    return found.sort_values(["amount", "customer_id"], ascending=[False, True], ignore_index=True)


def _trends(counts: pd.DataFrame) -> pd.DataFrame:
    now, before = counts["now"].to_numpy(dtype="int64"), counts["before"].to_numpy(dtype="int64")
    both = now + before
    if not now.sum() or not before.sum():
        none = np.full(len(counts), np.nan)
        return counts.assign(change=none, low=none, high=none, trend="")
    usual, enough = now.sum() / both.sum(), both >= TREND_BUYERS
    tail = (1 - LEVEL) / 2
    low = np.nan_to_num(beta.ppf(tail, now, before + 1))
    high = np.where(before == 0, 1.0, beta.ppf(1 - tail, now + 1, np.maximum(before, 1)))
    sure = _beyond_chance(now[enough], both[enough], usual)
    trend = np.full(len(counts), "", dtype=object)
    trend[enough] = np.where(sure, np.where(now[enough] > usual * both[enough], "rising", "falling"), "")
    trend[(trend == "rising") & (before == 0)] = "new"
    trend[(trend == "falling") & (now == 0)] = "gone"
    odds = usual / (1 - usual)
    with np.errstate(divide="ignore", invalid="ignore"):
        change, ends = now / before / odds, [part / (1 - part) / odds for part in (low, high)]
    frame = counts.assign(change=change, low=ends[0], high=ends[1], trend=pd.Series(trend, counts.index).astype("str"))
    return frame.replace(dict.fromkeys(("change", "low", "high"), np.inf), np.nan)


def _beyond_chance(k: IntArray, n: IntArray, mean: float) -> npt.NDArray[np.bool_]:
    """Counts that a common share does not explain (two-sided exact binomial, Benjamini-Hochberg)."""
    if not len(k):
        return np.zeros(0, dtype=bool)
    p_value = np.minimum(1.0, 2 * np.minimum(binom.cdf(k, n, mean), binom.sf(k - 1, n, mean)))
    return np.asarray(multipletests(p_value, method="fdr_bh")[1] <= FALSE_SHARE)


def shrunk_shares(events: pd.Series, cases: pd.Series) -> pd.DataFrame:
    """Shares of many groups, drawn towards the share of all by as much as they differ no more than chance.

    The prior is a beta distribution with the mean of all; its weight follows from the variance between groups
    (moments of the beta-binomial, Kleinman 1973), taken one standard error wider: that groups do not differ at all is
    never certain.

    Parameters
    ----------
    events, cases
        Counts per group.

    Returns
    -------
    pandas.DataFrame
        Same index: share, low and high (90 % of the posterior), mark (more or less than all beyond chance, or empty:
        two-sided exact binomial against all, Benjamini-Hochberg, q at most 0.05). NaN without cases, or where nothing
        happened at all.
    """
    k, n = events.to_numpy(dtype="float64"), cases.to_numpy(dtype="float64")
    k = np.minimum(k, n)
    if not k.sum() or len(k) < 2:
        frame = pd.DataFrame(np.nan, index=events.index, columns=["share", "low", "high"])
        return frame.assign(mark="")
    mean, weight = k.sum() / n.sum(), _prior_weight(k, n)
    a, b = np.maximum(mean * weight + k, 1e-9), np.maximum((1 - mean) * weight + n - k, 1e-9)
    tail = (1 - LEVEL) / 2
    share, sure = a / (a + b), _beyond_chance(k.astype("int64"), n.astype("int64"), mean)
    mark = np.where(sure, np.where(k > n * mean, "more", "less"), "")
    frame = pd.DataFrame({"share": share, "low": beta.ppf(tail, a, b), "high": beta.ppf(1 - tail, a, b)}, events.index)
    frame.loc[n == 0] = np.nan
    return frame.assign(mark=mark)


def _prior_weight(k: FloatArray, n: FloatArray) -> float:
    mean, some = k.sum() / n.sum(), n > 0
    spread = mean * (1 - mean)
    if spread <= 0:
        return _MOST_PRIOR
    groups, further = float(some.sum() - 1), max(float((n[some] - 1).sum()), 1.0)
    beyond = float((((k - n * mean)[some] ** 2) / (n[some] * spread)).sum()) - groups
    rho = (max(beyond, 0.0) + np.sqrt(2 * groups)) / further
    return float(np.clip(1 / max(rho, 1 / _MOST_PRIOR) - 1, 1.0, _MOST_PRIOR))
