"""Step 5: products per customer, again and new, each with its reason, and whether personal beats simple."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from crm_analysis.features import customer_items, item_pairs, items, items_of_customers
from crm_analysis.thresholds import RECOMMENDATION_BUYERS
from crm_analysis.warehouse import collect

__all__ = [
    "BACKTEST_DAYS",
    "ItemModel",
    "backtest_items",
    "first_item",
    "fit_items",
    "hit_rates",
    "personal_plan",
    "plan_items",
]

FloatArray = npt.NDArray[np.float64]
CHUNK = 20_000
BACKTEST_DAYS = 30
"""Length of the window in which choices are judged."""
_Z = float(ndtri(0.95))
MOST_ITEMS = 300


@dataclass(frozen=True)
class ItemModel:
    """Items with how they go together.

    Attributes
    ----------
    items
        One row per item, most bought first: item, item_name, category, customers, repeat_share.
    likeness
        Items x items: customers who bought both over the geometric mean of both's customers (cosine).
    """

    items: pd.DataFrame
    likeness: FloatArray

    def position(self, names: pd.Series) -> npt.NDArray[np.int64]:
        """Where items stand; -1 for unknown ones."""
        return np.asarray(pd.Index(self.items["item"]).get_indexer(pd.Index(names)), dtype="int64")


def fit_items(items: pd.DataFrame, pairs: pd.DataFrame) -> ItemModel:
    """Turn counts into likeness.

    Parameters
    ----------
    items
        Of :func:`crm_analysis.features.items`.
    pairs
        Of :func:`crm_analysis.features.item_pairs`.
    """
    place = pd.Index(items["item"])
    likeness = np.zeros((len(items), len(items)))
    size = items["customers"].to_numpy(dtype="float64")
    left, right = place.get_indexer(pairs["item"]), place.get_indexer(pairs["other"])
    likeness[left, right] = pairs["customers"].to_numpy() / np.sqrt(size[left] * size[right])
    return ItemModel(items, likeness)


def _codes(owned: pd.DataFrame, model: ItemModel, customers: pd.Index) -> pd.DataFrame:
    frame = owned.assign(
        row=customers.get_indexer(pd.Index(owned["customer_id"])), column=model.position(owned["item"])
    )
    return frame[(frame["row"] >= 0) & (frame["column"] >= 0)]


def _repeat_scores(owned: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Chance of another purchase within the window: a Poisson rate since the first one, less where it has stopped.

    A customer who has let pass more than twice the usual gap may have stopped buying the item; the chance falls
    with what has passed beyond it.
    """
    known = (as_of - owned["first_day"]).dt.days.clip(lower=0) + BACKTEST_DAYS
    chance = 1 - np.exp(-owned["days"] / known * BACKTEST_DAYS)
    since = (as_of - owned["last_day"]).dt.days.clip(lower=1)
    patience = 2 * (known / owned["days"]).clip(lower=7)
    return pd.Series(chance * np.minimum(patience / since, 1.0), index=owned.index)


def personal_plan(
    owned: pd.DataFrame, model: ItemModel, customers: pd.Series, as_of: pd.Timestamp, *, again: int = 2, new: int = 2
) -> pd.DataFrame:
    """The items to show each customer.

    Parameters
    ----------
    owned
        Of :func:`crm_analysis.features.items_of_customers`.
    model
        Items and likeness.
    customers
        customer_ids to plan for.
    as_of
        The day to look back from.
    again, new
        How many of each kind at most.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id and rank: item, item_name, kind (``again``, ``new`` or ``popular`` for those of
        whom no item is known), reason (code), because (the item it goes with), times (bought so far),
        usual_days, since_days, score.
    """
    everyone = pd.Index(customers)
    coded = _codes(owned, model, everyone)
    parts = [_again(coded, model, everyone, as_of, again)]
    for start in range(0, len(everyone), CHUNK):
        rows = range(start, min(start + CHUNK, len(everyone)))
        parts.append(_new(coded[coded["row"].between(rows[0], rows[-1])], model, everyone, rows, new))
    plan = pd.concat([part for part in parts if len(part)], ignore_index=True)
    order = {"again": 0, "new": 1, "popular": 2}
    plan = plan.assign(_kind=plan["kind"].map(order)).sort_values(
        ["customer_id", "_kind", "score", "item"], ascending=[True, True, False, True]
    )
    plan["rank"] = plan.groupby("customer_id").cumcount() + 1
    return plan.drop(columns="_kind").reset_index(drop=True)


