"""Groups of customers who buy alike, found by k-means, with as many groups as come back on other customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from crm_analysis.features import BEHAVIOUR
from crm_analysis.thresholds import GROUP_CUSTOMERS

__all__ = ["BehaviourGroups", "behaviour_members", "group_by_behaviour"]

FloatArray = npt.NDArray[np.float64]

SIZES = (3, 4, 5, 6)
STABLE = 0.8
SPLITS = 5
SAMPLE = 20_000
_STARTS = 4
_MOST_TRAITS = 2
_STANDS_OUT = 0.5


@dataclass(frozen=True)
class BehaviourGroups:
    """Groups and how far they can be believed.

    Attributes
    ----------
    members
        One row per customer_id: group (a number from 1, the largest first).
    groups
        One row per group: group, customers, the mean of each trait, and traits (the codes that stand out, each with
        ``+`` or ``-``, the strongest first, at most two).
    stability
        Adjusted Rand index of groups that were found on two halves of the customers, mean over five halvings.
    stable
        Whether it is at least 0.8: then another sample of customers would give the same groups.
    """

    members: pd.DataFrame
    groups: pd.DataFrame
    stability: float
    stable: bool


def group_by_behaviour(traits: pd.DataFrame, random_state: int) -> BehaviourGroups | None:
    """Group customers by how they buy.

    Traits are counts and amounts on the log scale and shares as they are, standardised; those that are not known or
    equal for all are left out. The number of groups, 3 to 6, is the most stable one: groups are found on each half
    of the customers, and both are asked about the same customers (Lange et al. 2004, "Stability-based validation of
    clustering solutions").

    Parameters
    ----------
    traits
        Of :func:`crm_analysis.features.behaviour_traits`.
    random_state
        Seed.

    Returns
    -------
    BehaviourGroups or None
        None below the least number of customers.
    """
    if len(traits) < GROUP_CUSTOMERS:
        return None
    values = _values(traits)
    rng = np.random.default_rng(random_state)
    stability = {k: _stability(values, k, rng) for k in SIZES}
    size = max(SIZES, key=lambda k: stability[k])
    learnt = values[rng.permutation(len(values))[:SAMPLE]]
    label = _fitted(learnt, size, random_state).predict(values)
    rank = pd.Series(label).map(pd.Series(label).value_counts().rank(method="first", ascending=False).astype("int64"))
    members = pd.DataFrame({"customer_id": traits["customer_id"].to_numpy(), "group": rank.to_numpy()})
    return BehaviourGroups(members, _described(traits, rank), stability[size], stability[size] >= STABLE)


def behaviour_members(found: BehaviourGroups | None) -> pd.DataFrame | None:
    """One row per customer_id: group, by the traits that stand out (its number where two groups share them).

    None where there are no groups.
    """
    if found is None:
        return None
    codes = found.groups.set_index("group")["traits"].replace("", "average")
    shared = codes.duplicated(keep=False)
    codes = codes.where(~shared, codes + " " + codes.index.astype("str"))
    return found.members.assign(group=found.members["group"].map(codes).astype("str"))


def _values(traits: pd.DataFrame) -> FloatArray:
    known = [name for name in BEHAVIOUR if traits[name].notna().all() and traits[name].nunique() > 1]
    frame = traits[known].astype("float64")
    for name in known:
        if not name.endswith("_share"):
            frame[name] = np.log1p(frame[name].clip(lower=0))
    return np.asarray(StandardScaler().fit_transform(frame), dtype=np.float64)


def _fitted(values: FloatArray, k: int, seed: int) -> KMeans:
    return KMeans(n_clusters=k, n_init=_STARTS, random_state=seed).fit(values)


def _stability(values: FloatArray, k: int, rng: np.random.Generator) -> float:
    found = []
    for _split in range(SPLITS):
        order = rng.permutation(len(values))[: 2 * SAMPLE]
        half = len(order) // 2
        seeds = rng.integers(0, 2**31 - 1, size=2)
        one = _fitted(values[order[:half]], k, int(seeds[0]))
        other = _fitted(values[order[half:]], k, int(seeds[1]))
        held = values[order[half:]]
        found.append(adjusted_rand_score(one.predict(held), other.predict(held)))
    return float(np.mean(found))


def _described(traits: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    known = [name for name in BEHAVIOUR if traits[name].notna().all()]
    frame = traits[known].astype("float64").assign(group=group.to_numpy())
    means = frame.groupby("group").mean()
    spread = frame[known].std(ddof=0).replace(0.0, np.nan)
    away = (means - frame[known].mean()) / spread
    result = means.reset_index()
    result.insert(1, "customers", frame.groupby("group").size().to_numpy())
    result["traits"] = [_stands_out(row) for _name, row in away.iterrows()]
    return result


def _stands_out(away: pd.Series) -> str:
    strong = away.dropna().sort_values(key=lambda s: -s.abs())
    named = [f"{'+' if value > 0 else '-'}{name}" for name, value in strong.items() if abs(value) >= _STANDS_OUT]
    return " ".join(named[:_MOST_TRAITS])
