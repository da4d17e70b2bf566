"""Fair difference in treatment: who gives more gets more, equals are treated alike, and nobody by gender or age.

No decision reads the forbidden traits. But treatment may tell them all the same, where what customers buy goes with who
they are; how well it does, among customers of equal contribution, is measured here.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri
from scipy.stats import rankdata

from crm_analysis.intervals import NORMAL_90
from crm_analysis.thresholds import PERCENT_CUSTOMERS

__all__ = ["FORBIDDEN_TRAITS", "benefit_by_contribution", "traits_of_customers", "treatment_tells_traits"]

FloatArray = npt.NDArray[np.float64]
FORBIDDEN_TRAITS = ("gender", "age", "region")
"""Traits that no decision may rest on."""
PARTS = 10
_AGES = (0, 30, 45, 60, 200)


def benefit_by_contribution(decisions: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """What customers get by what they contribute.

    Parameters
    ----------
    decisions
        offer_decisions: customer_id, offer, cost.
    scores
        customer_scores: gross_profit (so far).

    Returns
    -------
    pandas.DataFrame
        One row per tenth of the customers by contribution, the largest first: tenth (1 to 10), customers, contribution
        (mean gross profit, currency), with_offer (share), benefit (mean cost of the planned offer, currency), spread
        (standard deviation of the benefit over its mean among those of the tenth; NaN where nobody gets one).
    """
    both = scores[["customer_id", "gross_profit"]].merge(decisions[["customer_id", "offer", "cost"]], on="customer_id")
    both["tenth"] = _tenths(both["gross_profit"])
    both["given"] = (both["offer"] != "none").astype("float64")
    grouped = both.groupby("tenth")
    found = grouped.agg(
        customers=("customer_id", "size"), contribution=("gross_profit", "mean"), with_offer=("given", "mean"),
        benefit=("cost", "mean"), deviation=("cost", "std"),
    ).reset_index()  # fmt: skip
    found["spread"] = found.pop("deviation") / found["benefit"].where(found["benefit"] > 0)
    return found.astype({"tenth": "int64"})


def _tenths(amount: pd.Series) -> pd.Series:
    rank = (-amount).rank(method="first")
    return (rank / len(amount) * PARTS).apply(np.ceil).clip(1, PARTS).astype("int64")


def traits_of_customers(customers: pd.DataFrame | None, as_of: date) -> pd.DataFrame:
    """The forbidden traits as far as they are known: customer_id, gender, age (group), region; empty where unknown.

    Parameters
    ----------
    customers
        customer_id and what there is of gender, birth_date, age_group and region; None where there is no such table.
    as_of
        The day on which the age counts.
    """
    if customers is None:
        return pd.DataFrame({"customer_id": pd.Series(dtype="str"), **dict.fromkeys(FORBIDDEN_TRAITS, "")})
    found = pd.DataFrame({"customer_id": customers["customer_id"]})
    for trait in ("gender", "region"):
        found[trait] = customers[trait].fillna("").astype("str") if trait in customers else ""
    found["age"] = customers["age_group"].fillna("").astype("str") if "age_group" in customers else ""
    if "birth_date" in customers:
        years = (pd.Timestamp(as_of) - pd.to_datetime(customers["birth_date"])).dt.days / 365.25
        names = [f"{low}-{high - 1}" if high < 200 else f"{low}+" for low, high in zip(_AGES, _AGES[1:], strict=False)]
        groups = pd.cut(years, _AGES, right=False, labels=names).astype("object")
        found["age"] = found["age"].where(found["age"] != "", groups.fillna("").astype("str"))
    return found[["customer_id", *FORBIDDEN_TRAITS]]


def treatment_tells_traits(decisions: pd.DataFrame, scores: pd.DataFrame, traits: pd.DataFrame) -> pd.DataFrame:
    """How well the planned benefit tells a forbidden trait among customers of equal contribution.

    Within each tenth by contribution every customer with the trait is held against every one without it: the share of
    pairs in which the former gets more, ties counted half (the area under the curve), with the error of DeLong, DeLong
    and Clarke-Pearson 1988, Biometrics 44, 837-845; tenths are weighted by their pairs.

    Parameters
    ----------
    decisions, scores
        As in :func:`benefit_by_contribution`.
    traits
        Of :func:`traits_of_customers`.

    Returns
    -------
    pandas.DataFrame
        One row per trait and group with 30 customers inside and outside: trait, group, customers, auc (0.5: the benefit
        tells nothing), low, high (90 %), tells (the interval does not hold 0.5 and the difference is more than 0.02, of
        all rows at the level divided by their number).
    """
    both = scores[["customer_id", "gross_profit"]].merge(decisions[["customer_id", "cost"]], on="customer_id")
    both["tenth"] = _tenths(both["gross_profit"])
    known = both.merge(traits, on="customer_id")
    rows: list[tuple[str, str, int, float, float]] = []
    for trait in FORBIDDEN_TRAITS:
        mine = known[known[trait] != ""]
        for group, part in mine.groupby(trait):
            inside = (mine[trait] == group).to_numpy()
            if min(len(part), len(mine) - len(part)) >= PERCENT_CUSTOMERS:
                auc, error = _stratified(mine["cost"].to_numpy(dtype="float64"), inside, mine["tenth"].to_numpy())
                rows.append((trait, str(group), len(part), auc, error))
    found = pd.DataFrame(rows, columns=["trait", "group", "customers", "auc", "error"])
    from_half = (found["auc"] - 0.5).abs()
    wide = float(ndtri(1 - 0.05 / max(len(found), 1))) * found["error"]
    found["low"], found["high"] = found["auc"] - NORMAL_90 * found["error"], found["auc"] + NORMAL_90 * found["error"]
    found["tells"] = (from_half > wide) & (from_half > 0.02)
    return found.drop(columns="error")


def _stratified(
    benefit: FloatArray, inside: npt.NDArray[np.bool_], tenth: npt.NDArray[np.int64]
) -> tuple[float, float]:
    weights, values, squares = [], [], []
    for part in np.unique(tenth):
        at = tenth == part
        yes, no = benefit[at & inside], benefit[at & ~inside]
        m, n = len(yes), len(no)
        if min(m, n) < 2:
            continue
        ranks = rankdata(np.concatenate([yes, no]))
        above = (ranks[:m] - rankdata(yes)) / n
        below = 1 - (ranks[m:] - rankdata(no)) / m
        weights.append(m * n / (m + n))
        values.append(above.mean())
        squares.append(above.var(ddof=1) / m + below.var(ddof=1) / n)
    weight = np.asarray(weights) / max(sum(weights), 1e-12)
    return float((weight * values).sum()) if len(weight) else 0.5, float(np.sqrt((weight**2 * squares).sum()))
