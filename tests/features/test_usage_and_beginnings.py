"""Who lags behind their own pace, and what beginnings are made of; on both engines."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import first_new_day, first_orders, usage_headroom
from crm_analysis.warehouse import Engine, Warehouse

AS_OF = date(2024, 12, 31)


def _order(customer: str, at: str, amount: float = 10.0, **more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "customer_id": customer, "ordered_at": pd.Timestamp(at), "order_id": f"{customer}{at}", "amount": amount,
        "discount": 0.0, "product_id": "tea", "channel": "web", "line_kind": "return" if amount < 0 else "sale",
        "netted": False,
    }  # fmt: skip
    return base | more


@pytest.fixture(scope="module")
def place(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("usage"), engine)


def _halves(before: dict[str, int], now: dict[str, int]) -> pd.DataFrame:
    rows = [_order(c, "2023-06-01") for c in before]
    for start, counts in (("2024-01-10", before), ("2024-07-10", now)):
        days = pd.date_range(start, periods=60, freq="2D")
        rows += [_order(c, str(day.date())) for c, n in counts.items() for day in days[:n]]
    return pd.DataFrame(rows)


def test_only_those_who_lag_beyond_chance_and_season(place: Warehouse) -> None:
    steady = {f"s{i}": 10 for i in range(30)}
    before = steady | {"less": 12, "gone": 12, "noise": 4}
    now = steady | {"less": 2, "gone": 0, "noise": 3}
    place.write_frame("order_lines", _halves(before, now))
    scores = pd.DataFrame({"customer_id": list(before), "segment": "loyal", "order_profit": 5.0})
    found = usage_headroom(place.read("order_lines"), scores, AS_OF)
    assert found["customer_id"].tolist() == ["less"]
    row = found.iloc[0]
    kept = sum(v for c, v in before.items() if c != "gone")
    season = sum(now.values()) / kept
    assert row["missing"] == pytest.approx(12 * season - 2)
    assert row["headroom"] == pytest.approx(5.0 * row["missing"])
    assert row["chance"] <= 0.05


def test_a_season_for_all_is_nobodys_lag(place: Warehouse) -> None:
    before = {f"s{i}": 12 for i in range(40)}
    place.write_frame("order_lines", _halves(before, dict.fromkeys(before, 4)))
    scores = pd.DataFrame({"customer_id": list(before), "segment": "loyal", "order_profit": 5.0})
    assert usage_headroom(place.read("order_lines"), scores, AS_OF).empty


def test_nobody_to_compare(place: Warehouse) -> None:
    place.write_frame("order_lines", pd.DataFrame([_order("a", "2024-12-01")]))
    scores = pd.DataFrame({"customer_id": ["a"], "segment": ["new"], "order_profit": [5.0]})
    assert usage_headroom(place.read("order_lines"), scores, AS_OF).empty


def test_beginnings_and_what_followed(place: Warehouse) -> None:
    rows = [
        _order("a", "2024-01-06", 8.0, discount=2.0),
        _order("a", "2024-01-06", 30.0, product_id="soap", channel="store"),
        _order("a", "2024-01-20", 5.0),
        _order("a", "2024-01-25", -5.0),
        _order("a", "2024-03-01", 50.0),
        _order("a", "2024-11-01", 900.0),
        _order("late", "2024-10-01", 7.0),
        _order("old", "2023-01-01", 7.0),
    ]
    place.write_frame("order_lines", pd.DataFrame(rows))
    place.write_frame("products", pd.DataFrame({"product_id": ["tea", "soap"], "category": ["food", "care"]}))
    people = pd.DataFrame({"customer_id": ["a", "late"], "acquisition_source": ["search", None]})
    people["referrer_id"] = [None, "a"]
    place.write_frame("customers", people)
    tables = [place.read(name) for name in ("order_lines", "products", "customers")]
    found = first_orders(*tables, date(2024, 1, 1), AS_OF).set_index("customer_id")  # type: ignore[arg-type]
    assert found.index.tolist() == ["a", "late"]
    row = found.loc["a"]
    assert (row["first_amount"], row["first_lines"], row["discounted"]) == (38.0, 2.0, pytest.approx(2 / 40))
    assert (row["again"], row["returned"], row["weekend"]) == (1.0, 1.0, 1.0)
    assert row["category"] == "care", "the dearest line"
    assert (row["source"], row["referred"]) == ("search", 0.0)
    assert row["later_sales"] == 50.0
    assert np.isnan(found.loc["late", "later_sales"]), "not over yet"
    assert found.loc["late", ["source", "referred"]].tolist() == ["", 1.0]
    bare = first_orders(tables[0], None, None, date(2024, 1, 1), AS_OF).set_index("customer_id")  # type: ignore[arg-type]
    assert bare.loc["a", ["category", "source", "referred"]].tolist() == ["", "", 0.0]


def test_the_first_new_day() -> None:
    assert first_new_day(None, date(2024, 1, 1)) == date(2024, 1, 1)
    assert first_new_day(date(2024, 3, 1), date(2024, 1, 1)) == date(2024, 3, 2)
