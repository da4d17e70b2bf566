"""Where prospects are worth asking: the chance that one becomes a customer, by origin, and what that would bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln
from scipy.stats import beta

from crm_analysis.intervals import LEVEL, NORMAL_90
from crm_analysis.thresholds import PERCENT_CUSTOMERS, SOURCE_CUSTOMERS

__all__ = ["ProspectValues", "value_prospects"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ProspectValues:
    """What prospects are worth by origin, and one by one.

    Attributes
    ----------
    origins
        One row per origin, the most worth first: origin, prospects, known (customers before they were listed), at_risk
        (were no customers then), won (of them became customers since), rate, low, high (chance to be won, drawn towards
        that of all origins; 90 %), profit, profit_low, profit_high (of the first year of one won, currency), worth,
        worth_low, worth_high (rate times profit, less the partner's price of a customer), cost (that price, NaN where
        not known), open (no customers yet), may_ask (of them, with a basis for a contact).
    scores
        One row per open prospect_id: origin, rate, worth, has_basis; the most worth first, who may be asked
        before others.
    """

    origins: pd.DataFrame
    scores: pd.DataFrame


def value_prospects(
    history: pd.DataFrame | None, profits: pd.DataFrame, costs: dict[str, float]
) -> ProspectValues | None:
    """Worth of prospects by the origin they came from.

    Whether a prospect becomes a customer is counted among those who were none when they were listed. Rates of origins
    are drawn together by a beta distribution over origins, fitted by maximum likelihood (beta-binomial; Gelman et al.
    2013, Bayesian Data Analysis, section 5.3, as an empirical-Bayes fit), so that three of four on a tiny list are
    no 75 %.

    Parameters
    ----------
    history
        Of :func:`crm_analysis.features.prospect_history`; None where there are no prospects.
    profits
        Of :func:`crm_analysis.features.first_year_profit`; an origin with under 30 customers takes that of ``all``.
    costs
        Price of one new customer by origin.

    Returns
    -------
    ProspectValues or None
        None without prospects whose listing day is known, with under 100 prospects, or where nobody was won.
    """
    if history is None:
        return None
    known = history[history["created_at"].notna()]
    already = known["first_day"] < known["created_at"]
    risk = known[~already & ~(known["is_customer"] & known["first_day"].isna())]
    if len(risk) < SOURCE_CUSTOMERS or not risk["first_day"].notna().any():
        return None
    grouped = known.assign(already=already).groupby("origin")
    table = grouped.agg(prospects=("prospect_id", "size"), known=("already", "sum")).join(
        risk.assign(won=risk["first_day"].notna()).groupby("origin").agg(at_risk=("won", "size"), won=("won", "sum"))
    )
    table = table.fillna(0.0).astype("int64")
    a, b = _beta_of(table["won"].to_numpy(dtype="float64"), table["at_risk"].to_numpy(dtype="float64"))
    table["rate"], table["low"], table["high"] = _rates(table, a, b)
    money = profits.set_index("origin")
    usable = money[money["customers"] >= PERCENT_CUSTOMERS]
    for name in ("profit", "error"):
        fallback = float(money[name].get("all", np.nan))
        table[name] = usable[name].reindex(table.index).fillna(fallback)
    table["cost"] = pd.Series(costs, dtype="float64").reindex(table.index)
    net = table["profit"] - table["cost"].fillna(0.0)
    table["worth"] = table["rate"] * net
    # Rate and profit come from different people: their relative errors add in squares.
    rate_error = (table["high"] - table["low"]) / (2 * NORMAL_90)
    error = np.sqrt((net * rate_error) ** 2 + (table["rate"] * table["error"]) ** 2)
    table["worth_low"], table["worth_high"] = table["worth"] - NORMAL_90 * error, table["worth"] + NORMAL_90 * error
    spread = NORMAL_90 * table.pop("error")
    table["profit_low"], table["profit_high"] = table["profit"] - spread, table["profit"] + spread
    still = history[~history["is_customer"] & history["first_day"].isna()]
    table["open"] = still.groupby("origin").size().reindex(table.index).fillna(0).astype("int64")
    table["may_ask"] = still.groupby("origin")["has_basis"].sum().reindex(table.index).fillna(0).astype("int64")
    origins = table.reset_index().sort_values(["worth", "origin"], ascending=[False, True], ignore_index=True)
    scored = still[["prospect_id", "origin", "has_basis"]].merge(origins[["origin", "rate", "worth"]], on="origin")
    order = ["has_basis", "worth", "prospect_id"]
    return ProspectValues(origins, scored.sort_values(order, ascending=[False, False, True], ignore_index=True))


def _rates(table: pd.DataFrame, a: float, b: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rate of each origin with its interval: that of the beta posterior, widened by what is not known of the mean that
    it is drawn towards, in proportion to how far it is drawn."""
    won, of = (table[name].to_numpy(dtype="float64") for name in ("won", "at_risk"))
    up, down = a + won, b + of - won
    rate = up / (up + down)
    whole = won.sum() / of.sum()
    drawn = (a + b) / (a + b + of)
    variance = rate * (1 - rate) / (up + down + 1) + drawn**2 * whole * (1 - whole) / of.sum()
    size = rate * (1 - rate) / variance - 1
    tail = (1 - LEVEL) / 2
    low, high = (beta.ppf(q, rate * size, (1 - rate) * size) for q in (tail, 1 - tail))
    return rate, low, high


def _beta_of(won: FloatArray, of: FloatArray) -> tuple[float, float]:
    """The beta distribution of rates over origins; with one origin, or no spread, a narrow one around the whole."""
    whole = float(np.clip(won.sum() / max(of.sum(), 1.0), 1e-4, 1 - 1e-4))
    if len(won) < 2:
        return 0.5, 0.5

    def loss(point: FloatArray) -> float:
        mean, size = 1 / (1 + np.exp(-point[0])), np.exp(np.clip(point[1], -2.0, 9.0))
        a, b = mean * size, (1 - mean) * size
        return -float((betaln(a + won, b + of - won) - betaln(a, b)).sum())

    found = minimize(loss, np.array([np.log(whole / (1 - whole)), 3.0]), method="Nelder-Mead")
    mean, size = 1 / (1 + np.exp(-found.x[0])), float(np.exp(np.clip(found.x[1], -2.0, 9.0)))
    return float(mean * size), float((1 - mean) * size)
