"""Rules about purchases: the counts by hand, and that purchases obey them, on both engines."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd
import pytest

from crm_analysis.features import POLICIES, customer_facts, customer_summary, purchase_policies

AS_OF = date(2024, 3, 31)


def test_what_each_rule_does_by_hand(lines: ir.Table) -> None:
    found = purchase_policies(lines, AS_OF).set_index("policy")
    assert found.index.tolist() == list(POLICIES)
    # c1 ordered twice on one day; c5 got one thing free; c3's sale of 50 was undone; c1 and c4 returned 20 and 7.
    assert found["rows"].tolist() == [1, 1, 2, 2]
    assert found["amount"].tolist() == [0.0, 0.0, 50.0, 27.0]
    sales = 10 + 5 + 20 + 40 + 100 + 30 + 60 + 15
    assert found["share"].tolist() == pytest.approx([0, 0, 50 / sales, 27 / sales])


def test_purchases_obey_the_rules(lines: ir.Table) -> None:
    summary = customer_summary(lines, AS_OF, "day").set_index("customer_id")
    assert summary.index.tolist() == ["c1", "c2", "c3", "c5"], "who only brought something back never bought"
    assert summary.loc["c1", "purchases"] == 3
    assert summary.loc["c1", "monetary_value"] == 30.0, "the return of 20 lowers no purchase"
    assert summary.loc["c5", "purchases"] == 1, "the free sample is none"
    assert summary.loc["c3", "sales"] == 30.0, "the sale undone is none"
    assert customer_facts(lines, AS_OF).set_index("customer_id").loc["c1", "revenue"] == 55.0, "but it lowers revenue"


def test_nothing_to_say_of_plain_sales() -> None:
    table = ibis.memtable(
        pd.DataFrame({"customer_id": ["a"], "ordered_at": pd.to_datetime(["2024-01-05"]), "amount": [5.0]})
    )
    assert purchase_policies(table, AS_OF)[["rows", "amount", "share"]].to_numpy().sum() == 0
    assert purchase_policies(table, date(2023, 1, 1))["rows"].tolist() == [0, 0, 0, 0]
