"""A shop of five customers, made by hand, in a warehouse of either engine."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pytest

from crm_analysis.warehouse import Engine, Warehouse


def _line(customer: str, at: str, order: str, amount: float, **more: Any) -> dict[str, Any]:
    base = {
        "customer_id": customer,
        "ordered_at": pd.Timestamp(at),
        "order_id": order,
        "amount": amount,
        "quantity": -1.0 if amount < 0 else 1.0,
        "product_id": "tea",
        "product_name": "Tea",
        "unit_cost": None,
        "discount": None,
        "is_product": True,
        "netted": False,
        "line_kind": "return" if amount < 0 else "sale" if amount else "free",
    }
    return base | more


LINES = [
    # Two orders on one day, a return, and three purchases in all.
    _line("c1", "2024-01-01 10:00", "o1", 10.0, discount=1.0),
    _line("c1", "2024-01-01 18:00", "o2", 5.0, product_id="cup", product_name="Cup"),
    _line("c1", "2024-01-31 23:59:59", "o3", 20.0),
    _line("c1", "2024-03-01 09:00", "o4", -20.0),
    _line("c1", "2024-03-10 00:00", "o5", 40.0, product_id="post", product_name="Postage", is_product=False),
    # Bought once.
    _line("c2", "2024-01-15 12:00", "o6", 100.0, unit_cost=30.0, quantity=2.0),
    # A sale that was undone, then the first purchase.
    _line("c3", "2024-02-01 12:00", "o7", 50.0, netted=True),
    _line("c3", "2024-02-02 12:00", "o8", -50.0, netted=True),
    _line("c3", "2024-02-20 12:00", "o9", 30.0, product_id="cup", product_name="Cup"),
    # Never bought, only brought back.
    _line("c4", "2024-02-05 12:00", "o10", -7.0),
    # A free sample is no purchase; the purchase is on the last second.
    _line("c5", "2024-03-05 12:00", "o11", 0.0),
    _line("c5", "2024-03-31 23:59:59", "o12", 60.0, product_id="cup", product_name="Cup"),
    _line("c5", "2024-03-31 23:59:59", "o12", 15.0, product_id="tea"),
]
PRODUCTS = pd.DataFrame(
    {
        "product_id": ["tea", "cup"],
        "name": ["Tea", "Cup"],
        "category": ["Kitchen", "Kitchen"],
        "subcategory": ["Hot drinks", None],
    }
)


@pytest.fixture(scope="module")
def shop(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("shop"), engine)
    warehouse.write_frame("order_lines", pd.DataFrame(LINES))
    warehouse.write_frame("products", PRODUCTS)
    return warehouse


@pytest.fixture
def lines(shop: Warehouse) -> ir.Table:
    return shop.read("order_lines")


@pytest.fixture
def products(shop: Warehouse) -> ir.Table:
    return shop.read("products")
