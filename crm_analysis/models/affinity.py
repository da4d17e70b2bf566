"""Pairs that go together more than chance puts them: support, lift with its interval, and which comes first.

Large baskets hold many pairs of everything, and a popular product is in most of them, so chance is not independence:
each product is in each basket with a probability that gives every product its number of baskets and every basket its
number of products, on average, and nothing else (the bipartite configuration model, Saracco, Di Clemente, Gabrielli and
Squartini 2015, Scientific Reports 5, 10595). What a pair has beyond that is affinity.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binomtest, chi2, poisson
from statsmodels.stats.multitest import multipletests

from crm_analysis.features import BasketPairs

__all__ = ["affinities", "with_order"]

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.90
_TURNS, _CLOSE = 2000, 1e-9
FALSE_SHARE = 0.05
_COLUMNS = [
    "item",
    "other",
    "item_name",
    "other_name",
    "baskets",
    "customers",
    "support",
    "lift",
    "low",
    "high",
    "q_value",
]


def affinities(counted: BasketPairs, most: int = 50) -> pd.DataFrame:
    """Pairs whose lift is above one beyond chance, the highest lower bound first.

    Parameters
    ----------
    counted
        Of :func:`crm_analysis.features.basket_pairs`.
    most
        How many at most.

    Returns
    -------
    pandas.DataFrame
        One row per pair: item, other, item_name, other_name, baskets, customers, support (share of all baskets), lift
        (baskets with both over those expected), low and high (90 %, Garwood 1936), q_value (Benjamini-Hochberg over
        all pairs that were counted; those at most 0.05 are given).
    """
    if counted.pairs.empty or not counted.baskets:
        return pd.DataFrame(columns=_COLUMNS)
    name = counted.items.set_index("item")["item_name"]
    pairs = counted.pairs.copy()
    chance, number = _chance(counted), pd.Series(range(len(counted.items)), index=counted.items["item"])
    expected = chance[pairs["item"].map(number).to_numpy(), pairs["other"].map(number).to_numpy()]
    seen = pairs["baskets"].to_numpy(dtype="float64")
    tail = (1 - LEVEL) / 2
    pairs["item_name"], pairs["other_name"] = pairs["item"].map(name), pairs["other"].map(name)
    pairs["support"] = seen / max(counted.baskets, 1)
    pairs["lift"] = seen / expected
    pairs["low"] = chi2.ppf(tail, 2 * seen) / 2 / expected
    pairs["high"] = chi2.ppf(1 - tail, 2 * (seen + 1)) / 2 / expected
    n = len(counted.items)
    tested = max(n * (n - 1) // 2, len(pairs))
    p_value = poisson.sf(seen - 1, expected)
    # Pairs too rare to be counted were looked at, too: they stand in the number of tests.
    every = np.append(p_value, np.ones(tested - len(pairs)))
    pairs["q_value"] = multipletests(every, method="fdr_bh")[1][: len(pairs)]
    found = pairs[(pairs["q_value"] <= FALSE_SHARE) & (pairs["lift"] > 1)]
    ordered = found.sort_values(["low", "item", "other"], ascending=[False, True, True], ignore_index=True)
    return ordered[_COLUMNS].head(most)


def _chance(counted: BasketPairs) -> FloatArray:
    """Baskets in which each pair is expected by chance, items x items, in the order of ``items``.

    The probability is x_i y_s / (1 + x_i y_s) for item i and a basket of size s; x and y are found by turns.
    """
    wanted = counted.items["baskets"].to_numpy(dtype="float64")
    size, many = (counted.sizes[name].to_numpy(dtype="float64") for name in ("size", "baskets"))
    # Whole baskets of everything have no finite odds: a hair less.
    size = np.minimum(size, len(wanted) - 1e-6)
    x, y = wanted / many.sum(), size / len(wanted)
    for _turn in range(_TURNS):
        odds = 1 + np.outer(x, y)
        x = wanted / (many * y / odds).sum(axis=1)
        odds = 1 + np.outer(x, y)
        before, y = y, size / (x[:, None] / odds).sum(axis=0)
        if np.max(np.abs(y / before - 1)) < _CLOSE:
            break
    told = np.outer(x, y) / (1 + np.outer(x, y))
    return np.asarray((told * many) @ told.T, dtype=np.float64)


def with_order(pairs: pd.DataFrame) -> pd.DataFrame:
    """Which item of a pair comes first, where that is more than chance.

    Parameters
    ----------
    pairs
        With item_first and other_first, of :func:`crm_analysis.features.order_of_pairs`.

    Returns
    -------
    pandas.DataFrame
        ``pairs`` with ``first``: the item that more customers buy first (two-sided binomial test, q at most 0.05), or
        empty.
    """
    both = (pairs["item_first"] + pairs["other_first"]).to_numpy(dtype="int64")
    won = pairs["item_first"].to_numpy(dtype="int64")
    p_value = np.asarray([binomtest(int(a), int(n)).pvalue if n else 1.0 for a, n in zip(won, both, strict=True)])
    sure = multipletests(p_value, method="fdr_bh")[1] <= FALSE_SHARE if len(p_value) else np.zeros(0, dtype=bool)
    first = np.where(won * 2 > both, pairs["item"], pairs["other"])
    return pairs.assign(first=pd.Series(np.where(sure, first, ""), index=pairs.index).astype("str"))
