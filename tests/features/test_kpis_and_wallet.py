"""Measures for goals, customer share and its stand-in, weeks and holidays, on both engines."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import pandas as pd
import pytest

from crm_analysis.features import (
    breadth_against_peers,
    customer_share,
    growth_bridge,
    measure,
    moving_holidays,
    weekly_sales,
)
from crm_analysis.warehouse import Engine, Warehouse

FIRST, AS_OF = date(2022, 1, 1), date(2023, 12, 31)


def _order(customer: str, at: str, amount: float, product: str = "tea", quantity: float = 1.0) -> dict[str, object]:
    return {
        "customer_id": customer, "ordered_at": pd.Timestamp(at), "order_id": f"{customer}{at}", "amount": amount,
        "product_id": product, "quantity": quantity, "line_kind": "sale", "netted": False,
    }  # fmt: skip


LINES = [
    _order("a", "2022-03-01", 10.0), _order("a", "2023-02-01", 20.0), _order("a", "2023-05-01", 30.0, "soap"),
    _order("b", "2022-06-01", 50.0), _order("b", "2023-06-01", 60.0, quantity=2.0),
    _order("c", "2022-07-01", 70.0),
    _order("d", "2023-07-03", 90.0, "soap"),
]  # fmt: skip
PRODUCTS = pd.DataFrame({"product_id": ["tea", "soap"], "category": ["food", "care"]})
SPEND = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b", "x", "a"],
        "category": ["food", "care", "food", "food", "food"],
        "year": [2023, 2023, 2023, 2023, 2022],
        "amount": [100.0, 30.0, 40.0, 50.0, 9e9],
        "declared": [True, False, False, True, True],
    }
)


@pytest.fixture(scope="module")
def shop(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ir.Table]:
    warehouse = Warehouse(tmp_path_factory.mktemp("kpis"), engine)
    frames = {"order_lines": pd.DataFrame(LINES), "products": PRODUCTS, "category_spend": SPEND}
    for name, frame in frames.items():
        warehouse.write_frame(name, frame)
    return {name: warehouse.read(name) for name in frames}


@pytest.mark.parametrize(
    ("kpi", "value", "customers"),
    [
        ("repeat_rate", 1 / 3, 3),
        ("annual_loss", 1 / 3, 3),
        ("revenue", 200.0, 0),
        ("order_value", 50.0, 3),
        ("new_customers", 1.0, 3),
        ("active_customers", 3.0, 3),
    ],
)
def test_measures_of_the_last_year(shop: dict[str, ir.Table], kpi: str, value: float, customers: int) -> None:
    found = measure(kpi, shop["order_lines"], AS_OF, FIRST)
    assert found is not None
    assert found.value == pytest.approx(value)
    assert found.customers == customers


def test_what_the_data_does_not_cover_is_not_measured(shop: dict[str, ir.Table]) -> None:
    assert measure("annual_loss", shop["order_lines"], date(2023, 6, 30), FIRST) is None
    assert measure("revenue", shop["order_lines"], date(2022, 6, 30), FIRST) is None


def test_customer_share_of_what_is_known(shop: dict[str, ir.Table]) -> None:
    found = customer_share(shop["order_lines"], shop["products"], shop["category_spend"], AS_OF)
    assert found is not None
    # a: 20 of 100 food, 30 of 30 care; b: 60, stated as 40; x: nothing of 50.
    assert found.year == 2023
    assert found.share == pytest.approx((20 + 30 + 60) / (100 + 30 + 60 + 50))
    assert found.customers == 3
    assert found.coverage == pytest.approx(2 / 3)
    assert found.headroom == pytest.approx(130.0)
    assert found.low <= found.share <= found.high
    assert found.by_category["category"].tolist() == ["food", "care"]


def test_no_table_no_share(shop: dict[str, ir.Table]) -> None:
    lines, products = shop["order_lines"], shop["products"]
    assert customer_share(lines, products, None, AS_OF) is None
    assert customer_share(lines, None, shop["category_spend"], AS_OF) is None
    assert customer_share(lines, products, shop["category_spend"], date(2021, 5, 5)) is None


def test_breadth_by_frequency(shop: dict[str, ir.Table]) -> None:
    found = breadth_against_peers(shop["order_lines"], shop["products"], AS_OF)
    assert found is not None
    assert found["frequency_class"].tolist() == ["1", "2-3"]
    assert found.set_index("frequency_class").loc["2-3", "categories"] == 2.0
    assert breadth_against_peers(shop["order_lines"], None, AS_OF) is None


def test_the_price_part_of_the_bridge(shop: dict[str, ir.Table]) -> None:
    seen = pd.DataFrame(
        {
            "customer_id": list("abcd"),
            "first_day": pd.to_datetime(["2022-03-01", "2022-06-01", "2022-07-01", "2023-07-03"]),
        }
    )
    bridge = growth_bridge(
        shop["order_lines"], seen, (date(2022, 1, 1), date(2022, 12, 31)), (date(2023, 1, 1), AS_OF)
    ).set_index("part")["amount"]
    # Of a and b: tea cost (10 + 50) / 2 = 30, then (20 + 60) / 3; three pieces were bought.
    assert bridge["price"] == pytest.approx(3 * (80 / 3 - 30))
    inner = bridge.drop(["before", "after"]).sum()
    assert bridge["after"] - bridge["before"] == pytest.approx(inner)


def test_without_products_there_is_no_price_part(shop: dict[str, ir.Table]) -> None:
    seen = pd.DataFrame({"customer_id": list("abcd"), "first_day": pd.Timestamp("2022-03-01")})
    bare = shop["order_lines"].drop("product_id")
    bridge = growth_bridge(bare, seen, (date(2022, 1, 1), date(2022, 12, 31)), (date(2023, 1, 1), AS_OF))
    assert "price" not in set(bridge["part"])


def test_whole_weeks_from_monday_on(shop: dict[str, ir.Table]) -> None:
    weekly = weekly_sales(shop["order_lines"], FIRST, AS_OF)
    assert (weekly["week"].dt.weekday == 0).all()
    assert weekly["week"].iloc[0] == pd.Timestamp("2022-01-03")
    assert weekly["week"].iloc[-1] == pd.Timestamp("2023-12-25")
    assert weekly["revenue"].sum() == 330.0
    assert weekly.set_index("week").loc["2023-07-03", ["revenue", "orders"]].tolist() == [90.0, 1]


@pytest.mark.parametrize(
    ("country", "holiday", "days"),
    [
        ("KR", "seollal", ["2022-02-01", "2023-01-22", "2024-02-10"]),
        ("KR", "chuseok", ["2022-09-10", "2023-09-29", "2024-09-17"]),
        ("US", "thanksgiving", ["2022-11-24", "2023-11-23", "2024-11-28"]),
    ],
)
def test_holidays_that_move(country: str, holiday: str, days: list[str]) -> None:
    found = moving_holidays(country, date(2022, 1, 1), date(2024, 12, 31))
    mine = found.loc[(found["holiday"] == holiday) & found["day"].between("2022-01-01", "2024-12-31"), "day"]
    assert [str(day.date()) for day in mine] == days


def test_a_country_that_is_not_known_has_no_holidays() -> None:
    assert moving_holidays("QQ", date(2022, 1, 1), date(2024, 12, 31)).empty
