"""Pairs in one basket: planted ones are found with their lift, independent baskets of any size give none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import BasketPairs, basket_pairs, customer_items, order_of_pairs
from crm_analysis.models import affinities, with_order
from crm_analysis.warehouse import Engine, Warehouse


def _sold(rng: np.random.Generator, baskets: int = 6000, items: int = 40, together: float = 0.0) -> pd.DataFrame:
    """Baskets of very different size; where ``together``, item 3 brings item 7 along."""
    popular = 1 / np.arange(1, items + 1)
    popular /= popular.sum()
    rows = []
    for basket in range(baskets):
        size = int(min(1 + rng.geometric(0.25 if basket % 3 else 0.08), items))
        chosen = set(rng.choice(items, size=size, replace=False, p=popular).tolist())
        if 3 in chosen and rng.random() < together:
            chosen.add(7)
        day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=basket // 900)
        rows += [(f"c{basket % 900}", day, f"i{i:02d}") for i in chosen]
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "item"])
    return frame.assign(item_name=frame["item"].str.upper(), category=None, amount=1.0)


@pytest.fixture(scope="module")
def place(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("baskets"), engine)


def _counted(place: Warehouse, sold: pd.DataFrame) -> BasketPairs:
    place.write_frame("sold", sold.assign(category=sold["category"].astype("str")))
    table = place.read("sold")
    return basket_pairs(table.mutate(day=table["day"].cast("date")))


def test_counts_of_a_basket_made_by_hand(place: Warehouse) -> None:
    day = pd.Timestamp("2024-01-01")
    rows = (
        [("a", day, x) for x in ("p", "q", "r")]
        + [("b", day, x) for x in ("p", "q")]
        + [("a", day + pd.Timedelta(days=1), "p")]
    )
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "item"]).assign(item_name="x", category="", amount=1.0)
    place.write_frame("sold", frame)
    table = place.read("sold")
    found = basket_pairs(table.mutate(day=table["day"].cast("date")), at_least=1)
    assert found.baskets == 3
    assert found.sizes.set_index("size")["baskets"].to_dict() == {1: 1, 2: 1, 3: 1}
    pairs = found.pairs.set_index(["item", "other"])["baskets"].to_dict()
    assert pairs == {("p", "q"): 2, ("p", "r"): 1, ("q", "r"): 1}


def test_a_planted_pair_is_found_and_stands_on_top(place: Warehouse) -> None:
    found = affinities(_counted(place, _sold(np.random.default_rng(1), together=0.6)))
    assert set(found.loc[0, ["item", "other"]]) == {"i03", "i07"}
    assert found.loc[0, "low"] > 1.1
    assert (found["low"] <= found["lift"]).all()


def test_which_of_a_pair_comes_first(place: Warehouse) -> None:
    rows = []
    for n in range(60):
        later = pd.Timestamp("2024-01-01") + pd.Timedelta(days=10 if n < 50 else -10)
        rows += [(f"c{n}", pd.Timestamp("2024-01-01"), "printer"), (f"c{n}", later, "ink")]
    rows += [("far", pd.Timestamp("2024-01-01"), "printer"), ("far", pd.Timestamp("2024-09-01"), "ink")]
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "item"])
    place.write_frame("sold", frame.assign(item_name=frame["item"], category="", amount=1.0))
    table = place.read("sold")
    owned = customer_items(table.mutate(day=table["day"].cast("date")))
    pairs = order_of_pairs(owned, pd.DataFrame({"item": ["ink"], "other": ["printer"]}))
    assert pairs.loc[0, ["item_first", "other_first"]].tolist() == [10, 50]
    assert with_order(pairs)["first"].tolist() == ["printer"]
    even = with_order(pairs.assign(item_first=30, other_first=30))
    assert even["first"].tolist() == [""]


def test_independent_baskets_give_no_pair() -> None:
    """Twenty shops whose baskets are filled at random: large baskets alone must not make pairs."""
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        sold = _sold(rng, baskets=1500, items=25)
        found.append(len(affinities(_in_memory(sold))))
    assert np.mean([n > 0 for n in found]) <= 0.15, "at most one in twenty names is false on average"


def _in_memory(sold: pd.DataFrame) -> BasketPairs:
    """The same counts by pandas."""
    items = sold.groupby("item").size().rename("baskets").sort_values(ascending=False).reset_index()
    number = {item: n for n, item in enumerate(items["item"])}
    numbered = sold.assign(number=sold["item"].map(number))
    sizes = sold.groupby(["customer_id", "day"]).size()
    both = numbered.merge(numbered, on=["customer_id", "day"], suffixes=("", "_other"))
    both = both[both["number"] < both["number_other"]]
    pairs = both.groupby(["item", "item_other"]).agg(baskets=("day", "size"), customers=("customer_id", "nunique"))
    pairs = pairs.reset_index().rename(columns={"item_other": "other"})
    spread = sizes.value_counts().rename_axis("size").rename("baskets").reset_index()
    return BasketPairs(items.assign(item_name=items["item"]), pairs[pairs["baskets"] >= 5], spread)


def test_no_baskets() -> None:
    items = pd.DataFrame({"item": [], "item_name": [], "baskets": []})
    pairs, sizes = pd.DataFrame({"item": [], "other": [], "baskets": []}), pd.DataFrame({"size": [], "baskets": []})
    assert affinities(BasketPairs(items, pairs, sizes)).empty
