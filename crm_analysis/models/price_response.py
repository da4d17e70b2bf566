"""How purchases answer to prices: elasticities from a shop's own changes of price, by category and by customer group.

A Poisson regression of purchases on the log of the price with an effect of every product and of every quarter (two-way
fixed effects by pseudo maximum likelihood; Santos Silva and Tenreyro 2006, Review of Economics and Statistics 88,
641-658), errors clustered by product. It compares a product with itself at other prices while the rest of the shop
takes out season and growth; it does not know why a price was changed, so it is evidence of the grade *modelled*.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.intervals import NORMAL_90, beyond_chance

__all__ = ["PRICE_PRODUCTS", "price_response"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
PRICE_PRODUCTS = 20
"""Products with two prices or more from which a response is estimated."""
FALSE_SHARE = 0.10
_COLUMNS = ["kind", "name", "products", "purchases", "elasticity", "low", "high", "sure"]
_TURNS, _CLOSE = 60, 1e-10


def price_response(periods: pd.DataFrame | None, categories: dict[str, str]) -> pd.DataFrame | None:
    """Elasticity of all customers, of each category and of each group of customers.

    Parameters
    ----------
    periods
        Of :func:`crm_analysis.features.price_periods`; None where no prices are known.
    categories
        product_id to category.

    Returns
    -------
    pandas.DataFrame or None
        One row per part: kind (``all``, ``category`` or ``group``), name, products (with two prices or more),
        purchases, elasticity (percent of purchases per percent of price), low, high (90 %), sure (beyond chance, of
        all rows together at a rate of false ones of 10 %, Benjamini and Hochberg 1995). Parts with fewer than
        20 such products are left out (categories: 5); None where there are too few in all.
    """
    if periods is None:
        return None
    whole = periods.groupby(["product_id", "since", "until", "price", "days"], as_index=False)["purchases"].sum()
    changed = whole.groupby("product_id")["price"].transform("nunique") >= 2
    whole = whole[changed]
    if whole["product_id"].nunique() < PRICE_PRODUCTS or not whole["purchases"].sum():
        return None
    rows = [("all", "", *_fitted(whole))]
    of = whole["product_id"].map(categories)
    for name, part in whole.groupby(of):
        if part["product_id"].nunique() >= PRICE_PRODUCTS // 4:
            rows.append(("category", str(name), *_fitted(part)))
    if periods["group"].nunique() > 1:
        for name, part in periods.groupby("group"):
            mine = part[part["product_id"].isin(whole["product_id"])]
            if mine["purchases"].sum() >= 10 * PRICE_PRODUCTS:
                rows.append(("group", str(name), *_fitted(mine)))
    found = pd.DataFrame(rows, columns=_COLUMNS[:-1])
    found = found[found["elasticity"].notna()].reset_index(drop=True)
    if found.empty:
        return None
    return found.assign(sure=beyond_chance(found["elasticity"], found["low"], found["high"], FALSE_SHARE))


def _fitted(rows: pd.DataFrame) -> tuple[int, int, float, float, float]:
    """Products, purchases, elasticity and its interval."""
    sold = rows.groupby("product_id")["purchases"].transform("sum") > 0
    rows = rows[sold]
    product, products = pd.factorize(rows["product_id"])
    middle = rows["since"] + (rows["until"] - rows["since"]) / 2
    quarter, _names = pd.factorize(middle.dt.to_period("Q"))
    y = rows["purchases"].to_numpy(dtype="float64")
    log_price, offset = np.log(rows["price"].to_numpy(dtype="float64")), np.log(rows["days"].to_numpy(dtype="float64"))
    counts = (len(products), int(y.sum()))
    if len(products) < 2 or not y.sum():
        return (*counts, np.nan, np.nan, np.nan)
    slope, error = _poisson(y, log_price, offset, product, quarter)
    if not np.isfinite(error):
        return (*counts, np.nan, np.nan, np.nan)
    return (*counts, slope, slope - NORMAL_90 * error, slope + NORMAL_90 * error)


def _demeaned(x: FloatArray, weight: FloatArray, groups: list[IntArray]) -> FloatArray:
    """What is left of x after the weighted means of the groups, taken out by turns."""
    for _turn in range(_TURNS):
        before = x
        for g in groups:
            x = x - (np.bincount(g, weight * x) / np.maximum(np.bincount(g, weight), 1e-300))[g]
        if np.abs(x - before).max() < _CLOSE:
            break
    return x


def _poisson(
    y: FloatArray,
    log_price: FloatArray,
    offset: FloatArray,
    product: IntArray,
    quarter: IntArray,
) -> tuple[float, float]:
    """Slope of the log price and its error clustered by product (iteratively reweighted least squares)."""
    groups = [product, quarter]
    fitted = np.maximum(y, 0.1)
    slope = 0.0
    for _turn in range(_TURNS):
        working = np.log(fitted) - offset + (y - fitted) / fitted
        z, x = _demeaned(working, fitted, groups), _demeaned(log_price, fitted, groups)
        size = float((fitted * x * x).sum())
        if size < _CLOSE:
            return float("nan"), float("nan")
        new = float((fitted * x * z).sum()) / size
        fitted = np.exp(np.clip(working - (z - new * x) + offset, -30, 30))
        if abs(new - slope) < 1e-9:
            break
        slope = new
    score = np.bincount(product, (y - fitted) * x)
    clusters = len(score)
    meat = float((score**2).sum()) * clusters / max(clusters - 1, 1)
    return new, float(np.sqrt(meat)) / size