def _again(coded: pd.DataFrame, model: ItemModel, everyone: pd.Index, as_of: pd.Timestamp, most: int) -> pd.DataFrame:
    if coded.empty:
        return pd.DataFrame()
    scored = coded.assign(score=_repeat_scores(coded, as_of))
    top = scored[scored["days"] > 1].sort_values(["score", "column"], ascending=[False, True]).groupby("row").head(most)
    span = (top["last_day"] - top["first_day"]).dt.days
    return pd.DataFrame(
        {
            "customer_id": everyone[top["row"]],
            "item": top["item"].to_numpy(),
            "item_name": model.items["item_name"].to_numpy()[top["column"]],
            "kind": "again",
            "reason": "bought_before",
            "because": "",
            "times": top["days"].to_numpy(),
            "usual_days": (span / (top["days"] - 1).clip(lower=1)).round().astype("int64").to_numpy(),
            "since_days": (as_of - top["last_day"]).dt.days.to_numpy(),
            "score": top["score"].to_numpy(),
        }
    )


def _new(coded: pd.DataFrame, model: ItemModel, everyone: pd.Index, rows: range, most: int) -> pd.DataFrame:
    """Items not bought yet that go with what was, and the most popular for those of whom nothing is known."""
    owned = np.zeros((len(rows), len(model.items)))
    owned[coded["row"].to_numpy() - rows[0], coded["column"].to_numpy()] = np.log1p(
        coded["days"].to_numpy(dtype="float64")
    )
    score = np.round(owned @ model.likeness, 9)  # the last bits depend on the machine, and ties on them
    known = owned.sum(axis=1) > 0
    score[~known] = model.items["customers"].to_numpy()
    score[owned > 0] = -np.inf
    best = np.argsort(-score, axis=1, kind="stable")[:, :most]
    row = np.repeat(np.arange(len(rows)), best.shape[1])
    column = best.ravel()
    value = score[row, column]
    # The owned item that speaks most for it.
    because = np.array(
        [int(np.argmax(owned[r] * model.likeness[:, c])) for r, c in zip(row, column, strict=True)], dtype="int64"
    )
    names = model.items["item_name"].to_numpy()
    frame = pd.DataFrame(
        {
            "customer_id": everyone[row + rows[0]],
            "item": model.items["item"].to_numpy()[column],
            "item_name": names[column],
            "kind": np.where(known[row], "new", "popular"),
            "reason": np.where(known[row], "goes_with", "most_bought"),
            "because": np.where(known[row], names[because] if len(because) else "", ""),
            "times": 0,
            "usual_days": 0,
            "since_days": 0,
            "score": value,
        }
    )
    usable: pd.DataFrame = frame[np.isfinite(frame["score"]) & (frame["score"] > 0)]
    return usable


