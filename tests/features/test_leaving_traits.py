"""What was known of active customers on a day, on both engines; and that nothing of later days is known."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import HABITS, LIVED_THROUGH, leaving_traits, lived_through
from crm_analysis.warehouse import Engine, Warehouse

DAY, H = date(2024, 6, 30), 60


def _order(
    customer: str, at: str, amount: float = 10.0, store: str | None = None, product: str = "tea"
) -> dict[str, object]:
    return {
        "customer_id": customer, "ordered_at": pd.Timestamp(at), "amount": amount, "store_id": store,
        "product_id": "tea", "discount": 0.0, "line_kind": "return" if amount < 0 else "sale", "netted": False,
    }  # fmt: skip


LINES = [
    *[_order("a", day) for day in ("2024-01-01", "2024-03-01", "2024-05-10", "2024-06-20")],
    _order("a", "2024-07-15"),  # came back
    *[_order("b", day, 20.0, "S1") for day in ("2024-02-01", "2024-06-01")],  # left
    _order("old", "2024-03-01"),  # not active
    *[_order("c", day, 5.0, "S1") for day in ("2024-03-05", "2024-06-29")],
    _order("c", "2024-06-29", -5.0, "S1"),
    _order("new", "2024-08-01"),
]
DELIVERIES = pd.DataFrame(
    {
        "order_id": ["1", "2", "3", "4"],
        "customer_id": ["a", "a", "b", "a"],
        "promised_at": pd.to_datetime(["2024-06-01", "2024-04-20", "2024-06-05", "2024-07-15"]),
        "delivered_at": pd.to_datetime(
            ["2024-06-30 00:00", "2024-04-21 00:00", "2024-06-05 18:00", "2024-07-20 00:00"]
        ),
    }
)
FEEDBACK = pd.DataFrame(
    {
        "feedback_id": list("12345"),
        "customer_id": ["a", "b", "c", "a", "b"],
        "given_at": pd.to_datetime(["2024-06-20", "2024-06-29", "2024-06-30", "2024-06-30", "2024-06-30"]),
        "kind": ["complaint", "complaint", "complaint", "review", "review"],
        "score": [None, None, None, 1.0, 5.0],
        "scale_max": [None, None, None, 5.0, 5.0],
        "answered_at": pd.to_datetime(["2024-07-20", None, "2024-06-30", None, None]),
    }
)
PRICES = pd.DataFrame(
    {
        "product_id": ["tea", "tea", "tea", "cup"],
        "valid_from": pd.to_datetime(["2023-01-01", "2024-05-01", "2024-07-01", "2024-06-01"]).date,
        "price": [10.0, 12.0, 99.0, 5.0],
    }
)


@pytest.fixture(scope="module")
def shop(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ir.Table]:
    warehouse = Warehouse(tmp_path_factory.mktemp("leaving"), engine)
    frames = {
        "order_lines": pd.DataFrame(LINES),
        "deliveries": DELIVERIES,
        "feedback": FEEDBACK,
        "product_prices": PRICES,
    }
    for name, frame in frames.items():
        warehouse.write_frame(name, frame)
    return {name: warehouse.read(name) for name in frames}


def _traits(shop: dict[str, ir.Table], **more: bool) -> pd.DataFrame:
    tables = {name: table for name, table in shop.items() if name != "order_lines"}
    return leaving_traits(shop["order_lines"], DAY, H, tables, **more).set_index("customer_id")


def test_active_customers_and_who_left(shop: dict[str, ir.Table]) -> None:
    found = _traits(shop)
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["left"].to_dict() == {"a": 0.0, "b": 1.0, "c": 1.0}
    assert _traits(shop, after=False)["left"].isna().all()


def test_habits(shop: dict[str, ir.Table]) -> None:
    row = _traits(shop).loc["a"]
    assert row["recency_days"] == 10
    assert row["waiting_ratio"] == pytest.approx(10 / (171 / 3))
    assert row["recent_purchases"] == 2
    assert row["trend"] == pytest.approx(np.log(3 / 1))
    assert _traits(shop).loc["b", "trend"] == pytest.approx(np.log(2 / 1))
    assert set(HABITS) <= set(row.index)


def test_what_is_lived_through_weighs_less_with_time(shop: dict[str, ir.Table]) -> None:
    found = _traits(shop)
    assert found.loc["a", "late_deliveries"] == pytest.approx(1.0 + 0.5)  # today, and seventy days ago
    assert found.loc["b", "late_deliveries"] == 0.0, "late by hours of the promised day is not late"
    assert found.loc["a", "slow_complaints"] == pytest.approx(0.5 ** (10 / 70)), (
        "answered after the day: still open on it"
    )
    assert found.loc[["b", "c"], "slow_complaints"].tolist() == [0.0, 0.0]
    assert found.loc["a", "price_increases"] == pytest.approx(0.2)
    assert found.loc["a", "low_satisfaction"] == pytest.approx(0.4)
    assert found.loc["b", "low_satisfaction"] == pytest.approx(-0.4)
    assert found.loc["c", "returned_share"] == pytest.approx(0.5)
    assert found.loc["b", "store_visits"] == 1.0


def test_nothing_of_later_days_is_known(shop: dict[str, ir.Table]) -> None:
    until = {
        "order_lines": shop["order_lines"].filter(shop["order_lines"]["ordered_at"] < "2024-07-01"),
        "deliveries": shop["deliveries"].filter(shop["deliveries"]["delivered_at"] < "2024-07-01"),
        "feedback": shop["feedback"].mutate(
            answered_at=shop["feedback"]["answered_at"].nullif(pd.Timestamp("2024-07-20"))
        ),
        "product_prices": shop["product_prices"].filter(shop["product_prices"]["valid_from"] < "2024-07-01"),
    }
    cut = _traits(until, after=False)
    pd.testing.assert_frame_equal(cut, _traits(shop, after=False))


def test_a_missing_table_leaves_its_traits_out_and_the_others_alone(shop: dict[str, ir.Table]) -> None:
    found = leaving_traits(shop["order_lines"], DAY, H, {"deliveries": shop["deliveries"]}).set_index("customer_id")
    assert found[["slow_complaints", "low_satisfaction", "price_increases", "messages_opened"]].isna().all(axis=None)
    whole = _traits(shop)
    same = [*HABITS, "late_deliveries", "store_visits", "returned_share"]
    pd.testing.assert_frame_equal(found[same], whole[same])


def test_stores_that_lose_others(engine: Engine, tmp_path: pytest.TempPathFactory) -> None:
    rows = []
    for store, share in (("S1", 0.9), ("S2", 0.1), ("S3", 0.1)):
        for i in range(100):
            rows.append(_order(f"{store}-{i}", "2024-04-01", 5.0, store))
            if i >= 100 * share:
                rows.append(_order(f"{store}-{i}", "2024-06-01", 5.0, store))
    warehouse = Warehouse(tmp_path, engine)  # type: ignore[arg-type]
    warehouse.write_frame("order_lines", pd.DataFrame(rows))
    found = lived_through(warehouse.read("order_lines"), DAY, H, {}).set_index("customer_id")["store_loses_others"]
    everybody = (90 + 10 + 10) / 300
    assert found["S1-99"] == pytest.approx(0.9 - everybody, abs=0.03)
    assert found["S2-99"] < 0
    assert set(LIVED_THROUGH) > {"store_loses_others"}
