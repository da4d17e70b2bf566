"""Products per customer: due again, new by likeness, popular where nothing is known; judged out of time."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.decisions import (
    backtest_items,
    first_item,
    fit_items,
    hit_rates,
    personal_plan,
    plan_items,
)
from crm_analysis.features import item_lines
from crm_analysis.warehouse import Engine, Warehouse, open_engine

AS_OF = pd.Timestamp("2024-06-30")


def _items() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item": ["tea", "cup", "jam", "oil"],
            "item_name": ["Tea", "Cup", "Jam", "Oil"],
            "category": ["Kitchen"] * 4,
            "customers": [100, 64, 36, 25],
            "amount": [900.0, 500.0, 80.0, 50.0],
            "repeat_share": [0.6, 0.1, 0.4, 0.2],
        }
    )


def _pairs() -> pd.DataFrame:
    counts = {("tea", "cup"): 40, ("tea", "jam"): 6, ("cup", "jam"): 12, ("jam", "oil"): 15}
    both = [(a, b, n) for (a, b), n in counts.items()] + [(b, a, n) for (a, b), n in counts.items()]
    return pd.DataFrame(both, columns=["item", "other", "customers"])


def _owned() -> pd.DataFrame:
    rows = [
        ("c1", "tea", 10, "2024-01-01", "2024-06-20"),
        ("c2", "jam", 1, "2024-05-01", "2024-05-01"),
        ("c2", "unknown", 3, "2024-05-01", "2024-05-09"),
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "item", "days", "first_day", "last_day"])
    return frame.assign(first_day=pd.to_datetime(frame["first_day"]), last_day=pd.to_datetime(frame["last_day"]))


def test_likeness_is_the_cosine_of_buyers() -> None:
    model = fit_items(_items(), _pairs())
    assert model.likeness[0, 1] == pytest.approx(40 / np.sqrt(100 * 64))
    np.testing.assert_allclose(model.likeness, model.likeness.T)
    assert np.diag(model.likeness).tolist() == [0.0] * 4
    assert model.position(pd.Series(["oil", "nothing"])).tolist() == [3, -1]


def test_each_customer_gets_what_fits_with_its_reason() -> None:
    plan = personal_plan(_owned(), fit_items(_items(), _pairs()), pd.Series(["c1", "c2", "c3"]), AS_OF)
    first = plan[plan["rank"] == 1].set_index("customer_id")
    assert first.loc["c1", ["item", "kind", "reason"]].tolist() == ["tea", "again", "bought_before"]
    assert first.loc["c1", "times"] == 10
    assert first.loc["c1", "since_days"] == 10
    assert first.loc["c3", ["item", "kind", "reason"]].tolist() == ["tea", "popular", "most_bought"]
    new = plan[plan["kind"] == "new"].groupby("customer_id")["item"].agg(list)
    assert new["c1"] == ["cup", "jam"], "by likeness, and never what is owned"
    assert new["c2"] == ["oil", "cup"]
    assert plan.loc[(plan["customer_id"] == "c2") & (plan["item"] == "oil"), "because"].tolist() == ["Jam"]
    assert not plan.duplicated(["customer_id", "item"]).any()
    assert (plan.groupby("customer_id")["rank"].max() == plan.groupby("customer_id").size()).all()


def test_the_first_item_of_each_customer() -> None:
    plan = personal_plan(_owned(), fit_items(_items(), _pairs()), pd.Series(["c1", "c3"]), AS_OF)
    table = first_item(plan.assign(why=plan["reason"]))
    assert table.loc["c1", "item"] == "Tea"
    assert table.index.is_unique


def test_hit_rates_are_the_share_of_what_was_shown() -> None:
    owned = _owned()
    after = pd.DataFrame({"customer_id": ["c1", "c2", "c9"], "item": ["cup", "tea", "tea"]})
    segment = pd.Series({"c1": "loyal", "c2": "new"})
    rates = hit_rates(owned, after, fit_items(_items(), _pairs()), segment, AS_OF, shown=2).set_index("method")
    assert rates["n"].tolist() == [2, 2, 2], "c9 was not known then"
    # c1 is shown tea and cup and bought cup; c2 is shown jam and oil and bought tea.
    assert rates.loc["personal", "hit_rate"] == 0.25
    assert rates.loc["popular", "hit_rate"] == 0.5, "tea and cup to both"
    half = 1.6448536 * np.std([0.5, 0.0], ddof=1) / np.sqrt(2)
    assert rates.loc["personal", ["low", "high"]].tolist() == pytest.approx([0.25 - half, 0.25 + half])


@pytest.fixture(scope="module")
def engine_of_one() -> Engine:
    return open_engine("duckdb")


@pytest.fixture(scope="module")
def sold(engine_of_one: Engine, tmp_path_factory: pytest.TempPathFactory) -> object:
    """Customers who buy their own two of twelve items every fortnight or so."""
    rng = np.random.default_rng(2)
    rows = []
    for number in range(120):
        own = [number % 6, 6 + number % 6]
        for day in range(int(rng.integers(0, 14)), 180, 14):
            item = own[int(rng.integers(0, 2))]
            rows.append((f"c{number}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=day), f"p{item}", 10.0))
    lines = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "product_id", "amount"])
    lines = lines.assign(
        order_id=[f"o{i}" for i in range(len(lines))], product_name=None, is_product=True, netted=False
    )
    warehouse = Warehouse(tmp_path_factory.mktemp("sold"), engine_of_one)
    warehouse.write_frame("order_lines", lines)
    return item_lines(warehouse.read("order_lines"), None, date(2024, 6, 28))


def test_personal_beats_popular_where_tastes_differ(sold: object) -> None:
    scores = pd.DataFrame({"customer_id": [f"c{i}" for i in range(120)], "segment": "loyal"})
    rates = backtest_items(sold, scores, date(2024, 1, 1), date(2024, 6, 28)).set_index("method")["hit_rate"]
    # Two of three shown can be right: everybody buys two of twelve items.
    assert 0.45 < rates["personal"] <= 2 / 3
    assert rates["popular"] < 0.2
    short = backtest_items(sold, scores, date(2024, 5, 1), date(2024, 6, 28))
    assert short.empty
    assert short.columns.tolist() == ["method", "hit_rate", "low", "high", "n"]


def test_the_plan_from_all_that_was_sold(sold: object) -> None:
    plan = plan_items(sold, pd.Series(["c0", "c1", "stranger"]), date(2024, 6, 28))
    mine = plan[(plan["customer_id"] == "c1") & (plan["kind"] == "again")]["item"]
    assert sorted(mine) == ["p1", "p7"]
    assert set(plan.loc[plan["customer_id"] == "stranger", "kind"]) == {"popular"}
    none = plan_items(sold, pd.Series([], dtype="str"), date(2024, 6, 28))
    assert none.empty
    assert set(none.columns) >= {"customer_id", "rank", "item", "kind", "reason"}