def hit_rates(
    owned: pd.DataFrame,
    bought_after: pd.DataFrame,
    model: ItemModel,
    segment: pd.Series,
    as_of: pd.Timestamp,
    shown: int = 3,
) -> pd.DataFrame:
    """Out of time: how many of the items that each method would have shown were bought.

    Parameters
    ----------
    owned
        What was known at ``as_of``.
    bought_after
        customer_id, item bought in the window after it.
    model
        Fitted on data up to ``as_of``.
    segment
        Index customer_id: segment then.
    as_of
        Start of the window.
    shown
        Items shown per customer.

    Returns
    -------
    pandas.DataFrame
        One row per method (``personal``, ``segment``, ``popular``): hit_rate (share of the shown items that the
        customer bought, mean over customers), low, high (90 %, customers as units), n (customers who bought
        anything in the window).
    """
    buyers = pd.Index(bought_after["customer_id"].unique())
    buyers = buyers[buyers.isin(owned["customer_id"])]
    truth = set(zip(bought_after["customer_id"], bought_after["item"], strict=True))
    personal = personal_plan(owned, model, pd.Series(buyers), as_of, again=shown, new=shown)
    personal = personal[personal["rank"] <= shown]
    known = owned.assign(segment=owned["customer_id"].map(segment))
    counts = known.groupby(["segment", "item"]).size().reset_index(name="n")
    best = counts.sort_values(["segment", "n", "item"], ascending=[True, False, True]).groupby("segment").head(shown)
    by_segment = pd.DataFrame({"customer_id": buyers, "segment": segment.reindex(buyers).to_numpy()}).merge(
        best, on="segment"
    )
    top = model.items["item"].head(shown)
    popular = pd.DataFrame({"customer_id": np.repeat(buyers, len(top)), "item": np.tile(top, len(buyers))})
    rows = []
    for name, shows in (("personal", personal), ("segment", by_segment), ("popular", popular)):
        hit = [pair in truth for pair in zip(shows["customer_id"], shows["item"], strict=True)]
        share = shows.assign(hit=hit).groupby("customer_id")["hit"].sum().reindex(buyers, fill_value=0) / shown
        mean = float(share.mean()) if len(buyers) else np.nan
        half = float(_Z * share.std() / np.sqrt(len(buyers))) if len(buyers) > 1 else np.nan
        rows.append((name, mean, mean - half, mean + half, len(buyers)))
    return pd.DataFrame(rows, columns=["method", "hit_rate", "low", "high", "n"])


PLAN_COLUMNS = (
    "customer_id",
    "rank",
    "item",
    "item_name",
    "kind",
    "reason",
    "because",
    "times",
    "usual_days",
    "since_days",
    "score",
)


def _empty_plan() -> pd.DataFrame:
    numbers = {"rank", "times", "usual_days", "since_days"}
    return pd.DataFrame({name: pd.Series(dtype="int64" if name in numbers else "str") for name in PLAN_COLUMNS})


def plan_items(sold: ir.Table, customers: pd.Series, as_of: date) -> pd.DataFrame:
    """The items for customers with an action, from all that was sold; empty where no product is known.

    Parameters
    ----------
    sold
        Of :func:`crm_analysis.features.item_lines`.
    customers
        customer_ids to plan for.
    as_of
        The day to look back from.

    Returns
    -------
    pandas.DataFrame
        As :func:`personal_plan`.
    """
    everything = customer_items(sold)
    top = items(everything, MOST_ITEMS)
    if top.empty or customers.empty:
        return _empty_plan()
    names = top["item"].tolist()
    model = fit_items(top, item_pairs(everything, names))
    return personal_plan(
        items_of_customers(everything, names), model, customers.reset_index(drop=True), pd.Timestamp(as_of)
    )


def backtest_items(sold: ir.Table, scores: pd.DataFrame, first: date, as_of: date) -> pd.DataFrame:
    """Hold personal choice against simple rules in the last 30 days; empty where the data is too short.

    The segments are those of today, which favours the segment rule a little.

    Returns
    -------
    pandas.DataFrame
        As :func:`hit_rates`.
    """
    split = as_of - timedelta(days=BACKTEST_DAYS)
    empty = pd.DataFrame(
        {"method": pd.Series(dtype="str"), "hit_rate": [], "low": [], "high": [], "n": pd.Series(dtype="int64")}
    )
    if (split - first).days < 2 * BACKTEST_DAYS:
        return empty
    day = ibis.date(split.isoformat())
    known, later = customer_items(sold.filter(sold["day"] <= day)), sold.filter(sold["day"] > day)
    top = items(known, MOST_ITEMS)
    bought = collect(later.select("customer_id", "item").distinct().order_by("customer_id", "item"))
    if top.empty or bought["customer_id"].nunique() < RECOMMENDATION_BUYERS:
        return empty
    names = top["item"].tolist()
    model = fit_items(top, item_pairs(known, names))
    segment = scores.set_index("customer_id")["segment"]
    return hit_rates(items_of_customers(known, names), bought, model, segment, pd.Timestamp(split))


def first_item(plan: pd.DataFrame) -> pd.DataFrame:
    """The first item of each customer, by customer_id: item, why."""
    return plan[plan["rank"] == 1].set_index("customer_id")[["item_name", "why"]].rename(columns={"item_name": "item"})
