"""What is bought together and again, on both engines."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import pandas as pd
import pytest

from crm_analysis.features import item_lines, item_pairs, item_profit, items, items_of_customers
from crm_analysis.features.baskets import customer_items
from crm_analysis.warehouse import collect

AS_OF = date(2024, 3, 31)


def test_items_are_kinds_where_known_else_products(lines: ir.Table, products: ir.Table) -> None:
    sold = collect(item_lines(lines, products, AS_OF))
    assert set(zip(sold["item"], sold["item_name"], strict=True)) == {("Hot drinks", "Hot drinks"), ("cup", "Cup")}
    assert len(sold) == 7, "no postage, no return, no netted or free line"
    bare = collect(item_lines(lines, None, AS_OF))
    assert set(zip(bare["item"], bare["item_name"], strict=True)) == {("tea", "Tea"), ("cup", "Cup")}
    assert bare["category"].isna().all()
    assert len(collect(item_lines(lines, None, date(2024, 3, 30)))) == 5


def test_items_with_their_buyers(lines: ir.Table) -> None:
    owned = customer_items(item_lines(lines, None, AS_OF))
    table = items(owned).set_index("item")
    assert table["customers"].to_dict() == {"tea": 3, "cup": 3}
    assert table["amount"].to_dict() == {"tea": 145.0, "cup": 95.0}
    assert table["repeat_share"].to_dict() == pytest.approx({"tea": 1 / 3, "cup": 0.0})
    assert items(owned, most=1)["item"].tolist() == ["cup"], "ties by name"


def test_pairs_count_customers_in_both_directions(lines: ir.Table) -> None:
    owned = customer_items(item_lines(lines, None, AS_OF))
    pairs = item_pairs(owned, ["tea", "cup"], at_least=1)
    assert sorted(pairs.to_numpy().tolist()) == [["cup", "tea", 2], ["tea", "cup", 2]]
    assert item_pairs(owned, ["tea", "cup"], at_least=3).empty
    assert item_pairs(owned, ["tea"], at_least=1).empty


def test_items_of_customers(lines: ir.Table) -> None:
    owned = items_of_customers(customer_items(item_lines(lines, None, AS_OF)), ["tea"]).set_index("customer_id")
    assert owned["days"].to_dict() == {"c1": 2, "c2": 1, "c5": 1}
    assert owned.loc["c1", ["first_day", "last_day"]].tolist() == [
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-01-31"),
    ]


def test_profit_of_one_more_item(lines: ir.Table) -> None:
    assert item_profit(lines, 0.5) == pytest.approx(0.5 * 240 / 7)
    assert item_profit(lines.filter(lines["product_id"] == "post"), 0.5) is None
