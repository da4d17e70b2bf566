"""What customers will probably need next that they never bought here: the next kind of goods, with its evidence.

A linear model per kind on the kinds bought before (ridge regression; the item-to-item weights of Steck 2019,
Embarrassingly Shallow Autoencoders for Sparse Data, WWW, section 3, with the purchases of the following days in the
place of the same ones), held out of time against the kind that most others take up next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression

from crm_analysis.intervals import NORMAL_90
from crm_analysis.thresholds import RECOMMENDATION_BUYERS

__all__ = ["LatentNeeds", "find_latent_needs"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
PENALTY = 0.02
"""Ridge penalty as a share of the customers who lack a kind."""
TOP = 3


@dataclass(frozen=True)
class LatentNeeds:
    """Suggestions and how good such suggestions were.

    Attributes
    ----------
    check
        One row per way (``personal``, ``popular``): hit_one, hit_three (share of the customers who took up a new kind
        in the test period among whose first, first three suggestions it was).
    difference, low, high
        hit_three of personal minus popular, paired by customer, 90 %.
    buyers
        Customers who took up a new kind in the test period.
    used
        ``personal`` only where ``low`` is above zero.
    needs
        One row per customer_id: kind (most probable of those never bought), probability (to buy it within the horizon),
        usual (of all who lack it), because (the kind bought before that speaks most for it; empty where popular is
        used or nothing speaks for it more than for others).
    """

    check: pd.DataFrame
    difference: float
    low: float
    high: float
    buyers: int
    used: str
    needs: pd.DataFrame


@dataclass(frozen=True)
class _Matrix:
    customers: npt.NDArray[np.object_]
    kinds: list[str]
    before: FloatArray
    after: BoolArray


def _matrix(frame: pd.DataFrame, kinds: list[str]) -> _Matrix:
    people, names = pd.factorize(frame["customer_id"], sort=True)
    place = pd.Categorical(frame["kind"], categories=kinds).codes
    ok = place >= 0
    before = np.zeros((len(names), len(kinds)))
    after = np.zeros((len(names), len(kinds)), dtype=bool)
    before[people[ok], place[ok]] = np.log1p(frame["before"].to_numpy(dtype="float64")[ok])
    after[people[ok], place[ok]] = frame["after"].to_numpy()[ok] > 0
    return _Matrix(np.asarray(names, dtype=object), kinds, before, after)


def _design(before: FloatArray) -> FloatArray:
    whole = before.sum(axis=1, keepdims=True)
    return np.hstack([before, whole, (before > 0).sum(axis=1, keepdims=True) / max(before.shape[1], 1)])


@dataclass(frozen=True)
class _Model:
    center: FloatArray
    weights: FloatArray
    base: FloatArray

    def scores(self, before: FloatArray) -> FloatArray:
        """Expected share who buy each kind, customers x kinds."""
        return np.asarray(self.base + (_design(before) - self.center) @ self.weights)


def _fit(data: _Matrix) -> _Model:
    x = _design(data.before)
    center = x.mean(axis=0)
    weights = np.zeros((x.shape[1], len(data.kinds)))
    base = np.zeros(len(data.kinds))
    for kind in range(len(data.kinds)):
        lacks = data.before[:, kind] == 0
        y = data.after[lacks, kind].astype("float64")
        base[kind] = y.mean() if len(y) else 0.0
        if y.sum() < TOP:
            continue
        mine = x[lacks] - x[lacks].mean(axis=0)
        gram = mine.T @ mine + np.eye(x.shape[1]) * PENALTY * len(y)
        weights[:, kind] = np.linalg.solve(gram, mine.T @ (y - base[kind]))
        base[kind] += (center - x[lacks].mean(axis=0)) @ weights[:, kind]
    return _Model(center, weights, base)


def _first(scores: FloatArray, owned: BoolArray) -> npt.NDArray[np.int64]:
    """The first three kinds that are not owned, best first; -1 where there are fewer."""
    open_scores = np.where(owned, -np.inf, scores)
    order = np.argsort(-open_scores, axis=1, kind="stable")[:, :TOP]
    return np.where(np.take_along_axis(open_scores, order, axis=1) == -np.inf, -1, order)


def _hits(chosen: npt.NDArray[np.int64], after: BoolArray, most: int) -> BoolArray:
    rows = np.arange(len(after))[:, None]
    return np.asarray(((chosen[:, :most] >= 0) & after[rows, chosen[:, :most]]).any(axis=1))


def find_latent_needs(windows: Callable[[str], pd.DataFrame]) -> LatentNeeds | None:
    """Fit on one period, choose on the next one, and suggest for today.

    Parameters
    ----------
    windows
        ``earlier`` (purchases up to two horizons ago, and in the horizon after), ``later`` (up to one horizon ago, and
        in the last one) and ``now`` (up to the last day) of :func:`crm_analysis.features.kinds_bought`.

    Returns
    -------
    LatentNeeds or None
        None where fewer than 30 customers took up a new kind in the test period.
    """
    earlier, later = windows("earlier"), windows("later")
    kinds = sorted(earlier["kind"].unique())
    train, test = _matrix(earlier, kinds), _matrix(later, kinds)
    owned = test.before > 0
    fresh = (test.after & ~owned).any(axis=1)
    if int(fresh.sum()) < RECOMMENDATION_BUYERS or len(kinds) < 2:
        return None
    model = _fit(train)
    scores = model.scores(test.before)
    lacking = train.before == 0
    popular = (train.after & lacking).sum(axis=0) / np.maximum(lacking.sum(axis=0), 1)
    ways = {"personal": _first(scores, owned), "popular": _first(np.tile(popular, (len(owned), 1)), owned)}
    taken = test.after & ~owned
    one = {way: _hits(first[fresh], taken[fresh], 1) for way, first in ways.items()}
    three = {way: _hits(first[fresh], taken[fresh], TOP) for way, first in ways.items()}
    check = pd.DataFrame(
        [(way, float(one[way].mean()), float(three[way].mean())) for way in ways],
        columns=["way", "hit_one", "hit_three"],
    )
    paired = three["personal"].astype("float64") - three["popular"]
    error = NORMAL_90 * float(paired.std(ddof=1)) / np.sqrt(len(paired))
    difference = float(paired.mean())
    used = "personal" if difference - error > 0 else "popular"
    slope = _calibration(scores, owned, taken) if used == "personal" else None
    now = _matrix(windows("now"), kinds)
    needs = _needs(now, _fit(test), (taken.sum(axis=0) / np.maximum((~owned).sum(axis=0), 1)), slope)
    return LatentNeeds(check, difference, difference - error, difference + error, len(paired), used, needs)


def _calibration(scores: FloatArray, owned: BoolArray, taken: BoolArray) -> LogisticRegression:
    """Scores of a fit on the period before, as probabilities of the test period."""
    x = _logit(scores[~owned])[:, None]
    return LogisticRegression(C=1e6).fit(x, taken[~owned])


def _logit(share: FloatArray) -> FloatArray:
    p = np.clip(share, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(p / (1 - p)))


def _needs(now: _Matrix, model: _Model, usual: FloatArray, slope: LogisticRegression | None) -> pd.DataFrame:
    owned = now.before > 0
    scores = model.scores(now.before) if slope is not None else np.tile(usual, (len(owned), 1))
    best = _first(scores, owned)[:, 0]
    some = best >= 0
    rows, kind = np.flatnonzero(some), best[some]
    chance = scores[rows, kind]
    because = np.full(len(rows), "", dtype=object)
    if slope is not None:
        chance = slope.predict_proba(_logit(chance)[:, None])[:, 1]
        parts = (now.before[rows] - model.center[: len(now.kinds)]) * model.weights[: len(now.kinds), kind].T
        parts = np.where(now.before[rows] > 0, parts, -np.inf)
        reason = parts.argmax(axis=1)
        speaks = parts[np.arange(len(rows)), reason] > 0
        because = np.where(speaks, np.array(now.kinds, dtype=object)[reason], "")
    frame = pd.DataFrame(
        {
            "customer_id": now.customers[rows], "kind": np.array(now.kinds, dtype=object)[kind],
            "probability": chance, "usual": usual[kind], "because": because,
        }
    )  # fmt: skip
    frame = frame.astype({"customer_id": "str", "kind": "str", "because": "str"})
    return frame.sort_values(["probability", "customer_id"], ascending=[False, True], ignore_index=True)
